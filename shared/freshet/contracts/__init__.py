"""The messages on the topics: one Struct a topic, and the registry that lists the topics."""
