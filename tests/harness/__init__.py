"""What the tests on a real broker share."""
