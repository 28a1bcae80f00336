"""How well the tagger agrees with editors who never saw its taxonomy: accuracy by class and the worst confusions.

    .venv/bin/python -m benchmarks.topics [--every N [--first M]]

Classes of other people's sets are mapped to our topics in the tables below; nothing is trained on them. BBC: five
desks against sixteen top-level topics of ours. Reuters: economic subjects, test half of ModApte. Stream: the sections
in which a broadcaster put its stories; the section itself is withheld from the tagger.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.measuring import Row, article_text, percentile, print_machine, print_table

import nutgraf
from nutgraf.domain.article import Article
from nutgraf.stages.tag import Taxonomy, load_taxonomy, tag_topics
from nutgraf.stages.tag.scoring import top_level_evidence, topic_evidence

DATA = Path(__file__).parents[2] / "shared" / "data"
TOPICS_FILE = DATA / "topics-dev.jsonl.gz"
STREAM_FILE = DATA / "stream-dev.jsonl.gz"

BBC: Mapping[str, set[str]] = {
    "business": {"business-economy"},
    "entertainment": {"culture-arts"},
    "politics": {"world-politics"},
    "sport": {"sport"},
    "tech": {"technology"},
}
STREAM: Mapping[str, set[str]] = {
    "business": {"business-economy", "work-labour", "technology"},
    "climate": {"climate-environment", "disasters-accidents"},
    "education": {"education"},
    "health": {"health"},
    "politics": {"world-politics", "law-justice"},
    "race": {"society"},
    "science": {"science", "climate-environment", "technology", "health"},
    "world": {"world-politics", "conflict-security", "disasters-accidents"},
}
_REUTERS: Mapping[str, str] = {
    "company-results": "earn",
    "mergers-acquisitions": "acq",
    "currencies": "money-fx dlr yen dmk stg reserves austdlr nzdlr can saudriyal",
    "interest-rates-central-banks": "interest money-supply money-fx reserves",
    "trade-tariffs": "trade bop",
    "oil-gas": "crude nat-gas gas fuel heat pet-chem propane naphtha jet",
    "farming": "grain wheat corn oilseed sugar soybean livestock carcass cotton rice barley meal-feed sorghum rapeseed "
    "orange soy-meal soy-oil hog sunseed oat tea potato coffee cocoa veg-oil palm-oil rubber lumber l-cattle groundnut",
    "commodities": "grain wheat corn oilseed sugar soybean cotton rice barley meal-feed sorghum rapeseed coffee cocoa "
    "veg-oil palm-oil rubber gold copper alum zinc tin silver lead strategic-metal platinum nickel orange oat tea "
    "soy-meal soy-oil sunseed iron-steel groundnut coconut rape-oil sun-oil",
    "mining": "gold copper alum zinc tin silver lead strategic-metal platinum nickel iron-steel",
    "manufacturing": "iron-steel ipi alum",
    "shipping-ports": "ship",
    "economic-growth": "gnp ipi retail lei inventories income cpu",
    "inflation-prices": "cpi wpi",
    "jobs-unemployment": "jobs",
    "retail": "retail",
    "housing-market": "housing",
}
REUTERS: Mapping[str, set[str]] = {
    label: {slug for slug, labels in _REUTERS.items() if label in labels.split()}
    for label in " ".join(_REUTERS.values()).split()
}


@dataclass(slots=True)
class Agreement:
    """Counts by class: items, first topic right, any given topic right, right where only mapped topics may win."""

    items: Counter[str] = field(default_factory=Counter)
    first: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    forced: Counter[str] = field(default_factory=Counter)
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    topic_counts: Counter[int] = field(default_factory=Counter)

    def share(self, counts: Counter[str]) -> float:
        """Share (0..1) of all items."""
        return counts.total() / max(1, self.items.total())


def sha256(path: Path) -> str:
    """The file's digest, so that a figure says which data it was measured on."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def article_of(title: str, paragraphs: Sequence[str]) -> Article:
    """An English article without section or standfirst."""
    return replace(_BLANK, title=title, text="\n\n".join(paragraphs))


_BLANK = replace(nutgraf.article_from_text("", title=""), language="en")


