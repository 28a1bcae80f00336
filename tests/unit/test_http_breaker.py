"""The circuit breaker: after a few failures in a row an origin is left alone, then probed."""

from __future__ import annotations

import pytest

from fakes import FakeClock
from nutgraf.adapters.http.breaker import FAILURES_TO_OPEN, FIRST_PAUSE_S, LONGEST_PAUSE_S, MAX_ORIGINS, OriginBreaker
from nutgraf.errors import FetchError, HTTPStatus, Timeout

ORIGIN = "https://press.example"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def breaker(clock):
    return OriginBreaker(clock)


def fail(breaker, times=1, origin=ORIGIN):
    for _ in range(times):
        breaker.failed(origin, Timeout("The server could not be connected to in time."))


def wait_asked_s(breaker, origin=ORIGIN):
    """Seconds to wait, or None where a request may be sent."""
    try:
        breaker.check(origin, url=f"{origin}/feed")
    except FetchError as error:
        return error.retry_after_s
    return None


def test_the_refusal_is_a_retryable_error_of_its_own(breaker):
    fail(breaker, FAILURES_TO_OPEN)
    with pytest.raises(FetchError) as caught:
        breaker.check(ORIGIN, url=f"{ORIGIN}/feed")
    assert (caught.value.code, caught.value.retryable, caught.value.url) == ("host_down", True, f"{ORIGIN}/feed")


def test_it_opens_after_failures_in_a_row_only(breaker):
    fail(breaker, FAILURES_TO_OPEN - 1)
    assert wait_asked_s(breaker) is None
    breaker.answered(ORIGIN)
    fail(breaker, FAILURES_TO_OPEN - 1)
    assert wait_asked_s(breaker) is None
    fail(breaker)
    assert wait_asked_s(breaker) == FIRST_PAUSE_S
    assert wait_asked_s(breaker, "https://other.example") is None


def test_after_the_pause_a_probe_decides(breaker, clock):
    fail(breaker, FAILURES_TO_OPEN)
    clock.advance(FIRST_PAUSE_S - 1)
    assert wait_asked_s(breaker) == 1
    clock.advance(1)
    assert wait_asked_s(breaker) is None
    fail(breaker)
    assert wait_asked_s(breaker) == 2 * FIRST_PAUSE_S
    clock.advance(2 * FIRST_PAUSE_S)
    breaker.answered(ORIGIN)
    fail(breaker)
    assert wait_asked_s(breaker) is None


def test_the_pause_grows_to_an_hour(breaker):
    fail(breaker, 100)
    assert wait_asked_s(breaker) == LONGEST_PAUSE_S


def test_only_what_says_that_the_server_is_not_there_counts(breaker):
    for error in (
        HTTPStatus("The server failed.", status=500),
        FetchError("Not valid HTTP.", code="bad_response"),
        FetchError("Cut short.", code="incomplete_body"),
    ):
        for _ in range(FAILURES_TO_OPEN):
            breaker.failed(ORIGIN, error)
    assert wait_asked_s(breaker) is None


def test_a_clock_set_back_does_not_keep_it_open(breaker, clock):
    fail(breaker, FAILURES_TO_OPEN)
    clock.advance(-2 * LONGEST_PAUSE_S)
    assert wait_asked_s(breaker) is None


def test_memory_is_bounded_and_the_longest_untouched_is_forgotten(breaker):
    fail(breaker, FAILURES_TO_OPEN)
    for number in range(MAX_ORIGINS - 1):
        fail(breaker, FAILURES_TO_OPEN, f"https://n{number}.example")
    assert wait_asked_s(breaker) is not None
    fail(breaker, FAILURES_TO_OPEN, "https://one-more.example")
    assert wait_asked_s(breaker) is None
    assert wait_asked_s(breaker, "https://one-more.example") is not None
