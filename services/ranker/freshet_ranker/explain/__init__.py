"""`freshet explain`: why a list is as it is, said out of what the topics hold."""
