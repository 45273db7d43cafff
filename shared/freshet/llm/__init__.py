"""Language models behind an OpenAI-compatible endpoint: bounded, measured, never trusted."""
