"""How a model version comes to serve: its stages, the test of the canary, when to train again."""
