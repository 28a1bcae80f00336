"""What readers see and keep: briefs, searches, marks, accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from nutgraf.domain.account import AccessToken, Reader, Role, Session, Ticket, TicketKind, TokenScope
from nutgraf.domain.appearance import Appearance
from nutgraf.domain.brief import BriefSentence, Part
from nutgraf.domain.entity import Entity, EntityKind, EntityRecord
from nutgraf.domain.ids import (
    ArticleId,
    BriefId,
    MuteId,
    ReaderId,
    SearchId,
    TokenId,
)
from nutgraf.domain.marks import Follow, Mark, Mute, MuteEffect, MuteKind, Visit
from nutgraf.domain.records import (
    BriefCard,
    BriefPage,
    BriefQuery,
    Counts,
    Publisher,
    Standing,
    UnnamedBrief,
)
from nutgraf.domain.search import SavedSearch, SearchOrder, SearchPage, SearchQuery


class BriefStore(Protocol):
    """Published briefs, for pages, feeds and exports."""

    def list_briefs(self, query: BriefQuery, *, reader_id: ReaderId) -> list[BriefCard]:
        """Cards, newest first, at most `query.limit`; keyset-paged by `BriefCard.sort_key`."""
        ...

    def list_standings(self, query: BriefQuery, *, reader_id: ReaderId) -> list[Standing]:
        """What `list_briefs` lists, by as little as an order of the list depends on."""
        ...

    def get_cards(self, article_ids: Sequence[ArticleId], *, reader_id: ReaderId) -> list[BriefCard]:
        """The cards of articles in the order given; those of which no brief is published are left out."""
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

    def brief_rhythm(self, days: Sequence[date], *, topic: str = "", publisher: str = "") -> dict[date, int]:
        """Briefs by day (UTC) of a topic or of a publisher, at most 5,000 of a day; days without one are left out."""
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


class EntityStore(Protocol):
    """People, places and organisations that briefs name."""

    def get_entity(self, kind: EntityKind, slug: str) -> EntityRecord:
        """Raises NotFound for what no brief ever named."""
        ...

    def entities_in_the_news(self, *, limit: int = 100) -> list[EntityRecord]:
        """What the latest few hundred briefs name, the most often named first; the counts are of those briefs."""
        ...

    def barred_entities(self) -> list[EntityRecord]:
        """What the operator has switched off, the latest first."""
        ...

    def bar_entity(self, kind: EntityKind, slug: str, *, barred_at: datetime | None) -> None:
        """Switch an entity off for everybody, which ends its follows and mutes, or (None) on again. Raises NotFound."""
        ...

    def unnamed_briefs(self, *, limit: int = 20) -> list[UnnamedBrief]:
        """Published briefs whose entities were not looked for, the latest first."""
        ...

    def save_entities(self, found: Sequence[tuple[BriefId, Sequence[Entity]]]) -> None:
        """Store what such briefs name; briefs that have it stay as they are."""
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

    def reader_data(self, reader_id: ReaderId) -> dict[str, list[dict[str, Any]]]:
        """Everything that is kept of a reader, by kind, as JSON holds it; without hashes. Raises NotFound."""
        ...

    def delete_reader(self, reader_id: ReaderId) -> None:
        """Delete a reader and all they own; faults they reported stay, without them.

        The first reader stays as whoever reads where nobody signs in, with nothing left of the person.
        Raises NotFound, Conflict for the only operator.
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
