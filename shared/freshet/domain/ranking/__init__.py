"""From what a user likes to a list: candidates, filters, features, score, selection, reasons."""
