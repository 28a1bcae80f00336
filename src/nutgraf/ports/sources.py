"""What comes in, and its way through the pipeline: feeds, hubs, articles, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief
from nutgraf.domain.corrections import BriefHistory
from nutgraf.domain.document import Document
from nutgraf.domain.hub import HubSubscription
from nutgraf.domain.ids import (
    ArticleId,
    FeedId,
    RevisionId,
)
from nutgraf.domain.picture import PictureFacts, PictureKind, StoredPicture, WantedPicture
from nutgraf.domain.records import (
    ArticleRecord,
    ArticleState,
    EntryToStore,
    FeedRecord,
    FeedState,
    KnownEntry,
    PollChange,
    PollResult,
    QuarantineRecord,
    RevisionRecord,
)


class FeedStore(Protocol):
    """Subscriptions and their schedule. All times are UTC and given by the caller."""

    def add_feed(self, url: str, *, title: str = "", category: str = "", now: datetime) -> FeedRecord:
        """Subscribe; due at once. Raises Conflict if `url` is subscribed."""
        ...

    def remove_feed(self, feed_id: FeedId) -> None:
        """End a subscription; its articles and briefs stay. Raises NotFound."""
        ...

    def get_feed(self, feed_id: FeedId) -> FeedRecord:
        """Raises NotFound."""
        ...

    def list_feeds(self) -> list[FeedRecord]:
        """Every feed, by title."""
        ...

    def due_feeds(self, *, now: datetime, limit: int) -> list[FeedRecord]:
        """Active feeds whose `next_poll_at` is not after `now`, longest due first."""
        ...

    def due_feeds_among(self, feed_ids: Sequence[FeedId], *, now: datetime) -> list[FeedRecord]:
        """Those of these feeds that are active and due."""
        ...

    def next_due_at(self) -> datetime | None:
        """When the next active feed is due, or None without feeds."""
        ...

    def poll_soon(self, feed_id: FeedId | None, *, now: datetime) -> None:
        """Make one feed (or every feed that is not paused) due now; a gone feed becomes active. Raises NotFound."""
        ...

    def set_feed_state(self, feed_id: FeedId, state: FeedState) -> None:
        """Pause or go on. Raises NotFound."""
        ...

    def known_entries(self, feed_id: FeedId, entry_keys: Sequence[str]) -> dict[str, KnownEntry]:
        """Those of the feed's entries that are stored already, by key."""
        ...

    def articles_by_content(self, feed_id: FeedId, content_hashes: Sequence[str]) -> dict[str, ArticleId]:
        """The articles of the feed's entries with these content hashes; a hash of several articles is left out."""
        ...

    def record_poll(self, feed_id: FeedId, result: PollResult) -> PollChange:
        """Store a poll in one transaction: schedule, validators, new and changed entries with their articles.

        An entry whose article is known through another feed joins that article. A changed entry sends its article
        back to FOUND. An entry with an `article_id` stays with that article, which takes on its address and key where
        it was found through this feed. A second call with the same entries changes nothing. A feed that moved to where
        another one is (`moved_to`) is folded into that one, unless that is paused. Raises NotFound.
        """
        ...

    def record_polls(self, polls: Sequence[tuple[FeedId, PollResult]]) -> list[PollChange | Exception]:
        """Store polls of different feeds as `record_poll` does, in one transaction where that goes well.

        Each is stored whole or not at all, whatever becomes of the others. In the order of `polls`: what storing one
        changed, or the error for which it is not stored. All that are stored are so when this returns.
        """
        ...


class HubStore(Protocol):
    """Subscriptions at hubs that feeds declare."""

    def plan_hub_requests(self, *, now: datetime, limit: int) -> list[HubSubscription]:
        """Subscriptions with a step due, after those that feeds ask for are made and those of no feed are ending."""
        ...

    def record_hub_request(self, subscription: HubSubscription, *, next_at: datetime, error_code: str) -> None:
        """What became of a request, unless the hub has verified meanwhile; a failure is counted."""
        ...

    def find_hub(self, token: str) -> HubSubscription | None:
        """The subscription with this callback."""
        ...

    def hub_verified(self, token: str, *, lease_ends_at: datetime, renew_at: datetime) -> None:
        """The hub sends news until the lease ends. Does nothing where the subscription is ending."""
        ...

    def hub_refused(self, token: str, *, next_at: datetime) -> None:
        """The hub sends nothing, or nothing more; ask again at `next_at`."""
        ...

    def hub_pushed(self, feed_id: FeedId, *, now: datetime) -> None:
        """Make a feed due: now, or a minute after its last poll where that was a moment ago."""
        ...

    def forget_hub(self, token: str) -> None:
        """End what is left of a subscription that is ending. Idempotent."""
        ...


