"""A store as full as asked for: briefs of the usual size, and a reader's marks, mutes and follows."""

from __future__ import annotations

import functools
import hashlib
import itertools
import random
from datetime import UTC, datetime, timedelta

from benchmarks.growing import SHOWN, grow
from benchmarks.store import TOPICS, go_the_whole_way, make_brief

from nutgraf.adapters.store import open_store
from nutgraf.adapters.store.engine import Database
from nutgraf.domain.article import Article, Paragraph, SourceSentence
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.marks import Follow, FollowKind, Mark, MuteEffect, MuteKind
from nutgraf.domain.records import ArticleState, BriefQuery, EntryToStore, FeedState, PollResult
from nutgraf.ports import Store

BASE = 1_000
SPACING = timedelta(minutes=5)
PUBLISHERS = 40
SAVED = 60
TOPIC_SLUGS = tuple(topic.slug for topic in TOPICS)

_SYLLABLES = [
    first + vowel + last for first in "bdfgklmnprstvz" for vowel in "aeiou" for last in ("", "n", "r", "s", "l")
]


@functools.cache
def vocabulary() -> tuple[str, ...]:
    """Words that nobody uses, the commonest first."""
    dice = random.Random(5)
    return tuple(sorted({"".join(dice.choices(_SYLLABLES, k=dice.randint(2, 4))) for _ in range(8_000)}, key=hash_of))


def hash_of(word: str) -> str:
    """An order that has nothing to do with the words."""
    return hashlib.sha256(word.encode()).hexdigest()


@functools.cache
def _weights() -> tuple[float, ...]:
    """As often as words of a language are used: by Zipf's law."""
    return tuple(itertools.accumulate(1 / (rank + 3) for rank in range(len(vocabulary()))))


def fill(database_url: str, size: int) -> tuple[datetime, timedelta]:
    """Bring the store to `size` published briefs; when the newest is from, and how far apart they are."""
    store = open_store(database_url)
    store.migrate()
    if not store.counts().briefs:
        _fill_base(store)
    database = Database(database_url)
    grow(database, size, base=BASE, spacing=SPACING, copied_tables=SHOWN)
    database.close()
    newest = store.list_briefs(BriefQuery(limit=1), reader_id=DEFAULT_READER)[0].published_at
    store.close()
    return newest, SPACING


def _fill_base(store: Store) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0) - SPACING
    feed = store.add_feed("https://press.example/feed", now=now)
    store.set_feed_state(feed.id, FeedState.PAUSED)
    for start in range(0, BASE, 50):
        entries = tuple(_entry(number, now) for number in range(start, start + 50))
        polled = PollResult(polled_at=now, next_poll_at=now, interval_s=3600, title="Press", entries=entries)
        store.record_poll(feed.id, polled)
    for number, found in enumerate(store.due_articles([ArticleState.FOUND], now=now, limit=BASE)):
        article = make_article(number)
        go_the_whole_way(store, found.id, article, make_brief(article, number), now=now)
    cards = store.list_briefs(BriefQuery(limit=SAVED), reader_id=DEFAULT_READER)
    for card in cards:
        store.set_mark(DEFAULT_READER, card.article_id, Mark.SAVED, is_set=True, now=card.published_at)
        store.record_read(DEFAULT_READER, card.article_id, now=card.published_at)
    for topic in TOPICS[:3]:
        store.set_follow(DEFAULT_READER, Follow(FollowKind.TOPIC, topic.slug), is_set=True)
    for word in vocabulary()[500:503]:
        store.add_mute(DEFAULT_READER, MuteKind.WORD, word, MuteEffect.HIDE)


def _entry(number: int, now: datetime) -> EntryToStore:
    url = f"https://press.example/{number}"
    return EntryToStore(url, url, url, f"Story {number}", "", "", "", now - number * SPACING, None, f"{number}")


def make_article(number: int) -> Article:
    """About 500 words in sentences and paragraphs of the usual length, by one of PUBLISHERS."""
    dice = random.Random(number)

    def words(count: int) -> str:
        return " ".join(dice.choices(vocabulary(), cum_weights=_weights(), k=count)).capitalize()

    text, sentences, paragraphs = "", [], []
    while len(sentences) < 28:
        start = len(text)
        for _ in range(dice.randint(1, 3)):
            sentence = f"{words(dice.randint(11, 25))}."
            sentences.append(SourceSentence(len(sentences), len(text), len(text) + len(sentence)))
            text += f"{sentence} "
        paragraphs.append(Paragraph(start, len(text) - 1))
        text = f"{text[:-1]}\n\n"
    url = f"https://press.example/{number}"
    return Article(
        url=url,
        canonical_url=url,
        title=words(8),
        publisher=f"Publisher {number % PUBLISHERS}",
        byline="",
        published_at=None,
        language="en",
        lead_image_url="",
        text=text.rstrip(),
        text_hash=hashlib.sha256(text.encode()).hexdigest(),
        sentences=tuple(sentences),
        paragraphs=tuple(paragraphs),
    )
