"""What models read of a user and a candidate together: one file a feature, or a family of them."""
