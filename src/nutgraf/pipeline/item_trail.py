"""An item's trail: what the log says of an article or a feed carries its id, from the poll that finds it to its brief.

The ids are bound to the context, so that every line within says them, whoever writes it: `grep -w a123` shows the whole
life of article 123 in the logs of all processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime

import structlog
from structlog.contextvars import bound_contextvars

from nutgraf.domain.ids import ArticleId, FeedId, article_mark, feed_mark
from nutgraf.domain.records import ArticleRecord, PollChange
from nutgraf.ports import Tracing

log = structlog.get_logger(__name__)


@contextmanager
def about_article(article: ArticleRecord) -> Iterator[None]:
    """Whatever is logged within is about this article."""
    ids = {"article": article_mark(article.id)}
    if article.feed_id is not None:
        ids["feed"] = feed_mark(article.feed_id)
    with bound_contextvars(**ids):
        yield


@contextmanager
def about_feed(feed_id: FeedId) -> Iterator[None]:
    """Whatever is logged within is about this feed."""
    with bound_contextvars(feed=feed_mark(feed_id)):
        yield


def log_poll(url: str, change: PollChange) -> None:
    """Say what a stored poll found; one that found nothing is a matter for debugging."""
    if not change.new_articles and not change.changed_articles:
        log.debug("feed_polled", new=0)
        return
    log.info("feed_polled", url=url, new=change.new_articles, changed=change.changed_articles)
    for article_id, url in change.found:
        log.info("article_found", article=article_mark(article_id), url=url)
    for article_id in change.announced_again:
        log.info("article_announced_again", article=article_mark(article_id))


class _Untraced:
    """The Tracing of whoever collects no traces: it costs two calls."""

    _nothing: AbstractContextManager[object] = nullcontext()

    def span(self, name: str) -> AbstractContextManager[object]:
        return self._nothing

    def life_of(self, article_id: ArticleId, found_at: datetime) -> AbstractContextManager[object]:
        return self._nothing

    def begin_life(self, article_id: ArticleId, found_at: datetime, url: str) -> None:
        return None

    def close(self) -> None:
        return None


UNTRACED: Tracing = _Untraced()
