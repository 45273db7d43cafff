"""Calls to a language model behind an OpenAI-compatible endpoint: bounded, measured, never trusted."""
