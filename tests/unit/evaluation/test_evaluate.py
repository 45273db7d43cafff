"""An evaluation: rankers beside baselines, in parts, as a report."""

import re
from html.parser import HTMLParser
from typing import Any

import msgspec
import numpy as np
import pytest

from freshet.domain.evaluation import baselines
from freshet.domain.evaluation.calibration import expected_calibration_error, reliability
from freshet.domain.evaluation.report import Figure, OffPolicy, Report
from freshet.domain.evaluation.segments import segments
from freshet.domain.learning.examples import Examples
from freshet.domain.ranking.features.registry import CROSS_FEATURES
from freshet_trainer.evaluation.html import page
from freshet_trainer.evaluation.run import NothingToMeasure, evaluate
from harness.lists import examples_of, shown, table_of

ITEMS = 60


def world(count: int = 400) -> Examples:
    """Lists in which items of small rows are clicked more."""
    random = np.random.default_rng(2)
    lists = []
    for number in range(count):
        items = random.permutation(ITEMS)[:12]
        clicked = items[random.random(12) < 0.5 * np.exp(-items / 15)]
        lists.append(
            shown(
                number,
                items,
                clicked,
                user=f"user-{number % 70}",
                signals=number // 70,
                item_clicks=0.0 if number % 10 == 0 else 5.0,
            )
        )
    return examples_of(*lists)


def measured(name: str = "oracle@1") -> Report:
    lists = world()
    which = slice(200, None)
    chances = (0.5 * np.exp(-lists.items / 15)).astype(np.float32)[which]
    return evaluate(
        lists,
        table_of(ITEMS),
        {name: chances, "blind@1": np.zeros_like(chances)},
        {name: chances},
        which,
        source="a world",
        made_ms=1,
        seed=1,
        draws=300,
        notes=["a <b>note</b>"],
        off_policy=[
            OffPolicy(
                policy="<i>other</i>",
                lists=9,
                effective=4.0,
                mean_weight=1.0,
                logged=Figure(mean=1.0, low=None, high=None),
                estimates={"IPS": Figure(mean=1.0, low=0.5, high=1.5)},
            )
        ],
    )


def test_a_good_ranker_is_surely_better_than_chance_and_a_blind_one_is_not() -> None:
    report = measured()
    rankers = {one.name: one for one in report.rankers}
    assert list(rankers) == ["oracle@1", "blind@1", *baselines.MEANINGS]
    good = rankers["oracle@1"].over["random"]["all"]["nDCG@10"]
    blind = rankers["blind@1"].over["random"]["all"]["nDCG@10"]
    assert good.low is not None
    assert good.low > 0.05
    assert blind.low is not None
    assert blind.high is not None
    assert blind.low < 0 < blind.high
    # Features that are all zero tell nothing apart: as good as chance, not as the shown order.
    assert rankers["popularity"].metrics == rankers["blind@1"].metrics


def test_the_report_reads_back_as_it_was_written() -> None:
    report = measured()
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_lists_are_parted_by_what_was_known_of_their_users_and_items() -> None:
    lists = examples_of(
        shown(1, [1, 2], [1], signals=2, item_clicks=0.0),
        shown(2, [1, 2], [1], signals=3, item_clicks=1.0),
        shown(3, [1, 2], [], signals=0, item_clicks=0.0),
    )
    found = {name: mask.tolist() for name, mask in segments(lists).items()}
    assert found == {
        "all": [True, True, True],
        "new users": [True, False, True],
        "known users": [False, True, False],
        "cold items": [True, False, False],
    }


def test_baselines_read_the_features_that_they_are_named_for() -> None:
    lists = examples_of(shown(1, [3, 4], [3]), shown(2, [5, 6], [5]))
    for name, value in (("popularity", 2.0), ("click_rate", 3.0), ("content_slow", 4.0)):
        lists.cross[0, 1, CROSS_FEATURES.index(name)] = value
    found = baselines.baselines(lists, seed=1)
    assert found["shown order"].tolist() == [[0, -1], [0, -1]]
    assert found["popularity"].tolist() == [[0, 2], [0, 0]]
    assert found["click rate"].tolist() == [[0, 3], [0, 0]]
    assert found["content"].tolist() == [[0, 4], [0, 0]]
    assert np.array_equal(found["random"], baselines.baselines(lists, seed=1)["random"])
    assert not np.array_equal(found["random"], baselines.baselines(lists, seed=2)["random"])


def test_true_chances_are_calibrated_and_doubled_ones_are_off_by_themselves() -> None:
    random = np.random.default_rng(4)
    chances = random.uniform(0.02, 0.4, (3_000, 10)).astype(np.float32)
    lists = examples_of(*(shown(number, range(10)) for number in range(3_000)))
    lists.labels[:] = random.random(chances.shape) < chances
    right = reliability(chances, lists, draws=200, seed=1)
    assert [one.count for one in right] == [3_000] * 10
    assert expected_calibration_error(right) < 0.01
    held = [one.observed.low <= one.predicted <= one.observed.high for one in right]  # type: ignore[operator]
    assert sum(held) >= 8
    doubled = reliability(2 * chances, lists, draws=200, seed=1)
    assert expected_calibration_error(doubled) == pytest.approx(float(chances.mean()), abs=0.01)


def test_padding_has_no_part_in_calibration() -> None:
    lists = examples_of(shown(1, [1], [1]), shown(2, [1, 2], []))
    chances = np.array([[0.5, 7.0], [0.5, 0.5]], np.float32)
    (only,) = reliability(chances, lists, draws=50, seed=1)
    assert only.count == 3
    assert only.observed.mean == pytest.approx(1 / 3)


def test_what_cannot_be_measured_is_refused() -> None:
    lists = examples_of(shown(1, [1, 2]), shown(2, [1, 2], [2]))
    table = table_of(3)
    known: Any = {"source": "", "made_ms": 1, "seed": 1}
    with pytest.raises(NothingToMeasure):
        evaluate(lists, table, {}, {}, slice(0, 1), **known)
    with pytest.raises(ValueError, match="baseline"):
        evaluate(lists, table, {"random": np.zeros((1, 2))}, {}, slice(1, 2), **known)
    with pytest.raises(ValueError, match="scores of"):
        evaluate(lists, table, {"m@1": np.zeros((2, 2))}, {}, slice(1, 2), **known)


class Links(HTMLParser):
    """Collects the tags of a page, and all that a browser would load for it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("src", "href", "xlink:href", "data", "action") and value:
                self.loads.append(value)


def test_the_page_asks_nobody_for_anything_and_shows_hostile_names_as_text() -> None:
    name = '<script>alert("1")</script>$\\frac@1'
    html = page(measured(name))
    found = Links()
    found.feed(html)
    assert "script" not in found.tags
    assert "b" in found.tags  # ours, around the names of models
    assert "<b>note" not in html
    assert "<i>other" not in html
    assert all(one.startswith("#") for one in found.loads)
    assert len(found.ids) == len(set(found.ids))
    assert not re.search(r"url\(\s*['\"]?(?!#)|@import", html)
    # Every reference within the page has its target.
    assert {one[1:] for one in found.loads} <= set(found.ids)
    assert html == page(measured(name))
