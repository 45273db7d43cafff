"""The interests service: every click, query and feedback becomes what the user likes now."""
