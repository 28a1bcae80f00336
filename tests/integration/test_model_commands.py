"""`nutgraf brief` and `nutgraf prompt` with a language model behind them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from attacks import own_articles
from model_scripts import Script, ScriptedModel, faithful
from nutgraf import bootstrap
from nutgraf.adapters.store import open_store
from nutgraf.cli import cli
from nutgraf.domain.prompt import prompt_version_of
from nutgraf.errors import Unavailable
from store_values import NOON, extract, make_article, make_brief, make_entry

TEXT = own_articles()[0].text
WORDS = "Write for people who farm."


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[ScriptedModel]:
    """Settings with a model, which is the last one of the list."""
    models = [ScriptedModel(faithful)]
    monkeypatch.setenv("NUTGRAF_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NUTGRAF_MODEL__PROVIDER", "ollama")
    monkeypatch.setenv("NUTGRAF_MODEL__NAME", "small")
    monkeypatch.setattr(bootstrap, "make_language_model", lambda *_, **__: models[-1])
    return models


def with_script(models: list[ScriptedModel], script: Script) -> None:
    models.append(ScriptedModel(script))


def run(*arguments: str, said: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, arguments, input=said)
    return result.exit_code, result.stdout, result.stderr + str(result.exception or "")


def test_brief_asks_the_model_and_says_who_wrote(asked: list[ScriptedModel]) -> None:
    code, text, errors = run("brief", "-", "--title", "Easterby gets a tram", said=TEXT)
    assert (code, errors) == (0, "")
    assert "written by model/1" in text
    assert asked[-1].closed == 1
    requests = list(asked[-1].requests)
    assert requests
    assert "written by builtin/1" in run("brief", "-", "--title", "Tram", "--builtin", said=TEXT)[1]
    assert asked[-1].requests == requests


def test_brief_has_a_brief_without_its_model(asked: list[ScriptedModel]) -> None:
    with_script(asked, lambda _: Unavailable("The model’s host cannot be reached."))
    code, text, errors = run("brief", "-", "--title", "Tram", said=TEXT)
    assert code == 0
    assert "written by builtin/1" in text
    assert "in the model’s place: The model’s host cannot be reached." in errors


def test_a_prompt_is_seen_before_it_is_used(asked: list[ScriptedModel], tmp_path: Path) -> None:
    file = tmp_path / "farmers.txt"
    file.write_text(WORDS, encoding="utf-8")
    version = prompt_version_of(WORDS)
    assert "no article to preview on" in run("prompt", "preview", str(file))[2]
    store = open_store(f"sqlite:///{tmp_path / 'nutgraf.db'}")
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
    assert asked[-1].requests[0].system.endswith(WORDS)
    assert asked[-1].requests[0].purpose.value == "preview"
    assert store.live_prompt() is None

    assert run("prompt", "use", version)[0] == 0
    live = store.live_prompt()
    assert live is not None
    assert live.text == WORDS
    assert f"* {version}" in run("prompt", "list")[1]
    assert run("prompt", "use", "nutgraf")[0] == 0
    assert store.live_prompt() is None
    store.close()
