"""The stories among the briefs of a list, kept while the list stays as it is: grouping costs more than the page."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import BriefCard
from nutgraf.stages.order import group_stories

_KEPT = 16


class StoryGroups:
    """Groups of articles by story for the lists asked for of late. Safe to use from several threads."""

    def __init__(self) -> None:
        self._groups: OrderedDict[tuple[int, ...], list[list[ArticleId]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, cards: Sequence[BriefCard]) -> list[list[ArticleId]]:
        """The articles of `cards` by story; a brief that is written again makes it another list."""
        key = tuple(card.brief_id for card in cards)
        with self._lock:
            known = self._groups.get(key)
            if known is not None:
                self._groups.move_to_end(key)
                return known
        groups = [[card.article_id for card in group] for group in group_stories(cards)]
        with self._lock:
            self._groups[key] = groups
            while len(self._groups) > _KEPT:
                self._groups.popitem(last=False)
        return groups
