"""For who runs it: is it fresh, does it keep up, what does it cost."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from freshet_grafana.panels import board, figure, lines, listing
from freshet_grafana.queries import per_second, quantile, quantile_ever

#: As in deploy/prometheus/rules/freshness.yml.
OBJECTIVE_S = 0.25
LATE_SHARE = 0.01


def platform() -> Dashboard:
    """The dashboard."""
    return board(
        "freshet-platform",
        "Freshet: platform",
        "Freshness beside its objective, backlogs, refusals and resources of every service.",
        {
            "Is it fresh": [
                figure(
                    "Late lists, last hour",
                    "Share of lists that took longer than the objective; a hundredth is allowed.",
                    "percentunit",
                    ("freshet:late_lists:ratio_rate1h", "late"),
                    limit=LATE_SHARE,
                ),
                figure(
                    "Ready workers",
                    "Workers that answer and have their partitions.",
                    "none",
                    ("sum by (job) (freshet_ready)", "{{job}}"),
                ),
                lines(
                    "Freshness",
                    "From the broker's receipt of a click to its confirmation of the list.",
                    "s",
                    (quantile(0.5, "freshet_freshness_seconds"), "p50"),
                    (quantile(0.99, "freshet_freshness_seconds"), "p99"),
                    limit=OBJECTIVE_S,
                ),
                lines(
                    "Spending of the allowance",
                    "1 spends exactly what is allowed; 14.4 for an hour pages.",
                    "none",
                    (f"freshet:late_lists:ratio_rate5m / {LATE_SHARE}", "5 minutes"),
                    (f"freshet:late_lists:ratio_rate1h / {LATE_SHARE}", "1 hour"),
                    (f"freshet:late_lists:ratio_rate6h / {LATE_SHARE}", "6 hours"),
                    limit=14.4,
                ),
            ],
            "Does it keep up": [
                lines(
                    "Records read",
                    "By service.",
                    "cps",
                    (per_second("freshet_records_total", "job"), "{{job}}"),
                ),
                lines(
                    "Lag",
                    "Records that are with the broker and not yet finished with.",
                    "short",
                    ("job:freshet_lag_records:sum", "{{job}}"),
                ),
                lines(
                    "Time to catch up",
                    "What waits, at the speed of now.",
                    "s",
                    ("job:freshet_lag_records:sum / job:freshet_records:rate5m", "{{job}}"),
                    limit=60,
                ),
                lines(
                    "Bytes in hand",
                    "Share of the bytes that a worker may hold; at 1 it reads no more.",
                    "percentunit",
                    (
                        "max by (job) (freshet_in_flight_bytes / freshet_in_flight_limit_bytes)",
                        "{{job}}",
                    ),
                    limit=0.8,
                ),
                lines(
                    "Processing, p99",
                    "In the service's own function, for one set of records.",
                    "s",
                    (quantile(0.99, "freshet_process_seconds", "job"), "{{job}}"),
                ),
                lines(
                    "Confirmation, p99",
                    "From publishing a set's outputs to the broker's word: slow brokers show here.",
                    "s",
                    (quantile(0.99, "freshet_confirm_seconds", "job"), "{{job}}"),
                ),
                lines(
                    "Set size, p50",
                    "Records processed at once: sets grow with the load.",
                    "short",
                    (quantile(0.5, "freshet_set_records", "job"), "{{job}}"),
                ),
                lines(
                    "Records published",
                    "Confirmed by the broker, by topic.",
                    "cps",
                    (per_second("freshet_published_records_total", "topic"), "{{topic}}"),
                ),
                lines(
                    "Since the last confirmation",
                    "Grows while nothing comes in, and while a worker is stuck.",
                    "s",
                    (
                        "time() - max by (job) (freshet_confirmed_timestamp_seconds > 0)",
                        "{{job}}",
                    ),
                ),
            ],
            "What goes wrong": [
                listing(
                    "Alerts that fire",
                    "What each means and what to do: docs/how-to/alerts.md.",
                    'ALERTS{alertstate="firing"}',
                ),
                lines(
                    "Dead letters",
                    "Records that could not be read, by topic and reason.",
                    "cps",
                    (
                        f"{per_second('freshet_dead_letters_total', 'topic', 'reason')} > 0",
                        "{{topic}}: {{reason}}",
                    ),
                ),
                lines(
                    "Starts, last hour",
                    "How often a worker has started again.",
                    "short",
                    ("sum by (job) (changes(process_start_time_seconds[1h]))", "{{job}}"),
                ),
            ],
            "Memory and cores": [
                lines(
                    "Keys in memory",
                    "Users or items of the partitions that the workers own.",
                    "short",
                    ("sum by (job) (freshet_state_keys)", "{{job}}"),
                ),
                lines(
                    "Memory rebuilt, p99",
                    "To read a newly assigned partition's memory from its topic.",
                    "s",
                    (quantile_ever(0.99, "freshet_state_load_seconds", "job"), "{{job}}"),
                ),
                lines(
                    "Cores",
                    "By worker; one worker uses one core at most.",
                    "none",
                    (
                        "rate(process_cpu_seconds_total[$__rate_interval])",
                        "{{job}} {{instance}}",
                    ),
                ),
                lines(
                    "Resident memory",
                    "By worker.",
                    "bytes",
                    ("process_resident_memory_bytes", "{{job}} {{instance}}"),
                ),
                lines(
                    "Open files",
                    "By worker, beside how many it may have.",
                    "short",
                    ("process_open_fds", "{{job}} {{instance}}"),
                    ("min(process_max_fds)", "allowed"),
                ),
                listing("Versions", "What runs where.", "freshet_build_info"),
            ],
        },
    )
