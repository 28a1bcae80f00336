"""Reading Retry-After, Cache-Control and validators from servers that may send anything."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.adapters.http.headers import max_age_s, retry_after_s, validator

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 3600 ", 3600.0),
        ("0", 60.0),
        ("5", 60.0),
        ("99999999", 86_400.0),
        ("Mon, 02 Mar 2026 09:00:00 GMT", 3600.0),
        ("Mon, 02 Mar 2026 09:00:00", 3600.0),
        ("Mon, 02 Mar 2026 11:00:00 +0200", 3600.0),
        ("Sun, 01 Mar 2026 09:00:00 GMT", 60.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("9" * 400, None),
        ("Mon, 99 Foo 2026 25:61:61 GMT", None),
    ],
)
def test_retry_after_is_read_and_held_between_a_minute_and_a_day(value, seconds):
    assert retry_after_s(value, now=NOW) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("max-age=1800", 1800),
        ("public, Max-Age=60, must-revalidate", 60),
        ('max-age="90"', 90),
        ("no-cache,max-age=0", 0),
        ("s-maxage=30", None),
        ("x-max-age=30", None),
        ("max-age=999999999999", 31_536_000),
        ("max-age=-1", None),
        ("no-store", None),
        ("", None),
        (None, None),
    ],
)
def test_max_age(value, seconds):
    assert max_age_s(value) == seconds


SENT_AT = "Mon, 02 Mar 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    ("cache_control", "expires", "date", "seconds"),
    [
        (None, "Mon, 02 Mar 2026 09:30:00 GMT", SENT_AT, 5_400),
        (None, "Mon, 02 Mar 2026 07:00:00 GMT", SENT_AT, 0),
        (None, "Fri, 31 Dec 9999 23:59:59 GMT", SENT_AT, 31_536_000),
        (None, "0", SENT_AT, 0),
        (None, "-1", None, 0),
        (None, "Mon, 02 Mar 2026 09:30:00 GMT", None, None),
        (None, "Mon, 02 Mar 2026 09:30:00 GMT", "yesterday", None),
        ("max-age=60", "Mon, 02 Mar 2026 09:30:00 GMT", SENT_AT, 60),
        ("no-cache", "Mon, 02 Mar 2026 09:30:00 GMT", SENT_AT, None),
        (None, "", SENT_AT, None),
    ],
)
def test_expires_counts_only_without_cache_control(cache_control, expires, date, seconds):
    assert max_age_s(cache_control, expires=expires, date=date) == seconds


@pytest.mark.parametrize("value", ['"abc"', 'W/"a b"', "bare", '"a,b"', "Mon, 02 Mar 2026 08:00:00 GMT", "-1"])
def test_validators_are_opaque(value):
    assert validator(value) == value


@pytest.mark.parametrize("value", [None, "", '"a\r\nX: y"', "Größe", "\udcff", "\x00", '"' + "a" * 2_000 + '"'])
def test_validators_that_cannot_be_sent_back_are_dropped(value):
    assert validator(value) == ""


@given(st.text(max_size=60))
def test_any_text_is_read_without_raising(value):
    assert retry_after_s(value, now=NOW) is None or 60 <= retry_after_s(value, now=NOW) <= 86_400
    assert max_age_s(value) is None or max_age_s(value) >= 0
    expires_s = max_age_s(None, expires=value, date=value)
    assert expires_s is None or expires_s >= 0
