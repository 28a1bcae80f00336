"""One id from the feed to the brief, in the logs and traces of all processes: seen on a real run of two workers."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from loopback_press import running_press
from nutgraf.adapters.queue.postgres_schema import prepare_queue
from nutgraf.adapters.store import open_store
from nutgraf.domain.ids import ArticleId
from otlp_receiver import Receiver, running_receiver
from postgres_databases import database_url, run_sql
from worker_processes import Workers

EDITION = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CANARY = "canary-8f41c2"


@dataclass
class Run:
    """What a run left behind: lines of the log, traces, and the states in which articles rest."""

    lines: list[dict[str, Any]]
    text: str
    traces: Receiver
    states: dict[str, str]
    failed_feed: str
    of_article: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def run(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Two workers, one of which only fetches, brief the sample press."""
    folder = tmp_path_factory.mktemp("trail") / "data"
    folder.mkdir()
    name = f"trail_{uuid4().hex}"
    run_sql(postgresql_url, f"CREATE DATABASE {name}")
    url = database_url(postgresql_url, name)
    with running_press(EDITION) as press, running_receiver() as receiver:
        store = open_store(url)
        store.migrate()
        prepare_queue(url)
        for address in press.feed_urls[1:3]:
            store.add_feed(address, now=EDITION)
        failing = store.add_feed(f"{press.base_url}/no-such-feed?token={CANARY}", now=EDITION)
        store.close()
        workers = Workers(
            url,
            folder,
            {
                "NUTGRAF_FETCH__ALLOW_PRIVATE": f'["{press.allowance}"]',
                "NUTGRAF_LOG__LEVEL": "info",
                "NUTGRAF_LOG__FORMAT": "json",
                "NUTGRAF_TRACES__URL": receiver.url,
            },
        )
        with workers.running(1, "--queues", "fetch") as running:
            running.append(workers.start("--queues", "extract,write"))
            workers.wait_for(lambda: bool(workers.ask("SELECT 1 FROM articles LIMIT 1")))
            workers.wait_until_done()
            states = {f"a{number}": state for number, state in workers.ask("SELECT id, state FROM articles")}
            for worker in running:
                worker.send_signal(signal.SIGTERM)
            assert [worker.wait(timeout=25) for worker in running] == [0, 0]
        text = (folder.parent / "workers.log").read_text()
        lines = [json.loads(line) for line in text.splitlines()]
        made = Run(lines, text, receiver, states, f"f{failing.id}")
        for line in lines:
            if "article" in line:
                made.of_article.setdefault(line["article"], []).append(line)
        yield made


pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def test_the_id_of_an_article_tells_its_whole_life(run: Run) -> None:
    published = [article for article, state in run.states.items() if state == "published"]
    assert len(published) >= 8
    assert set(run.of_article) == set(run.states), "every article there is, and none that is not"
    for article in published:
        life = run.of_article[article]
        events = [line["event"] for line in life]
        wanted = ["article_found", "article_fetched", "article_extracted", "article_written", "article_published"]
        assert [event for event in events if event in wanted] == wanted
        assert len({line["feed"] for line in life}) == 1
        assert all(line["job"].startswith("j") and line["worker"] for line in life)
        fetching, writing = {life[0]["worker"], life[1]["worker"]}, {line["worker"] for line in life[2:]}
        assert len(fetching) == len(writing) == 1
        assert fetching != writing, "two processes tell of it"
        assert life[0]["url"].startswith("http://127.0.0.1")


def test_lines_are_of_a_bounded_length_and_tell_no_secret(run: Run) -> None:
    assert max(map(len, run.text.splitlines())) < 8_000
    (failed,) = [line for line in run.lines if line["event"] == "poll_failed"]
    assert (failed["feed"], failed["url"][-10:]) == (run.failed_feed, "?token=***")
    assert CANARY not in run.text


def test_the_trace_of_an_article_goes_from_process_to_process(run: Run) -> None:
    roots = {attributes["nutgraf.article"]: (span, attributes) for span, attributes in run.traces.named("article")}
    assert set(roots) == set(run.states)
    polls = {span.span_id for span, _ in run.traces.named("poll")}
    for article in (article for article, state in run.states.items() if state == "published"):
        root, facts = roots[article]
        spans = [
            (span, attributes) for span, attributes in run.traces.spans
            if span.trace_id == root.trace_id and span.span_id != root.span_id
        ]  # fmt: skip
        assert [span.name for span, _ in sorted(spans, key=lambda one: one[0].start_time_unix_nano)] == [
            "fetch",
            "extract",
            "write",
            "publish",
        ]
        assert {span.parent_span_id for span, _ in spans} == {root.span_id}
        assert {attributes["nutgraf.article"] for _, attributes in spans} == {article}
        assert len({attributes["nutgraf.worker"] for _, attributes in spans}) == 2
        assert root.links[0].span_id in polls, "it refers to the poll that found it"
        assert facts["url.full"].startswith("http://127.0.0.1")
    assert all(CANARY not in str(span) for span, _ in run.traces.spans)


def test_a_failed_step_is_an_error_in_its_span(run: Run) -> None:
    failed = [(span, facts) for span, facts in run.traces.named("fetch") if facts.get("error.type")]
    assert [(facts["nutgraf.feed"], span.status.code) for span, facts in failed] == [(run.failed_feed, 2)]


def test_without_an_address_nothing_of_it_is_imported() -> None:
    program = (
        "import sys; from nutgraf.bootstrap import make_tracing; from nutgraf.settings import Settings;"
        "from nutgraf.pipeline.item_trail import UNTRACED;"
        "assert make_tracing(Settings()) is UNTRACED; print('opentelemetry.sdk' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False", done.stderr


def test_a_share_takes_whole_lives_and_a_collector_that_is_away_holds_nothing_up() -> None:
    from nutgraf.adapters.traces import OtlpTracing

    def live(tracing: OtlpTracing) -> None:
        for number in range(1, 201):
            tracing.begin_life(ArticleId(number), EDITION, "https://press.example/")
            with tracing.life_of(ArticleId(number), EDITION), tracing.span("fetch"):
                pass

    with running_receiver() as receiver:
        for _ in range(2):  # two processes
            tracing = OtlpTracing(receiver.url, share=0.25, version="1")
            live(tracing)
            tracing.close()
    roots = {span.trace_id for span, _ in receiver.named("article")}
    assert 20 < len(roots) < 80
    assert {span.trace_id for span, _ in receiver.named("fetch")} == roots, "all of a life or nothing of it"
    assert len(receiver.spans) == 4 * len(roots), "both processes chose the same"
    tracing = OtlpTracing("http://127.0.0.1:9/v1/traces", share=1, version="1")
    live(tracing)
    tracing.close()
