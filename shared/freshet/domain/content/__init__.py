"""What an item is about: the text that is embedded, its interest tags, its language."""
