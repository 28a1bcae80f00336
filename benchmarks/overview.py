"""The first table: every main path, each beside a peer in the same run where there is one.

.venv/bin/python -m benchmarks.overview [--quick] [polling extraction writing pages start]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import feedparser
import httpx
import psutil
import trafilatura
from benchmarks import store as store_bench
from benchmarks.growing import grow
from benchmarks.measuring import (
    Row,
    article_page,
    article_text,
    percentile,
    print_machine,
    print_table,
    seconds,
    serving_apart,
    wait_until_up,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from sumy.nlp.tokenizers import Tokenizer
from sumy.parsers.plaintext import PlaintextParser
from sumy.summarizers.lex_rank import LexRankSummarizer

import nutgraf
from nutgraf.adapters.store import open_store
from nutgraf.adapters.store.engine import Database
from nutgraf.bootstrap import build_application, open_application_store
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.records import BriefQuery
from nutgraf.settings import Settings, load_settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


# --- feeds -----------------------------------------------------------------------------------------------------------


def feed_farm(entries: int) -> Starlette:
    """Any number of feeds at /N.xml, each with `entries` entries and an ETag."""

    async def feed(request: Request) -> Response:
        if request.headers.get("if-none-match"):
            return Response(status_code=304)
        name = request.path_params["name"]
        items = "".join(
            f"<item><guid>{name}-{n}</guid><title>Story {n} of feed {name}</title>"
            f"<link>{request.base_url}{name}/story-{n}</link>"
            f"<pubDate>Mon, 02 Mar 2026 0{n % 9}:00:00 GMT</pubDate><description>{' '.join(article_text(n, 60))}"
            "</description></item>"
            for n in range(entries)
        )
        body = f"<rss version='2.0'><channel><title>Feed {name}</title>{items}</channel></rss>"
        return Response(body, media_type="application/rss+xml", headers={"etag": '"1"'})

    return Starlette(routes=[Route("/{name}.xml", feed)])


def bench_polling(quick: bool) -> list[Row]:
    """Feeds polled a second through the whole path: fetch, parse in a stage process, decide, store."""
    count, entries = (50, 20) if quick else (400, 20)
    with tempfile.TemporaryDirectory() as folder, serving_apart(feed_farm, entries) as address:
        port = int(address.rpartition(":")[2])
        settings = load_settings(data_dir=folder, fetch={"host_gap_s": 0})
        urls = [f"{address}/{n}.xml" for n in range(count)]
        store = open_application_store(settings)
        for url in urls:
            store.add_feed(url, now=NOW)
        store.close()
        new_s = poll_all(settings, port)
        unchanged_s = poll_all(settings, port)
        with httpx.Client() as client:
            peer_s = seconds(lambda: [feedparser.parse(client.get(url).content) for url in urls[:50]], 1) / 50 * count
    return [
        Row(f"new feeds polled/s ({entries} entries each)", f"{count / new_s:,.0f}",
            f"httpx + feedparser, nothing stored: {count / peer_s:,.0f}", peer_s / new_s),
        Row("unchanged feeds polled/s (304)", f"{count / unchanged_s:,.0f}"),
    ]  # fmt: skip


def poll_all(settings: Settings, port: int) -> float:
    """Seconds for one poll of every feed, articles left alone."""

    async def run() -> float:
        application = build_application(settings, allow_private=(f"127.0.0.1/32:{port}",))
        application.store.poll_soon(None, now=application.clock.now())
        feeds = application.store.due_feeds(now=application.clock.now(), limit=10_000)
        slots = asyncio.Semaphore(32)

        async def poll(feed: object) -> None:
            async with slots:
                outcome = await application.poller.poll(feed)  # type: ignore[arg-type]
                assert outcome.error is None, outcome.error

        await poll(feeds[0])  # starts a stage process
        start = time.perf_counter()
        await asyncio.gather(*map(poll, feeds[1:]))
        elapsed = time.perf_counter() - start
        await application.close()
        return elapsed

    return asyncio.run(run())


# --- stages ----------------------------------------------------------------------------------------------------------


def bench_extraction(quick: bool) -> list[Row]:
    """Pages extracted a second on one core."""
    pages = [article_page(seed) for seed in range(20 if quick else 60)]
    ours_s = seconds(lambda: [nutgraf.extract_article(page, url="https://example.org/a") for page in pages])
    peer_s = seconds(lambda: [trafilatura.extract(page, favor_precision=True) for page in pages])
    return [Row("articles extracted/s (800 words, one core)", f"{len(pages) / ours_s:,.0f}",
                f"trafilatura: {len(pages) / peer_s:,.0f}", peer_s / ours_s)]  # fmt: skip


def bench_writing(quick: bool) -> list[Row]:
    """Briefs written, checked and tagged a second on one core."""
    texts = ["\n\n".join(article_text(seed)) for seed in range(20 if quick else 60)]
    articles = [nutgraf.article_from_text(text, title="Council approves ferry", published_at=NOW) for text in texts]
    nutgraf.write_brief(articles[0])
    ours_s = seconds(lambda: [nutgraf.write_brief(article) for article in articles])

    def lexrank(text: str) -> object:
        return LexRankSummarizer()(PlaintextParser.from_string(text, _WhiteSpaceTokenizer()).document, 3)

    peer_s = seconds(lambda: [lexrank(text) for text in texts])
    return [Row("briefs written, checked and tagged/s (800 words, one core)", f"{len(texts) / ours_s:,.0f}",
                f"sumy LexRank, three sentences: {len(texts) / peer_s:,.0f}", peer_s / ours_s)]  # fmt: skip


class _WhiteSpaceTokenizer(Tokenizer):  # type: ignore[misc]
    """sumy's own tokenizer downloads its data; this one does without."""

    def __init__(self) -> None:
        self._language = "english"

    def to_sentences(self, paragraph: str) -> tuple[str, ...]:
        return tuple(piece.strip() for piece in paragraph.split(". ") if piece.strip())

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(sentence.split())


