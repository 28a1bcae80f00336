"""Copies planted in a stream of real news: how many are found, and how many finds are right."""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest

from nutgraf.domain.article import Article
from nutgraf.domain.ids import ArticleId, RevisionId
from nutgraf.domain.records import RevisionRecord
from nutgraf.stages.identify import decide_copies, fingerprint, resemblance
from nutgraf.stages.identify.copies import COPY_RESEMBLANCE, MIN_COPY_WORDS

DATA = Path(__file__).parents[2].parent / "shared" / "data"
SAMPLE = 900
PRECISION_FLOOR = 0.99
RECALL_FLOOR = 0.95

pytestmark = pytest.mark.data

CREDIT = "Copyright The Example Gazette. All rights reserved. To see more, visit the website of the Example Gazette."
INTRO = "A report that was published this week says what many in the region had long expected to hear from officials."
SWAPS = ("said", "officials", "the", "many", "Tuesday", "reported", "according")


def _without_one(paragraphs: list[str], rng: random.Random) -> list[str]:
    dropped = rng.randrange(len(paragraphs))
    return [paragraph for index, paragraph in enumerate(paragraphs) if index != dropped]


def _with_words_swapped(paragraphs: list[str], rng: random.Random) -> list[str]:
    return [
        " ".join(rng.choice(SWAPS) if rng.random() < 0.04 else word for word in paragraph.split())
        for paragraph in paragraphs
    ]


EDITS: dict[str, Callable[[list[str], random.Random], list[str]]] = {
    "one paragraph trimmed": _without_one,
    "cut from the end": lambda paragraphs, rng: paragraphs[: max(1, round(len(paragraphs) * 0.75))],
    "credit added": lambda paragraphs, rng: [*paragraphs, CREDIT],
    "intro rewritten": lambda paragraphs, rng: [INTRO, *paragraphs[1:]],
    "words swapped": _with_words_swapped,
    "reordered": lambda paragraphs, rng: rng.sample(paragraphs, len(paragraphs)),
}


@dataclass
class Stream:
    """Stored articles with an index of their band keys, as the store keeps it."""

    paragraphs: list[list[str]]
    records: list[RevisionRecord]
    index: dict[int, list[int]]

    def original_of(self, text: str) -> ArticleId | None:
        numbers = sorted({number for key in fingerprint(text) for number in self.index.get(key, ())})
        later = datetime(2024, 1, 2, tzinfo=UTC)
        return decide_copies(article(text, later), [self.records[number] for number in numbers]).original


def is_long_enough(text: str) -> bool:
    return len(text.split()) >= 2 * MIN_COPY_WORDS


def article(text: str, published_at: datetime) -> Article:
    return Article("", "", "", "", "", published_at, "en", "", text, "", ())


def record(number: int, text: str) -> RevisionRecord:
    stored_at = datetime(2024, 1, 1, tzinfo=UTC)
    return RevisionRecord(RevisionId(number), ArticleId(number), 1, stored_at, article(text, stored_at))


@pytest.fixture(scope="module")
def stream() -> Stream:
    rows = [row["paragraphs"] for row in read_rows("stream-dev") if is_long_enough(" ".join(row["paragraphs"]))]
    sample = random.Random(11).sample(rows, SAMPLE)
    records = [record(number, "\n\n".join(paragraphs)) for number, paragraphs in enumerate(sample)]
    index: dict[int, list[int]] = defaultdict(list)
    for number, stored in enumerate(records):
        for key in fingerprint(stored.article.text):
            index[key].append(number)
    return Stream(sample, records, index)


def read_rows(name: str) -> list[dict[str, object]]:
    path = DATA / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"the measuring data ({path.name}) is not beside the project")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_planted_copies_are_found_and_finds_are_right(stream: Stream) -> None:
    rng = random.Random(5)
    found = right = 0
    edits = list(EDITS.values())
    for number, paragraphs in enumerate(stream.paragraphs):
        copy = "\n\n".join(edits[number % len(edits)](paragraphs, rng))
        original = stream.original_of(copy)
        found += original is not None
        # The stream itself repeats a few stories: the repeat is as right as the article the copy was made of.
        right += original is not None and (
            original == number
            or resemblance(stream.records[original].article.text, stream.records[number].article.text) > 0.9
        )
    assert right / len(stream.paragraphs) >= RECALL_FLOOR
    assert right / found >= PRECISION_FLOOR


def test_articles_of_the_stream_are_no_copies_of_one_another(stream: Stream) -> None:
    """The other half of precision: unplanted articles, whose few true repeats resemble each other nearly wholly."""
    pairs = {pair for numbers in stream.index.values() for pair in combinations(sorted(set(numbers)), 2)}
    texts = [stored.article.text for stored in stream.records]
    finds = [score for a, b in pairs if (score := resemblance(texts[a], texts[b])) >= COPY_RESEMBLANCE]
    assert sum(score < 0.9 for score in finds) <= 0.01 * SAMPLE


def test_independent_reports_of_one_event_are_no_copies() -> None:
    """newswcl50: ten events, each told by five outlets in their own words."""
    events: dict[object, list[str]] = defaultdict(list)
    for row in read_rows("clusters-dev"):
        if row["set"] == "newswcl50":
            events[row["event"]].append(str(row["text"]))
    scores = [resemblance(a, b) for texts in events.values() for a, b in combinations(texts, 2)]
    assert len(scores) >= 90
    assert max(scores) < COPY_RESEMBLANCE
