"""The ports: what the pipeline needs from the world, as Protocols; adapters/ implements them.

Every port has one contract suite under tests/contract, run on each adapter and on its fake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from nutgraf.domain.account import AccessToken, Reader, Role, Session, Ticket, TicketKind, TokenScope
from nutgraf.domain.appearance import Appearance
from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief, BriefSentence, Draft, Part
from nutgraf.domain.corrections import BriefHistory, Correction, CorrectionRecord
from nutgraf.domain.desk import FeedOptions, SetAsideReason, StepQueue, StoreFacts
from nutgraf.domain.document import Document, FetchRequest
from nutgraf.domain.hub import HubSubscription
from nutgraf.domain.ids import (
    ArticleId,
    BriefId,
    CorrectionId,
    FeedId,
    MuteId,
    ReaderId,
    ReportId,
    RevisionId,
    SearchId,
    TokenId,
)
from nutgraf.domain.ledger import Ledger
from nutgraf.domain.marks import Follow, Mark, Mute, MuteEffect, MuteKind, Visit
from nutgraf.domain.picture import PictureFacts, PictureKind, StoredPicture, WantedPicture
from nutgraf.domain.records import (
    ArticleRecord,
    ArticleState,
    BriefCard,
    BriefPage,
    BriefQuery,
    Counts,
    EntryToStore,
    FeedRecord,
    FeedState,
    KnownEntry,
    PollChange,
    PollResult,
    Publisher,
    QuarantineRecord,
    RevisionRecord,
    WithheldRecord,
)
from nutgraf.domain.reports import NewReport, ReportCase, ReportRecord, ReportState
from nutgraf.domain.search import SavedSearch, SearchOrder, SearchPage, SearchQuery


class Clock(Protocol):
    """Time, so that tests can move it."""

    def now(self) -> datetime:
        """The present moment, UTC and timezone-aware."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        ...


class Writer(Protocol):
    """Makes a draft from an article; knows nothing of checking or storing."""

    @property
    def name(self) -> str:
        """Name and version, as stored with each brief."""
        ...

    def write(self, article: Article) -> Draft:
        """A draft whose sentences cite the article's sentences. Never raises for any article text."""
        ...


class Fetcher(Protocol):
    """The only way out of the program."""

    async def fetch(self, request: FetchRequest) -> Document:
        """Fetch one document within all limits. Raises FetchError and its kinds; never anything else."""
        ...

    async def close(self) -> None:
        """Release connections. Idempotent."""
        ...


class LanguageModel(Protocol):
    """A language model behind any provider."""

    @property
    def name(self) -> str:
        """Provider and model, as stored with each brief."""
        ...

    async def complete(self, *, system: str, prompt: str, schema: Mapping[str, Any], timeout_s: float) -> str:
        """One answer as JSON text that should match `schema`. Raises ModelError and its kinds."""
        ...


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


class ArticleStore(Protocol):
    """Articles on their way through the pipeline; each call that moves one is a single transaction.

    Every `save_…` names the state it moves from and does nothing (returns False) where the article is not in it:
    that makes each step idempotent.
    """

    def add_article(self, entry: EntryToStore, *, now: datetime) -> ArticleId:
        """Take in an article that no feed announced; returns the known one's id where it is known."""
        ...

    def due_articles(self, states: Sequence[ArticleState], *, now: datetime, limit: int) -> list[ArticleRecord]:
        """Articles in one of `states` whose next attempt is not in the future, oldest step first."""
        ...

    def save_document(self, article_id: ArticleId, document: Document, *, now: datetime) -> bool:
        """FOUND → FETCHED, keeping the page until it is extracted."""
        ...

    def load_document(self, article_id: ArticleId) -> Document:
        """The stored page. Raises NotFound."""
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


