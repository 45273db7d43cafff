"""The ranker service: a changed interest or a request becomes a personal list."""
