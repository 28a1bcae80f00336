"""What a reader's mutes do to a list of briefs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nutgraf.domain.ids import ArticleId
from nutgraf.domain.marks import Mute, MuteEffect, MuteKind
from nutgraf.domain.records import BriefCard
from nutgraf.domain.search import Phrase
from nutgraf.text.search_ranking import occurrences
from nutgraf.text.search_terms import kept_terms, search_terms


class Muting:
    """The mutes of one reader, made ready for many cards."""

    def __init__(self, mutes: Iterable[Mute]) -> None:
        mutes = list(mutes)
        self._words = [
            (mute, Phrase(tuple(terms)))
            for mute in mutes
            if mute.kind is MuteKind.WORD and (terms := search_terms(mute.value))
        ]
        self._labels: dict[tuple[str, str], Mute] = {
            (mute.kind, mute.value): mute for mute in mutes if mute.kind is not MuteKind.WORD
        }

    def mute_of(self, card: BriefCard) -> Mute | None:
        """The mute that a card falls under, one that hides before one that folds; None where none does."""
        found = [
            self._labels.get((MuteKind.PUBLISHER, card.publisher.slug)),
            *(self._labels.get((MuteKind(entity.kind.value), entity.slug)) for entity in card.entities),
            *(self._labels.get((MuteKind.TOPIC, slug)) for topic in card.topics for slug in (topic.slug, topic.parent)),
        ]
        if self._words:
            terms = [*kept_terms(card.headline), "", *kept_terms(card.dek)]
            found += [mute for mute, phrase in self._words if occurrences(phrase, terms)]
        effective = [mute for mute in found if mute is not None]
        return min(effective, key=lambda mute: mute.effect is not MuteEffect.HIDE, default=None)

    def apply(self, cards: Sequence[BriefCard]) -> tuple[list[BriefCard], dict[ArticleId, Mute]]:
        """The cards that are neither muted away nor hidden one by one, and why some of them are to be folded."""
        visible, folded = [], {}
        for card in cards:
            mute = self.mute_of(card)
            if card.is_hidden or (mute is not None and mute.effect is MuteEffect.HIDE):
                continue
            visible.append(card)
            if mute is not None:
                folded[card.article_id] = mute
        return visible, folded
