"""The registry's topics on a broker: created, compared, described in documents."""
