"""Stored things with their identity and state: what the pipeline works on and what pages are made of."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from nutgraf.domain.article import Article, ArticleFlag
from nutgraf.domain.brief import Brief, Withheld
from nutgraf.domain.entity import Entity, EntityKind
from nutgraf.domain.ids import ArticleId, BriefId, FeedId, PublisherId, RevisionId
from nutgraf.domain.picture import Picture
from nutgraf.domain.spending import ModelPolicy
from nutgraf.domain.topic import Topic

if TYPE_CHECKING:
    from nutgraf.domain.corrections import CorrectionRecord


class FeedState(enum.StrEnum):
    """Whether a feed is polled: `gone` after a 410, `paused` by the operator."""

    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"


class PollSign(enum.StrEnum):
    """What a poll led to, as one character."""

    NEWS = "+"  # entries that are new or changed
    NOTHING = "="
    FAILED = "!"


class ArticleState(enum.StrEnum):
    """Where an article stands in the pipeline. Each state but the last four has exactly one next step."""

    FOUND = "found"  # known from a feed; next: fetch
    FETCHED = "fetched"  # its page is stored; next: extract and identify
    EXTRACTED = "extracted"  # its text is stored as a revision; next: write, check, tag
    WRITTEN = "written"  # its brief is stored; next: publish
    PUBLISHED = "published"
    COPY = "copy"  # near-verbatim copy of another article, shown with that one
    QUARANTINED = "quarantined"  # set aside with a reason; can be replayed
    EXPIRED = "expired"  # its time to be kept is over; remembered, so that its feed does not bring it back


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A subscribed feed. `error_code` and `error_message` are empty after a successful poll; times are UTC.

    `parse_path` is how its last document was read, `dropped_entries` how many of that one's entries were beyond the
    limit; a hub tells of its news until `pushed_until`. `title` is the operator's (`own_title`) where there is one.
    `outcomes` has a PollSign for each of the last polls, the latest at its end. `model_policy` is None where the
    settings' holds.
    """

    id: FeedId
    url: str
    title: str
    site_url: str
    state: FeedState
    etag: str
    last_modified: str
    added_at: datetime
    next_poll_at: datetime
    last_poll_at: datetime | None
    last_ok_at: datetime | None
    last_new_at: datetime | None
    failures: int
    interval_s: int
    error_code: str
    error_message: str
    article_count: int = 0
    parse_path: str = ""
    dropped_entries: int = 0
    pushed_until: datetime | None = None
    own_title: str = ""
    category: str = ""
    min_interval_s: int = 0
    outcomes: str = ""
    model_policy: ModelPolicy | None = None

    @property
    def health(self) -> str:
        """One word for how it does: gone, paused, failing, waiting or healthy."""
        if self.state is not FeedState.ACTIVE:
            return self.state.value
        if self.error_code:
            return "failing"
        return "healthy" if self.last_poll_at is not None else "waiting"


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What the store knows of a feed's entry: its hash as of the last poll, and its article."""

    entry_key: str
    content_hash: str
    article_id: ArticleId


@dataclass(frozen=True, slots=True)
class EntryToStore:
    """An entry of a feed that is new or changed, ready for the store.

    `article_key` is the normalised address by which the article is known through any feed.
    `content_hash` covers title, summary, content and the updated time; a change asks for a second look.
    `article_id` is set where the entry is a known one under a new id: it stays with that article.
    """

    entry_key: str
    article_key: str
    url: str
    title: str
    author: str
    summary_html: str
    content_html: str
    published_at: datetime | None
    updated_at: datetime | None
    content_hash: str
    article_id: ArticleId | None = None

    def __reduce__(self) -> tuple[type[EntryToStore], tuple[object, ...]]:
        """Pickle as plain arguments: stages send entries by the thousand, and a dataclass's own way takes thrice."""
        return EntryToStore, (
            self.entry_key,
            self.article_key,
            self.url,
            self.title,
            self.author,
            self.summary_html,
            self.content_html,
            self.published_at,
            self.updated_at,
            self.content_hash,
            self.article_id,
        )


@dataclass(frozen=True, slots=True)
class PollResult:
    """What a poll of a feed led to, decided before anything is stored.

    Exactly one of the following holds: `error_code` is set (nothing else changes but the schedule);
    `not_modified`; or `entries` holds what is new or changed. `interval_s` and `next_poll_at` are the schedule.
    """

    polled_at: datetime
    next_poll_at: datetime
    interval_s: int
    not_modified: bool = False
    title: str = ""
    site_url: str = ""
    language: str = ""
    parse_path: str = ""
    dropped_entries: int = 0
    hub_url: str = ""
    topic_url: str = ""
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    new_state: FeedState = FeedState.ACTIVE
    entries: tuple[EntryToStore, ...] = ()
    error_code: str = ""
    error_message: str = ""


