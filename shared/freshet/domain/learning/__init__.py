"""What models learn from: lists that were shown, as they looked then, and what was clicked."""
