"""GET and POST /websub/{token}: where hubs verify a subscription and tell of news (WebSub, sections 5.3 and 7)."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from nutgraf.domain.hub import HubState
from nutgraf.pipeline.hubs import answer_verification, is_signed
from nutgraf.web.rendering import site_of

MAX_PUSH_BYTES = 10_000_000


def verify(request: Request) -> Response:
    """The challenge where the hub asks for what we asked for, else 404."""
    services = site_of(request).services
    token = request.path_params["token"]
    answer = answer_verification(request.query_params, token, store=services.store, now=services.clock.now())
    return Response(status_code=404) if answer is None else PlainTextResponse(answer)


async def receive(request: Request) -> Response:
    """Make the feed due where the body is signed; 410 where nothing is subscribed.

    A wrong signature is answered like a right one (section 7.1): nobody learns here which it was.
    """
    services = site_of(request).services
    subscription = await run_in_threadpool(services.store.find_hub, request.path_params["token"])
    if subscription is None or subscription.feed_id is None or subscription.state is HubState.ENDING:
        return Response(status_code=410)
    signature = request.headers.get("x-hub-signature", "")
    if await is_signed(request.stream(), signature, subscription.secret):
        await run_in_threadpool(services.store.hub_pushed, subscription.feed_id, now=services.clock.now())
        services.wake()
    return Response(status_code=202)
