"""The store by itself: polls, whole ways of articles and reads a second, and what pages cost as briefs grow in number.

    .venv/bin/python -m benchmarks.store [--briefs 10000 100000] [--postgresql]

1,000 briefs go the whole way through the store's own methods; the rest are their copies, made by the database in one
statement per table, an hour apart. PostgreSQL is the one from the test packages, with its defaults (fsync on).
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.growing import grow, postgresql_server
from benchmarks.measuring import article_text, percentile, print_machine

from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.adapters.store.engine import Database
from nutgraf.domain.article import Article, SourceSentence
from nutgraf.domain.brief import Brief, BriefSentence, Insight
from nutgraf.domain.document import Document
from nutgraf.domain.evidence import Finding, Span, Verdict
from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.records import ArticleState, BriefQuery, EntryToStore, PollResult
from nutgraf.domain.search import SearchOrder
from nutgraf.ports import Store
from nutgraf.stages.tag import load_taxonomy
from nutgraf.text.search_query import parse_search
from nutgraf.text.words import words

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHOLE_WAYS = 1_000
TOPICS = [topic for topic in load_taxonomy().topics.values() if topic.parent][:120]
QUERY_S = 1.0  # how long each query is asked again


def main() -> None:
    """Fill a database of each kind asked for and print what it did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--briefs", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL too")
    options = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{Path(folder) / 'nutgraf.db'}", "SQLite", sorted(options.briefs))
    if options.postgresql:
        with postgresql_server() as url:
            measure(url, "PostgreSQL", sorted(options.briefs))


def measure(url: str, name: str, sizes: list[int]) -> None:
    """Writes first, then every query at each size."""
    store = open_store(url)
    store.migrate()
    print(f"\n### {name}: writing, one thread\n\n| what | a second |\n| --- | --- |")
    for what, rate in measure_writes(store):
        print(f"| {what} | {rate:,.0f} |", flush=True)
    columns: list[dict[str, str]] = []
    database = Database(url)
    for size in sizes:
        grow(database, size, base=WHOLE_WAYS, spacing=HOUR)
        columns.append(measure_queries(store))
    heads = " | ".join(f"at {size:,} briefs" for size in sizes)
    print(f"\n### {name}: reading, median / p99 in ms\n\n| what | {heads} |\n|{' --- |' * (len(sizes) + 1)}")
    for what in columns[0]:
        print(f"| {what} | {' | '.join(column[what] for column in columns)} |")
    database.close()
    store.close()


