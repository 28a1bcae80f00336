"""Finding briefs by their words, and the searches that readers keep (the SearchStore port).

Whatever is asked for, at most CANDIDATES rows are looked at for a page: the newest that match. So a search for a common
word costs the same with a thousand briefs and with a million.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, text

from nutgraf.adapters.store import search_index
from nutgraf.adapters.store.cards import load_cards_of
from nutgraf.adapters.store.engine import Repository, reading, writing
from nutgraf.adapters.store.tables import brief_sentences, saved_searches
from nutgraf.domain.ids import ReaderId, SearchId
from nutgraf.domain.records import BriefCard
from nutgraf.domain.search import Piece, SavedSearch, SearchHit, SearchOrder, SearchPage, SearchQuery
from nutgraf.errors import Conflict, NotFound
from nutgraf.text.search_ranking import choose_snippet, mark, relevance

CANDIDATES = 300
MAX_HITS = 100
MAX_SAVED_SEARCHES = 200

_CURSOR = re.compile(r"[1-9]\d{0,18}", re.ASCII)
_LAST_ROW = (1 << 63) - 1

_FOUND = "FROM brief_search WHERE {match} AND rowid >= :first AND rowid < :last ORDER BY rowid DESC LIMIT :limit"
_MATCHES = {"sqlite": "brief_search MATCH :match", "postgresql": "words @@ CAST(:match AS tsquery)"}
_NEWEST = {name: text(f"SELECT rowid {_FOUND.format(match=match)}") for name, match in _MATCHES.items()}
_TO_RANK = {
    name: text(f"SELECT rowid, headline, body {_FOUND.format(match=match)}") for name, match in _MATCHES.items()
}
_SENTENCES = (
    select(brief_sentences.c.brief_id, brief_sentences.c.text)
    .where(brief_sentences.c.brief_id.in_(bindparam("brief_ids", expanding=True)))
    .order_by(brief_sentences.c.brief_id, brief_sentences.c.position)
)


class SqlSearching(Repository):
    """Searches over `brief_search`."""

    @reading
    def search_briefs(
        self,
        connection: Connection,
        query: SearchQuery,
        *,
        reader_id: ReaderId,
        now: datetime,
        order: SearchOrder = SearchOrder.BEST,
        cursor: str = "",
        limit: int = 20,
    ) -> SearchPage:
        """A page of what `query` finds. NEWEST goes on to the last brief; BEST sorts the newest CANDIDATES."""
        if query.is_empty:
            return SearchPage(())
        limit = max(1, min(limit, MAX_HITS))
        start = int(cursor) if _CURSOR.fullmatch(cursor) and int(cursor) < _LAST_ROW else 0
        choose = _best if order is SearchOrder.BEST else _newest
        page, next_cursor, count, is_more = choose(connection, query, now, start, limit)
        cards = _load_cards(connection, page, reader_id)
        hits = _hits(connection, query, cards)
        return SearchPage(hits, next_cursor, count, is_more)

    @writing
    def save_search(self, connection: Connection, reader_id: ReaderId, text: str, *, now: datetime) -> SavedSearch:
        """Keep a search; the one kept already where it is the same. Raises Conflict beyond MAX_SAVED_SEARCHES."""
        of_reader = saved_searches.c.reader_id == reader_id
        row = connection.execute(select(saved_searches).where(of_reader, saved_searches.c.text == text)).first()
        if row is not None:
            return _saved(row)
        count = connection.execute(select(func.count()).select_from(saved_searches).where(of_reader)).scalar_one()
        if count >= MAX_SAVED_SEARCHES:
            raise Conflict(f"{MAX_SAVED_SEARCHES} searches are kept already; remove one first.")
        values = {"reader_id": reader_id, "text": text, "saved_at": now}
        search_id = connection.execute(saved_searches.insert().returning(saved_searches.c.id), values).scalar_one()
        return SavedSearch(SearchId(search_id), text, now)

    @writing
    def remove_search(self, connection: Connection, reader_id: ReaderId, search_id: SearchId) -> None:
        """Keep a search no longer. Raises NotFound."""
        of_reader = saved_searches.c.reader_id == reader_id
        gone = connection.execute(saved_searches.delete().where(of_reader, saved_searches.c.id == search_id))
        if gone.rowcount == 0:
            raise NotFound("There is no such saved search.")

    @reading
    def saved_searches(self, connection: Connection, reader_id: ReaderId) -> list[SavedSearch]:
        """A reader's searches, latest first."""
        query = select(saved_searches).where(saved_searches.c.reader_id == reader_id)
        rows = connection.execute(query.order_by(saved_searches.c.saved_at.desc(), saved_searches.c.id.desc()))
        return [_saved(row) for row in rows]


