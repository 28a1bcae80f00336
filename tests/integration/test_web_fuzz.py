"""Whatever is sent to whichever address by whomever: no defect shows, and nothing of the inside does."""

from __future__ import annotations

import dataclasses
import re
import warnings
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from starlette.routing import Route

from nutgraf.domain.account import Role, TicketKind
from nutgraf.domain.records import FeedRecord
from nutgraf.errors import ConfigError
from nutgraf.web.accounts.identity import SESSION_COOKIE
from nutgraf.web.api.mount import API_PATH
from nutgraf.web.api.routes import ENDPOINTS
from nutgraf.web.app import ROUTES
from sample_site.site import NOW, SampleSite, make_sample_site
from sample_site.visitor import Visitor

INSIDE = re.compile(
    r"Traceback|File \"|site-packages|sqlalchemy|sqlite3|psycopg|\bSELECT \w|\bINSERT INTO|nutgraf\.db|"
    r"nutgraf\.(?:adapters|web|domain|stages|pipeline)|\bat 0x[0-9a-f]{6,}"
)
EXAMPLES = 350
API_EXAMPLES = 12
ROUTES_FUZZED = [route for route in ROUTES if isinstance(route, Route)]
QUERY_NAMES = ("before", "q", "order", "days", "sentence", "next", "token", "show", "form", "cursor", "limit", "topic")
FIELDS = (
    "kind",
    "slug",
    "value",
    "effect",
    "set",
    "back",
    "name",
    "password",
    "role",
    "address",
    "text",
    "note",
    "url",
)
FIELDS += ("scope", "theme", "text_size", "measure", "list_view", "category", "title", "interval", "positions", "pack")
HEADERS = (
    "accept",
    "accept-encoding",
    "if-none-match",
    "if-modified-since",
    "referer",
    "range",
    "authorization",
    "purpose",
)

TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            "1",
            "0",
            "-1",
            "9" * 18,
            "9" * 40,
            "x",
            "../..",
            "//evil.example",
            "a\x00b",
            "%00",
            "<script>",
            "' OR 1=1--",
            "٣",
            "{{7*7}}",
            '"',
            "2031-03-04",
            "0001-01-01",
            "9999-12-31",
            "1_1",
            "save",
            "off",
            "person",
            "atom",
            "\u202e",
            "🦊" * 40,
        ]
    ),
    st.text(max_size=40),
    st.integers(-(10**20), 10**20).map(str),
)
HEADER_TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
SEGMENTS = {
    "id": st.sampled_from(["1", "2", "3", "7", "999", "9" * 18]),
    "feed": st.sampled_from(["atom", "json"]),
    "entity": st.sampled_from(["person", "place", "organisation"]),
    "digest": st.just("0" * 64),
}


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, dict[str, str], dict[str, str], dict[str, str]]:
    """Method, path, query, form and headers: of one of our routes, or of none."""
    route = draw(st.sampled_from(ROUTES_FUZZED))
    path = route.path
    for whole, convertor in re.findall(r"(\{\w+(?::(\w+))?\})", path):
        chosen = SEGMENTS.get(convertor, TEXTS)
        path = path.replace(whole, quote(draw(chosen if draw(st.booleans()) else TEXTS), safe=""), 1)
    methods = sorted(route.methods or ())
    query = draw(st.dictionaries(st.sampled_from(QUERY_NAMES) | TEXTS, TEXTS, max_size=3))
    form = draw(st.dictionaries(st.sampled_from(FIELDS) | TEXTS, TEXTS, max_size=5))
    headers = draw(st.dictionaries(st.sampled_from(HEADERS), HEADER_TEXTS, max_size=3))
    return draw(st.sampled_from(methods)), path, query, form, headers


def _without_network(site: SampleSite) -> SampleSite:
    async def refuse(address: str) -> FeedRecord:
        raise ConfigError("This is no address.", code="bad_address")

    state = site.app.state.site
    site.app.state.site = dataclasses.replace(state, services=dataclasses.replace(state.services, subscribe=refuse))
    return site


@pytest.fixture(scope="module")
def visitors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Visitor]]:
    """Anonymous, a reader and an operator of a site with a login, and whoever reaches a site without one."""
    guarded = _without_network(make_sample_site(tmp_path_factory.mktemp("guarded"), needs_login=True))
    alone = _without_network(make_sample_site(tmp_path_factory.mktemp("alone")))
    found = [Visitor(guarded.app), Visitor(alone.app)]
    for name, role in (("ada", Role.READER), ("max", Role.OPERATOR)):
        expires_at = NOW + timedelta(days=1)
        token = guarded.store.issue_ticket(TicketKind.INVITE, role=role, now=NOW, expires_at=expires_at)
        reader = guarded.store.redeem_ticket(token, name=name, password_hash="none", now=NOW)
        visitor = Visitor(guarded.app)
        visitor.cookies[SESSION_COOKIE] = guarded.store.open_session(reader.id, now=NOW, expires_at=expires_at)
        found.append(visitor)
    yield found
    guarded.store.close()
    alone.store.close()


def hides_the_inside(answer: httpx.Response) -> None:
    """No defect, and nothing but what is meant to be read."""
    assert answer.status_code < 500, (answer.request.method, answer.request.url, answer.text[:300])
    assert not INSIDE.search(answer.text)
    assert not INSIDE.search(str(answer.headers))


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(number=st.integers(0, 3), sent=requests())
def test_no_request_of_anybody_breaks_a_page(
    visitors: list[Visitor], number: int, sent: tuple[str, str, dict[str, str], dict[str, str], dict[str, str]]
) -> None:
    method, path, query, form, headers = sent
    visitor = visitors[number]
    cookies = dict(visitor.cookies)
    encoded: dict[str, Any] = {name: value.encode("latin-1") for name, value in headers.items()}
    if method == "POST":
        answer = visitor.post(path, data=form, headers=encoded)
    else:
        pairs = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items())
        answer = visitor.send(method, f"{path}?{pairs}" if pairs else path, headers=encoded)
    visitor.cookies = cookies  # whoever logged out by chance comes back as they were
    hides_the_inside(answer)


@pytest.fixture(scope="module")
def api_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path_factory.mktemp("api"))
    yield site
    site.store.close()


def test_the_api_keeps_to_its_document_whatever_it_is_asked(api_site: SampleSite) -> None:
    config = SchemathesisConfig()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_asgi(f"{API_PATH}/openapi.json", api_site.app, config=config)
    visited = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        cases = operation.as_strategy()

        @settings(
            max_examples=API_EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def keeps_to_it(case: schemathesis.Case) -> None:
            response = case.call_and_validate()
            assert not INSIDE.search(response.text)

        keeps_to_it()
        visited.add(operation.path.removeprefix(API_PATH))
    assert visited == {path for path, *_ in ENDPOINTS}
