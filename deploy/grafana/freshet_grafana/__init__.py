"""Dashboards and the reference of metrics, both made from what the services declare."""
