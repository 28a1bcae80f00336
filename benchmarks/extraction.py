"""Article extraction on the measuring sets: Nutgraf beside trafilatura (favouring precision), page by page in one run.

    .venv/bin/python -m benchmarks.extraction [--data FOLDER] [--every 1]

`--data` is the folder with extraction-dev.tar.xz (default: shared/data beside the project), `--every N` takes each
N-th page. F1 of trafilatura-eval is over its segments that must and must not occur, as trafilatura's own evaluation
counts; of the other sets it is the mean over pages of the F1 of the bag of words. Times are CPU seconds, text and meta
data together, the two taking turns on every page.
"""

from __future__ import annotations

import argparse
import json
import re
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import trafilatura
from benchmarks.measuring import Row, print_machine, print_table

from nutgraf.errors import ExtractError
from nutgraf.stages.extract import extract_article

SETS = ("trafilatura-eval", "readability", "newspaper4k")
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
MIN_GOLD_WORDS = 25  # the readability set holds fixtures of a few words that are no articles
Gold = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What an extractor says of a page; `day` is the date as YYYY-MM-DD, `changed` that of the last change."""

    text: str = ""
    title: str = ""
    day: str = ""
    changed: str = ""
    byline: str = ""


@dataclass(slots=True)
class Score:
    """Sums over the pages of one set for one extractor."""

    hits: int = 0
    misses: int = 0
    intruders: int = 0
    page_f1: list[float] = field(default_factory=list)
    titles: Counter[bool] = field(default_factory=Counter)
    dates: Counter[bool] = field(default_factory=Counter)
    authors: Counter[bool] = field(default_factory=Counter)
    gold_changes: int = 0  # wrong dates where gold is the day of a change that the page declares as such
    gold_slips: int = 0  # wrong dates where gold is no date
    seconds: float = 0.0
    pages: int = 0

    @property
    def f1(self) -> float:
        """F1 over segments where there are any, else the mean over pages."""
        if self.page_f1:
            return sum(self.page_f1) / len(self.page_f1)
        return 2 * self.hits / (2 * self.hits + self.misses + self.intruders or 1)


def load_pages(data: Path, every: int = 1) -> Iterator[tuple[str, Gold, bytes]]:
    """(set, gold row, page) of the measuring archive in `data`, each `every`-th page."""
    with tarfile.open(data / "extraction-dev.tar.xz") as archive:
        contents = {member.name: member for member in archive.getmembers() if member.isfile()}
        root = next(iter(contents)).split("/", 1)[0]
        wanted = {}
        for name in SETS:
            lines = archive.extractfile(contents[f"{root}/{name}/gold.jsonl"])
            assert lines is not None
            rows = [row for row in map(json.loads, lines) if "file" in row]
            wanted.update({f"{root}/{name}/{row['file']}": (name, row) for row in rows[::every]})
        for path, member in contents.items():  # in the archive's order: going back is slow
            if path in wanted:
                page = archive.extractfile(member)
                assert page is not None
                yield (*wanted[path], page.read())


def read_with_nutgraf(page: bytes, url: str) -> Reading:
    """Our reading; a refusal is an empty one. The day is that in UTC."""
    try:
        article = extract_article(page, url=url)
    except ExtractError:
        return Reading()
    day, changed = (
        moment.date().isoformat() if moment else "" for moment in (article.published_at, article.updated_at)
    )
    return Reading(article.text, article.title, day, changed, article.byline)


def read_with_trafilatura(page: bytes, url: str) -> Reading:
    """trafilatura's reading."""
    document = trafilatura.bare_extraction(
        page, url=url, favor_precision=True, include_comments=False, with_metadata=True
    )
    if document is None or isinstance(document, dict):
        return Reading()
    return Reading(document.text or "", document.title or "", document.date or "", byline=document.author or "")


