"""The press as a web application: pages, pictures and feeds over HTTP, with validators, as publishers serve them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nutgraf.sample_press.feeds import write_feed
from nutgraf.sample_press.library import FOLDER, Publisher, load_manuscripts, load_publishers
from nutgraf.sample_press.pages import PageSetter
from nutgraf.sample_press.pictures import draw_lead_picture, draw_logo
from nutgraf.sample_press.stories import Story, section_slug, stories_at

FEED_PATHS: tuple[str, ...] = tuple(publisher.feed_path for publisher in load_publishers())
"""Where the feeds are, in the order of publishers.toml."""

_HTML = "text/html; charset=utf-8"
_PNG = "image/png"
_ROBOTS = b"User-agent: *\nAllow: /\n"
_FEED_MAX_AGE_S = 60
_MIN_GZIP_BYTES = 500


def feed_urls(base_url: str) -> list[str]:
    """The addresses of the feeds of a press at `base_url`."""
    return [base_url.rstrip("/") + path for path in FEED_PATHS]


def create_press(edition: datetime, *, base_url: str, now: Callable[[], datetime]) -> Starlette:
    """The press whose articles' ages count back from `edition`; `now` decides what is out and what is corrected.

    Both times are timezone-aware. `base_url` is where the press can be reached. Raises ValueError for a naive time.
    """
    if edition.tzinfo is None:
        raise ValueError("edition must be timezone-aware")
    press = _Press(edition.astimezone(UTC).replace(microsecond=0), base_url.rstrip("/"), now)
    routes = [
        Route("/", press.index),
        Route("/robots.txt", press.robots),
        Route("/press.css", press.stylesheet),
        *(Route(path, press.feed) for path in FEED_PATHS),
        Route("/{publisher}/", press.front),
        Route("/{publisher}/img/{name}.png", press.picture),
        Route("/{publisher}/{section}/", press.front),
        Route("/{publisher}/{section}/{slug}", press.article),
    ]
    return Starlette(routes=routes, exception_handlers={404: press.not_found})


class _Press:
    """The endpoints; everything is set afresh for each request from the articles and the time."""

    def __init__(self, edition: datetime, base_url: str, now: Callable[[], datetime]) -> None:
        self._edition = edition
        self._base_url = base_url
        self._now = now
        publishers = load_publishers()
        self._publishers = {publisher.slug: publisher for publisher in publishers}
        self._manuscripts = load_manuscripts(publishers)
        self._pages = PageSetter(publishers, base_url=self._base_url)

    async def index(self, request: Request) -> Response:
        return _respond(request, self._pages.set_index().encode(), _HTML, self._edition)

    async def robots(self, request: Request) -> Response:
        return _respond(request, _ROBOTS, "text/plain; charset=utf-8", self._edition)

    async def stylesheet(self, request: Request) -> Response:
        return _respond(request, (FOLDER / "press.css").read_bytes(), "text/css; charset=utf-8", self._edition)

    async def feed(self, request: Request) -> Response:
        publisher = self._publishers[request.url.path.split("/")[1]]
        stories = self._stories(publisher)
        body, content_type = write_feed(publisher, stories, base_url=self._base_url)
        changed_at = _last_change(stories, self._edition)
        return _respond(request, body, content_type, changed_at, max_age_s=_FEED_MAX_AGE_S)

    async def front(self, request: Request) -> Response:
        publisher = self._publisher(request)
        if publisher is None:
            return await self.not_found(request)
        stories = self._stories(publisher)
        section = ""
        if wanted := request.path_params.get("section"):
            section = next((story.section for story in stories if section_slug(story.section) == wanted), "")
            if not section:
                return await self.not_found(request)
        page = self._pages.set_front(publisher, stories, section=section)
        return _respond(request, page.encode(), _HTML, _last_change(stories, self._edition))

    async def article(self, request: Request) -> Response:
        publisher = self._publisher(request)
        stories = self._stories(publisher) if publisher else []
        for story in stories:
            if story.path == request.url.path:
                page = self._pages.set_article(story, stories)
                # Related links change with the newest article, so the page does too.
                return _respond(request, page.encode(), _HTML, _last_change(stories, self._edition))
        return await self.not_found(request)

    async def picture(self, request: Request) -> Response:
        publisher, name = self._publisher(request), request.path_params["name"]
        if publisher and name == "logo":
            return _respond(request, draw_logo(publisher.emblem, publisher.accent), _PNG, self._edition)
        for story in self._stories(publisher) if publisher else []:
            if story.slug == name:
                picture = draw_lead_picture(story.slug, story.publisher.accent)
                return _respond(request, picture, _PNG, story.published_at)
        return await self.not_found(request)

    async def not_found(self, request: Request, _error: Exception | None = None) -> Response:
        publisher = self._publishers.get(request.url.path.split("/")[1])
        page = self._pages.set_not_found(publisher, self._stories(publisher) if publisher else [])
        return Response(page, status_code=404, media_type="text/html")

    def _publisher(self, request: Request) -> Publisher | None:
        return self._publishers.get(request.path_params["publisher"])

    def _stories(self, publisher: Publisher) -> list[Story]:
        own = [manuscript for manuscript in self._manuscripts if manuscript.publisher.slug == publisher.slug]
        return stories_at(own, edition=self._edition, now=self._now())


def _last_change(stories: Sequence[Story], otherwise: datetime) -> datetime:
    return max((story.updated_at for story in stories), default=otherwise)


def _respond(
    request: Request, body: bytes, content_type: str, changed_at: datetime, *, max_age_s: int | None = None
) -> Response:
    """The body with a strong ETag of its encoding, or 304 where the client has it already (RFC 9110 section 13)."""
    digest = hashlib.sha256(body).hexdigest()[:32]
    packed = len(body) >= _MIN_GZIP_BYTES and _accepts_gzip(request.headers.get("accept-encoding", ""))
    headers = {
        "ETag": f'"{digest}-gzip"' if packed else f'"{digest}"',
        "Last-Modified": format_datetime(changed_at, usegmt=True),
        "Vary": "Accept-Encoding",
    }
    if max_age_s is not None:
        headers["Cache-Control"] = f"max-age={max_age_s}"
    if _has_current(request, headers["ETag"], changed_at):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = content_type
    if packed:
        body = gzip.compress(body, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers)


def _has_current(request: Request, etag: str, changed_at: datetime) -> bool:
    if (listed := request.headers.get("if-none-match")) is not None:
        tags = [tag.strip().removeprefix("W/") for tag in listed.split(",")]
        return "*" in tags or etag in tags
    if (since := request.headers.get("if-modified-since")) is not None:
        try:
            return changed_at <= parsedate_to_datetime(since).astimezone(UTC)
        except (ValueError, OverflowError):
            return False
    return False


def _accepts_gzip(accept_encoding: str) -> bool:
    for offer in accept_encoding.lower().split(","):
        coding, _, quality = offer.partition(";")
        if coding.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
