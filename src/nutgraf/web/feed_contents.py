"""The content of briefs in outgoing feeds, kept: feed readers ask for the same briefs hour after hour."""

from __future__ import annotations

from collections.abc import Sequence

from nutgraf.domain.ids import BriefId
from nutgraf.domain.records import BriefCard
from nutgraf.outputs.feed_document import brief_content
from nutgraf.ports import Store
from nutgraf.web.kept import Kept
from nutgraf.web.wording import language_tag

CONTENTS_KEPT = 2_000
"""One is five to ten kilobytes."""

_Key = tuple[BriefId, str, str]


class FeedContents:
    """Makes the content of entries. A version of a brief never changes; its publisher's name may."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: Kept[_Key, str] = Kept(CONTENTS_KEPT)

    def of(self, cards: Sequence[BriefCard], base_url: str) -> list[str]:
        """The content of each of `cards` for a site at `base_url`, without a slash at its end."""
        keys = [(card.brief_id, card.publisher.name, base_url) for card in cards]
        contents = {key: self._kept.get(key) for key in keys}
        missing = [card for key, card in zip(keys, cards, strict=True) if contents[key] is None]
        sentences = self._store.list_sentences([card.brief_id for card in missing]) if missing else {}
        for card in missing:
            key = (card.brief_id, card.publisher.name, base_url)
            language = language_tag(card.language)
            content = brief_content(card, sentences.get(card.brief_id, ()), base_url=base_url, language=language)
            contents[key] = content
            self._kept.keep(key, content)
        return [contents[key] or "" for key in keys]
