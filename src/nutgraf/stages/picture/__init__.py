"""Pictures: what a file is, by its own bytes, before any browser decodes it."""

from nutgraf.stages.picture.inspect import PICTURE_LIMITS, inspect_picture

__all__ = ["PICTURE_LIMITS", "inspect_picture"]
