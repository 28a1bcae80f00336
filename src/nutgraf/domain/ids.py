"""Names for the integers that identify stored things, so that a type checker tells them apart."""

from __future__ import annotations

from typing import NewType

FeedId = NewType("FeedId", int)
ArticleId = NewType("ArticleId", int)
RevisionId = NewType("RevisionId", int)
BriefId = NewType("BriefId", int)
PublisherId = NewType("PublisherId", int)
ReportId = NewType("ReportId", int)
CorrectionId = NewType("CorrectionId", int)
ReaderId = NewType("ReaderId", int)
SearchId = NewType("SearchId", int)
MuteId = NewType("MuteId", int)
TokenId = NewType("TokenId", int)

DEFAULT_READER = ReaderId(1)
"""The one reader there is until accounts are used."""


def article_mark(article_id: int) -> str:
    """An article's id as logs and traces have it: a bare number would be found in times and sizes, too."""
    return f"a{article_id}"


def feed_mark(feed_id: int) -> str:
    """A feed's id as logs and traces have it."""
    return f"f{feed_id}"
