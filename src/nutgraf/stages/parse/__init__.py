"""Bytes of a feed to a Feed."""
