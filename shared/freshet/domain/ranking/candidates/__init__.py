"""Where candidates come from: one file a source, and the registry of them all."""
