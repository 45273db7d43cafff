"""The interactions service: what users do, told to the items that they do it with."""
