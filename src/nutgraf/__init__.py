"""Nutgraf."""
