"""`nutgraf brief` and `nutgraf prompt` with a language model's host behind them: what they print and take."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from attacks import own_articles
from model_scripts import faithful, over_http
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.cli import cli
from nutgraf.domain.prompt import prompt_version_of
from nutgraf.domain.spending import BudgetScope
from scripted_model import ScriptedModel, Status, Step, scripted_model
from store_values import NOON, extract, make_article, make_brief, make_entry

TEXT = own_articles()[0].text
WORDS = "Write for people who farm."


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlStore]:
    """The store that the commands open."""
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.setenv("NUTGRAF_DATA_DIR", str(tmp_path))
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def host(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedModel]:
    with served(monkeypatch, over_http(faithful)) as server:
        yield server


@contextlib.contextmanager
def served(monkeypatch: pytest.MonkeyPatch, step: Step) -> Iterator[ScriptedModel]:
    """A host that answers so, and settings that name it."""
    with scripted_model(step) as server:
        monkeypatch.setenv("NUTGRAF_MODEL__URL", server.url)
        monkeypatch.setenv("NUTGRAF_MODEL__NAME", "small")
        yield server


def run(*arguments: str, said: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, arguments, input=said)
    return result.exit_code, result.stdout, result.stderr + str(result.exception or "")


def requests_of_today(store: SqlStore) -> int:
    return store.budget_use(datetime.now(UTC).date(), BudgetScope.ALL).requests


def test_brief_asks_the_model_and_says_who_wrote_and_what_it_took(host: ScriptedModel, store: SqlStore) -> None:
    code, text, errors = run("brief", "-", "--title", "Easterby gets a tram", said=TEXT)
    assert (code, errors) == (0, "")
    assert "written by model/1" in text
    asked = len(host.requests)
    assert asked == requests_of_today(store) > 0
    assert "openai-compatible/small" in run("costs")[1]
    assert "written by model/1" in run("brief", "-", "--title", "Easterby gets a tram", said=TEXT)[1]
    assert len(host.requests) == asked, "a text is not paid for twice"
    assert "written by builtin/1" in run("brief", "-", "--title", "Tram", "--builtin", said=TEXT)[1]
    assert len(host.requests) == asked


def test_brief_has_a_brief_without_its_model(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUTGRAF_MODEL__MAX_ATTEMPTS", "1")
    with served(monkeypatch, Status(503, "The model is away.")):
        code, text, errors = run("brief", "-", "--title", "Tram", said=TEXT)
    assert code == 0
    assert "written by builtin/1" in text
    assert "in the model’s place: The model's host" in errors
    assert "The model is away." in errors


def test_brief_asks_nobody_without_a_budget_that_has_room(
    host: ScriptedModel, store: SqlStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NUTGRAF_MODEL_USE__REQUESTS_PER_DAY", "2")
    for title in ("One", "Two", "Three", "Four"):
        code, text, errors = run("brief", "-", "--title", title, said=f"{title} trams are on their way. {TEXT}")
        assert code == 0
    assert "written by builtin/1" in text
    assert "The budget of the day for language models is used up" in errors
    assert len(host.requests) == requests_of_today(store) == 2
    monkeypatch.setenv("NUTGRAF_DATABASE__URL", f"sqlite:///{tmp_path}")
    code, text, errors = run("brief", "-", "--title", "Five", said=TEXT)
    assert (code, "written by builtin/1" in text) == (0, True)
    assert "the model’s budget cannot be read" in errors
    assert len(host.requests) == 2


def test_a_prompt_is_seen_before_it_is_used(host: ScriptedModel, store: SqlStore, tmp_path: Path) -> None:
    file = tmp_path / "farmers.txt"
    file.write_text(WORDS, encoding="utf-8")
    version = prompt_version_of(WORDS)
    assert "no article to preview on" in run("prompt", "preview", str(file))[2]
    article_id = store.add_article(make_entry("tram"), now=NOON)
    article = make_article(TEXT, title="Easterby gets a tram")
    extract(store, article_id, article)
    store.save_brief(article_id, store.current_revision(article_id).id, make_brief(article), now=NOON)
    store.publish(article_id, now=NOON)
    assert "There is no prompt" in run("prompt", "use", version)[2], "nothing goes live unseen"

    code, text, errors = run("prompt", "preview", str(file))
    assert (code, errors) == (0, "")
    assert f"nutgraf prompt use {version}" in text
    assert "written by model/1" in text
    assert "tokens in" in text
    assert host.requests[0].body["messages"][0]["content"].endswith(WORDS)
    assert len(host.requests) == requests_of_today(store) > 0
    assert store.costs(last=datetime.now(UTC).date(), days=1).by_purpose[0][0] == "preview"
    assert store.live_prompt() is None

    assert run("prompt", "use", version)[0] == 0
    live = store.live_prompt()
    assert live is not None
    assert live.text == WORDS
    assert f"* {version}" in run("prompt", "list")[1]
    run("brief", "-", "--title", "Easterby gets a tram", said=TEXT)
    assert host.requests[-1].body["messages"][0]["content"].endswith(WORDS), "briefs by hand are as those of feeds"
    assert run("prompt", "use", "nutgraf")[0] == 0
    assert store.live_prompt() is None
