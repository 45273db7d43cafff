"""Kafka outside of the stream engine: clients, reading topics, dead letters."""
