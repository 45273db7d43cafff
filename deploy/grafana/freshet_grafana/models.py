"""For who makes the models: what serves, what comes of it, what was trained and why not."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from freshet_grafana.panels import board, figure, lines, listing
from freshet_grafana.queries import mean_ever, per_second, quantile

#: From which the trainer takes the champion's loss as risen.
DRIFT_ALARM = 200


def models() -> Dashboard:
    """The dashboard."""
    return board(
        "freshet-models",
        "Freshet: models",
        "What serves, its click rate, and what training, gates and roll-out decided.",
        {
            "What serves": [
                figure(
                    "Models not served",
                    "Versions that the models topic names and a ranker does not serve.",
                    "none",
                    ("sum(freshet_models_missing)", "missing"),
                    limit=1,
                ),
                figure(
                    "Drift",
                    "How far the champion's loss has risen; 200 asks for a training.",
                    "none",
                    ("max(freshet_trainer_drift_deviations)", "deviations"),
                    limit=DRIFT_ALARM,
                ),
                listing(
                    "Models that serve",
                    "By ranker: more than one champion means that a change is under way.",
                    "freshet_model_info",
                ),
                lines(
                    "Click rate by model",
                    "Share of the lists of the last day with a click, as the trainer sees it.",
                    "percentunit",
                    ("max by (model) (freshet_trainer_click_rate_ratio)", "{{model}}"),
                ),
                lines(
                    "Lists by role",
                    "How much of the traffic a canary has.",
                    "cps",
                    (per_second("freshet_recommendations_total", "role"), "{{role}}"),
                ),
                lines(
                    "Loading a model, mean",
                    "From the news of a model until it serves.",
                    "s",
                    (mean_ever("freshet_model_load_seconds", "instance"), "{{instance}}"),
                ),
                lines(
                    "Models refused",
                    "Since each ranker's start: not fit to serve.",
                    "short",
                    ("sum by (instance) (freshet_models_refused_total)", "{{instance}}"),
                ),
                lines(
                    "Lists in one run of the model, p50",
                    "How well the cost of a run is shared.",
                    "short",
                    (quantile(0.5, "freshet_ranker_batch_lists"), "lists"),
                ),
                lines(
                    "Items",
                    "Known to the rankers, and refused: of another space than the model's.",
                    "short",
                    ("max(freshet_ranker_items)", "known"),
                    ("max(freshet_ranker_refused_items)", "refused"),
                ),
            ],
            "What is trained": [
                lines(
                    "Decisions",
                    "Stages that versions came to, since the trainer's start.",
                    "short",
                    ("sum by (stage) (freshet_trainer_decisions_total)", "{{stage}}"),
                ),
                lines(
                    "Gates",
                    "Verdicts since the trainer's start.",
                    "short",
                    (
                        "sum by (gate, passed) (freshet_trainer_gates_total)",
                        "{{gate}} passed: {{passed}}",
                    ),
                ),
                lines(
                    "Trainings",
                    "By why they began, since the trainer's start.",
                    "short",
                    ("sum by (reason) (freshet_trainer_trainings_total)", "{{reason}}"),
                ),
                lines(
                    "How long it takes, mean",
                    "A replay of the topics; a training up to its verdicts.",
                    "s",
                    (mean_ever("freshet_trainer_replay_seconds"), "replay"),
                    (mean_ever("freshet_trainer_training_seconds"), "training"),
                ),
                lines(
                    "Examples",
                    "Lists held, and records that the last replay could not use.",
                    "short",
                    ("max(freshet_trainer_lists)", "lists"),
                    ("max(freshet_trainer_passed_over_records)", "passed over"),
                ),
                lines(
                    "Since the last look",
                    "The trainer looks every few minutes; a training keeps it longer.",
                    "s",
                    (
                        "time() - max by (instance) (freshet_trainer_looked_timestamp_seconds > 0)",
                        "{{instance}}",
                    ),
                ),
            ],
        },
    )
