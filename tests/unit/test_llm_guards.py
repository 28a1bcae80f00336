"""What stands around a language model: limits, breaker, retries, chain, ways to ask; with a clock that tests move."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fakes import FakeClock, FakeModel
from nutgraf.adapters.llm.answer_shape import has_shape, without_bounds
from nutgraf.adapters.llm.breaker import (
    FAILURES_TO_OPEN,
    FIRST_PAUSE_S,
    HOPELESS_PAUSE_S,
    LONGEST_PAUSE_S,
    BreakingModel,
    HostBreaker,
)
from nutgraf.adapters.llm.chain import ModelChain
from nutgraf.adapters.llm.limits import LimitedModel, RateWindow
from nutgraf.adapters.llm.retrying import LONGEST_PAUSE_S as LONGEST_RETRY_PAUSE_S
from nutgraf.adapters.llm.retrying import RetryingModel, pause_before_retry_s
from nutgraf.adapters.llm.schema_ladder import MISSES_TO_STEP_DOWN, RUNGS, LadderMemory, SchemaLadder, rungs_of
from nutgraf.domain.model import ModelAnswer, ModelRequest, SchemaMode
from nutgraf.errors import BadOutput, ModelError, Refused, Unavailable

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SCHEMA = {
    "type": "object",
    "properties": {
        "dek": {"type": "string", "maxLength": 200},
        "maxLength": {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 3},
    },
    "required": ["dek"],
}
GOOD = '{"dek": "A tram."}'
REQUEST = ModelRequest(system="s", prompt="p", schema=SCHEMA)


def unavailable(code: str, retry_after_s: float | None = None) -> Unavailable:
    return Unavailable("No.", code=code, retry_after_s=retry_after_s)


# --- the shape of an answer ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "has_it"),
    [
        (GOOD, True),
        (f"```json\n{GOOD}\n```", True),
        (f"Sure! Here it is: {GOOD}", True),
        ('{"wort": "a"}', False),
        ('{"dek": "a"', False),
        ("[1, 2]", False),
        ("A tram line opens.", False),
        ("", False),
        ("}{", False),
        ('{"dek":' + "[" * 100_000 + "}", False),
    ],
)
def test_an_answer_has_the_shape_or_not(text: str, has_it: bool) -> None:
    assert has_shape(text, SCHEMA) is has_it


def test_bounds_are_left_out_and_properties_of_their_names_stay() -> None:
    assert without_bounds(SCHEMA) == {
        "type": "object",
        "properties": {"dek": {"type": "string"}, "maxLength": {"type": "array", "items": {"type": "string"}}},
        "required": ["dek"],
    }


# --- ways to ask --------------------------------------------------------------------------------------------------


def asked_modes(model: FakeModel) -> list[tuple[SchemaMode | None, bool]]:
    return [(asked.schema_mode, "maxLength" in asked.schema["properties"]["dek"]) for asked in model.requests]


def test_a_way_that_is_refused_is_not_tried_again() -> None:
    def reply(request: ModelRequest) -> str | ModelError:
        return GOOD if request.schema_mode is SchemaMode.TOOL else unavailable("model_request_refused")

    async def scenario() -> None:
        model = FakeModel(reply)
        ladder = SchemaLadder(model)
        assert (await ladder.complete(REQUEST)).schema_mode is SchemaMode.TOOL
        assert asked_modes(model) == [(SchemaMode.NATIVE, True), (SchemaMode.NATIVE, False), (SchemaMode.TOOL, False)]
        await ladder.complete(REQUEST)
        assert asked_modes(model)[3:] == [(SchemaMode.TOOL, False)]

    asyncio.run(scenario())


def test_a_bound_that_is_refused_is_left_out() -> None:
    def reply(request: ModelRequest) -> str | ModelError:
        return unavailable("model_request_refused") if "maxLength" in request.schema["properties"]["dek"] else GOOD

    async def scenario() -> None:
        model = FakeModel(reply)
        ladder = SchemaLadder(model)
        assert (await ladder.complete(REQUEST)).schema_mode is SchemaMode.NATIVE
        await ladder.complete(REQUEST)
        assert asked_modes(model) == [(SchemaMode.NATIVE, True), (SchemaMode.NATIVE, False), (SchemaMode.NATIVE, False)]

    asyncio.run(scenario())


def test_a_host_that_ignores_schemas_is_asked_in_words() -> None:
    def reply(request: ModelRequest) -> str:
        return GOOD if request.schema_mode is SchemaMode.PROMPTED else "Trams are fine."

    async def scenario() -> None:
        model = FakeModel(reply)
        ladder = SchemaLadder(model)
        assert (await ladder.complete(REQUEST)).text == GOOD
        await ladder.complete(REQUEST)
        assert [mode for mode, _ in asked_modes(model)][-2:] == [SchemaMode.PROMPTED, SchemaMode.PROMPTED]
        assert len(model.requests) == len(RUNGS) + 1

    asyncio.run(scenario())


def test_one_bad_answer_of_a_host_that_did_well_is_the_writers_to_repair() -> None:
    async def scenario() -> None:
        model = FakeModel(GOOD, "Trams.", GOOD, *["Trams."] * MISSES_TO_STEP_DOWN, GOOD)
        ladder = SchemaLadder(model)
        for expected in (GOOD, "Trams.", GOOD, *["Trams."] * MISSES_TO_STEP_DOWN):
            assert (await ladder.complete(REQUEST)).text == expected
        assert {mode for mode, _ in asked_modes(model)} == {SchemaMode.NATIVE}
        await ladder.complete(REQUEST)  # after so many in a row the next way is tried
        assert asked_modes(model)[-1] == (SchemaMode.NATIVE, False)

    asyncio.run(scenario())


def test_a_request_that_is_refused_in_every_way_says_nothing_of_the_ways() -> None:
    async def scenario() -> None:
        model = FakeModel(*[unavailable("model_request_refused")] * len(RUNGS), GOOD)
        ladder = SchemaLadder(model)
        with pytest.raises(Unavailable) as caught:
            await ladder.complete(REQUEST)
        assert caught.value.code == "model_request_refused"
        assert (await ladder.complete(REQUEST)).schema_mode is SchemaMode.NATIVE

    asyncio.run(scenario())


def test_other_failures_end_the_call_at_once() -> None:
    async def scenario() -> None:
        model = FakeModel(unavailable("model_unreachable"))
        with pytest.raises(Unavailable):
            await SchemaLadder(model).complete(REQUEST)
        assert len(model.requests) == 1

    asyncio.run(scenario())


def test_the_operators_choice_is_the_only_way() -> None:
    assert {rung.mode for rung in rungs_of(SchemaMode.PROMPTED)} == {SchemaMode.PROMPTED}
    assert [rung.keeps_bounds for rung in rungs_of(SchemaMode.NATIVE)] == [True, False]


def test_a_late_answer_to_an_earlier_way_does_not_lead_back() -> None:
    memory = LadderMemory(RUNGS)
    memory.worked(2)
    memory.worked(0)
    assert memory.to_try() == (2, 3)


# --- retries ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "attempts", "pause_s"),
    [
        (unavailable("model_host_failed"), 1, 1.0),
        (unavailable("model_host_failed"), 2, 2.0),
        (unavailable("model_unreachable"), 30, None),
        (unavailable("model_busy"), 9, 20.0),
        (unavailable("model_busy", 7.0), 1, 8.0),
        (unavailable("model_busy", 0.0), 1, 1.0),
        (unavailable("model_busy", LONGEST_RETRY_PAUSE_S + 1), 1, None),
        (unavailable("model_paused"), 1, None),
        (unavailable("model_timeout"), 1, None),
        (unavailable("budget_spent"), 1, None),
        (unavailable("model_key_refused"), 1, None),
        (BadOutput("No."), 1, None),
        (Refused("No."), 1, None),
    ],
)
def test_what_is_asked_again_and_when(error: ModelError, attempts: int, pause_s: float | None) -> None:
    assert pause_before_retry_s(error, attempts, max_attempts=10, jitter=1.0) == pause_s


def test_attempts_end() -> None:
    async def scenario() -> None:
        clock, model = FakeClock(), FakeModel(unavailable("model_host_failed"))
        with pytest.raises(Unavailable):
            await RetryingModel(model, clock, max_attempts=3, jitter=lambda: 1.0).complete(REQUEST)
        assert len(model.requests) == 3
        assert clock.slept_s == [1.0, 2.0]

    asyncio.run(scenario())


# --- limits -------------------------------------------------------------------------------------------------------


def test_a_minute_holds_so_many_requests() -> None:
    window = RateWindow(2)
    assert window.take(NOW) == 0
    assert window.take(NOW + timedelta(seconds=10)) == 0
    assert window.take(NOW + timedelta(seconds=20)) == 40.0
    assert window.take(NOW + timedelta(seconds=60)) == 0
    assert window.take(NOW + timedelta(seconds=61)) == 9.0
    assert RateWindow(0).take(NOW) == 0


def test_a_clock_that_was_set_back_does_not_stop_everything() -> None:
    window = RateWindow(1)
    window.take(NOW)
    assert window.take(NOW - timedelta(days=1)) == 0


def test_no_more_than_so_many_are_under_way() -> None:
    class Slow(FakeModel):
        under_way = most = 0

        async def complete(self, request: ModelRequest) -> ModelAnswer:
            Slow.under_way += 1
            Slow.most = max(Slow.most, Slow.under_way)
            await asyncio.sleep(0)
            Slow.under_way -= 1
            return await super().complete(request)

    async def scenario() -> None:
        clock, model = FakeClock(), Slow(GOOD)
        limited = LimitedModel(model, clock, max_concurrent=3, per_minute=10)
        await asyncio.gather(*(limited.complete(REQUEST) for _ in range(20)))
        assert Slow.most == 3
        assert clock.slept_s == [60.0]

    asyncio.run(scenario())


# --- breaker ------------------------------------------------------------------------------------------------------


def test_a_host_that_fails_again_and_again_is_left_alone_for_longer_and_longer() -> None:
    breaker, now = HostBreaker(), NOW
    for _ in range(FAILURES_TO_OPEN - 1):
        breaker.failed(unavailable("model_timeout"), now)
        assert breaker.wait_s(now) is None
    pauses = []
    for _ in range(9):
        breaker.failed(unavailable("model_unreachable"), now)
        pauses.append(breaker.wait_s(now))
        now += timedelta(seconds=pauses[-1] or 0)
        assert breaker.wait_s(now) is None  # the probe
        assert breaker.wait_s(now) == 1.0  # the others wait for it
    assert pauses[:3] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert pauses[-1] == LONGEST_PAUSE_S
    breaker.answered()
    assert breaker.wait_s(now) is None


def test_a_probe_that_is_given_up_leaves_the_way_free() -> None:
    breaker = HostBreaker()
    breaker.failed(unavailable("model_key_refused"), NOW)
    assert breaker.wait_s(NOW) == HOPELESS_PAUSE_S
    later = NOW + timedelta(seconds=HOPELESS_PAUSE_S)
    assert breaker.wait_s(later) is None
    breaker.abandoned()
    assert breaker.wait_s(later) is None


def test_what_says_nothing_of_the_host_leaves_the_count() -> None:
    breaker = HostBreaker()
    for _ in range(FAILURES_TO_OPEN - 1):
        breaker.failed(unavailable("model_timeout"), NOW)
        breaker.failed(unavailable("budget_spent"), NOW)
    breaker.failed(unavailable("model_timeout"), NOW)
    assert breaker.wait_s(NOW) == FIRST_PAUSE_S


def test_bad_answers_are_answers() -> None:
    breaker = HostBreaker()
    for _ in range(FAILURES_TO_OPEN):
        breaker.failed(unavailable("model_timeout"), NOW)
        breaker.failed(BadOutput("No."), NOW)
    assert breaker.wait_s(NOW) is None


def test_a_wait_that_the_host_asks_for_holds_for_all() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        model = FakeModel(unavailable("model_busy", 90.0), GOOD)
        breaking = BreakingModel(model, clock)
        with pytest.raises(Unavailable):
            await breaking.complete(REQUEST)
        with pytest.raises(Unavailable) as caught:
            await breaking.complete(REQUEST)
        assert (caught.value.code, caught.value.retry_after_s) == ("model_paused", 90.0)
        assert "model_busy" in caught.value.message
        assert len(model.requests) == 1
        clock.advance(90.0)
        assert (await breaking.complete(REQUEST)).text == GOOD

    asyncio.run(scenario())


# --- chain --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [unavailable("model_unreachable"), unavailable("budget_spent"), Refused("No.")])
def test_where_one_cannot_the_next_is_asked(error: ModelError) -> None:
    async def scenario() -> None:
        first, second = FakeModel(error), FakeModel(GOOD)
        chain = ModelChain([first, second])
        assert (await chain.complete(REQUEST)).text == GOOD
        await chain.close()
        assert first.is_closed
        assert second.is_closed

    asyncio.run(scenario())


def test_where_none_can_the_first_ones_reason_and_the_shortest_wait_are_told() -> None:
    async def scenario() -> None:
        first = FakeModel(Unavailable("No key.", code="model_key_refused", retryable=False))
        second = FakeModel(unavailable("model_busy", 30.0))
        with pytest.raises(Unavailable) as caught:
            await ModelChain([first, second]).complete(REQUEST)
        assert (caught.value.code, caught.value.retryable, caught.value.retry_after_s) == (
            "model_key_refused",
            True,
            30.0,
        )

    asyncio.run(scenario())


def test_a_bad_answer_is_not_asked_for_elsewhere() -> None:
    async def scenario() -> None:
        second = FakeModel(GOOD)
        with pytest.raises(BadOutput):
            await ModelChain([FakeModel(BadOutput("No.")), second]).complete(REQUEST)
        assert not second.requests

    asyncio.run(scenario())
