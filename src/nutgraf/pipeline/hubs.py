"""Being told of news: subscriptions at the hubs that feeds declare (WebSub), kept alive, and what hubs send.

A push makes the feed due and nothing more: what the hub sent is checked for its signature and let go. The document is
fetched from the publisher as ever, so that nobody but the publisher says what stands in a feed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import AsyncIterable, Mapping
from datetime import datetime, timedelta

import structlog

from nutgraf.domain.document import FetchRequest, Purpose
from nutgraf.domain.hub import HubState, HubSubscription
from nutgraf.errors import FetchError, NutgrafError
from nutgraf.ports import Clock, Fetcher, Store

CALLBACK_PATH = "/websub/"
LOOK_EVERY_S = 30.0
REQUESTS_PER_ROUND = 16
VERIFY_WITHIN = timedelta(hours=1)
"""A hub that has not verified so long after it was asked is asked again."""
LONGEST_WAIT = timedelta(days=1)
REFUSED_FOR = timedelta(days=7)
END_ATTEMPTS = 3
WANTED_LEASE_S = 10 * 86_400
SHORTEST_LEASE_S, LONGEST_LEASE_S = 300, 30 * 86_400
RENEW_AFTER_SHARE = 0.8

_CHALLENGE = re.compile(r"[\x21-\x7e]{1,1024}")
_SIGNATURE = re.compile(r"(sha1|sha256|sha384|sha512)=([0-9a-fA-F]{40,128})", re.ASCII)

log = structlog.get_logger(__name__)


class HubSubscriber:
    """Asks hubs for what the feeds want; `public_url` is where hubs reach the site, empty where they cannot."""

    def __init__(self, *, store: Store, fetcher: Fetcher, clock: Clock, public_url: str) -> None:
        self._store = store
        self._fetcher = fetcher
        self._clock = clock
        self._public_url = public_url.rstrip("/")

    async def run_forever(self) -> None:
        """Keep subscriptions until cancelled. A store that fails is tried again."""
        while self._public_url:
            try:
                await self.request_due()
            except NutgrafError as error:
                log.error("hubs_not_asked", code=error.code, error=error.message)
            await self._clock.sleep(LOOK_EVERY_S)

    async def request_due(self) -> int:
        """Send the requests that are due; the count of them. Raises StoreError."""
        due = await asyncio.to_thread(self._store.plan_hub_requests, now=self._clock.now(), limit=REQUESTS_PER_ROUND)
        await asyncio.gather(*map(self._request, due))
        return len(due)

    async def _request(self, subscription: HubSubscription) -> None:
        is_ending = subscription.state is HubState.ENDING
        if is_ending and subscription.failures >= END_ATTEMPTS:  # the lease ends by itself
            await asyncio.to_thread(self._store.forget_hub, subscription.token)
            return
        form = {
            "hub.callback": f"{self._public_url}{CALLBACK_PATH}{subscription.token}",
            "hub.mode": "unsubscribe" if is_ending else "subscribe",
            "hub.topic": subscription.topic_url,
        }
        if not is_ending:
            form |= {"hub.secret": subscription.secret, "hub.lease_seconds": str(WANTED_LEASE_S)}
        error_code = "unverified" if is_ending else ""  # counted until the hub verifies, which forgets it
        try:
            await self._fetcher.fetch(FetchRequest(subscription.hub_url, Purpose.HUB, form=tuple(form.items())))
        except FetchError as error:
            error_code = error.code
            log.info("hub_not_reached", hub=subscription.hub_url, code=error.code)
        wait = min(VERIFY_WITHIN * 2.0 ** min(subscription.failures, 8), LONGEST_WAIT)
        await asyncio.to_thread(
            self._store.record_hub_request, subscription, next_at=self._clock.now() + wait, error_code=error_code
        )


def answer_verification(query: Mapping[str, str], token: str, *, store: Store, now: datetime) -> str | None:
    """What to answer a hub that asks whether we asked (the challenge, or nothing), None where we did not."""
    subscription = store.find_hub(token)
    if subscription is None or query.get("hub.topic") != subscription.topic_url:
        return None
    mode, challenge = query.get("hub.mode"), query.get("hub.challenge", "")
    is_ending = subscription.state is HubState.ENDING
    if mode == "denied":
        if is_ending:
            store.forget_hub(token)
        else:
            store.hub_refused(token, next_at=now + REFUSED_FOR)
        return ""
    if mode != ("unsubscribe" if is_ending else "subscribe") or not _CHALLENGE.fullmatch(challenge):
        return None
    if is_ending:
        store.forget_hub(token)
    else:
        lease_s = _lease_s(query.get("hub.lease_seconds", ""))
        store.hub_verified(
            token,
            lease_ends_at=now + timedelta(seconds=lease_s),
            renew_at=now + timedelta(seconds=lease_s * RENEW_AFTER_SHARE),
        )
    return challenge


def _lease_s(text: str) -> int:
    lease_s = int(text) if re.fullmatch(r"\d{1,12}", text, re.ASCII) else WANTED_LEASE_S
    return min(max(lease_s, SHORTEST_LEASE_S), LONGEST_LEASE_S)


async def is_signed(body: AsyncIterable[bytes], signature: str, secret: str) -> bool:
    """Whether `body` bears our secret's signature (X-Hub-Signature); read piece by piece, none of it kept."""
    match = _SIGNATURE.fullmatch(signature.strip())
    mac = hmac.new(secret.encode(), digestmod=match[1] if match else hashlib.sha256)
    async for piece in body:
        mac.update(piece)
    return match is not None and hmac.compare_digest(mac.hexdigest(), match[2].lower())