class ArticleStore(Protocol):
    """Articles on their way through the pipeline; each call that moves one is a single transaction.

    Every `save_…` names the state it moves from and does nothing (returns False) where the article is not in it:
    that makes each step idempotent.
    """

    def add_article(self, entry: EntryToStore, *, now: datetime) -> ArticleId:
        """Take in an article that no feed announced; returns the known one's id where it is known."""
        ...

    def add_new_article(self, entry: EntryToStore, *, now: datetime) -> ArticleId | None:
        """Take in an article that no feed announced; None where it is known."""
        ...

    def due_articles(self, states: Sequence[ArticleState], *, now: datetime, limit: int) -> list[ArticleRecord]:
        """Articles in one of `states` whose next attempt is not in the future, oldest step first."""
        ...

    def due_articles_among(
        self, article_ids: Sequence[ArticleId], states: Sequence[ArticleState], *, now: datetime
    ) -> list[ArticleRecord]:
        """Those of these articles that are in one of `states` and due."""
        ...

    def due_addresses(self, *, now: datetime, limit: int) -> list[tuple[ArticleId, str]]:
        """Articles that are to be fetched now, longest due first, with their addresses and nothing else."""
        ...

    def save_document(self, article_id: ArticleId, document: Document, *, now: datetime) -> bool:
        """FOUND → FETCHED, keeping the page until it is extracted."""
        ...

    def load_document(self, article_id: ArticleId) -> Document:
        """The stored page. Raises NotFound."""
        ...

    def identifying(self, band_keys: Sequence[int]) -> AbstractContextManager[None]:
        """While one process is within, no other one is with an article that shares a band key.

        Two copies at the same moment would not see each other. Threads of one process take turns themselves.
        """
        ...

    def find_copies(self, article_id: ArticleId, band_keys: Sequence[int]) -> list[RevisionRecord]:
        """Current revisions of other articles (not copies themselves) that share a band key, oldest first."""
        ...

    def save_extraction(
        self,
        article_id: ArticleId,
        article: Article,
        *,
        band_keys: Sequence[int],
        copy_of: ArticleId | None,
        copies: Sequence[ArticleId] = (),
        icon_url: str = "",
        now: datetime,
    ) -> ArticleState | None:
        """Store the text and drop the page: FETCHED → EXTRACTED, or COPY where `copy_of` is given.

        `copies` are articles that turn out to be copies of this one: they become COPY in the same transaction and
        leave the lists. The article's lead picture and the icon at `icon_url`, where the page is on the
        publisher's own site, are wanted from now on.

        A text that the article already has as its current revision stores nothing and gives PUBLISHED where a brief
        of it is published. Where another article has the same canonical address, this one becomes its COPY.
        Returns the new state, or None where the article was not in FETCHED.
        """
        ...

    def current_revision(self, article_id: ArticleId) -> RevisionRecord:
        """The latest text. Raises NotFound."""
        ...

    def brief_history(self, article_id: ArticleId) -> BriefHistory:
        """The sentences that are published of an article, and those that corrections withdrew; empty of a new one."""
        ...

    def save_brief(
        self, article_id: ArticleId, revision_id: RevisionId, brief: Brief, *, broken: Sequence[str] = (), now: datetime
    ) -> bool:
        """EXTRACTED → WRITTEN: store the brief with every sentence, its evidence and what was withheld.

        `broken` are sentences of the published version that the new text no longer carries.
        """
        ...

    def publish(self, article_id: ArticleId, *, now: datetime) -> bool:
        """WRITTEN → PUBLISHED: the written brief becomes the article's current one.

        What it changed in the published one is recorded as a correction of the kind `update`; the ledger counts it.
        """
        ...

    def defer(self, article_id: ArticleId, *, until: datetime, error_code: str, error_message: str) -> None:
        """Count a failed attempt and leave the article in its state until `until`."""
        ...

    def quarantine(self, article_id: ArticleId, *, error_code: str, error_message: str, now: datetime) -> None:
        """Set an article aside with its reason; a brief that is published stays so."""
        ...

    def list_quarantine(
        self, *, error_code: str = "", before: tuple[datetime, ArticleId] | None = None, limit: int = 100
    ) -> list[QuarantineRecord]:
        """What is set aside, all or for one reason, latest first; `before` is time and article of the last one seen."""
        ...

    def replay(self, article_id: ArticleId, *, now: datetime) -> None:
        """QUARANTINED → FOUND. Raises NotFound, or Conflict where it is not set aside."""
        ...


class PictureStore(Protocol):
    """Publishers' icons and articles' lead pictures."""

    def due_pictures(self, kinds: Sequence[PictureKind], *, now: datetime, limit: int) -> list[WantedPicture]:
        """Pictures of these kinds that are to be fetched now, longest due first."""
        ...

    def save_picture(
        self,
        wanted: WantedPicture,
        facts: PictureFacts,
        body: bytes,
        *,
        now: datetime,
        next_at: datetime | None,
        max_total_bytes: int,
    ) -> None:
        """Keep a picture, once by content, and fetch it again at `next_at` (None: never).

        Where all are more than `max_total_bytes`, lead pictures kept longest go. Does nothing where another picture
        is wanted meanwhile.
        """
        ...

    def defer_picture(self, wanted: WantedPicture, *, until: datetime | None, error_code: str) -> None:
        """Count a failure; the next attempt is at `until`, or never. What was kept before is still shown."""
        ...

    def load_picture(self, digest: str) -> StoredPicture:
        """The picture with this SHA-256 (in hex). Raises NotFound."""
        ...
