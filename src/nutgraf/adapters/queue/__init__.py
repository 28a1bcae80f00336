"""Running work: the in-process runner and killable stage processes."""
