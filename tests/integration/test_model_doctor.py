"""What `nutgraf doctor` says of a language model: what it took, or what is wrong and what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nutgraf.adapters.store import open_store
from nutgraf.cli.model_examination import examine_model
from nutgraf.domain.model import SchemaMode
from nutgraf.errors import ConfigError
from nutgraf.settings import Settings, load_settings
from scripted_model import Asked, Flood, Reply, Say, Silence, Status, scripted_model

GREEN = Say('{"word": "green"}', input_tokens=48, output_tokens=7)


def settings_for(folder: Path, model: dict[str, object], **use: object) -> Settings:
    """Settings with this model, and a store of their own that is up to date."""
    return load_settings(data_dir=folder, model=model, model_use=use)


def examined(folder: Path, reply, use: dict[str, object] | None = None, **model: object) -> str:
    """The line on a model whose host answers so, or the error's."""
    with scripted_model(reply) as server:
        values = {"provider": "ollama", "url": server.url, "name": "qwen3:4b", "key": "sk-doctor", **model}
        settings = settings_for(folder, values, **(use or {}))
        try:
            return examine_model(settings, settings.model)
        except ConfigError as error:
            return error.message.replace(f":{server.port}", "")


@pytest.fixture
def folder(migrated_sqlite: Path, tmp_path: Path) -> Path:
    (tmp_path / "nutgraf.db").write_bytes(migrated_sqlite.read_bytes())
    return tmp_path


def refuses_schemas(asked: Asked) -> Reply:
    return Status(400, "no schemas") if asked.mode is SchemaMode.NATIVE else GREEN


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (GREEN, "48 + 7 tokens, shaped by its host's JSON schema"),
        (refuses_schemas, "shaped by a tool's arguments"),
        (Say('{"word": "green"}', input_tokens=None), "uncounted tokens"),
        (Say("Green!", uses_tool=False), "answered, but not in the shape that was asked for"),
        (Status(401), "does not accept the key (HTTP 401). Set the right one as NUTGRAF_MODEL__KEY"),
        (Status(404), "There is no model qwen3:4b at http://127.0.0.1/v1 (HTTP 404)"),
        (Status(404), "Get it with `ollama pull qwen3:4b`."),
        (Status(429), "Try again later, or set model.requests_per_minute lower."),
        (Status(402), "no credit left. Top it up"),
        (Status(500, "out of memory"), "failed (HTTP 500). It said: out of memory"),
        (Flood(), "far more than was asked for"),
        (Silence(), "took too long; model.timeout_s allows for more"),
    ],
)
def test_each_state_of_a_model_is_said_in_plain_words(reply, said: str, folder: Path) -> None:
    assert said in examined(folder, reply, timeout_s=1)


def test_a_host_that_is_not_there_is_to_be_started(folder: Path) -> None:
    settings = settings_for(folder, {"provider": "ollama", "url": "http://127.0.0.1:9/v1", "name": "qwen3:4b"})
    with pytest.raises(ConfigError, match="`ollama serve`"):
        examine_model(settings, settings.model)


def test_a_try_is_paid_from_the_budgets_of_the_day(folder: Path) -> None:
    assert "answered" in examined(folder, GREEN, {"requests_per_day": 2})
    assert "answered" in examined(folder, GREEN, {"requests_per_day": 2})
    assert "not tried: The budget of the day" in examined(folder, GREEN, {"requests_per_day": 2})
    said = examined(folder, GREEN, {"dollars_per_day": "0.10"})
    assert "Nobody knows the price of ollama/qwen3:4b" in said
    store = open_store(f"sqlite:///{folder / 'nutgraf.db'}")
    costs = store.costs(last=datetime.now(UTC).date(), days=2)
    store.close()
    assert [(purpose, sums.calls, sums.tokens) for purpose, sums in costs.by_purpose] == [("test", 2, 110)]


def test_json_stays_json_and_a_model_that_fails_fails_the_check(tmp_path: Path) -> None:
    with scripted_model(refuses_schemas) as server:
        values = {"NUTGRAF_MODEL__URL": server.url, "NUTGRAF_MODEL__NAME": "small", "NUTGRAF_DATA_DIR": str(tmp_path)}
        values |= {"NUTGRAF_BACKUP_MODEL__URL": "http://127.0.0.1:9/v1", "NUTGRAF_BACKUP_MODEL__NAME": "other"}
        command = [sys.executable, "-m", "nutgraf", "doctor", "--json"]
        done = subprocess.run(command, env={**os.environ, **values}, capture_output=True, text=True, timeout=120)
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert checks["Model"]["ok"]
    assert not checks["Backup model"]["ok"]
    assert done.returncode == 3
