"""The built-in writer against LEAD and sumy's LexRank and LSA: ROUGE on the measuring data, speed and memory.

    .venv/bin/python -m benchmarks.writer [--data ../shared/data] [--peers] [--speed-only]

Summaries are cut to the length in words of LEAD-3 (CNN/DailyMail sets) or of LEAD-1 (XSum); ROUGE F1 with stemming.
A third of the articles, chosen by a hash of their text, is held out: nothing was fitted to it.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
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
_TIMED = 60  # articles that speed is measured on
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


def articles_per_second(articles: Sequence[Article], work: Callable[[Article], object]) -> float:
    """Articles of 800 words per CPU second, the best of three rounds after one that fills the caches."""
    words = sum(article.word_count for article in articles)
    rates = []
    for _ in range(4):
        started = time.process_time()
        for article in articles:
            work(article)
        rates.append(words / 800 / (time.process_time() - started))
    return max(rates[1:])


def of_length(articles: Iterator[Article], words: int) -> Article:
    """An article of `words` words: paragraphs of news articles one after the other, the last cut off."""
    paragraphs: list[str] = []
    left = words
    for article in articles:
        for paragraph in article.text.split("\n\n"):
            spoken = paragraph.split()[:left]
            left -= len(spoken)
            paragraphs.append(" ".join(spoken))
            if not left:
                return assemble_article([(ParagraphKind.BODY, block) for block in paragraphs], Metadata("", ""))
    raise ValueError(f"the articles have fewer than {words} words")


def memory_mib(articles: Sequence[Article]) -> tuple[float, str]:
    """Greatest resident memory, in MiB, of a process that briefs `articles`; and the packages that it imported."""
    with tempfile.NamedTemporaryFile(suffix=".pickle") as file:
        pickle.dump(list(articles), file)
        file.flush()
        command = [sys.executable, "-c", _BRIEFING_ALONE, file.name]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    kib, packages = answer.split(maxsplit=1)
    return int(kib) / 1024, packages.strip()


_BRIEFING_ALONE = """
import datetime, pickle, re, sys
from nutgraf.pipeline.briefing import make_brief
for article in pickle.load(open(sys.argv[1], "rb")):
    make_brief(article, created_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
known = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
peak_kib = re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]  # ru_maxrss would count the parent
print(peak_kib, ", ".join(sorted(n for n in known if n[0] != "_")))
"""


def print_speed(articles: Sequence[Article], with_peers: bool) -> None:
    """What a CPU second gives, beside the peers; how that grows with an article's length; and the memory."""
    writer = BuiltinWriter()
    ours = articles_per_second(articles, lambda article: make_brief(article, created_at=_NOW))
    alone = articles_per_second(articles, writer.write)
    rows = [("writing, checking and tagging", ours), ("writing alone", alone), ("LEAD-3", _lead_rate(articles))]
    if with_peers:
        rows += [(f"sumy {n}", articles_per_second(articles, sumy_summariser(n, 3))) for n in ("lex_rank", "lsa")]
    print("\n| | articles of 800 words per CPU second | Nutgraf to it |\n| --- | --- | --- |")
    for what, rate in rows:
        print(f"| {what} | {rate:,.0f} | {ours / rate:.3g} |", flush=True)
    print("\n| words | ms of CPU | ms per 1,000 words |\n| --- | --- | --- |")
    for words in (200, 800, 3_200, 12_800):
        article = of_length(iter(articles), words)
        rate = articles_per_second([article] * 5, lambda article: make_brief(article, created_at=_NOW))
        milliseconds = words / 800 / rate * 1000
        print(f"| {words:,} | {milliseconds:.1f} | {milliseconds / words * 1000:.1f} |", flush=True)
    mib, packages = memory_mib([*articles, of_length(iter(articles), 12_800)])
    print(
        f"\nmemory of a process that briefs them, one of 12,800 words among them: {mib:.0f} MiB; imported: {packages}"
    )


def _lead_rate(articles: Sequence[Article]) -> float:
    """LEAD-3 is too fast for the clock: a hundred times over."""
    summarise = lead(3)
    return 100 * articles_per_second(articles, lambda article: [summarise(article) for _ in range(100)])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--peers", action="store_true", help="also sumy's LexRank and LSA (slow)")
    parser.add_argument("--speed-only", action="store_true", help="leave ROUGE out")
    options = parser.parse_args()
    path = options.data / "summaries-dev.jsonl.gz"
    if not path.exists():
        sys.exit(f"{path} is not there.")
    items = load_items(path)
    writer = BuiltinWriter()
    news = [item for item in items if item.set_name in NEWS_SETS]
    xsum = [item for item in items if item.set_name == "fib-xsum"]
    print_speed([item.article for item in news[:_TIMED]], options.peers)
    if options.speed_only:
        return

    def brief(article: Article) -> list[str]:
        return draft_summary(writer.write(article))

    def dek(article: Article) -> list[str]:
        return draft_summary(writer.write(article))[:1]

    for label, part in (("all", news), ("held out", [item for item in news if item.held_out])):
        print("\n".join(compare(part, brief, lead(3), f"CNN/DailyMail, {label}, against LEAD-3")))
    for label, part in (("all", xsum), ("held out", [item for item in xsum if item.held_out])):
        print("\n".join(compare(part, dek, lead(1), f"XSum dek, {label}, against LEAD-1")))
    if options.peers:
        for name in ("lex_rank", "lsa"):
            print("\n".join(compare(news, sumy_summariser(name, 3), lead(3), f"sumy {name}")))


if __name__ == "__main__":
    main()
