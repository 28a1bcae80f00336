"""Bytes of a page to an Article."""

from nutgraf.stages.extract.assemble import Metadata, article_from_text
from nutgraf.stages.extract.page import article_from_entry, extract_article

__all__ = ["Metadata", "article_from_entry", "article_from_text", "extract_article"]
