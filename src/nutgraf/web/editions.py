"""Editions: the stories of a span of time in a reader's order, and an end to them.

Asked for by every visit to the front page, made anew only when something in it changed. What an order depends on is
read from the store each time and is short: which briefs there are (a version's words never change), which of them the
reader has read or hidden, what they mute and follow. So a mark shows at once, and time alone changes no order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from nutgraf.domain.ids import ArticleId, BriefId, ReaderId
from nutgraf.domain.marks import Follow, FollowKind, Mute
from nutgraf.domain.records import BriefCard, BriefQuery, Standing
from nutgraf.errors import NotFound
from nutgraf.ports import Store
from nutgraf.stages.order import Story, group_stories, order_stories
from nutgraf.web.kept import Kept
from nutgraf.web.muting import Muting

MAX_STORIES = 25
"""The lead and whole rows of two and three: a page that can be finished."""
MAX_CANDIDATES = 200
LEAD_CANDIDATES = 5
FEW = 10
WINDOWS = tuple(timedelta(hours=hours) for hours in (24, 72, 168))
"""The front page's span: the first of these that holds more than FEW briefs, else whatever there is."""

CARDS_KEPT = 1_000
GROUPINGS_KEPT = 16
ORDERS_KEPT = 32

_Taste = tuple[tuple[Mute, ...], tuple[Follow, ...]]


@dataclass(frozen=True, slots=True)
class Edition:
    """The stories of a span of time: those shown, how many there are, which briefs are folded, and all briefs.

    `briefs` are as they were when the order was made: for what never changes in them and for what makes an order.
    """

    stories: tuple[Story, ...]
    story_count: int
    briefs: tuple[BriefCard, ...]
    folded: Mapping[ArticleId, Mute]


@dataclass(frozen=True, slots=True)
class _Order:
    """The articles of each story shown, the lead first; of how many stories; the briefs seen at all; those folded."""

    stories: tuple[tuple[ArticleId, ...], ...]
    story_count: int
    visible: tuple[BriefCard, ...]
    folded: Mapping[ArticleId, Mute]


class Editions:
    """Makes editions over a store; keeps their order while nothing in it changes. Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cards: Kept[BriefId, BriefCard] = Kept(CARDS_KEPT)
        self._groupings: Kept[tuple[BriefId, ...], list[list[BriefId]]] = Kept(GROUPINGS_KEPT)
        self._orders: Kept[object, _Order] = Kept(ORDERS_KEPT)

    def current(self, reader_id: ReaderId, *, now: datetime, others: int = MAX_CANDIDATES) -> Edition:
        """The stories of now, each with at most so many `others` beside its lead."""
        newest = self._store.list_standings(BriefQuery(limit=MAX_CANDIDATES), reader_id=reader_id)
        taste = self._taste_of(reader_id)
        for window in WINDOWS:
            since = now - window
            briefs = [standing for standing in newest if standing.published_at >= since]
            if len(briefs) > FEW and len((order := self._order_of(briefs, taste, reader_id)).visible) > FEW:
                return self._edition(order, reader_id, others)
        return self._edition(self._order_of(newest, taste, reader_id), reader_id, others)

    def of_day(self, day: date, reader_id: ReaderId, *, others: int = MAX_CANDIDATES) -> Edition:
        """The stories of one day (UTC). Raises NotFound for the last day that there is, which has no end."""
        if day == date.max:
            raise NotFound("Nothing was published on that day.")
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        query = BriefQuery(since=start, until=start + timedelta(days=1), limit=MAX_CANDIDATES)
        briefs = self._store.list_standings(query, reader_id=reader_id)
        return self._edition(self._order_of(briefs, self._taste_of(reader_id), reader_id), reader_id, others)

    def _taste_of(self, reader_id: ReaderId) -> _Taste:
        return tuple(self._store.mutes(reader_id)), tuple(self._store.follows(reader_id))

    def _edition(self, order: _Order, reader_id: ReaderId, others: int) -> Edition:
        """The stories of an order with their cards as they are now."""
        shown = [article_id for story in order.stories for article_id in story[: 1 + others]]
        cards = {card.article_id: card for card in self._store.get_cards(shown, reader_id=reader_id)}
        stories = []
        for story in order.stories:
            found = [cards[article_id] for article_id in story if article_id in cards]
            if found:  # else withdrawn a moment ago
                stories.append(Story(found[0], tuple(found[1:])))
        return Edition(tuple(stories), order.story_count, order.visible, order.folded)

    def _order_of(self, briefs: Sequence[Standing], taste: _Taste, reader_id: ReaderId) -> _Order:
        """The order of `briefs`, all of what it depends on being its key."""
        key = (tuple(briefs), taste)
        order = self._orders.get(key)
        if order is None:
            order = _put_in_order(self._cards_of(briefs, reader_id), self._group, taste)
            self._orders.keep(key, order)
        return order

    def _cards_of(self, briefs: Sequence[Standing], reader_id: ReaderId) -> list[BriefCard]:
        """The cards of `briefs` as far as an order asks: with their words and with what the reader read and hid."""
        known = {standing.brief_id: self._cards.get(standing.brief_id) for standing in briefs}
        cards = {brief_id: card for brief_id, card in known.items() if card is not None}
        unknown = [standing.article_id for standing in briefs if standing.brief_id not in cards]
        for loaded in self._store.get_cards(unknown, reader_id=reader_id):
            cards[loaded.brief_id] = loaded
            self._cards.keep(loaded.brief_id, loaded)
        return [
            replace(card, is_read=standing.is_read, is_hidden=standing.is_hidden)
            for standing in briefs
            if (card := cards.get(standing.brief_id)) is not None  # else written again or withdrawn a moment ago
        ]

    def _group(self, cards: Sequence[BriefCard]) -> list[list[BriefId]]:
        """The briefs of `cards` by story: the same for every reader, and more work than the page."""
        key = tuple(card.brief_id for card in cards)
        groups = self._groupings.get(key)
        if groups is None:
            groups = [[card.brief_id for card in group] for group in group_stories(cards)]
            self._groupings.keep(key, groups)
        return groups


def _put_in_order(
    cards: Sequence[BriefCard], group: Callable[[Sequence[BriefCard]], list[list[BriefId]]], taste: _Taste
) -> _Order:
    mutes, follows = taste
    visible, folded = Muting(mutes).apply(cards)
    shown = {card.brief_id: card for card in visible}
    groups = [[shown[brief_id] for brief_id in members if brief_id in shown] for members in group(cards)]
    stories = order_stories(
        [members for members in groups if members],
        topics={follow.slug for follow in follows if follow.kind is FollowKind.TOPIC},
        publishers={follow.slug for follow in follows if follow.kind is FollowKind.PUBLISHER},
        entities={(kind, follow.slug) for follow in follows if (kind := follow.entity_kind) is not None},
    )
    return _Order(
        tuple(
            (story.lead.article_id, *(other.article_id for other in story.others))
            for story in _with_full_lead(stories)[:MAX_STORIES]
        ),
        len(stories),
        tuple(visible),
        folded,
    )


def _with_full_lead(stories: list[Story]) -> list[Story]:
    """The stories with the first that is not short in the lead, which a short one would leave half empty."""
    first = next((number for number, story in enumerate(stories[:LEAD_CANDIDATES]) if not story.lead.is_short), 0)
    return [*stories[first : first + 1], *stories[:first], *stories[first + 1 :]]
