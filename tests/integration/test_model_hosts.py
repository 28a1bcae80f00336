"""Hosts of language models that are slow, busy, broken or hostile: real servers, and the whole stack before them."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from fakes import FakeClock
from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.llm.opening import Meter, open_language_model
from nutgraf.adapters.llm.options import ModelOptions
from nutgraf.domain.model import ModelAnswer, ModelRequest, SchemaMode
from nutgraf.errors import BadOutput, ModelError, Unavailable
from nutgraf.ports import LanguageModel
from scripted_model import Asked, Drip, Flood, HangUp, Raw, Reply, Say, Silence, Status, Step, scripted_model

SCHEMA = {
    "type": "object",
    "properties": {"dek": {"type": "string", "maxLength": 200}},
    "required": ["dek"],
    "additionalProperties": False,
}
REQUEST = ModelRequest(system="Write.", prompt="A tram.", schema=SCHEMA)
GOOD = '{"dek": "A tram."}'
DIALECTS = {"openai-compatible": "small", "anthropic": "claude-sonnet-4-6", "google": "gemini-2.5-flash"}


def options_for(server, provider: str = "openai-compatible", **changes) -> ModelOptions:
    url = server.url if provider == "openai-compatible" else server.root_url
    return ModelOptions(provider, url, DIALECTS[provider], key="sk-test", **changes)


def ask_once(
    *script: Step, provider: str = "openai-compatible", clock=None, **changes
) -> tuple[ModelAnswer | ModelError, list[Asked]]:
    """What becomes of one call, and what the server was asked."""

    async def scenario() -> ModelAnswer | ModelError:
        model = open_language_model([options_for(server, provider, **changes)], clock or FakeClock())
        try:
            return await model.complete(REQUEST)
        except ModelError as error:
            return error
        finally:
            await model.close()

    with scripted_model(*script) as server:
        return asyncio.run(scenario()), server.requests


FAULTS: list[tuple[Reply, str]] = [
    (Status(401), "model_key_refused"),
    (Status(403), "model_key_refused"),
    (Status(404), "model_not_found"),
    (Status(400, "unknown field"), "model_request_refused"),
    (Status(422, body=b"\xff\xfe"), "model_request_refused"),
    (Status(302, headers={"Location": "http://127.0.0.1:9/"}), "model_redirected"),
    (Status(500), "model_host_failed"),
    (Status(503, body=b""), "model_host_failed"),
    (Status(429, headers={"Retry-After": "900"}), "model_busy"),
    (Flood(), "model_answer_too_large"),
    (Flood(status=500), "model_answer_too_large"),
    (Raw(b"<html>"), "model_bad_answer"),
    (Raw(b'{"choices": [{"index"'), "model_bad_answer"),
    (Raw(b"[" * 100_000), "model_bad_answer"),
    (Raw(b"\x1f\x8b\x00", {"Content-Encoding": "gzip"}), "model_bad_answer"),
    (HangUp(), "model_hung_up"),
    (HangUp(after_bytes=500), "model_hung_up"),
    (Say(""), "model_empty"),
    (Say("", finish="refused"), "model_refused"),
]


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize(("reply", "code"), FAULTS, ids=lambda value: str(value)[:24])
def test_each_fault_of_a_host_has_its_code(provider: str, reply: Reply, code: str) -> None:
    result, _ = ask_once(reply, provider=provider)
    assert isinstance(result, ModelError)
    assert result.code == code
    assert "sk-test" not in result.message


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("reply", [Silence(), Drip(GOOD)], ids=["silence", "slow drip"])
def test_an_answer_that_does_not_come_in_time_is_given_up(provider: str, reply: Reply) -> None:
    began = time.monotonic()
    result, asked = ask_once(reply, provider=provider, timeout_s=0.4)
    assert isinstance(result, ModelError)
    assert result.code == "model_timeout"
    assert len(asked) == 1  # it may still be at work on it, and be paid
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("provider", DIALECTS)
def test_a_host_that_is_not_there_was_never_asked(provider: str) -> None:
    async def scenario() -> str:
        url = "http://127.0.0.1:9"
        model = open_language_model([ModelOptions(provider, url, DIALECTS[provider], key="sk-test")], FakeClock())
        with pytest.raises(Unavailable) as caught:
            await model.complete(REQUEST)
        await model.close()
        return caught.value.code

    assert asyncio.run(scenario()) == "model_unreachable"


def test_a_flood_is_cut_off_while_it_is_read() -> None:
    with scripted_model(Flood(total_bytes=200_000_000)) as server:
        model = open_language_model([options_for(server)], SystemClock())

        async def scenario() -> None:
            with pytest.raises(BadOutput):
                await model.complete(REQUEST)
            await model.close()

        asyncio.run(scenario())
        assert server.sent_bytes < 100_000_000  # what fits into the buffers of both ends


def test_the_hosts_words_are_quoted_short_and_without_the_key() -> None:
    result, _ = ask_once(Status(400, "grammar\x1b[31m is \u202e too hard " + "x" * 9_000))
    assert isinstance(result, ModelError)
    assert "grammar [31m is too hard" in result.message
    assert len(result.message) < 400
    result, _ = ask_once(Status(400, "your key sk-test is fine"))
    assert isinstance(result, ModelError)
    assert "sk-test" not in result.message


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_short_wait_is_waited_and_a_long_one_is_told(form: str) -> None:
    def after(seconds: int) -> dict[str, str]:
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        return {"Retry-After": str(seconds) if form == "seconds" else format_datetime(moment, usegmt=True)}

    clock = FakeClock()
    result, asked = ask_once(Status(429, headers=after(5)), Say(GOOD), clock=clock)
    assert isinstance(result, ModelAnswer)
    assert len(asked) == 2
    assert 3 <= sum(clock.slept_s) <= 8
    result, asked = ask_once(Status(503, headers=after(600)))
    assert isinstance(result, Unavailable)
    assert result.retry_after_s == pytest.approx(600, abs=5)
    assert len(asked) == 1


def test_a_busy_host_that_says_no_time_is_asked_again_with_growing_pauses() -> None:
    clock = FakeClock()
    result, asked = ask_once(Status(429), Status(529), Say(GOOD), clock=clock)
    assert isinstance(result, ModelAnswer)
    assert len(asked) == 3
    assert 0.5 <= clock.slept_s[0] <= 1.0 <= clock.slept_s[1] <= 2.0


def test_a_server_that_refuses_schemas_is_asked_in_words() -> None:
    def reply(asked: Asked) -> Reply:
        return Say(GOOD) if asked.mode is SchemaMode.PROMPTED else Status(400, "unsupported")

    result, asked = ask_once(reply)
    assert isinstance(result, ModelAnswer)
    assert result.schema_mode is SchemaMode.PROMPTED
    assert [one.mode.value for one in asked] == ["native", "native", "tool", "prompted"]
    assert "maxLength" not in asked[1].text
    assert [message["role"] for message in asked[3].body["messages"]] == ["system", "user"]
    assert '\\"dek\\"' in asked[3].text


def test_only_what_is_needed_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HTTP_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
        "OPENAI_API_KEY": "sk-of-the-environment",
        "OPENAI_ORG_ID": "org-of-the-environment",
        "OPENAI_PROJECT_ID": "project-of-the-environment",
        "OPENAI_BASE_URL": "http://127.0.0.1:9",
        "OPENAI_CUSTOM_HEADERS": "X-Extra: of-the-environment",
        "ANTHROPIC_API_KEY": "sk-of-the-environment",
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_CUSTOM_HEADERS": "X-Extra: of-the-environment",
        "GOOGLE_API_KEY": "sk-of-the-environment",
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
    }.items():
        monkeypatch.setenv(name, value)
    sent = set()
    for provider in DIALECTS:
        result, asked = ask_once(Say(GOOD), provider=provider)
        assert isinstance(result, ModelAnswer), provider
        assert "of-the-environment" not in json.dumps(asked[0].headers)
        sent |= set(asked[0].headers)
    assert sent <= {
        *("host", "accept", "accept-encoding", "content-type", "content-length", "user-agent"),
        *("authorization", "x-api-key", "x-goog-api-key", "anthropic-version", "anthropic-beta"),
    }


def test_a_server_without_a_key_gets_none() -> None:
    async def scenario() -> None:
        model = open_language_model([dataclasses.replace(options_for(server), key="")], SystemClock())
        await model.complete(REQUEST)
        await model.close()

    with scripted_model(Say(GOOD)) as server:
        asyncio.run(scenario())
        assert "authorization" not in server.requests[0].headers


def test_the_meter_sees_each_request_and_no_more_are_under_way_than_may_be() -> None:
    seen: list[str] = []

    class Metered:
        def __init__(self, inner: LanguageModel) -> None:
            self.inner = inner
            self.name = inner.name

        async def complete(self, request: ModelRequest) -> ModelAnswer:
            seen.append(request.prompt)
            return await self.inner.complete(request)

        async def close(self) -> None:
            await self.inner.close()

    meter: Meter = Metered

    async def scenario() -> None:
        model = open_language_model([options_for(server, max_concurrent=4)], FakeClock(), meter=meter)
        requests = [dataclasses.replace(REQUEST, prompt=f"Story {number}") for number in range(16)]
        await asyncio.gather(*(model.complete(request) for request in requests))
        await model.close()

    with scripted_model(Status(500), Say(GOOD, wait_s=0.05)) as server:
        asyncio.run(scenario())
        assert len(seen) == len(server.requests) == 17
        assert server.most_at_once <= 4


def test_a_second_model_answers_where_the_first_is_down() -> None:
    async def scenario() -> ModelAnswer:
        down = ModelOptions("ollama", "http://127.0.0.1:9/v1", "large", max_attempts=1)
        model = open_language_model([down, options_for(server)], FakeClock())
        answer = await model.complete(REQUEST)
        assert model.name == "ollama/large"
        await model.close()
        return answer

    with scripted_model(Say(GOOD)) as server:
        answer = asyncio.run(scenario())
    assert (answer.provider, answer.model) == ("openai-compatible", "small")


def test_the_operators_time_and_room_go_before_the_requests() -> None:
    result, asked = ask_once(Say(GOOD), min_output_tokens=4_000)
    assert isinstance(result, ModelAnswer)
    assert asked[0].body["max_tokens"] == 4_000
    result, asked = ask_once(Say(GOOD), min_output_tokens=100)
    assert asked[0].body["max_tokens"] == REQUEST.max_output_tokens
