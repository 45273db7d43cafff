"""The narrator: writes, for people, what a list begins with and why."""
