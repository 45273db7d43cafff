"""What can go wrong with a local broker."""


class BrokerFailed(Exception):
    """A broker did not start, or ended by itself; the text ends with what its log said last."""


class ComponentMissing(Exception):
    """Something must be on the machine first; names it and how to get it."""
