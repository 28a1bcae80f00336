"""The writer that needs nothing: no model, no download, no network."""

from nutgraf.stages.write.builtin.writer import BuiltinWriter

__all__ = ["BuiltinWriter"]
