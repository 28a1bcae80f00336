"""The JSON API's endpoints of what is a reader's own: what they read, follow and mute. (What they saved: `routes`.)"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.api import models
from nutgraf.web.api.answers import Cursor, Limit, send, send_cards
from nutgraf.web.rendering import site_of


def history(request: Request, limit: Limit = 20, cursor: Cursor = "") -> Response:
    """Briefs that were read, latest read first."""
    cards = site_of(request).services.store.list_history(reader_of(request), before=cursor, limit=limit + 1)
    return send_cards(request, cards, limit, keeps_hidden=True)


def following(request: Request, limit: Limit = 20, cursor: Cursor = "") -> Response:
    """Briefs of what the reader follows, newest first."""
    cards = site_of(request).services.store.list_followed(reader_of(request), before=cursor, limit=limit + 1)
    return send_cards(request, cards, limit, keeps_hidden=True)


def follows(request: Request) -> Response:
    """What the reader follows."""
    found = site_of(request).services.store.follows(reader_of(request))
    items = [models.FollowModel(kind=follow.kind.value, slug=follow.slug) for follow in found]
    return send(request, models.FollowsModel(items=items))


def mutes(request: Request) -> Response:
    """What the reader mutes."""
    found = site_of(request).services.store.mutes(reader_of(request))
    items = [
        models.MuteModel(id=mute.id, kind=mute.kind.value, value=mute.value, effect=mute.effect.value) for mute in found
    ]
    return send(request, models.MutesModel(items=items))
