"""For who answers for what people see: lists, the items behind them, and the texts of the LLM."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from freshet_grafana.panels import board, figure, lines
from freshet_grafana.queries import per_second, quantile_ever


def product() -> Dashboard:
    """The dashboard."""
    return board(
        "freshet-product",
        "Freshet: lists and texts",
        "What people are shown, how well they are known, and what the language model does.",
        {
            "Lists": [
                lines(
                    "Lists by strategy",
                    "Personalised, or what stands in for it where nothing is known of a user.",
                    "cps",
                    (per_second("freshet_recommendations_total", "strategy"), "{{strategy}}"),
                ),
                lines(
                    "Lists by trigger",
                    "A changed interest, or a request.",
                    "cps",
                    (per_second("freshet_recommendations_total", "trigger"), "{{trigger}}"),
                ),
                lines(
                    "Empty lists",
                    "Share of the requests that are answered with nothing.",
                    "percentunit",
                    (
                        f"{per_second('freshet_empty_recommendations_total')} / "
                        + per_second('freshet_recommendations_total{trigger="request"}'),
                        "empty",
                    ),
                    limit=0.05,
                ),
            ],
            "What is known": [
                lines(
                    "Events folded into interests",
                    "Clicks, searches, feedback and what was shown.",
                    "cps",
                    (per_second("freshet_interests_folded_events_total", "topic"), "{{topic}}"),
                    (per_second("freshet_interests_repeated_events_total"), "known already"),
                ),
                lines(
                    "What users tell of items",
                    "Interactions, impressions, what followed what; and how much of it is counted.",
                    "cps",
                    (per_second("freshet_interactions_told_total", "topic"), "{{topic}}"),
                    (per_second("freshet_trends_interactions_total"), "counted"),
                ),
                lines(
                    "Items taken",
                    "By what came of them, since the catalog's start.",
                    "short",
                    ("sum by (outcome) (freshet_catalog_items_total)", "{{outcome}}"),
                ),
                lines(
                    "Items whose tags are known",
                    "By worker of interests.",
                    "short",
                    ("freshet_interests_catalog_items", "{{instance}}"),
                ),
                lines(
                    "Entries that could say more",
                    "Waiting for what the settings ask for, by what would add to them.",
                    "short",
                    ("sum by (by) (freshet_catalog_behind)", "{{by}}"),
                ),
                lines(
                    "Entries read again",
                    "By what for and what came of it, since the catalog's start.",
                    "short",
                    (
                        "sum by (by, outcome) (freshet_catalog_improved_total)",
                        "{{by}}: {{outcome}}",
                    ),
                ),
                lines(
                    "Names of tags",
                    "That the taxonomy knows: it grows with what the shop sells, then hardly.",
                    "short",
                    ("max(freshet_catalog_names)", "names"),
                ),
                lines(
                    "Embedding a group of texts, p99",
                    "Of all since the catalog's start.",
                    "s",
                    (quantile_ever(0.99, "freshet_catalog_embed_seconds"), "p99"),
                ),
            ],
            "Texts": [
                lines(
                    "Narratives by writer",
                    "By templates with the list; by the language model a little later.",
                    "cps",
                    (per_second("freshet_narrator_narratives_total", "source"), "{{source}}"),
                ),
                lines(
                    "Lists without a text",
                    "By why they were not worth one.",
                    "cps",
                    (per_second("freshet_narrator_skipped_lists_total", "reason"), "{{reason}}"),
                ),
                lines(
                    "Texts that were not fit",
                    "Of the language model, by the first fault found, since the start.",
                    "short",
                    ("sum by (fault) (freshet_narrator_faulty_texts_total)", "{{fault}}"),
                ),
                lines(
                    "From list to the model's texts, p99",
                    "Of all since the start.",
                    "s",
                    (quantile_ever(0.99, "freshet_narrator_model_seconds"), "p99"),
                ),
                lines(
                    "Lists that wait for the model",
                    "The newest are written about first; the oldest give way.",
                    "short",
                    ("sum by (job) (freshet_narrator_waiting_lists)", "{{job}}"),
                ),
                lines(
                    "Items known to the narrator",
                    "By worker.",
                    "short",
                    ("freshet_narrator_items", "{{instance}}"),
                ),
            ],
            "Language model": [
                figure(
                    "Configured",
                    "1 where an endpoint is configured.",
                    "none",
                    ("max by (job) (freshet_llm_configured)", "{{job}}"),
                ),
                figure(
                    "Breaker open",
                    "1 while too many calls have failed and none is made.",
                    "none",
                    ("max by (job) (freshet_llm_breaker_open)", "{{job}}"),
                    limit=1,
                ),
                lines(
                    "Calls by outcome",
                    "`answered`, or why not; `budget` and `breaker_open` are not made at all.",
                    "cps",
                    (
                        per_second("freshet_llm_calls_total", "job", "outcome") + " > 0",
                        "{{job}}: {{outcome}}",
                    ),
                ),
                lines(
                    "Tokens",
                    "As the endpoint counts them: what is paid for.",
                    "cps",
                    (
                        per_second("freshet_llm_tokens_total", "purpose", "direction"),
                        "{{purpose}}: {{direction}}",
                    ),
                ),
                lines(
                    "Seconds until answered, p99",
                    "Of all since the start, by purpose.",
                    "s",
                    (quantile_ever(0.99, "freshet_llm_seconds", "purpose"), "{{purpose}}"),
                ),
                lines(
                    "Done without the model",
                    "By purpose: off, over the budget, failed, or not believed.",
                    "cps",
                    (per_second("freshet_llm_fallbacks_total", "purpose"), "{{purpose}}"),
                ),
                lines(
                    "Answers not believed",
                    "Well-formed, and refused by the service's own check.",
                    "cps",
                    (per_second("freshet_llm_rejected_answers_total", "purpose"), "{{purpose}}"),
                ),
            ],
        },
    )
