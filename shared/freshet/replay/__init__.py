"""Files of events onto the topics: for trying Freshet on what one has."""