class BriefStore(Protocol):
    """Published briefs, for pages, feeds and exports."""

    def list_briefs(self, query: BriefQuery, *, reader_id: ReaderId) -> list[BriefCard]:
        """Cards, newest first, at most `query.limit`; keyset-paged by `BriefCard.sort_key`."""
        ...

    def brief_page(self, article_id: ArticleId, *, reader_id: ReaderId) -> BriefPage:
        """Everything of the current brief; of a copy, that of its original. Raises NotFound where none is published."""
        ...

    def list_sentences(self, brief_ids: Sequence[BriefId]) -> dict[BriefId, tuple[tuple[Part, BriefSentence], ...]]:
        """The sentences of briefs with their evidence, in the order of the page; unknown ids are left out."""
        ...

    def record_read(self, reader_id: ReaderId, article_id: ArticleId, *, now: datetime) -> bool:
        """Count a read, once per reader and brief; True where it was the first."""
        ...

    def topic_counts(self) -> dict[str, int]:
        """Published briefs by topic slug; a narrower topic's briefs count for its parent too."""
        ...

    def list_publishers(self) -> list[Publisher]:
        """Publishers with at least one published brief, by name, with their counts."""
        ...

    def get_publisher(self, slug: str) -> Publisher:
        """Raises NotFound."""
        ...

    def counts(self) -> Counts:
        """How much there is."""
        ...


class SearchStore(Protocol):
    """Finding published briefs by their words, and the searches that a reader keeps."""

    def search_briefs(
        self,
        query: SearchQuery,
        *,
        reader_id: ReaderId,
        now: datetime,
        order: SearchOrder = SearchOrder.BEST,
        cursor: str = "",
        limit: int = 20,
    ) -> SearchPage:
        """A page of what `query` finds. NEWEST goes on to the last brief; BEST sorts the newest few hundred.

        A cursor that is none of ours starts at the first. An empty query finds nothing.
        """
        ...

    def save_search(self, reader_id: ReaderId, text: str, *, now: datetime) -> SavedSearch:
        """Keep a search; the one kept already where it is the same. Raises Conflict beyond MAX_SAVED_SEARCHES."""
        ...

    def remove_search(self, reader_id: ReaderId, search_id: SearchId) -> None:
        """Keep a search no longer. Raises NotFound."""
        ...

    def saved_searches(self, reader_id: ReaderId) -> list[SavedSearch]:
        """A reader's searches, latest first."""
        ...


class MarkStore(Protocol):
    """What readers mark, mute and follow, each for themselves."""

    def set_mark(self, reader_id: ReaderId, article_id: ArticleId, mark: Mark, *, is_set: bool, now: datetime) -> None:
        """Put a mark on a published brief, or take it off. Idempotent. Raises NotFound for the brief."""
        ...

    def list_saved(self, reader_id: ReaderId, *, before: str = "", limit: int = 20) -> list[BriefCard]:
        """Saved briefs, latest saved first; `sort_key` continues."""
        ...

    def list_history(self, reader_id: ReaderId, *, before: str = "", limit: int = 20) -> list[BriefCard]:
        """Briefs that were read, latest read first; `sort_key` continues."""
        ...

    def list_followed(self, reader_id: ReaderId, *, before: str = "", limit: int = 20) -> list[BriefCard]:
        """Briefs of what the reader follows, newest first, each once; `sort_key` continues."""
        ...

    def mutes(self, reader_id: ReaderId) -> list[Mute]:
        """What a reader mutes, by kind and value."""
        ...

    def add_mute(self, reader_id: ReaderId, kind: MuteKind, value: str, effect: MuteEffect) -> None:
        """Mute something; a second time changes the effect. Raises Conflict beyond MAX_MUTES."""
        ...

    def remove_mute(self, reader_id: ReaderId, mute_id: MuteId) -> None:
        """Raises NotFound."""
        ...

    def follows(self, reader_id: ReaderId) -> list[Follow]:
        """What a reader follows, by kind and slug."""
        ...

    def set_follow(self, reader_id: ReaderId, follow: Follow, *, is_set: bool) -> None:
        """Follow or no longer follow. Idempotent. Raises Conflict beyond MAX_FOLLOWS."""
        ...

    def record_visit(self, reader_id: ReaderId, *, now: datetime, new_after: timedelta) -> Visit:
        """Note that a reader is here; after `new_after` without a sign of them a new visit begins."""
        ...


