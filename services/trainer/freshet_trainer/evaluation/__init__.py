"""How good models are: figures beside those of baselines, off-policy estimates, the report."""
