"""What a user likes now: the fold from events to state, and the readings of that state."""
