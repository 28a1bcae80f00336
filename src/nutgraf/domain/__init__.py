"""Frozen values that every layer speaks in; no behaviour beyond what follows from the value itself."""
