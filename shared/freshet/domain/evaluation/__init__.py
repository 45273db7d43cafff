"""How good lists are: offline measures, each with how sure it is."""
