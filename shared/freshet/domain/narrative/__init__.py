"""Texts about what is recommended: which lists are worth one, and which texts are fit."""
