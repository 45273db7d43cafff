"""The narrator service: short texts for recommendations that are worth one."""
