"""An explanation as tables. What items and users are called is shown as it is, never as markup."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from freshet.contracts.recommendations import Evidence, InterestUsed, Reason, Recommendations
from freshet.domain.content.document import clean
from freshet.domain.explanation.explanation import AboutItem, Contribution, Explanation

#: Longer titles are cut.
_TITLE = 40

_STRATEGY: Mapping[str, str] = {
    "intent": "the user is searching for something that there is",
    "interest": "acts agree on an interest",
    "content": "the items acted on have no tags, so their content speaks",
    "few_acts": "there are too few acts to know an interest, so more is tried",
    "no_interest": "no interest was found: the acts have nothing in common, so more is tried",
    "nothing_liked": "no interest was found: all acts speak against something",
    "nothing_known": "no interest was found: nothing is known of the user",
}

_STANDING: Mapping[str, str] = {
    "listed": "in the list, by its score",
    "explored": "in the list by chance: an exploring pick, so that it is learned about",
    "unavailable": "not in the list: it is withdrawn",
    "acted_on": "not in the list: the user acted on it lately",
    "excluded": "not in the list: the request excludes it",
    "other_category": "not in the list: the request asks for another category",
    "not_a_candidate": "not in the list, and not scored for it: it is not among what is nearest to"
    " the interests, answers the search, is trending, new, or tried by chance",
    "outscored": "not in the list: others score more",
    "outdone": "not in the list: its score is enough, but it is too like what stands above, or an"
    " exploring pick has its place",
}


def show(explained: Explanation) -> None:
    """Print an explanation."""
    console = Console()
    names = _Labels(explained.titles)
    for line in _head(explained):
        console.print(Text(line))
    if explained.made.interests:
        console.print(_interests(explained.made.interests, names))
    if explained.places:
        console.print(_places(explained, names))
    if explained.item is not None:
        for part in _about(explained.item, names):
            console.print(part)


def _head(explained: Explanation) -> Iterable[str]:
    made, published = explained.made, explained.published
    why = _STRATEGY.get(made.strategy_reason or "", "")
    yield f"{clean(made.user_id)}: {made.strategy}, as {why}"
    if made.intent is not None:
        tags = ", ".join(map(clean, made.intent.tags)) or "nothing that there is"
        yield f"searching for {clean(made.intent.query)!r}, which names {tags}"
    yield f"model {made.model_version}; asked for by {_trigger(made)}"
    if published is not None:
        yield f"newest list {published.recommendation_id}, {_freshness(published)}"
    for difference in explained.differs:
        yield f"note: {difference}"


def _trigger(made: Recommendations) -> str:
    what = "an act" if made.trigger.kind == "interest" else "a request"
    return f"{what}, event {clean(made.trigger.event_id)}"


def _freshness(made: Recommendations) -> str:
    at = f"made {_time(made.generated_at_ms)}"
    if made.caused_at is None:
        return f"{at}, knows no act"
    fresh_ms = made.generated_at_ms - made.caused_at.broker_time_ms
    return f"{at}, {fresh_ms} ms after the broker took event {clean(made.caused_at.event_id)}"


class _Labels:
    """What items are called."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles

    def item(self, item_id: str) -> str:
        title = clean(self._titles.get(item_id, ""))[:_TITLE]
        return f"{clean(item_id)} {title}".strip()

    def act(self, act: Evidence) -> str:
        if act.item_id is None:
            return f"search {clean(act.query or '')!r} {_time(act.time_ms)}"
        return f"{act.kind} {self.item(act.item_id)} {_time(act.time_ms)}"

    def part(self, part: Contribution) -> str:
        if part.act is not None:
            looked = "" if part.attention is None else f", attention {part.attention:.0%}"
            return f"{part.raises:+.3f} {self.act(part.act)}{looked}"
        if part.tag is not None:
            return f"{part.raises:+.3f} tag {clean(part.tag)}"
        return f"{part.raises:+.3f} search {clean(part.asked or '')!r}"

    def reason(self, reason: Reason) -> str:
        of = reason.tag or reason.query or (reason.item_id and self.item(reason.item_id)) or ""
        return f"{reason.kind} {clean(of)}".strip()


def _interests(interests: Sequence[InterestUsed], names: _Labels) -> Table:
    table = Table(
        "interest", "weight", "trend", "evidence", title="interests", title_justify="left"
    )
    for one in interests:
        evidence = "\n".join(map(names.act, one.evidence)) or "acts not remembered one by one"
        cells = (clean(one.tag), f"{one.weight:+.2f}", one.trend, evidence)
        table.add_row(*map(Text, cells))
    return table


def _places(explained: Explanation, names: _Labels) -> Table:
    table = Table(
        *("", "item", "score", "chance", "reasons", "its score is lower without"),
        title="list",
        title_justify="left",
    )
    for one, place in zip(explained.made.items, explained.places, strict=True):
        cells = (
            str(one.rank + 1),
            names.item(one.item_id),
            f"{one.score:.3f}",
            f"{one.probability:.1%}",
            "\n".join(map(names.reason, one.reasons)),
            "\n".join(map(names.part, place.raised_by)) or "nothing that the user did",
        )
        table.add_row(*map(Text, cells))
    return table


def _about(about: AboutItem, names: _Labels) -> Iterable[Text | Table]:
    yield Text(f"\n{names.item(about.item_id)}: {_STANDING[about.standing]}")
    yield Text(
        f"score {about.score:.3f}, chance of a click {about.probability:.1%}; {about.better} of"
        f" {about.of} candidates score more; tags: {', '.join(map(clean, about.tags)) or 'none'}"
    )
    for title, parts in (
        ("its score is lower without", about.raised_by),
        ("its score is higher without", about.lowered_by),
    ):
        if parts:
            table = Table("points", title=title, title_justify="left", show_header=False)
            for part in parts:
                table.add_row(Text(names.part(part)))
            yield table
    table = Table("feature", "value", title="what the model read", title_justify="left")
    for name, value in about.features.items():
        table.add_row(name, f"{value:.3f}")
    yield table


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
