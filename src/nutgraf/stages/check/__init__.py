"""Sentences and an Article to findings; a Draft to a Brief that may be shown."""
