"""What is popular and what follows what: decayed counts of interactions and impressions by item."""
