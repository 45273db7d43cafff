"""A Kubernetes API server of the tests' own."""