# --- site ------------------------------------------------------------------------------------------------------------


def bench_pages(quick: bool) -> list[Row]:
    """Requests a second and their 99th percentile at two sizes of the store, the whole server in its own process."""
    rows = []
    with serving_apart(bare_page) as address:
        bare_rate, bare_p99_ms = load(address + "/", 300 if quick else 1_500)
    rows.append(Row("bare Starlette page: requests/s, p99", f"{bare_rate:,.0f}/s, {bare_p99_ms:.1f} ms"))
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=folder)
        for size in (1_000,) if quick else (10_000, 100_000):
            paths = fill_store(settings, size)
            with running_server(folder) as (address, _):
                for name, path in paths.items():
                    rate, p99_ms = load(address + path, 200 if quick else 1_000)
                    rows.append(Row(f"{name} at {size:,} briefs: requests/s, p99", f"{rate:,.0f}/s, {p99_ms:.1f} ms",
                                    f"bare page: {bare_rate:,.0f}/s", rate / bare_rate))  # fmt: skip
    return rows


def bare_page() -> Starlette:
    """The least that could be served."""

    async def page(request: Request) -> Response:
        return HTMLResponse("<p>hello")

    return Starlette(routes=[Route("/", page)])


def load(url: str, requests: int, concurrency: int = 4) -> tuple[float, float]:
    """Requests a second, and the 99th percentile of their milliseconds, by one client process."""
    times: list[float] = []

    async def client(http: httpx.AsyncClient, share: int) -> None:
        for _ in range(share):
            start = time.perf_counter()
            answer = await http.get(url)
            times.append(time.perf_counter() - start)
            assert answer.status_code == 200, answer.status_code

    async def run() -> float:
        async with httpx.AsyncClient(headers={"user-agent": "Mozilla/5.0 (benchmark)"}) as http:
            await client(http, 20)
            times.clear()
            start = time.perf_counter()
            await asyncio.gather(*(client(http, requests // concurrency) for _ in range(concurrency)))
            return time.perf_counter() - start

    elapsed = asyncio.run(run())
    return requests / elapsed, percentile(times, 0.99) * 1_000


def fill_store(settings: Settings, size: int) -> dict[str, str]:
    """Grow the store to `size` published briefs as the store's own bench does; returns the pages to ask for."""
    store = open_store(settings.database_url)
    store.migrate()
    if not store.counts().briefs:
        for _ in store_bench.measure_writes(store):
            pass
    database = Database(settings.database_url)
    grow(database, size, base=store_bench.WHOLE_WAYS, spacing=store_bench.HOUR)
    database.close()
    card = store.list_briefs(BriefQuery(limit=1), reader_id=DEFAULT_READER)[0]
    topic = next(iter(store.topic_counts()))
    store.close()
    return {
        "front page": "/",
        "brief page": f"/brief/{card.article_id}-story",
        "topic page": f"/topic/{topic}",
        "publisher page": f"/publisher/{card.publisher.slug}",
    }


# --- process ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def running_server(folder: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`nutgraf serve` over `folder` as its user starts it."""
    port = 18_321
    command = [sys.executable, "-m", "nutgraf", "serve", "--data", folder, "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ | {"NUTGRAF_LOG__LEVEL": "error"}, stderr=subprocess.DEVNULL)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(20)


def bench_start(quick: bool) -> list[Row]:
    """Seconds until the first page of a store that exists, and memory at rest."""
    with tempfile.TemporaryDirectory() as folder:
        with running_server(folder):
            pass
        start_s = seconds(lambda: contextlib.ExitStack().enter_context(once(folder)), 1 if quick else 3)
        with running_server(folder) as (_, process):
            time.sleep(2)
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            rest_mb = sum(member.memory_info().rss for member in family) / 1e6
    help_s = seconds(
        lambda: subprocess.run([sys.executable, "-m", "nutgraf", "--help"], capture_output=True, check=True)
    )
    bare_s = seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
    imports = "import uvicorn, starlette.applications, sqlalchemy, jinja2, aiohttp"
    peer_s = seconds(lambda: subprocess.run([sys.executable, "-c", imports], check=True))
    return [
        Row("cold start to the first page", f"{start_s:.2f} s", f"importing its libraries alone: {peer_s:.2f} s",
            peer_s / start_s),
        Row("nutgraf --help", f"{help_s:.2f} s", f"Python alone: {bare_s:.2f} s", bare_s / help_s),
        Row("memory at rest, no feeds", f"{rest_mb:,.0f} MB"),
    ]  # fmt: skip


@contextlib.contextmanager
def once(folder: str) -> Iterator[None]:
    """One start of the server, ended when its first page was there."""
    with running_server(folder):
        yield


BENCHES: dict[str, Callable[[bool], list[Row]]] = {
    "polling": bench_polling,
    "extraction": bench_extraction,
    "writing": bench_writing,
    "pages": bench_pages,
    "start": bench_start,
}


def main() -> None:
    """Run the benches that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run at all?")
    parser.add_argument("benches", nargs="*", choices=[*BENCHES, []], default=[], metavar="BENCH")
    options = parser.parse_args()
    print_machine()
    for name in options.benches or BENCHES:
        print_table(name, BENCHES[name](options.quick))


if __name__ == "__main__":
    main()