_Chosen = tuple[list[int], str, int, bool]
"""The row numbers of a page, the cursor to the next, how many rows were looked at, whether there are older ones."""


def _newest(connection: Connection, query: SearchQuery, now: datetime, start: int, limit: int) -> _Chosen:
    """By time; a cursor is the number of the last row shown."""
    values = _bounds(connection, query) | {"limit": limit + 1}
    if start:
        values["last"] = min(values["last"], start)
    numbers = list(connection.execute(_NEWEST[connection.dialect.name], values).scalars())
    is_more = len(numbers) > limit
    page = numbers[:limit]
    return page, str(page[-1]) if is_more else "", len(page), is_more


def _best(connection: Connection, query: SearchQuery, now: datetime, start: int, limit: int) -> _Chosen:
    """By relevance among the newest CANDIDATES; a cursor is how many were shown."""
    values = _bounds(connection, query) | {"limit": CANDIDATES + 1}
    rows = connection.execute(_TO_RANK[connection.dialect.name], values).all()
    is_more = len(rows) > CANDIDATES

    def score(row: Row[Any]) -> tuple[float, int]:
        listed_at = search_index.listed_at_of(row.rowid)
        return relevance(query, row.headline, row.body, listed_at=listed_at, now=now), row.rowid

    ranked = sorted(rows[:CANDIDATES], key=score, reverse=True)
    page = [row.rowid for row in ranked[start : start + limit]]
    shown = start + len(page)
    return page, str(shown) if shown < len(ranked) else "", len(ranked), is_more


def _bounds(connection: Connection, query: SearchQuery) -> dict[str, Any]:
    is_postgresql = connection.dialect.name == "postgresql"
    return {
        "match": (search_index.match_postgresql if is_postgresql else search_index.match_sqlite)(query),
        "first": search_index.first_row_number(query.after) if query.after else 0,
        "last": search_index.first_row_number(query.before) if query.before else _LAST_ROW,
    }


def _load_cards(connection: Connection, numbers: Sequence[int], reader_id: ReaderId) -> list[BriefCard]:
    """The cards of rows of the index, in their order."""
    ids = [search_index.article_of(number) for number in numbers]
    cards = load_cards_of(connection, ids, reader_id)
    return [cards[article_id] for article_id in ids if article_id in cards]


def _hits(connection: Connection, query: SearchQuery, cards: Sequence[BriefCard]) -> tuple[SearchHit, ...]:
    sentences: dict[int, list[str]] = defaultdict(list)
    if cards:
        for row in connection.execute(_SENTENCES, {"brief_ids": [card.brief_id for card in cards]}):
            sentences[row.brief_id].append(row.text)
    return tuple(
        SearchHit(card, mark(card.headline, query.wanted), _snippet(sentences[card.brief_id], query)) for card in cards
    )


def _snippet(sentences: Sequence[str], query: SearchQuery) -> tuple[Piece, ...]:
    chosen = choose_snippet(sentences, query.wanted)
    return mark(chosen, query.wanted) if chosen else ()


def _saved(row: Row[Any]) -> SavedSearch:
    return SavedSearch(SearchId(row.id), row.text, row.saved_at)
