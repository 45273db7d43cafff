"""The simulator: four worlds of people whose drifting tastes it knows."""
