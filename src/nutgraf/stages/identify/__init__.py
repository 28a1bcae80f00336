"""Which entries and articles are new, the same, changed, or copies of one another."""
