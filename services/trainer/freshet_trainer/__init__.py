"""Builds and exports models. Today: the prior, which scores until a trained model exists."""
