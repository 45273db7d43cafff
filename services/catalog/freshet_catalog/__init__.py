"""The catalog service: reads every item once, so that all others know what it is about."""