class AppearanceStore(Protocol):
    """How readers like pages to be."""

    def appearance(self, reader_id: ReaderId) -> Appearance:
        """What a reader chose; the default where they chose nothing."""
        ...

    def set_appearance(self, reader_id: ReaderId, appearance: Appearance) -> None:
        """Keep what a reader chose, in place of what they chose before."""
        ...


class AccountStore(Protocol):
    """Readers, their sessions and one-time links. Tokens are given out once and kept as hashes only."""

    def list_readers(self) -> list[Reader]:
        """Every reader, in the order they came."""
        ...

    def get_reader(self, reader_id: ReaderId) -> Reader:
        """Raises NotFound."""
        ...

    def find_reader(self, name: str) -> tuple[Reader, str] | None:
        """The reader who signs in with `name` and their password's hash (empty where there is none)."""
        ...

    def issue_ticket(
        self,
        kind: TicketKind,
        *,
        role: Role = Role.READER,
        reader_id: ReaderId | None = None,
        now: datetime,
        expires_at: datetime,
    ) -> str:
        """The token of a new one-time link. Earlier links for the same reader end. Raises NotFound for the reader."""
        ...

    def get_ticket(self, token: str, *, now: datetime) -> Ticket:
        """What a link is for. Raises NotFound where it was used, has expired or never was."""
        ...

    def redeem_ticket(self, token: str, *, name: str, password_hash: str, now: datetime) -> Reader:
        """Use a link up: its reader (a new one by an invitation) has this name and password, and no open session.

        Raises NotFound as `get_ticket`, Conflict where somebody else has the name.
        """
        ...

    def change_password(self, reader_id: ReaderId, password_hash: str) -> None:
        """Set a password and end the reader's sessions. Raises NotFound."""
        ...

    def set_disabled(self, reader_id: ReaderId, disabled_at: datetime | None) -> None:
        """Keep a reader out, ending their sessions and links, or let them in again.

        Raises NotFound, or Conflict for the last operator who could let anybody in again.
        """
        ...

    def open_session(self, reader_id: ReaderId, *, now: datetime, expires_at: datetime) -> str:
        """The token of a new session. Raises NotFound."""
        ...

    def find_session(self, token: str, *, now: datetime) -> Session | None:
        """Who is signed in with this token; None where it has expired, was ended, or its reader is kept out."""
        ...

    def close_session(self, token: str) -> None:
        """End a session. Idempotent."""
        ...

    def close_sessions(self, reader_id: ReaderId) -> None:
        """End every session of a reader. Idempotent."""
        ...

    def issue_token(self, reader_id: ReaderId, scope: TokenScope, name: str, *, now: datetime) -> str:
        """A new token with which a program reads as this reader. Raises NotFound, Conflict beyond MAX_TOKENS."""
        ...

    def list_tokens(self, reader_id: ReaderId) -> list[AccessToken]:
        """A reader's tokens, latest first."""
        ...

    def revoke_token(self, reader_id: ReaderId, token_id: TokenId) -> None:
        """End one of the reader's tokens. Raises NotFound."""
        ...

    def find_token(self, token: str) -> tuple[Reader, TokenScope] | None:
        """Whose token this is and what for; None where it was revoked, never was, or its reader is kept out."""
        ...


