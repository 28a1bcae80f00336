"""What `nutgraf doctor` says of a language model: what it took, or what is wrong and what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nutgraf.cli.model_examination import examine_model
from nutgraf.domain.model import SchemaMode
from nutgraf.errors import ConfigError
from nutgraf.settings import ModelSettings
from scripted_model import Asked, Flood, Reply, Say, Silence, Status, scripted_model

GREEN = Say('{"word": "green"}', input_tokens=48, output_tokens=7)


def examined(reply, **settings) -> str:
    """The line on a model whose host answers so, or the error's."""
    with scripted_model(reply) as server:
        values = {"provider": "ollama", "url": server.url, "name": "qwen3:4b", "key": "sk-doctor", **settings}
        try:
            return examine_model(ModelSettings(**values))
        except ConfigError as error:
            return error.message.replace(f":{server.port}", "")


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
def test_each_state_of_a_model_is_said_in_plain_words(reply, said: str) -> None:
    assert said in examined(reply, timeout_s=1)


def test_a_host_that_is_not_there_is_to_be_started() -> None:
    with pytest.raises(ConfigError, match="`ollama serve`"):
        examine_model(ModelSettings(provider="ollama", url="http://127.0.0.1:9/v1", name="qwen3:4b"))


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
