"""A small fictional press with feeds and article pages, served over loopback HTTP by `nutgraf demo`.

It stands for the outside world: it imports nothing of nutgraf, and nutgraf reads it over HTTP like any publisher.
"""
