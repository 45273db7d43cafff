"""What is popular and what is rising: decayed counts of clicks and impressions."""
