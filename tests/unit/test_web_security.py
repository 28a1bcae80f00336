"""Who may ask, and from where."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from nutgraf.errors import Blocked, Conflict, HTTPStatus, NotFound, NutgrafError, ParseError, Timeout
from nutgraf.web.security import host_name, is_host_allowed, is_same_origin
from nutgraf.web.statuses import http_status


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost:8321", "localhost"),
        ("LOCALHOST", "localhost"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]:8321", "[::1]"),
        ("[::1]", "[::1]"),
        ("", ""),
    ],
)
def test_host_name_leaves_the_port_out(host: str, expected: str) -> None:
    assert host_name(host) == expected


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::1].evil"])
def test_other_names_are_refused(host: str) -> None:
    allowed = is_host_allowed(host, frozenset({"localhost", "127.0.0.1"}))
    assert not allowed


def test_a_star_allows_every_name() -> None:
    assert is_host_allowed("news.example:443", frozenset({"*"}))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://site"}, False),
        ({"origin": "http://site", "host": "site"}, True),
        ({"origin": "http://site:8321", "host": "site:8321"}, True),
        ({"origin": "http://site:9999", "host": "site:8321"}, False),
        ({"origin": "null", "host": "site"}, False),
        ({"origin": "", "host": ""}, False),
        ({"host": "site"}, True),
    ],
)
def test_only_our_own_pages_may_change_things(headers: dict[str, str], expected: bool) -> None:
    assert is_same_origin(Headers(headers)) is expected


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(""), 404),
        (Conflict(""), 409),
        (ParseError(""), 422),
        (Timeout(""), 504),
        (HTTPStatus("", status=404), 502),
        (Blocked(""), 422),
        (NutgrafError(""), 500),
    ],
)
def test_an_error_has_the_status_of_its_nearest_kind(error: NutgrafError, status: int) -> None:
    assert http_status(error) == status
