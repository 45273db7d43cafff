"""`freshet evaluate`, as far as it goes without a broker."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import msgspec
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from freshet.domain.evaluation.report import Report
from freshet_trainer.evaluate_command import evaluate

app = typer.Typer()
app.command()(evaluate)


def leave(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, list(arguments))
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.output


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    """Everybody rates things of small numbers more often, and likes them better."""
    random = np.random.default_rng(3)
    lines = ["user,item,rating,timestamp"]
    for user in range(150):
        drawn = random.permutation(200)[:30]
        taken = drawn[random.random(30) < np.exp(-drawn / 60)]
        lines += [
            f"user-{user},thing-{thing},{5 if thing < 60 else 2},{1_600_000_000 + 60 * step + user}"
            for step, thing in enumerate(taken)
        ]
    path = tmp_path / "ratings.csv"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    with as_file(files("freshet_ranker") / "prior") as prior:
        return Path(shutil.copytree(prior, tmp_path / "model"))


def test_a_rating_file_and_a_model_make_a_page_and_json(
    tmp_path: Path, ratings: Path, model: Path
) -> None:
    page, text = tmp_path / "report.html", tmp_path / "report.json"
    code, said = leave(
        *("--ratings", str(ratings), "--model", str(model)),
        *("--output", str(page), "--json", str(text)),
    )
    assert code == 0, said
    report = msgspec.json.decode(text.read_bytes(), type=Report)
    rankers = {one.name: one for one in report.rankers}
    assert "prior@1" in rankers
    assert "prior@1" in said
    assert page.read_text().startswith("<!doctype html>")
    popular, chance = (rankers[one].metrics["all"]["nDCG@10"] for one in ("popularity", "random"))
    assert popular.low is not None
    assert popular.low > chance.mean
    assert report.notes


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (["--output", "/no/such/folder/report.html"], 2, "folder does not exist"),
        (["--catalog"], 2, "goes with --ratings"),
        (["--ratings", "/no/such/file.csv"], 2, "does not exist"),
        (["--newest", "0"], 2, "greater than or equal to 1"),
        (["--brokers", "nowhere"], 2, "host:port"),
    ],
)
def test_a_wrong_option_is_named_and_leaves_with_its_code(
    change: list[str], code: int, said: str
) -> None:
    found, text = leave(*change)
    assert found == code, text
    assert said in text


def test_a_bad_line_and_a_changed_model_are_named(
    tmp_path: Path, ratings: Path, model: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("user,item,rating,timestamp\nu,i,good,1\n")
    code, said = leave("--ratings", str(bad), "--model", str(model))
    assert (code, "line 2" in said) == (2, True), said
    (model / "scorer.onnx").write_bytes(b"something else")
    code, said = leave("--ratings", str(ratings), "--model", str(model))
    assert (code, "was changed" in said) == (1, True), said
