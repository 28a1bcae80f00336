"""A small fictional press with feeds and article pages, served over loopback HTTP by `nutgraf demo`."""
