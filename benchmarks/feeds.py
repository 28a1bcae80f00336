"""Feed parsing beside feedparser and fastfeedparser in one run: real feeds and one synthetic large one.

    python -m benchmarks.feeds FOLDER      every *.xml of a folder of feeds
    python -m benchmarks.feeds             the synthetic feed only

Times are the best of several rounds, in milliseconds; ratios are to feedparser as it is used here (sanitising on, its
default). Our numbers include everything parse_feed does; none of the three fetches anything.
"""

from __future__ import annotations

import io
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import fastfeedparser
import feedparser

from nutgraf.stages.parse import parse_feed_with_path

URL = "https://bench.example/feed.xml"
Parser = Callable[[bytes], object]

PARSERS: dict[str, tuple[Parser, int]] = {  # with the number of rounds
    "nutgraf": (lambda data: parse_feed_with_path(data, url=URL), 7),
    "fastfeedparser": (fastfeedparser.parse, 7),
    "feedparser": (lambda data: feedparser.parse(io.BytesIO(data)), 2),
}


def synthetic_feed(items: int = 500) -> bytes:
    """An RSS 2.0 feed of the shape that news sites send, about 2 KB an item."""
    paragraph = "<p>Words of an article, with <a href='https://bench.example/x'>a link</a> and <b>weight</b>.</p>" * 18
    item = (
        "<item><title>Story number {0} &amp;amp; more</title><link>https://bench.example/{0}</link>"
        "<guid isPermaLink='false'>b{0}</guid><dc:creator>A. Writer</dc:creator>"
        "<pubDate>Mon, 01 Jan 2024 12:00:00 +0100</pubDate><description>Short.</description>"
        "<content:encoded><![CDATA[{1}]]></content:encoded></item>"
    )
    body = "".join(item.format(number, paragraph) for number in range(items))
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Bench</title>'
        f"{body}</channel></rss>"
    ).encode()


def best_time_s(parse: Parser, documents: list[bytes], rounds: int) -> float:
    """Seconds for all `documents`, best of `rounds`; a document that a parser refuses counts its time too."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for document in documents:
            try:
                parse(document)
            except Exception as error:
                print(f"    {type(error).__name__}: {str(error)[:60]}", file=sys.stderr)
        best = min(best, time.perf_counter() - start)
    return best


def report(label: str, documents: list[bytes]) -> None:
    """Print one table."""
    size_mb = sum(map(len, documents)) / 1e6
    times_s = {name: best_time_s(parse, documents, rounds) for name, (parse, rounds) in PARSERS.items()}
    print(f"\n{label}: {len(documents)} documents, {size_mb:.1f} MB")
    for name, seconds in times_s.items():
        ratio = times_s["feedparser"] / seconds
        print(f"  {name:<15} {seconds * 1e3:9.1f} ms  {size_mb / seconds:7.1f} MB/s  {ratio:6.1f}x feedparser")


def main(arguments: list[str]) -> None:
    """Run the bench over the folder named, if any, and over the synthetic feed."""
    if arguments:
        documents = [path.read_bytes() for path in sorted(Path(arguments[0]).glob("*.xml"))]
        report(f"real feeds in {Path(arguments[0]).name}", documents)
        paths = Counter(parse_feed_with_path(document, url=URL).path.value for document in documents)
        print(f"  paths taken: {dict(paths)}")
    report("synthetic", [synthetic_feed()])


if __name__ == "__main__":
    main(sys.argv[1:])