def measure(
    items: Iterator[tuple[list[str], Article]], mapping: Mapping[str, set[str]], taxonomy: Taxonomy, *, top_level: bool
) -> Agreement:
    """Tag each article and compare with its labels; an item of several labels counts for each of them.

    With `top_level`, only top-level topics are compared, else all that are given; right for one of an item's labels
    is right for the item's first topic.
    """
    result = Agreement()
    mapped = set().union(*mapping.values())
    for labels, article in items:
        topics = tag_topics(article, taxonomy)
        result.topic_counts[len(topics)] += 1
        slugs = [topic.slug for topic in topics if not (top_level and topic.parent)]
        ranked = top_level_evidence(topic_evidence(article, taxonomy), taxonomy) if top_level else {}
        forced = next((slug for slug in ranked if slug in mapped), "")
        right = set().union(*(mapping[label] for label in labels))
        first = slugs[0] if slugs else "(none)"
        for label in labels:
            result.items[label] += 1
            result.first[label] += first in right
            result.given[label] += bool(right & set(slugs))
            result.forced[label] += forced in right
            if first not in right and top_level:
                result.confusions[label, first] += 1
    return result


def bbc(taxonomy: Taxonomy, every: int = 1, first: int = 0) -> Agreement:
    """Five desks of BBC News, 2004 and 2005; every `every`-th item from the one numbered `first`."""
    rows = (row for row in records(TOPICS_FILE) if row["set"] == "bbc")
    items = (([row["label"]], article_of(row["title"], [row["text"]])) for row in islice(rows, first, None, every))
    return measure(items, BBC, taxonomy, top_level=True)


def reuters(taxonomy: Taxonomy, every: int = 1, first: int = 0) -> Agreement:
    """Subjects of the Reuters wire, 1987, against all topics that are given."""
    rows = (row for row in records(TOPICS_FILE) if row["set"] != "bbc" and row["split"] == "test")
    labelled = ((sorted(set(row["topics"]) & REUTERS.keys()), row) for row in rows)
    items = ((labels, article_of(row["title"], [row["text"]])) for labels, row in labelled if labels)
    return measure(islice(items, first, None, every), REUTERS, taxonomy, top_level=False)


def stream(taxonomy: Taxonomy, every: int = 1, first: int = 0) -> Agreement:
    """Sections of NPR and PBS, 2024 and 2025."""
    rows = islice(records(STREAM_FILE), first, None, every)
    items = ((row["sections"], article_of(row["title"], row["paragraphs"])) for row in rows)
    return measure(items, STREAM, taxonomy, top_level=True)


def print_agreement(name: str, result: Agreement, *, least_items: int = 20) -> None:
    """Accuracy by class as a Markdown table, then the ten worst confusions and how many topics were given."""
    columns = {"any given topic": result.given}
    if result.confusions:  # top-level topics were compared
        columns |= {"first topic": result.first, "mapped topics only": result.forced}
    print(f"\n### {name}\n\n| class | items | {' | '.join(columns)} |\n| --- | --- |{' --- |' * len(columns)}")
    for label, items in result.items.most_common():
        if items >= least_items:
            print(f"| {label} | {items} |", *(f"{counts[label] / items:.3f} |" for counts in columns.values()))
    print(f"| **all** | {result.items.total()} |", *(f"{result.share(counts):.3f} |" for counts in columns.values()))
    if result.confusions:
        worst = ", ".join(f"{label} → {slug} {count}" for (label, slug), count in result.confusions.most_common(10))
        print(f"\nWorst confusions: {worst}")
    print("Topics given:", ", ".join(f"{count} × {number}" for number, count in sorted(result.topic_counts.items())))


def speed(taxonomy: Taxonomy) -> list[Row]:
    """Milliseconds of processor time to tag an article of 800 words."""
    articles = [article_of(f"Council votes on harbour {n}", article_text(n)) for n in range(50)]
    tag_topics(articles[0], taxonomy)
    times_ms = []
    for article in articles:
        start = time.process_time()
        tag_topics(article, taxonomy)
        times_ms.append((time.process_time() - start) * 1000)
    return [Row("tag 800 words, median", f"{percentile(times_ms, 0.5):.2f} ms")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="measure every N-th item only")
    parser.add_argument("--first", type=int, default=0, help="number of the first item, so that a part is held out")
    options = parser.parse_args()
    every, first = options.every, options.first
    taxonomy = load_taxonomy()
    print_machine()
    print_table("Tagging", speed(taxonomy))
    if not TOPICS_FILE.exists():
        print(f"\nno {TOPICS_FILE}: agreement not measured")
        return
    print_agreement("BBC: five desks against our top-level topics", bbc(taxonomy, every, first))
    print_agreement("Reuters: subjects against all topics given", reuters(taxonomy, every, first))
    print_agreement("Stream: sections against our top-level topics", stream(taxonomy, every, first))


if __name__ == "__main__":
    main()
