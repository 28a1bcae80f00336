"""Subscriptions at hubs, which tell us of news so that we need not ask (WebSub, W3C Recommendation 2018)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from nutgraf.domain.ids import FeedId


class HubState(enum.StrEnum):
    """Where a subscription stands; each state has one next step at its `due_at`."""

    WANTED = "wanted"  # next: ask the hub, again where it did not answer or did not verify
    LIVE = "live"  # verified; next: ask again before the lease ends
    REFUSED = "refused"  # the hub said no; next: ask once more, much later
    ENDING = "ending"  # the feed is gone or has another hub; next: tell the hub, then forget


@dataclass(frozen=True, slots=True)
class HubSubscription:
    """A subscription. `token` is the unguessable part of the callback, `secret` signs what the hub sends.

    `feed_id` is None where the feed is no longer followed.
    """

    id: int
    feed_id: FeedId | None
    hub_url: str
    topic_url: str
    token: str
    secret: str
    state: HubState
    due_at: datetime
    failures: int