class DeskStore(Protocol):
    """What readers report, what the operator decides, what became public of it, and the sums of all that."""

    def file_report(self, report: NewReport, *, reader_id: ReaderId | None, now: datetime) -> ReportId:
        """Keep a fault that a reader reports.

        Raises NotFound where the brief was never published or has no such sentence, Conflict (`too_many_reports`)
        where too many wait already.
        """
        ...

    def list_reports(
        self, state: ReportState, *, before: ReportId | None = None, limit: int = 50
    ) -> list[ReportRecord]:
        """Reports in a state, the latest first, those with ids below `before` where it is given."""
        ...

    def report_case(self, report_id: ReportId) -> ReportCase:
        """A report with the article's brief as it stands now and the text that this rests on. Raises NotFound."""
        ...

    def dismiss_report(self, report_id: ReportId, *, note: str = "", now: datetime) -> None:
        """OPEN → DISMISSED. Raises NotFound, or Conflict where it is decided already."""
        ...

    def uphold_report(
        self, report_id: ReportId, *, note: str = "", correction: Correction | None, now: datetime
    ) -> None:
        """OPEN → UPHELD, with every open report of the same sentence, and publish the `correction` and the `note`.

        Raises NotFound; Conflict where it is decided already, and (retryable) where the article's brief is no longer
        the one that was corrected.
        """
        ...

    def list_corrections(self, *, before: CorrectionId | None = None, limit: int = 50) -> list[CorrectionRecord]:
        """Corrections and updates that changed a published brief, the latest first; of ids below `before`."""
        ...

    def list_withheld(self, *, before: tuple[BriefId, int] | None = None, limit: int = 50) -> list[WithheldRecord]:
        """Drafted sentences that no reader saw, the latest brief first; `before` is brief and number of the last."""
        ...

    def ledger(self, *, last: date, days: int) -> Ledger:
        """The counts of `days` days up to and with `last` (UTC), in all and by day, maker and publisher."""
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


class OperatorStore(Protocol):
    """What the operator looks at and changes beside feeds and articles themselves."""

    def set_feed_options(self, feed_id: FeedId, options: FeedOptions) -> None:
        """Name, category and shortest interval of a feed. Raises NotFound."""
        ...

    def feed_rhythm(self, feed_id: FeedId, *, since: datetime) -> dict[date, int]:
        """Articles by day (UTC) that were published or, without a date, found since then; of the newest 5,000."""
        ...

    def set_aside_reasons(self) -> list[SetAsideReason]:
        """Why articles are set aside, the most frequent reason first."""
        ...

    def replay_all(self, *, error_code: str = "", now: datetime, limit: int = 1_000) -> int:
        """QUARANTINED → FOUND for all of a reason (or of every), the latest first, at most `limit`; how many."""
        ...

    def step_queues(self, *, now: datetime) -> list[StepQueue]:
        """What waits for each step of the pipeline, in its order."""
        ...

    def expire_briefs(self, *, before: datetime, limit: int = 100) -> int:
        """PUBLISHED → EXPIRED for briefs listed and found before then, the oldest first, at most `limit`; how many.

        Those that a reader saved, or that were reported or corrected, stay. Copies expire with their originals.
        """
        ...

    def drop_old_texts(self, *, before: datetime, limit: int = 100) -> int:
        """Let go of texts that a later one replaced before then, with the briefs written from them; how many."""
        ...

    def store_facts(self) -> StoreFacts:
        """Kind, version and size of the database."""
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


class Store(
    FeedStore,
    ArticleStore,
    BriefStore,
    SearchStore,
    AccountStore,
    DeskStore,
    OperatorStore,
    PictureStore,
    HubStore,
    MarkStore,
    AppearanceStore,
    Protocol,
):
    """All of it; safe to call from several threads at once."""

    def migrate(self) -> None:
        """Bring the schema to this version; refuses a newer one. Raises StoreError."""
        ...

    def ping(self) -> None:
        """Raises StoreError where the database does not answer."""
        ...

    def close(self) -> None:
        """Release connections. Idempotent."""
        ...


class StageRunner(Protocol):
    """Runs pure, CPU-bound stages where a hostile input can be stopped."""

    async def run(self, task: str, *args: Any, timeout_s: float) -> Any:
        """Run the task registered as `task`; arguments and result must pickle.

        Raises what the task raises (NutgrafError), Timeout when it took too long, SourceError(code="crashed")
        when its process died.
        """
        ...

    async def close(self) -> None:
        """End all processes. Idempotent."""
        ...
