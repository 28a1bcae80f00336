"""A reader's own lists, and the buttons that fill them: saved, read, followed, muted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.entity import EntityKind
from nutgraf.domain.ids import ArticleId, MuteId
from nutgraf.domain.marks import Follow, FollowKind, Mark, MuteEffect, MuteKind
from nutgraf.domain.records import BriefCard
from nutgraf.errors import Conflict, NotFound
from nutgraf.text.search_terms import search_terms
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.feed_links import SAVED_FEED
from nutgraf.web.pages.listing import list_from
from nutgraf.web.pages.login import own_path
from nutgraf.web.rendering import render, site_of

MAX_VALUE_CHARS = 100
_MARKS = {
    "save": (Mark.SAVED, True),
    "unsave": (Mark.SAVED, False),
    "hide": (Mark.HIDDEN, True),
    "unhide": (Mark.HIDDEN, False),
    "unread": (Mark.UNREAD, True),
}


@dataclass(frozen=True, slots=True)
class NamedMute:
    """A mute with the name of what it mutes."""

    id: MuteId
    kind: str
    name: str
    effect: str


def saved_page(request: Request) -> Response:
    """GET /saved: the reading list."""
    store = site_of(request).services.store
    return _list(
        request, "Saved", "Nothing is saved. “Save” on a brief keeps it here.", store.list_saved, feed_link=SAVED_FEED
    )


def history_page(request: Request) -> Response:
    """GET /history: what was read, latest first."""
    store = site_of(request).services.store
    return _list(request, "Read of late", "Briefs that you open are listed here, for you alone.", store.list_history)


def following_page(request: Request) -> Response:
    """GET /following: briefs of what the reader follows, and what that is."""
    services = site_of(request).services
    follows = services.store.follows(reader_of(request))
    return _list(
        request,
        "Following",
        "“Follow” on a topic's, publisher's or name's page brings its briefs here, and lifts them on the front page.",
        services.store.list_followed,
        follows=[(follow, _name_of(request, follow.kind.value, follow.slug)) for follow in follows],
    )


async def mark_brief(request: Request) -> Response:
    """POST /brief/{article_id}/{save|unsave|hide|unhide|read|unread} with `back`; 204 for a script that stays there.

    Raises NotFound, HTTPException 404.
    """
    name = request.path_params["mark"]
    if name != "read" and name not in _MARKS:
        raise HTTPException(404)
    form = await _form(request)
    store, now = site_of(request).services.store, site_of(request).services.clock.now()
    article_id = ArticleId(request.path_params["article_id"])
    if name == "read":
        await run_in_threadpool(store.record_read, reader_of(request), article_id, now=now)
    else:
        mark, is_set = _MARKS[name]
        await run_in_threadpool(store.set_mark, reader_of(request), article_id, mark, is_set=is_set, now=now)
    if request.headers.get("accept") == "application/json":
        return Response(status_code=204)
    return RedirectResponse(own_path(form.get("back", "")), status_code=303)


async def follow(request: Request) -> Response:
    """POST /follow with `kind`, `slug`, `set` (1 or 0) and `back`."""
    form = await _form(request)
    try:
        kind = FollowKind(form.get("kind", ""))
    except ValueError:
        raise HTTPException(400, "Topics, publishers, people, places and organisations can be followed.") from None
    slug = form.get("slug", "")[:MAX_VALUE_CHARS]
    store = site_of(request).services.store
    await run_in_threadpool(store.set_follow, reader_of(request), Follow(kind, slug), is_set=form.get("set") == "1")
    return RedirectResponse(own_path(form.get("back", "")), status_code=303)


def mutes_page(request: Request) -> Response:
    """GET /mutes: what is muted."""
    return _mutes(request)


async def add_mute(request: Request) -> Response:
    """POST /mutes with `kind`, `value`, `effect` and `back`."""
    form = await _form(request)
    try:
        kind, effect = MuteKind(form.get("kind", "word")), MuteEffect(form.get("effect", "hide"))
    except ValueError:
        raise HTTPException(400, "Words, topics, publishers and names can be muted, by hiding or folding.") from None
    value = " ".join(form.get("value", "")[:MAX_VALUE_CHARS].split())
    if kind is MuteKind.WORD and not search_terms(value):
        return await run_in_threadpool(_mutes, request, problem="Please write a word or a phrase.", status=400)
    try:
        await run_in_threadpool(site_of(request).services.store.add_mute, reader_of(request), kind, value, effect)
    except Conflict as error:
        return await run_in_threadpool(_mutes, request, problem=error.message, status=409)
    return RedirectResponse(own_path(form.get("back", "/mutes")), status_code=303)


def remove_mute(request: Request) -> Response:
    """POST /mutes/{mute_id}/remove. Raises NotFound."""
    store = site_of(request).services.store
    store.remove_mute(reader_of(request), MuteId(request.path_params["mute_id"]))
    return RedirectResponse("/mutes", status_code=303)


def _list(request: Request, title: str, empty: str, load: Callable[..., list[BriefCard]], **context: Any) -> Response:
    listing = list_from(
        request, lambda before, limit: load(reader_of(request), before=before, limit=limit), keeps_hidden=True
    )
    return render(request, "own_list.html", title=title, empty=empty, listing=listing, **context)


def _mutes(request: Request, *, problem: str = "", status: int = 200) -> Response:
    mutes = [
        NamedMute(mute.id, mute.kind.value, _name_of(request, mute.kind.value, mute.value), mute.effect.value)
        for mute in site_of(request).services.store.mutes(reader_of(request))
    ]
    return render(request, "mutes.html", status=status, mutes=mutes, problem=problem)


def _name_of(request: Request, kind: str, value: str) -> str:
    """A topic's, publisher's or entity's name; the word itself, or the slug where nothing has it any more."""
    services = site_of(request).services
    if kind == MuteKind.TOPIC and value in services.topics:
        return services.topics[value].name
    entity_kind = next((found for found in EntityKind if found.value == kind), None)
    if entity_kind is not None:
        try:
            return services.store.get_entity(entity_kind, value).entity.name
        except NotFound:
            return value
    if kind == MuteKind.PUBLISHER:
        return next((found.name for found in services.store.list_publishers() if found.slug == value), value)
    return value


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=8) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
