"""A language model set in the settings writes, for `nutgraf brief` and for the whole pipeline; real HTTP throughout."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from llama_server import is_built, llama_server
from loopback_press import running_press
from model_scripts import faithful, over_http
from nutgraf.bootstrap import build_application, open_application_store
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.model import ModelUsage
from nutgraf.domain.records import BriefQuery
from nutgraf.settings import load_settings
from scripted_model import scripted_model

ARTICLE = """Easterby gets a tram line

The city council of Easterby approved a new tram line from the harbour to the university on Monday evening.

The line will cost 48 million crowns and open in four years, said Mara Lindqvist, the city's transport director.

Residents of the harbour quarter had asked for a line of their own ever since the last ferry closed in 2019.

Two of the eleven members voted against it, because they want the old harbour bridge to be repaired first.

Building will begin in spring with the depot in Holm, where 120 people are to work once the trams run every day.

The council expects nine thousand passengers on a working day, about a third of whom drive to the city by car now.
"""
EDITION = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def brief(folder: Path, url: str, *arguments: str) -> tuple[dict, str]:
    """The brief that the command prints as JSON, and what it says on standard error."""
    (folder / "article.txt").write_text(ARTICLE)
    model = {"NUTGRAF_MODEL__URL": url, "NUTGRAF_MODEL__NAME": "small", "NUTGRAF_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "nutgraf", "brief", str(folder / "article.txt"), "--json", *arguments]
    done = subprocess.run(command, env={**os.environ, **model}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.mark.slow
def test_the_pipeline_has_the_model_write_and_notes_what_it_took(tmp_path: Path) -> None:
    async def run(url: str, allowance: str, feed_url: str) -> None:
        model = {"url": url, "name": "small", "max_concurrent": 4}
        settings = load_settings(data_dir=tmp_path, work={"processes": 2}, fetch={"host_gap_s": 0}, model=model)
        store = open_application_store(settings)
        store.add_feed(feed_url, now=EDITION)
        store.close()
        application = build_application(settings, allow_private=(allowance,))
        try:
            await application.runner.run_until_idle()
        finally:
            await application.close()

    with running_press(EDITION) as press, scripted_model(over_http(faithful)) as server:
        asyncio.run(run(server.url, press.allowance, press.feed_urls[0]))
        assert server.most_at_once <= 4
        asked = len(server.requests)
    store = open_application_store(load_settings(data_dir=tmp_path))
    try:
        cards = store.list_briefs(BriefQuery(limit=50), reader_id=DEFAULT_READER)
        pages = [store.brief_page(card.article_id, reader_id=DEFAULT_READER) for card in cards]
    finally:
        store.close()
    by_model = [page.brief for page in pages if page.brief.model]
    assert len(by_model) >= len(pages) / 2
    assert asked >= len(by_model)
    for written in by_model:
        assert isinstance(written.usage, ModelUsage)
        assert written.usage.input_tokens >= 1_100
        assert written.usage.is_counted


@pytest.mark.slow
@pytest.mark.xdist_group("llama")
@pytest.mark.skipif(not is_built(), reason="llama-server is not built: ./test --with-llama")
def test_babble_of_a_real_server_ends_as_a_built_in_brief(tmp_path: Path) -> None:
    with llama_server(tmp_path) as (url, _):
        for _ in range(3):
            told, _ = brief(tmp_path, url)
            assert told["writer"].startswith("builtin")
    assert told["what_happened"]
