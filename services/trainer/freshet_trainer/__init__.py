"""Trains models on what the topics hold, holds them against their gates, rolls them out."""

import os

# TensorFlow's own log speaks of processors it looked for; it is set before the first import of it.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
