"""Real articles and pages through every stage: no crash, each a brief or a stated reason."""

from __future__ import annotations

import gzip
import json
import random
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nutgraf.api import article_from_text
from nutgraf.domain.article import Article
from nutgraf.domain.evidence import Verdict
from nutgraf.errors import ExtractError
from nutgraf.pipeline.briefing import make_brief
from nutgraf.stages.extract import extract_article

DATA = Path(__file__).parents[2].parent / "shared" / "data"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
STREAM_ARTICLES = 500
PAGES = 150

pytestmark = [
    pytest.mark.data,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the measuring data is not beside the project"),
]


def outcome(article: Article) -> str:
    """`brief`, or the reason why there is none; fails where a brief says what it must not."""
    brief = make_brief(article, created_at=NOW)
    for _, sentence in brief.sentences():
        assert sentence.finding.verdict is not Verdict.UNSUPPORTED, sentence.text
        assert sentence.finding.evidence, sentence.text
        assert all(0 <= span.start < span.end <= len(article.text) for span in sentence.finding.evidence)
    return "brief" if brief.what_happened else "nothing to say"


def stream() -> Iterator[Article]:
    with gzip.open(DATA / "stream-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in random.Random(1).sample(rows, STREAM_ARTICLES):
        published_at = datetime.fromisoformat(row["published"]).replace(tzinfo=UTC)
        yield article_from_text(
            "\n\n".join(row["paragraphs"]), title=row["title"], publisher=row["publisher"], published_at=published_at
        )


def test_500_articles_of_the_stream() -> None:
    outcomes = Counter(outcome(article) for article in stream())
    print(outcomes)
    assert outcomes.total() == STREAM_ARTICLES
    assert outcomes["brief"] >= 0.96 * STREAM_ARTICLES  # the rest are teasers of podcasts


def test_pages_of_many_publishers() -> None:
    outcomes: Counter[str] = Counter()
    with tarfile.open(DATA / "extraction-dev.tar.xz") as archive:
        names = sorted(name for name in archive.getnames() if name.endswith((".html", ".htm")))
        chosen = set(random.Random(1).sample(names, PAGES))
        for member in archive:
            if member.name not in chosen:
                continue
            file = archive.extractfile(member)
            assert file is not None
            try:
                article = extract_article(file.read(), url=f"https://example.org/{Path(member.name).stem}")
            except ExtractError as error:
                outcomes[error.code] += 1
            else:
                outcomes[outcome(article)] += 1
    print(outcomes)
    assert outcomes.total() == PAGES
    assert outcomes["brief"] >= 0.8 * PAGES
