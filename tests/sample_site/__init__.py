"""A site with briefs of every kind the pages must show, over a real store; for integration and browser tests."""
