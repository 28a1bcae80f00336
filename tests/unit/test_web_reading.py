"""Who counts as a reader."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from nutgraf.web.reading import is_person_reading, is_robot

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CUBOT = "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"


def request(method: str = "GET", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "headers": raw})


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "  ",
        "Googlebot/2.1 (+http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "Slackbot-LinkExpanding 1.0",
        "facebookexternalhit/1.1",
        "SkypeUriPreview Preview/0.5",
    ],
)
def test_robots_name_themselves(agent: str) -> None:
    assert is_robot(agent)


@pytest.mark.parametrize("agent", [FIREFOX, CUBOT, "curl/8.5.0", "Mozilla/5.0 HeadlessChrome/140.0"])
def test_people_are_not_robots(agent: str) -> None:
    assert not is_robot(agent)


def test_a_get_by_a_person_is_a_read() -> None:
    assert is_person_reading(request(user_agent=FIREFOX))


@pytest.mark.parametrize(
    "headers", [{"purpose": "prefetch"}, {"sec_purpose": "prefetch;prerender"}, {"x_moz": "prefetch"}]
)
def test_what_is_fetched_ahead_is_no_read(headers: dict[str, str]) -> None:
    assert not is_person_reading(request(user_agent=FIREFOX, **headers))


def test_a_head_is_no_read() -> None:
    assert not is_person_reading(request("HEAD", user_agent=FIREFOX))
