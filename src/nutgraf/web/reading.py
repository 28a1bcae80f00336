"""Whether a request is a person reading, so that only people's reads are counted."""

from __future__ import annotations

import re

from starlette.requests import Request

ROBOT_AGENT = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|fetch|monitor|facebookexternalhit|whatsapp|telegram|embed|archiver|"
    r"scrapy|lighthouse|pingdom|uptime|validator",
    re.IGNORECASE,
)
"""Words by which robots name themselves in User-Agent; Cubot makes telephones.

HTTP libraries, curl and headless browsers are not among them: on a reader's own machine those are the reader's own
scripts, and whoever harvests in earnest names none of them.
"""


def is_robot(user_agent: str) -> bool:
    """Whether a User-Agent is a robot's: by its own words, or because it is empty."""
    return not user_agent.strip() or ROBOT_AGENT.search(user_agent) is not None


def is_person_reading(request: Request) -> bool:
    """Whether a request shows the page to a person now: a GET, no robot, nothing fetched ahead of a click."""
    headers = request.headers
    if request.method != "GET" or is_robot(headers.get("user-agent", "")):
        return False
    purposes = f"{headers.get('purpose', '')} {headers.get('sec-purpose', '')} {headers.get('x-moz', '')}".lower()
    return "prefetch" not in purposes and "preview" not in purposes
