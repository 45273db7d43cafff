"""The trends service: how much each item is clicked and shown, now and lately."""
