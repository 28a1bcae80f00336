"""A feed that goes out, as values that know no format, and briefs as its entries."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from nutgraf.domain.brief import BriefSentence, Part
from nutgraf.domain.records import BriefCard
from nutgraf.outputs.brief_html import brief_html
from nutgraf.outputs.wording import FLAG_LABELS

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries changed last; both formats want a time, and one that stays keeps the ETag."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry. `id` never changes; `html` is its content; `source_url` is the original, empty where there is none."""

    id: str
    title: str
    page_url: str
    published_at: datetime
    updated_at: datetime
    html: str
    summary: str = ""
    author: str = ""
    source_url: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed: `self_url` is its own address and its id, `page_url` that of the page with the same content."""

    title: str
    description: str
    self_url: str
    page_url: str
    entries: tuple[FeedEntry, ...]

    @property
    def updated_at(self) -> datetime:
        """When its latest entry changed."""
        return max((entry.updated_at for entry in self.entries), default=NEVER)


def brief_content(
    card: BriefCard, sentences: Sequence[tuple[Part, BriefSentence]], *, base_url: str, language: str = ""
) -> str:
    """The HTML of a brief's entry; `sentences` in the order of the page. See `brief_entry`."""
    return brief_html(card, sentences, evidence_url=f"{_page_url(card, base_url)}/evidence", language=language)


def brief_entry(card: BriefCard, content: str, *, base_url: str, language: str = "") -> FeedEntry:
    """A published brief as an entry with the `content` of `brief_content`; `base_url` without a slash at its end.

    Its id comes from the article's address and so stays where the site moves. `language` is a BCP 47 tag.
    """
    changes = (card.briefed_at, card.updated_at, card.corrected_at)
    return FeedEntry(
        id=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'nutgraf brief of {card.url}')}",
        title=card.headline,
        page_url=_page_url(card, base_url),
        published_at=card.published_at,
        updated_at=max((moment for moment in changes if moment is not None), default=card.published_at),
        html=content,
        summary=card.dek,
        author=card.publisher.name,
        source_url=card.url if card.url.startswith(("http://", "https://")) else "",
        language=language,
        tags=(*(FLAG_LABELS[flag] for flag in card.flags), *(topic.name for topic in card.topics)),
    )


def _page_url(card: BriefCard, base_url: str) -> str:
    return f"{base_url}/brief/{card.article_id}"
