"""The ranker's model changes while it answers: nothing is dropped, nothing is mixed."""

from pathlib import Path

from freshet.config import ServiceConfig
from freshet_ranker.config import RankerConfig
from harness.kafka import until
from harness.services import service
from harness.swaps import ITEMS, catalogue, expected, swap_under_load


async def test_models_change_under_load_and_no_request_is_dropped(
    config: ServiceConfig, tmp_path: Path
) -> None:
    await catalogue(config, RankerConfig().embedding_version)
    cache = str(tmp_path / "cache")
    with service("ranker", config, tmp_path, FRESHET_MODELS_CACHE=cache) as ranker:

        async def knows_the_items() -> bool:
            return ranker.metric("freshet_ranker_items") == ITEMS

        await until(knows_the_items)
        seen = await swap_under_load(config, ranker, tmp_path, swaps=12, rate=200)
        assert seen.answers.keys() == expected(seen)
        assert set(seen.answers.values()) == {1}
        assert seen.broken == 0
        assert seen.models.keys() <= {"prior@1", "prior@a", "prior@b"}
        assert ranker.metric("freshet_models_refused_total") == 0
        assert ranker.metric('freshet_model_info{model="prior@b",role="champion"}') == 1
