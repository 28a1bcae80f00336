"""Archives of pages on this machine: WARC files, folders of HTML files, lists of addresses."""

from nutgraf.adapters.archive.opening import Archive, open_archive

__all__ = ["Archive", "open_archive"]