@dataclass(frozen=True, slots=True)
class PollChange:
    """What storing a poll changed; `found` has the new articles with their addresses, in no order."""

    new_articles: int = 0
    changed_articles: int = 0
    found: tuple[tuple[ArticleId, str], ...] = field(default=(), compare=False)
    announced_again: tuple[ArticleId, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article's place in the pipeline. `attempts` counts failures of the current step."""

    id: ArticleId
    url: str
    title: str
    state: ArticleState
    feed_id: FeedId | None
    feed_title: str
    attempts: int
    published_at: datetime | None
    found_at: datetime
    summary_html: str = ""
    content_html: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class QuarantineRecord:
    """An article that was set aside: at which step, why, and when."""

    article_id: ArticleId
    url: str
    title: str
    feed_id: FeedId | None
    feed_title: str
    step: ArticleState
    error_code: str
    error_message: str
    since: datetime


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """A stored text of an article; `number` counts from 1."""

    id: RevisionId
    article_id: ArticleId
    number: int
    stored_at: datetime
    article: Article


@dataclass(frozen=True, slots=True)
class UnnamedBrief:
    """A published brief whose entities were not looked for: its article, its headline and sentences."""

    id: BriefId
    article: Article
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who published an article. `slug` is its address on the site."""

    id: PublisherId
    slug: str
    name: str
    site_url: str = ""
    brief_count: int = 0
    icon: Picture | None = None


@dataclass(frozen=True, slots=True)
class BriefCard:
    """What a list shows of a brief. `published_at` is the publisher's time where known, else when it was found.

    `updated_at` is set where the brief as it stands was written after the publisher changed the article,
    `corrected_at` where it was corrected after a report.
    """

    article_id: ArticleId
    brief_id: BriefId
    headline: str
    dek: str
    publisher: Publisher
    published_at: datetime
    reads: int
    topics: tuple[Topic, ...]
    url: str
    entities: tuple[Entity, ...] = ()
    language: str = ""
    is_short: bool = False
    is_read: bool = False
    is_saved: bool = False
    is_hidden: bool = False
    briefed_at: datetime | None = None
    """When this version was published here."""
    updated_at: datetime | None = None
    corrected_at: datetime | None = None
    lead_picture: Picture | None = None
    flags: tuple[ArticleFlag, ...] = ()
    """Of the article that the brief was written from, in the order of their values."""
    sort_key: str = ""
    """Opaque cursor: `BriefQuery.before` set to it continues after this card."""


class Standing(NamedTuple):
    """A published brief as an order of briefs asks for it: with all that can change while `brief_id` stays the same.

    A tuple, because a front page has two hundred. `published_at` is that of BriefCard.
    """

    article_id: ArticleId
    brief_id: BriefId
    published_at: datetime
    is_read: bool
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class WithheldRecord:
    """A drafted sentence that no reader saw, with the brief it was written for and the article's words nearest to it.

    `number` counts the withheld sentences of the brief from 0.
    """

    brief_id: BriefId
    number: int
    article_id: ArticleId
    headline: str
    publisher_name: str
    writer: str
    published_at: datetime
    sentence: Withheld
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """Another publisher's near-verbatim copy of an article."""

    article_id: ArticleId
    publisher: Publisher
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class BriefPage:
    """Everything the page of one brief shows. `version` counts briefs of this article from 1.

    `previous_revision` is the text before the latest change, where the publisher changed the article.
    """

    card: BriefCard
    brief: Brief
    version: int
    revision: RevisionRecord
    previous_revision: RevisionRecord | None = None
    copies: tuple[CopyRecord, ...] = ()
    corrections: tuple[CorrectionRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class BriefQuery:
    """A list of briefs, newest first: all, or those of one topic (its narrower ones included), publisher or entity.

    `entity` is the kind and slug of what the briefs name; it goes with neither of the others.
    `since` and `until` (exclusive) bound the time they are listed at.
    """

    topic: str = ""
    publisher: str = ""
    entity: tuple[EntityKind, str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is, by kind; `articles` is by state."""

    feeds: int = 0
    briefs: int = 0
    open_reports: int = 0
    articles: dict[ArticleState, int] = field(default_factory=dict)
