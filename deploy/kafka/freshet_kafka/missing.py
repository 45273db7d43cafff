"""Something that must be on the machine first."""


class ComponentMissing(Exception):
    """Names what is missing and how to get it."""
