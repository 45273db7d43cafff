"""Freshet: recommendations by event stream."""
