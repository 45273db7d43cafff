"""The picture in the terminal."""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from freshet.contracts.recommendations import Reason, Recommendations
from freshet_demo.numbers import Numbers
from freshet_demo.watch import WATCHED


def picture(numbers: Numbers, broker: str) -> RenderableType:
    """The whole view."""
    figures = Table.grid(padding=(0, 3))
    figures.add_row("events a second", Text(f"{numbers.per_second():,.0f}", "bold"))
    figures.add_row("click → list that knows it", Text(freshness(numbers), "bold green"))
    figures.add_row("clicks an item shown", rates(numbers))
    figures.add_row("broker", broker)
    counts = Table(box=None, header_style="dim")
    for topic in WATCHED:
        counts.add_column(topic.name, justify="right")
    counts.add_row(*(f"{numbers.events[topic.name]:,}" for topic in WATCHED))
    return Group(
        Panel(figures, title="Freshet", subtitle="Ctrl-C stops everything"),
        Panel(counts, title="records seen"),
        newest(numbers),
        told(numbers),
    )


def line(numbers: Numbers) -> str:
    """The view as one line, for where there is no terminal."""
    return (
        f"{numbers.per_second():,.0f} events/s; freshness {freshness(numbers)};"
        f" click rate {rates(numbers).plain}; {numbers.events['recommendations']:,} lists"
    )


def freshness(numbers: Numbers) -> str:
    """p50 and p99."""
    p50, p99 = numbers.freshness_ms(50), numbers.freshness_ms(99)
    if p50 is None or p99 is None:
        return "no list yet"
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms"


def rates(numbers: Numbers) -> Text:
    """Click rate of recommendations beside that of chance."""
    recommended, chance = numbers.recommended.value, numbers.by_chance.value
    text = f"recommended {recommended:.1%}, by chance {chance:.1%}"
    return Text(text + (f" ({recommended / chance:.1f}x)" if chance else ""), "bold")


def newest(numbers: Numbers) -> RenderableType:
    """The newest list with its reasons."""
    made = numbers.newest
    if made is None:
        return Panel("waiting for the first list", title="newest recommendations")
    table = Table(box=None, header_style="dim")
    for name in ("", "item", "chance of a click", "why"):
        table.add_column(name)
    for item in made.items[:8]:
        why = "; ".join(reason_text(reason, numbers) for reason in item.reasons)
        title = numbers.titles.get(item.item_id, item.item_id)
        table.add_row(str(item.rank + 1), title, f"{item.probability:.0%}", why)
    return Panel(Group(interests(made), table), title=f"newest list: {made.user_id}")


def told(numbers: Numbers) -> RenderableType:
    """The newest texts for a person."""
    narrative = numbers.narrative
    if narrative is None:
        return Panel("waiting for the first texts", title="narrator")
    texts = (f"{one.title}\n{one.pitch} {one.why}" for one in narrative.items)
    return Panel(Text("\n".join(texts)), title=f"narrator, to {narrative.user_id}")


def interests(made: Recommendations) -> Text:
    """What the list was made for."""
    tags = ", ".join(f"{one.tag} {one.weight:+.1f}" for one in made.interests[:6])
    return Text(f"{made.strategy}, by {made.model_version}: {tags or 'nothing known yet'}", "cyan")


def reason_text(reason: Reason, numbers: Numbers) -> str:
    """One reason in words."""
    if reason.kind == "because_of" and reason.item_id:
        return f"like “{numbers.titles.get(reason.item_id, reason.item_id)}”"
    return (
        f"{reason.kind}: {reason.tag or reason.query}"
        if reason.tag or reason.query
        else reason.kind
    )
