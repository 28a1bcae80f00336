"""Nutgraf: news briefs in which every sentence can be traced to the words it came from.

    >>> import nutgraf
    >>> article = nutgraf.extract_article(page, url="https://example.org/news/1")    # doctest: +SKIP
    >>> brief = nutgraf.write_brief(article)                                         # doctest: +SKIP
    >>> for part, sentence in brief.sentences():                                     # doctest: +SKIP
    ...     print(part, sentence.text, sentence.finding.verdict)

What is named in `__all__` is stable; everything else is private and may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "nutgraf.api": (
        "ModelBudget",
        "article_from_text",
        "check_sentences",
        "extract_article",
        "open_model",
        "parse_feed",
        "tag_topics",
        "write_brief",
    ),
    "nutgraf.domain.article": ("Article", "ArticleFlag", "Paragraph", "ParagraphKind", "SourceSentence"),
    "nutgraf.domain.brief": ("Brief", "BriefSentence", "Draft", "DraftInsight", "DraftSentence", "Insight", "Part"),
    "nutgraf.domain.evidence": ("Finding", "Span", "Verdict"),
    "nutgraf.domain.feed": ("Entry", "Feed"),
    "nutgraf.domain.topic": ("Topic",),
    "nutgraf.domain.model": ("ModelAnswer", "ModelRequest"),
    "nutgraf.errors": ("ConfigError", "ExtractError", "FetchError", "ModelError", "NutgrafError", "ParseError"),
    "nutgraf.ports": ("LanguageModel", "Writer"),
    "nutgraf.sync_model_writer": ("ModelWriter",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

if TYPE_CHECKING:
    from nutgraf.api import (
        ModelBudget,
        article_from_text,
        check_sentences,
        extract_article,
        open_model,
        parse_feed,
        tag_topics,
        write_brief,
    )
    from nutgraf.domain.article import Article, ArticleFlag, Paragraph, ParagraphKind, SourceSentence
    from nutgraf.domain.brief import Brief, BriefSentence, Draft, DraftInsight, DraftSentence, Insight, Part
    from nutgraf.domain.evidence import Finding, Span, Verdict
    from nutgraf.domain.feed import Entry, Feed
    from nutgraf.domain.model import ModelAnswer, ModelRequest
    from nutgraf.domain.topic import Topic
    from nutgraf.errors import ConfigError, ExtractError, FetchError, ModelError, NutgrafError, ParseError
    from nutgraf.ports import LanguageModel, Writer
    from nutgraf.sync_model_writer import ModelWriter

__all__ = [
    "Article",
    "ArticleFlag",
    "Brief",
    "BriefSentence",
    "ConfigError",
    "Draft",
    "DraftInsight",
    "DraftSentence",
    "Entry",
    "ExtractError",
    "Feed",
    "FetchError",
    "Finding",
    "Insight",
    "LanguageModel",
    "ModelAnswer",
    "ModelBudget",
    "ModelError",
    "ModelRequest",
    "ModelWriter",
    "NutgrafError",
    "Paragraph",
    "ParagraphKind",
    "ParseError",
    "Part",
    "SourceSentence",
    "Span",
    "Topic",
    "Verdict",
    "Writer",
    "__version__",
    "article_from_text",
    "check_sentences",
    "extract_article",
    "open_model",
    "parse_feed",
    "tag_topics",
    "write_brief",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `import nutgraf` and `nutgraf --help` stay quick."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'nutgraf' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value
