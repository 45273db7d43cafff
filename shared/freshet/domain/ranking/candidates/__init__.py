"""Where candidates come from: one file a source, each gives rows [b, m] padded with -1."""
