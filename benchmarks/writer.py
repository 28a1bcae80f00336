"""The built-in writer against LEAD and sumy's LexRank and LSA: ROUGE on the measuring data, and articles per second.

    .venv/bin/python -m benchmarks.writer [--data ../shared/data] [--peers]

Summaries are cut to the length in words of LEAD-3 (CNN/DailyMail sets) or of LEAD-1 (XSum); ROUGE F1 with stemming.
A third of the articles, chosen by a hash of their text, is held out: nothing was fitted to it.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rouge_score.rouge_scorer import RougeScorer

from nutgraf.domain.article import Article, ParagraphKind
from nutgraf.domain.brief import Draft
from nutgraf.pipeline.briefing import make_brief
from nutgraf.stages.extract.assemble import Metadata, assemble_article
from nutgraf.stages.write.builtin import BuiltinWriter

MEASURES = ("rouge1", "rouge2", "rougeLsum")
NEWS_SETS = ("bump", "fib-cnndm")
_RESAMPLES = 2_000
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
Summarise = Callable[[Article], list[str]]


@dataclass(frozen=True)
class Item:
    """An article with its reference summary."""

    set_name: str
    article: Article
    reference: str
    held_out: bool


def load_items(path: Path) -> list[Item]:
    """The items of summaries-dev.jsonl.gz; articles of the same text share their side of the split."""
    items = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            blocks = [(ParagraphKind.BODY, block) for block in row["article"].split("\n")]
            article = assemble_article(blocks, Metadata(url="", title=""))
            held_out = int(hashlib.sha256(article.text[:200].encode()).hexdigest(), 16) % 3 == 0
            items.append(Item(row["set"], article, row["reference"], held_out))
    return items


def lead(count: int) -> Summarise:
    """The first `count` sentences."""

    def summarise(article: Article) -> list[str]:
        return [article.sentence_text(i) for i in range(min(count, len(article.sentences)))]

    return summarise


def draft_summary(draft: Draft) -> list[str]:
    """Dek and What happened, as a reader meets them."""
    sentences = [draft.dek.text] if draft.dek else []
    return [*sentences, *(sentence.text for sentence in draft.what_happened)]


def cut(sentences: list[str], max_words: int) -> str:
    """The sentences, one per line, cut after `max_words` words."""
    lines, left = [], max_words
    for sentence in sentences:
        words = sentence.split()[:left]
        if words:
            lines.append(" ".join(words))
        left -= len(words)
    return "\n".join(lines)


def measure(items: list[Item], summarise: Summarise, limit: Summarise, scorer: RougeScorer) -> np.ndarray:
    """ROUGE F1 × 100, shape (items, measures), each summary cut to the number of words of `limit`'s."""
    rows = []
    for item in items:
        max_words = sum(len(sentence.split()) for sentence in limit(item.article))
        summary = cut(summarise(item.article), max_words)
        reference = item.reference.replace(" . ", " .\n")
        scores = scorer.score(reference, summary)
        rows.append([100 * scores[name].fmeasure for name in MEASURES])
    return np.array(rows)


def bootstrap(difference: np.ndarray, seed: int = 7) -> tuple[float, float, float]:
    """Mean paired difference with its 95% interval (percentile bootstrap)."""
    draws = np.random.default_rng(seed).integers(0, len(difference), (_RESAMPLES, len(difference)))
    means = difference[draws].mean(axis=1)
    return float(difference.mean()), float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def compare(items: list[Item], summarise: Summarise, baseline: Summarise, label: str) -> Iterator[str]:
    """Lines of a table: baseline, ours, and the paired difference."""
    scorer = RougeScorer(list(MEASURES), use_stemmer=True)
    ours, theirs = measure(items, summarise, baseline, scorer), measure(items, baseline, baseline, scorer)
    yield f"{label}: {len(items)} articles; lead {_row(theirs.mean(axis=0))}; ours {_row(ours.mean(axis=0))}"
    for column, name in enumerate(MEASURES):
        mean, low, high = bootstrap(ours[:, column] - theirs[:, column])
        yield f"    {name:10s} {mean:+.2f}  [{low:+.2f}, {high:+.2f}]"


def _row(values: np.ndarray) -> str:
    return " / ".join(f"{value:.1f}" for value in values)


def sumy_summariser(name: str, count: int) -> Summarise:
    """sumy's summariser `name` ("lex_rank" or "lsa") over our own sentences."""
    from importlib import import_module

    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
    from sumy.nlp.stemmers import Stemmer

    class_name = {"lex_rank": "LexRankSummarizer", "lsa": "LsaSummarizer"}[name]
    summariser = getattr(import_module(f"sumy.summarizers.{name}"), class_name)(Stemmer("english"))

    class WhiteSpace:
        def to_words(self, text: str) -> tuple[str, ...]:
            return tuple(text.lower().split())

    def summarise(article: Article) -> list[str]:
        sentences = [Sentence(article.sentence_text(s.index), WhiteSpace()) for s in article.sentences]
        return [str(s) for s in summariser(ObjectDocumentModel([Paragraph(sentences)]), count)]

    return summarise


def speed(items: list[Item], summarise: Callable[[Article], object]) -> float:
    """Articles of 800 words per CPU second."""
    started = time.process_time()
    for item in items:
        summarise(item.article)
    words = sum(item.article.word_count for item in items)
    return words / 800 / (time.process_time() - started)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--peers", action="store_true", help="also sumy's LexRank and LSA (slow)")
    options = parser.parse_args()
    path = options.data / "summaries-dev.jsonl.gz"
    if not path.exists():
        sys.exit(f"{path} is not there.")
    items = load_items(path)
    writer = BuiltinWriter()
    news = [item for item in items if item.set_name in NEWS_SETS]
    xsum = [item for item in items if item.set_name == "fib-xsum"]

    def brief(article: Article) -> list[str]:
        return draft_summary(writer.write(article))

    def dek(article: Article) -> list[str]:
        return draft_summary(writer.write(article))[:1]

    for label, part in (("all", news), ("held out", [item for item in news if item.held_out])):
        print("\n".join(compare(part, brief, lead(3), f"CNN/DailyMail, {label}, against LEAD-3")))
    for label, part in (("all", xsum), ("held out", [item for item in xsum if item.held_out])):
        print("\n".join(compare(part, dek, lead(1), f"XSum dek, {label}, against LEAD-1")))
    print(f"writing: {speed(items, writer.write):.0f} articles of 800 words per CPU second")
    whole = speed(news, lambda article: make_brief(article, created_at=_NOW))
    print(f"writing, checking and tagging: {whole:.0f} articles of 800 words per CPU second")
    if options.peers:
        for name in ("lex_rank", "lsa"):
            print("\n".join(compare(news, sumy_summariser(name, 3), lead(3), f"sumy {name}")))
            print(f"    {speed(news[:40], sumy_summariser(name, 3)):.0f} articles of 800 words per CPU second")


if __name__ == "__main__":
    main()
