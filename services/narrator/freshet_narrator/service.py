"""The narrator: recommendations in, texts for people out."""

from prometheus_client import CollectorRegistry

from freshet.contracts.registry import ITEMS, RECOMMENDATIONS
from freshet.llm.client import LanguageModel
from freshet.llm.metrics import llm_metrics
from freshet.streaming.global_table import GlobalTable
from freshet.streaming.service import Service
from freshet_narrator.config import NarratorConfig
from freshet_narrator.known_items import KnownItems
from freshet_narrator.metrics import narrator_metrics
from freshet_narrator.narrating import Narrating
from freshet_narrator.writing import NARRATIVE, Writing


def build_service(config: NarratorConfig) -> Service:
    """The narrator, connected to nothing."""
    registry = CollectorRegistry()
    metrics = narrator_metrics(registry)
    model_metrics = llm_metrics(registry, [NARRATIVE])
    model = LanguageModel(config, model_metrics)
    # An endpoint that only embeds is of no use here.
    model_metrics.configured.set(model.writes)
    known_items = KnownItems()
    writing = Writing(config, model, metrics, model_metrics)
    narrating = Narrating(config, known_items, metrics, writing.offer)
    metrics.items.set_function(lambda: len(known_items))
    metrics.waiting.set_function(lambda: len(writing))
    return Service(
        name="narrator",
        inputs=(RECOMMENDATIONS,),
        process=narrating.process,
        registry=registry,
        global_tables=(GlobalTable((ITEMS,), known_items.apply),),
        confirmed=narrating.confirmed,
        background=(writing.run,) if model.writes else (),
        step="narrate",
    )
