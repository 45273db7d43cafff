"""`freshet replay` on a real broker."""

import asyncio
import gzip
from pathlib import Path

import msgspec

from freshet.config import ServiceConfig
from freshet.contracts.codec import decoder
from freshet.contracts.registry import CLICKS, IMPRESSIONS, ITEMS, Topic
from harness.commands import freshet
from harness.kafka import log_of

COUNT = 300


def film(number: int) -> dict[str, object]:
    fields = [{"name": "title", "value": f"Film {number}"}, {"name": "genres", "value": ["drama"]}]
    return {
        "event": "item",
        "id": f"e-{number}",
        "item": f"film-{number}",
        "timestamp": "1700000000000",
        "fields": fields,
    }


def evening(number: int) -> list[dict[str, object]]:
    person = {"user": f"u-{number % 20}", "timestamp": str(1_700_000_001_000 + number)}
    shown = [{"id": f"film-{number}"}, {"id": "film-0"}]
    return [
        {"event": "ranking", "id": f"r-{number}", "items": shown, **person},
        {
            "event": "interaction",
            "type": "click",
            "id": f"c-{number}",
            "item": f"film-{number}",
            **person,
        },
    ]


LINES = [
    msgspec.json.encode(event)
    for event in [
        *map(film, range(COUNT)),
        *(one for number in range(COUNT) for one in evening(number)),
    ]
]


def replay(config: ServiceConfig, file: str, *more: str, given: bytes = b"") -> tuple[int, str]:
    return freshet(config, "replay", file, *more, given=given)


def event_ids(config: ServiceConfig, topic: Topic) -> list[str]:
    decode = decoder(topic)
    log = asyncio.run(log_of(config, topic))
    return [decode(record.key, record.value).event_id for record in log]


def test_every_line_is_on_its_topic_once(config: ServiceConfig, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl.gz"
    file.write_bytes(gzip.compress(b"\n".join(LINES)))
    code, said = replay(config, str(file))
    assert code == 0, said
    for topic, letter in ((ITEMS, "e"), (IMPRESSIONS, "r"), (CLICKS, "c")):
        assert sorted(event_ids(config, topic)) == sorted(f"{letter}-{n}" for n in range(COUNT))
        assert f"{COUNT} {topic.name}" in said


def test_a_replay_from_standard_input_does_the_same_as_one_from_a_file(
    config: ServiceConfig,
) -> None:
    code, said = replay(config, "-", given=b"\n".join(LINES * 3))
    assert code == 0, said
    assert len(event_ids(config, CLICKS)) == 3 * COUNT


def test_a_second_replay_sends_the_same_ids(config: ServiceConfig, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(LINES))
    assert [replay(config, str(file))[0] for _ in range(2)] == [0, 0]
    ids = event_ids(config, CLICKS)
    assert (len(ids), len(set(ids))) == (2 * COUNT, COUNT)


def test_a_bad_line_is_named_and_the_good_ones_still_arrive(
    config: ServiceConfig, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join([*LINES, b"{nonsense"]))
    code, said = replay(config, str(file))
    assert code == 1
    assert f"line {len(LINES) + 1}:" in said
    assert len(event_ids(config, CLICKS)) == COUNT
    assert replay(config, str(file), "--skip-bad")[0] == 0


def test_a_csv_file_is_replayed_as_well(config: ServiceConfig, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(
        "topic,event_id,event_time,user_id,item_id,item_ids\n"
        "impressions,i1,1700000000005,u1,,a|b\n"
        "clicks,c1,1700000000006,u1,a,\n"
    )
    code, said = replay(config, str(file))
    assert code == 0, said
    assert event_ids(config, IMPRESSIONS) == ["i1"]
    assert event_ids(config, CLICKS) == ["c1"]
