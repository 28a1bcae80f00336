"""The writer that needs nothing: chooses and safely shortens the article's own sentences."""
