"""Changes made from the page of feeds; each is a POST and answers with the page or sends the browser back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.errors import ConfigError, NutgrafError, ParseError, SourceError
from nutgraf.web.pages.feeds import FormProblem, feeds_response
from nutgraf.web.rendering import site_of
from nutgraf.web.statuses import http_status

if TYPE_CHECKING:
    from nutgraf.pipeline.subscribing import OpmlImport

MAX_OPML_BYTES = 5 * 2**20
MAX_UPLOAD_BYTES = MAX_OPML_BYTES + 2**14
"""The file and the multipart wrapping around it."""
MAX_ADDRESS_CHARS = 2000
MAX_CHOICES = 12


async def add_feed(request: Request) -> Response:
    """POST /feeds with `url`: follow it, or say why not and offer the feeds that the page there declares."""
    async with request.form(max_files=0, max_fields=4) as form:
        address = str(form.get("url", "")).strip()
    try:
        if not address or len(address) > MAX_ADDRESS_CHARS:
            raise ConfigError("Please give the address of a feed or of a site, up to 2,000 characters long.")
        feed = await site_of(request).services.subscribe(address)
    except NutgrafError as error:
        choices = error.feed_links[:MAX_CHOICES] if isinstance(error, ParseError) else ()
        problem = FormProblem(address[:MAX_ADDRESS_CHARS], error.message, error.code, choices)
        return await run_in_threadpool(feeds_response, request, status=http_status(error), problem=problem)
    return _back("added-failing", feed.id) if feed.error_code else _back("added")


async def import_feeds(request: Request) -> Response:
    """POST /feeds/import with the file `opml`: follow its feeds and say what became of each."""
    async with request.form(max_files=1, max_fields=4) as form:
        upload = form.get("opml")
        data = await upload.read() if isinstance(upload, UploadFile) else b""
    services = site_of(request).services
    try:
        if not data:
            raise ConfigError("Please choose an OPML file that is not empty.")
        result: OpmlImport = await services.import_opml(data)
    except (SourceError, ConfigError) as error:
        return await run_in_threadpool(
            feeds_response, request, status=http_status(error), opml_problem=f"{error.message} ({error.code})"
        )
    services.wake()
    return await run_in_threadpool(feeds_response, request, opml=result)


def poll_feed(request: Request) -> Response:
    """POST /feeds/{feed_id}/poll: look for news now. Raises NotFound."""
    services = site_of(request).services
    services.store.poll_soon(FeedId(request.path_params["feed_id"]), now=services.clock.now())
    services.wake()
    return _back("polling")


def poll_all_feeds(request: Request) -> Response:
    """POST /feeds/poll: look for news in every feed now."""
    services = site_of(request).services
    services.store.poll_soon(None, now=services.clock.now())
    services.wake()
    return _back("polling-all")


def remove_feed(request: Request) -> Response:
    """POST /feeds/{feed_id}/remove: end the subscription. Raises NotFound."""
    site_of(request).services.store.remove_feed(FeedId(request.path_params["feed_id"]))
    return _back("removed")


def replay_article(request: Request) -> Response:
    """POST /articles/{article_id}/replay: try an article again that was set aside. Raises NotFound or Conflict."""
    services = site_of(request).services
    services.store.replay(ArticleId(request.path_params["article_id"]), now=services.clock.now())
    services.wake()
    return RedirectResponse("/desk/set-aside?done=replayed", status_code=303)


def _back(done: str, feed_id: FeedId | None = None) -> Response:
    """To the page of feeds by GET, so that loading it again repeats nothing; `feed_id` is the feed it is about."""
    about = "" if feed_id is None else f"&feed={feed_id}"
    return RedirectResponse(f"/feeds?done={done}{about}", status_code=303)
