"""Gates between a trained model and its users: one file a gate, each with its figures."""
