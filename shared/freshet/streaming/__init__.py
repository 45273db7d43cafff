"""The streaming core: Faust in micro-batches, at least once, confirmed before acknowledged."""
