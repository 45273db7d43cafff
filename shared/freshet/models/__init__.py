"""Model versions: the folder of a manifest and three graphs, running it, and their registry."""
