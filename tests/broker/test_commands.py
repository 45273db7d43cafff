"""What an operator types: topics and dead letters, on a real broker."""

import json
from pathlib import Path

from freshet.config import ServiceConfig
from freshet.contracts.codec import encode
from freshet.contracts.inputs import Click
from freshet.contracts.registry import CLICKS, DEAD_LETTERS, TOPICS
from harness.commands import freshet
from harness.kafka import log_of, send, until
from harness.services import service

GOOD = encode(Click(event_id="c1", event_time=1_700_000_000_000, user_id="ada", item_id="tea"))


def test_apply_makes_what_check_misses(empty: ServiceConfig) -> None:
    code, said = freshet(empty, "topics", "check")
    assert code == 1
    assert f"{empty.topic_prefix}clicks" in said
    assert "freshet topics apply" in said
    code, said = freshet(empty, "topics", "apply")
    assert (code, f"{len(TOPICS)} topics are as they should be" in said) == (0, True), said
    assert freshet(empty, "topics", "check")[0] == 0
    assert freshet(empty, "topics", "apply")[0] == 0


def test_a_broker_that_is_not_there_is_named(empty: ServiceConfig) -> None:
    code, said = freshet(
        ServiceConfig(brokers="127.0.0.1:1", topic_prefix=empty.topic_prefix), "topics", "check"
    )
    assert code == 1
    assert "127.0.0.1:1 does not answer" in said


async def test_letters_are_listed_with_reasons_and_put_back(
    config: ServiceConfig, tmp_path: Path
) -> None:
    rubbish = [(b"ada", b"{"), (b"bob", GOOD), (b"ada", b'{"event_id": "c2"}'), (b"ada", None)]
    await send(config, CLICKS, [*rubbish, (b"ada", GOOD)])
    with service("interests", config, tmp_path) as interests:

        async def refused() -> bool:
            return len(await log_of(config, DEAD_LETTERS)) == len(rubbish)

        await until(refused)
        assert interests.metric('freshet_interests_folded_events_total{topic="clicks"}') == 1
        code, said = freshet(config, "dead-letters", "list", "--json")
        letters = [json.loads(line) for line in said.splitlines()]
        assert code == 0
        reasons = ["key_mismatch", "missing_value", "not_json", "schema"]
        assert sorted(letter["reason"] for letter in letters) == reasons
        code, said = freshet(config, "dead-letters", "list", "--reason", "schema")
        assert (code, "1 dead letters" in said) == (0, True), said
        code, said = freshet(config, "dead-letters", "replay", "--reason", "not_json", "--yes")
        assert (code, "1 records put back" in said) == (0, True), said

        async def refused_again() -> bool:
            return len(await log_of(config, DEAD_LETTERS)) == len(rubbish) + 1

        await until(refused_again)


def test_a_log_has_times_and_no_chatter_of_libraries(config: ServiceConfig, tmp_path: Path) -> None:
    with service("catalog", config, tmp_path) as catalog:
        lines = catalog.log().splitlines()
        assert any(
            line.startswith("20") and "INFO freshet: catalog starts" in line for line in lines
        )
        assert not any(line.startswith("INFO:") for line in lines)


def test_a_service_says_how_it_is(config: ServiceConfig, tmp_path: Path) -> None:
    with service("trends", config, tmp_path) as trends:
        assert trends.get("/live")[0] == 200
        assert trends.get("/ready")[0] == 200
        status, text = trends.get("/metrics")
        assert status == 200
        for name in ("freshet_records", "freshet_lag_records", "freshet_trends_interactions"):
            assert f"# HELP {name}" in text
        assert trends.get("/nothing")[0] == 404
        assert "FRESHET_SASL_PASSWORD=\n" in trends.log()
