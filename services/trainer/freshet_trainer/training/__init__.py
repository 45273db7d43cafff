"""Training: lists in batches, one forward pass for every architecture, and the loop."""
