"""From an article to a brief: write, check, tag, in this order; the same for the service, the commands and the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief
from nutgraf.domain.topic import Topic
from nutgraf.ports import Writer
from nutgraf.stages.check import CheckedDraft, check_draft
from nutgraf.stages.tag import Taxonomy, tag_topics
from nutgraf.stages.write import make_writer

SHORT_ARTICLE_WORDS = 200
"""An article of fewer words without insights is said to be short: the brief is not to blame."""


def make_brief(
    article: Article,
    *,
    created_at: datetime,
    writer: Writer | None = None,
    taxonomy: Taxonomy | None = None,
) -> Brief:
    """The brief of `article` by `writer` (the built-in one by default). Pure: `created_at` is given.

    A draft that loses its What happened in the check gives way to the built-in writer's.
    """
    chosen = writer or make_writer("builtin")
    checked = check_draft(chosen.write(article), article)
    if not checked.what_happened and writer is not None:
        fallback = make_writer("builtin")
        rewritten = check_draft(fallback.write(article), article)
        return _brief(article, rewritten, fallback.name, created_at, tag_topics(article, taxonomy), checked)
    return _brief(article, checked, chosen.name, created_at, tag_topics(article, taxonomy))


def _brief(
    article: Article,
    checked: CheckedDraft,
    writer_name: str,
    created_at: datetime,
    topics: Sequence[Topic],
    rejected: CheckedDraft | None = None,
) -> Brief:
    withheld = checked.withheld if rejected is None else (*rejected.withheld, *checked.withheld)
    return Brief(
        headline=article.title,
        dek=checked.dek,
        what_happened=checked.what_happened,
        insights=checked.insights,
        takeaways=checked.takeaways,
        topics=tuple(topics),
        writer=writer_name,
        created_at=created_at,
        article_hash=article.text_hash,
        language=article.language,
        is_short=not checked.insights and article.word_count < SHORT_ARTICLE_WORDS,
        withheld=withheld,
    )
