"""What Freshet knows about interest, trends and ranking: pure functions, no engine."""