def add_page(score: Score, gold: Gold, reading: Reading) -> None:
    """Count one page."""
    text = " ".join(reading.text.split())
    if "must" in gold:
        for segment in gold["must"]:
            found = " ".join(segment.split()) in text
            score.hits += found
            score.misses += not found
        score.intruders += sum(" ".join(segment.split()) in text for segment in gold["must_not"])
    else:
        words = " ".join(gold.get("paragraphs") or [gold.get("text") or ""])
        if len(words.split()) >= MIN_GOLD_WORDS:
            score.page_f1.append(_bag_f1(text, words))
    if "must" in gold and gold.get("title"):
        score.titles[_same_title(reading.title, gold["title"])] += 1
    if "must" in gold and gold.get("date"):
        days = {gold["date"], gold.get("date_htmldate") or gold["date"]}
        is_right = _same_day(reading.day, days)
        score.dates[is_right] += 1
        score.gold_changes += not is_right and _same_day(reading.changed, days)
        score.gold_slips += not is_right and not any(_is_date(day) for day in days)
    if "must" in gold and gold.get("author"):
        score.authors[_same_names(reading.byline, gold["author"])] += 1


def _same_names(byline: str, gold: str | list[str]) -> bool:
    """Whether at least half of all words in either are in both."""
    true = " ".join(gold) if isinstance(gold, list) else gold
    ours, theirs = (set(re.findall(r"\w+", text.lower())) for text in (byline, true))
    return bool(ours) and 2 * len(ours & theirs) >= len(ours | theirs)


def _is_date(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _same_day(day: str, gold_days: set[str]) -> bool:
    """Whether a day is gold's or next to it: gold is in the publisher's zone, ours in UTC."""
    try:
        ours = date.fromisoformat(day)
        return any(abs((ours - date.fromisoformat(gold)).days) <= 1 for gold in gold_days)
    except ValueError:  # nothing found, or a slip in gold ("2022-29-11")
        return False


def _bag_f1(text: str, gold: str) -> float:
    own, true = (Counter(re.findall(r"\w+", words.lower())) for words in (text, gold))
    return 2 * sum((own & true).values()) / ((own.total() + true.total()) or 1)


def _same_title(title: str, gold: str) -> bool:
    """Whether letters and digits agree, or one title is in the other and at least half of it."""
    one, other = sorted((re.sub(r"\W+", "", text).casefold() for text in (title, gold)), key=len)
    return bool(one) and one in other and 2 * len(one) >= len(other)


READERS: dict[str, Callable[[bytes, str], Reading]] = {
    "nutgraf": read_with_nutgraf,
    "trafilatura": read_with_trafilatura,
}


def measure(data: Path, every: int = 1) -> dict[tuple[str, str], Score]:
    """Scores by (set, extractor)."""
    scores = {(name, reader): Score() for name in SETS for reader in READERS}
    for name, gold, page in load_pages(data, every):
        url = gold.get("url") or "https://example.org/news/page"
        for reader, read in READERS.items():
            score = scores[name, reader]
            start = time.process_time()
            reading = read(page, url)
            score.seconds += time.process_time() - start
            score.pages += 1
            add_page(score, gold, reading)
    return scores


def _rows(scores: dict[tuple[str, str], Score]) -> Iterator[Row]:
    for name in SETS:
        own, peer = scores[name, "nutgraf"], scores[name, "trafilatura"]
        yield Row(f"{name}: F1", f"{own.f1:.4f}", f"{peer.f1:.4f}")
        if own.titles:
            yield Row(f"{name}: titles right", *(_share(score.titles) for score in (own, peer)))
            yield Row(f"{name}: dates right", *(_share(score.dates) for score in (own, peer)))
            yield Row(f"{name}: wrong, but gold is a declared change", str(own.gold_changes), "")
            yield Row(f"{name}: wrong, but gold is no date", str(own.gold_slips), str(peer.gold_slips))
            yield Row(f"{name}: authors right", *(_share(score.authors) for score in (own, peer)))
        speeds = [score.pages / score.seconds for score in (own, peer)]
        yield Row(f"{name}: pages per CPU second", f"{speeds[0]:.0f}", f"{speeds[1]:.0f}", speeds[0] / speeds[1])


def _share(counts: Counter[bool]) -> str:
    return f"{counts[True] / (counts.total() or 1):.3f} of {counts.total()}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    for read in READERS.values():
        read(b"<html><body><p>Warm up.</p></body></html>", "https://example.org/")
    print_machine()
    print_table("Extraction (peer: trafilatura)", list(_rows(measure(options.data, options.every))))


if __name__ == "__main__":
    main()
