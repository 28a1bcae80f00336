"""Every surface of the site on which something of an article can come out, fetched once each."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import httpx
from starlette.applications import Starlette

from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.records import BriefQuery
from nutgraf.domain.reports import ReportState
from nutgraf.outputs import FEED_FORMATS
from nutgraf.web.accounts.access import ACCESS, Access
from sample_site.site import BROWSER_AGENT, SampleSite

OF_AN_ARTICLE = (
    "/brief/{}",
    "/brief/{}.md",
    "/brief/{}/evidence",
    "/brief/{}/report",
    "/api/v1/briefs/{}",
)
WITH_THE_SOURCE = re.compile(r"/evidence$|^/desk/withheld|^/desk/set-aside")
"""Pages that show an article's own words, or what was withheld, beside the brief."""
WITHOUT_NEWS = frozenset(
    {
        "/api/v1/docs",
        "/api/v1/openapi.json",
        "/brief/{article_id:id}/reported",
        "/brief/{article_id:id}-{slug}",  # sends to the brief's own address
        "/feeds/{feed_id:id}/remove",
        "/pictures/{digest:digest}",
        "/start",
    }
)
TO_THEIR_END = frozenset({"/latest", "/desk/withheld"})
"""Lists that hold every brief, and all that was withheld."""
MOST_PAGES = 200
MOST_NAMES = 12
_NEXT = re.compile(r'<a[^>]* rel="next"[^>]* href="([^"]+)"')
_ADDRESS = re.compile(r'\s(?:(?:href|src|srcset|action|formaction|poster)="|content="(?=[a-z]+://))([^"]*)"')
_OWN = re.compile(r"^(?:/(?!/)|#|\?|$)")
_TAG_SIGNS = re.compile("[\U000e0000-\U000e007f]")


@dataclass(frozen=True)
class Page:
    """One answer of the site."""

    path: str
    text: str
    is_html: bool

    @property
    def words(self) -> str:
        """The text as somebody reads it."""
        return html.unescape(self.text)

    @property
    def addresses(self) -> list[str]:
        """Where its links, pictures, scripts and forms lead, as far as that is not the site itself."""
        found = [html.unescape(value) for value in _ADDRESS.findall(self.text)] if self.is_html else []
        return [address for address in found if not _OWN.match(address)]

    @property
    def hides_signs(self) -> bool:
        """Whether it holds characters that only a machine reads."""
        return _TAG_SIGNS.search(self.text) is not None


def pages_of_articles(site: SampleSite, ids: Sequence[ArticleId]) -> Iterator[tuple[ArticleId, Page]]:
    """All pages of each article."""
    with _Walker(site.app) as walker:
        for article_id in ids:
            for path in OF_AN_ARTICLE:
                yield article_id, walker.get(path.format(article_id))


def pages_of_lists(site: SampleSite, queries: Sequence[str]) -> Iterator[Page]:
    """All other pages with news, the desk's among them, lists to their end; `queries` are searched for.

    Fails where the site has an address that shows something and is not among them.
    """
    asked: set[str] = set()
    with _Walker(site.app) as walker:
        for path in _list_paths(site, queries):
            for page in walker.follow(path) if path in TO_THEIR_END else [walker.get(path)]:
                asked.add(page.path.partition("?")[0])
                yield page
    patterns = {path for path, access in ACCESS.items() if access is not Access.PUBLIC and path not in WITHOUT_NEWS}
    gets = patterns & walker.gettable()
    articles_own = {path.format(1) for path in OF_AN_ARTICLE}
    missed = [path for path in gets if not any(_matches(path, one) for one in asked | articles_own)]
    assert not missed, sorted(missed)


def _list_paths(site: SampleSite, queries: Sequence[str]) -> Iterator[str]:
    store = site.store
    cards = store.list_briefs(BriefQuery(limit=200), reader_id=DEFAULT_READER)
    yield from ("/", "/latest", "/topics", "/names", "/corrections", "/accuracy", "/accuracy.json", "/following")
    yield from ("/saved", "/history", "/mutes", "/offline", "/offline.json", "/account", "/account/data.json")
    yield from ("/feeds", "/feeds.opml", "/readers", "/desk", "/desk/set-aside", "/desk/storage", "/desk/costs")
    yield from ("/desk/costs.json", "/desk/settings", "/desk/log", "/desk/about", "/desk/reports", "/desk/withheld")
    yield from (f"/desk/reports/{one.id}" for state in ReportState for one in store.list_reports(state, limit=20))
    yield from (f"/feeds/{feed.id}" for feed in store.list_feeds())
    yield "/metrics"
    yield f"/day/{site.clock.now():%Y-%m-%d}"
    names = [f"/topic/{slug}" for slug in sorted({topic.slug for card in cards for topic in card.topics})]
    names += [f"/publisher/{slug}" for slug in sorted({card.publisher.slug for card in cards})]
    entities = sorted({(one.kind.value, one.slug) for card in cards for one in card.entities})[:MOST_NAMES]
    names += [f"/{kind}/{slug}" for kind, slug in entities]
    for path in names:
        yield path
        yield from (f"{path}.{ending}" for ending in FEED_FORMATS)
    for path in ("/feed", "/saved", "/corrections"):
        yield from (f"{path}.{ending}" for ending in FEED_FORMATS)
    for query in queries:
        yield f"/search?q={quote(query)}"
        yield f"/api/v1/search?q={quote(query)}"
    yield from (f"/search.{ending}?q={quote(queries[0])}" for ending in FEED_FORMATS)
    yield from ("/api/v1/briefs?limit=100", f"/api/v1/publishers/{cards[0].publisher.slug}")
    yield from (f"/api/v1/entities/{kind}/{slug}" for kind, slug in entities[:3])
    api = ("front", "topics", "publishers", "saved", "history", "following", "follows", "mutes", "entities")
    yield from (f"/api/v1/{name}" for name in (*api, "corrections", "accuracy", "feeds"))


def _matches(pattern: str, path: str) -> bool:
    parts = re.split(r"\{[^}]+\}", pattern)
    return re.fullmatch(r"[^/]+".join(map(re.escape, parts)), path) is not None


class _Walker:
    """One client in one event loop, because a new one for each page takes longer than the page."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def __enter__(self) -> _Walker:
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        headers = {"user-agent": BROWSER_AGENT, "accept-encoding": "identity"}
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8321", headers=headers)
        return self

    def __exit__(self, *failure: object) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def get(self, path: str) -> Page:
        answer = self._runner.run(self._client.get(path))
        assert answer.status_code == 200, (path, answer.status_code)
        return Page(path, answer.text, answer.headers["content-type"].startswith("text/html"))

    def follow(self, path: str) -> Iterator[Page]:
        """The page and those that go on from it."""
        for _ in range(MOST_PAGES):
            page = self.get(path)
            yield page
            further = _NEXT.search(page.text)
            if further is None:
                return
            path = html.unescape(further[1])
        raise AssertionError(f"{path} goes on and on")

    def gettable(self) -> set[str]:
        """The addresses that show something."""
        found = set()
        for route in self._app.routes:
            if "GET" in (getattr(route, "methods", None) or ()):
                found.add(route.path)
            else:
                found |= {f"{route.path}{one.path}" for one in getattr(route, "routes", None) or ()}
        return found
