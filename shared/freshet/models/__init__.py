"""What a model version is: a folder with a manifest and three graphs."""