def measure_writes(store: SqlStore) -> Iterator[tuple[str, float]]:
    """Rates of what the pipeline and readers write; leaves WHOLE_WAYS published briefs."""
    feed = store.add_feed("https://press.example/feed", now=NOW)
    numbers = itertools.count()
    polls = [[entry(next(numbers)) for _ in range(20)] for _ in range(WHOLE_WAYS // 20)]
    new_polls = iter(polls)
    yield "polls with 20 new entries", rate(lambda: store.record_poll(feed.id, poll(next(new_polls))), len(polls))
    unchanged = PollResult(polled_at=NOW, next_poll_at=NOW + HOUR, interval_s=3600, not_modified=True)
    yield "unchanged polls (304)", rate(lambda: store.record_poll(feed.id, unchanged), 2_000)
    keys = [known.entry_key for known in polls[0]]
    yield "look-ups of 20 known entries", rate(lambda: store.known_entries(feed.id, keys), 500)
    found = store.due_articles([ArticleState.FOUND], now=NOW, limit=WHOLE_WAYS)
    texts = [make_article(article.id) for article in found]
    briefs = [make_brief(article, number) for number, article in enumerate(texts)]
    ways = iter(zip((article.id for article in found), texts, briefs, strict=True))
    yield "articles from found to published", rate(lambda: go_the_whole_way(store, *next(ways)), WHOLE_WAYS)
    readers = iter([article.id for article in found])
    yield "first reads", rate(lambda: store.record_read(DEFAULT_READER, next(readers), now=NOW), WHOLE_WAYS)
    yield "repeated reads", rate(lambda: store.record_read(DEFAULT_READER, found[0].id, now=NOW), 1_000)


def measure_queries(store: SqlStore) -> dict[str, str]:
    """Median and p99 of each query, in milliseconds; cursors and articles are drawn at random."""
    dice = random.Random(1)
    total = store.counts().briefs
    oldest = NOW - total * HOUR

    def cursor() -> str:
        time_us = int((oldest + dice.random() * (NOW - oldest)).timestamp() * 1e6)
        return f"{time_us}_{dice.randrange(1, total)}"

    def cards(**query: Any) -> int:
        return len(store.list_briefs(BriefQuery(**query), reader_id=DEFAULT_READER))

    def find(asked: str, order: SearchOrder = SearchOrder.BEST) -> int:
        query = parse_search(asked, now=NOW)
        return len(store.search_briefs(query, reader_id=DEFAULT_READER, now=NOW, order=order).hits)

    publishers = [publisher.slug for publisher in store.list_publishers()]
    vocabulary = sorted(set(words(" ".join(article_text(1, 500)))))
    queries: dict[str, Callable[[], object]] = {
        "first page of 20": lambda: cards(),
        "a page of 20 anywhere": lambda: cards(before=cursor()),
        "a topic's page anywhere": lambda: cards(topic=dice.choice(TOPICS).slug, before=cursor()),
        "a top-level topic's page anywhere": lambda: cards(topic=dice.choice(TOPICS).parent, before=cursor()),
        "a publisher's page anywhere": lambda: cards(publisher=dice.choice(publishers), before=cursor()),
        "a brief's page": lambda: store.brief_page(ArticleId(dice.randrange(1, total)), reader_id=DEFAULT_READER),
        "a search for a word, best first": lambda: find(dice.choice(vocabulary)),
        "a search for a word, newest first": lambda: find(dice.choice(vocabulary), SearchOrder.NEWEST),
        "a search for a rare word": lambda: find(f"{dice.randrange(WHOLE_WAYS)} -{dice.choice(vocabulary)}"),
        "a search for two words on a topic": lambda: find(
            f"{dice.choice(vocabulary)} {dice.choice(vocabulary)} topic:{dice.choice(TOPICS).slug}"
        ),
        "counts of topics": store.topic_counts,
        "publishers with counts": store.list_publishers,
        "counts of everything": store.counts,
        "due articles": lambda: store.due_articles(list(ArticleState), now=NOW, limit=100),
        "copies by 16 band keys": lambda: store.find_copies(ArticleId(1), [dice.getrandbits(62) for _ in range(16)]),
    }
    return {what: latency(query) for what, query in queries.items()}


def rate(work: Callable[[], object], count: int) -> float:
    """How often a second `work` was done, of `count` times."""
    start = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - start)


def latency(query: Callable[[], object]) -> str:
    """Median and p99 of a query in milliseconds."""
    query()
    times = []
    end = time.perf_counter() + QUERY_S
    while (start := time.perf_counter()) < end:
        query()
        times.append((time.perf_counter() - start) * 1_000)
    return f"{percentile(times, 0.5):.2f} / {percentile(times, 0.99):.2f}"


def poll(entries: list[EntryToStore]) -> PollResult:
    """A poll that brought these entries."""
    return PollResult(polled_at=NOW, next_poll_at=NOW + HOUR, interval_s=3600, title="Feed", entries=tuple(entries))


def entry(number: int) -> EntryToStore:
    """An entry like any other."""
    url = f"https://press.example/{number}"
    body = f"<p>{' '.join(article_text(number, 60))}</p>"
    return EntryToStore(url, url, url, f"Story {number}", "", body, "", NOW - number * HOUR, None, f"{number}")


def go_the_whole_way(
    store: Store, article_id: ArticleId, article: Article, brief: Brief, *, now: datetime = NOW
) -> None:
    """Fetched, extracted, written, published: every write that an article costs."""
    body = article.text.encode() * 20
    store.save_document(article_id, Document(article.url, article.url, 200, body), now=now)
    dice = random.Random(article_id)
    store.save_extraction(
        article_id, article, band_keys=[dice.getrandbits(63) for _ in range(16)], copy_of=None, now=now
    )
    store.save_brief(article_id, store.current_revision(article_id).id, brief, now=now)
    store.publish(article_id, now=now)


def make_article(number: int) -> Article:
    """About 500 words of nonsense of one of 40 publishers."""
    words = "\n\n".join(article_text(number, 500))
    spans = [match.span() for match in re.finditer(r"[^\s.][^.]*\.", words)]
    return Article(
        url=f"https://press.example/{number}",
        canonical_url=f"https://press.example/{number}",
        title=f"Story {number}",
        publisher=f"Publisher {number % 40}",
        byline="",
        published_at=None,
        language="en",
        lead_image_url="",
        text=words,
        text_hash=hashlib.sha256(words.encode()).hexdigest(),
        sentences=tuple(SourceSentence(index, start, end) for index, (start, end) in enumerate(spans)),
    )


def make_brief(article: Article, number: int) -> Brief:
    """A brief of the usual size: eleven sentences, each with its evidence, and four topics."""
    spans = [Span(sentence.start, sentence.end) for sentence in article.sentences]
    sentences = [
        BriefSentence(article.text[span.start : span.end], Finding(Verdict.SUPPORTED, 0.9, (span,))) for span in spans
    ]
    return Brief(
        headline=article.title,
        dek=sentences[0],
        what_happened=tuple(sentences[1:4]),
        insights=tuple(Insight(sentences[at], sentences[at + 1]) for at in (4, 6, 8)),
        takeaways=(sentences[10],),
        topics=tuple(TOPICS[(number * 7 + step * 31) % len(TOPICS)] for step in range(4)),
        writer="bench",
        created_at=NOW,
        article_hash=article.text_hash,
        language="en",
    )


if __name__ == "__main__":
    main()
