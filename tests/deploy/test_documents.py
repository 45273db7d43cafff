"""The pages that people read: what they name is there, and the picture is that of the registry."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from freshet.contracts.registry import DEAD_LETTERS, TOPICS

ROOT = Path(__file__).parents[2]

#: Everything in the repository, as git knows it: files, and the folders that they are in.
FILES = set(
    subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
)
THERE = FILES | {str(parent) for file in FILES for parent in Path(file).parents}
PAGES = sorted(file for file in FILES if file.endswith(".md") and (ROOT / file).exists())
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

any_page = pytest.mark.parametrize("page", PAGES)


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def anchors(page: str) -> set[str]:
    """What a heading of a page is linked by, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@any_page
def test_a_link_leads_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        found = str(target.resolve().relative_to(ROOT.resolve()))
        assert found in THERE, link
        assert not anchor or anchor in anchors(found), link


@pytest.mark.parametrize(
    "page",
    # What a changelog or a decision names was there when it was written.
    [page for page in PAGES if page != "CHANGELOG.md" and not page.startswith("docs/decisions/")],
)
def test_a_path_that_is_named_is_there(page: str) -> None:
    named = re.findall(r"[\w./-]+", " ".join(re.findall(r"`([^`\n]+)`", text_of(page))))
    # NAME and TOPIC stand for what is new; of others' paths the first folder is none of ours.
    ours = {
        path
        for path in (word.rstrip("./") for word in named)
        if "/" in path and path.partition("/")[0] in THERE
    }
    new = {path for path in ours if re.search(r"\b(NAME|TOPIC)\b|overlays/mine", path)}
    assert ours - new - THERE == set()


@any_page
def test_a_target_that_is_named_is_in_the_makefile(page: str) -> None:
    for command in re.findall(r"(?:^    |`)make ((?:[a-z-]+ ?)+)", text_of(page), re.MULTILINE):
        assert set(command.split()) <= TARGETS, command


def test_the_picture_is_that_of_the_registry() -> None:
    (picture,) = re.findall(r"```mermaid\n(.+?)```", text_of("docs/architecture.md"), re.DOTALL)
    topics = {
        node: label.split("<br/>") for node, label in re.findall(r'(\w+)\(\["(.+?)"\]\)', picture)
    }
    processes = set(re.findall(r'^ +(\w+)\["', picture, re.MULTILINE))
    arrows = re.findall(r"^ +([\w& ]+?) (?:-->|-\.->) ([\w& ]+)$", picture, re.MULTILINE)
    drawn = set()
    for sources, targets in arrows:
        for source in sources.split(" & "):
            for target in targets.split(" & "):
                if source in processes and target in topics:
                    drawn |= {(source, "writes", topic) for topic in topics[target]}
                if source in topics and target in processes:
                    drawn |= {(target, "reads", topic) for topic in topics[source]}
    registered = {
        (process, does, topic.name)
        for topic in TOPICS
        if topic is not DEAD_LETTERS
        for does, those in (("writes", topic.producers), ("reads", topic.consumers))
        for process in those
        if process not in ("simulator", "freshet models")
    }
    assert drawn == registered


def test_every_package_is_under_the_license_that_is_there() -> None:
    assert "Apache License" in text_of("LICENSE")
    packages = [file for file in FILES if file.endswith("pyproject.toml")]
    licenses = {tomllib.loads(text_of(file))["project"]["license"] for file in packages}
    assert licenses == {"Apache-2.0"}


def test_ci_runs_what_anyone_can_run_by_actions_of_one_version() -> None:
    workflow = text_of(".github/workflows/ci.yml")
    assert yaml.safe_load(workflow)["jobs"]["test"]["steps"][-1] == {"run": ".ci/run"}
    assert text_of(".ci/run").splitlines()[-1] == "make test"
    actions = re.findall(r"uses: (\S+)", workflow)
    assert actions
    assert all(re.fullmatch(r"[\w/-]+@v\d+\.\d+\.\d+", one) for one in actions)
