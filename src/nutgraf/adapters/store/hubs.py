"""Subscriptions at hubs (the HubStore port): made and ended as the feeds ask for it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, or_, select, update

from nutgraf.adapters.store.engine import Repository, reading, writing
from nutgraf.adapters.store.tables import feeds, hub_subscriptions
from nutgraf.domain.hub import HubState, HubSubscription
from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import FeedState

TOKEN_BYTES = 32
MAX_NEW_AT_ONCE = 100
PUSH_GAP = timedelta(minutes=1)
"""Between two polls of a feed that a hub asks for: whoever floods the callback makes us no flooder."""

_hubs = hub_subscriptions.c
_WITHOUT = (
    select(feeds.c.id, feeds.c.hub_url, feeds.c.topic_url)
    .outerjoin(hub_subscriptions, _hubs.feed_id == feeds.c.id)
    .where(feeds.c.hub_url != "", feeds.c.state == FeedState.ACTIVE.value, _hubs.id.is_(None))
    .limit(MAX_NEW_AT_ONCE)
)
_ASTRAY = (
    select(hub_subscriptions.c.id)
    .outerjoin(feeds, feeds.c.id == _hubs.feed_id)
    .where(
        _hubs.state != HubState.ENDING.value,
        or_(
            feeds.c.id.is_(None),
            feeds.c.state != FeedState.ACTIVE.value,
            feeds.c.hub_url != _hubs.hub_url,
            feeds.c.topic_url != _hubs.topic_url,
        ),
    )
)
_DUE = (
    select(hub_subscriptions).where(_hubs.due_at <= bindparam("now")).order_by(_hubs.due_at).limit(bindparam("limit"))
)


class SqlHubs(Repository):
    """Subscriptions in the table `hub_subscriptions`; what feeds say of their hubs is in `feeds`."""

    @writing
    def plan_hub_requests(self, connection: Connection, *, now: datetime, limit: int) -> list[HubSubscription]:
        """Subscriptions with a step due, after those that feeds ask for are made and those of no feed are ending."""
        astray = list(connection.execute(_ASTRAY).scalars())
        if astray:
            ending = {"feed_id": None, "state": HubState.ENDING.value, "due_at": now, "failures": 0}
            of_feeds = select(_hubs.feed_id).where(_hubs.id.in_(astray), _hubs.feed_id.is_not(None))
            connection.execute(update(feeds).where(feeds.c.id.in_(of_feeds)).values(pushed_until=None))
            connection.execute(update(hub_subscriptions).where(_hubs.id.in_(astray)).values(ending))
        new = connection.execute(_WITHOUT).all()
        if new:
            connection.execute(hub_subscriptions.insert(), [_new_row(row, now) for row in new])
        return [_subscription(row) for row in connection.execute(_DUE, {"now": now, "limit": limit})]

    @writing
    def record_hub_request(
        self, connection: Connection, subscription: HubSubscription, *, next_at: datetime, error_code: str
    ) -> None:
        """What became of a request: the next step is at `next_at`; a failure is counted.

        Does nothing where the hub has verified meanwhile, which it may do before it answers.
        """
        failures = _hubs.failures + 1 if error_code else 0
        connection.execute(
            update(hub_subscriptions)
            .where(_hubs.id == subscription.id, _hubs.due_at == subscription.due_at)
            .values(due_at=next_at, failures=failures, error_code=error_code)
        )

    @writing
    def forget_hub(self, connection: Connection, token: str) -> None:
        """End what is left of a subscription. Idempotent."""
        connection.execute(delete(hub_subscriptions).where(_hubs.token == token, _hubs.state == HubState.ENDING.value))

    @reading
    def find_hub(self, connection: Connection, token: str) -> HubSubscription | None:
        """The subscription with this callback."""
        row = connection.execute(select(hub_subscriptions).where(_hubs.token == token)).first()
        return None if row is None else _subscription(row)

    @writing
    def hub_verified(self, connection: Connection, token: str, *, lease_ends_at: datetime, renew_at: datetime) -> None:
        """WANTED, REFUSED or LIVE → LIVE: the hub sends news until the lease ends."""
        live = {
            "state": HubState.LIVE.value,
            "due_at": renew_at,
            "lease_ends_at": lease_ends_at,
            "failures": 0,
            "error_code": "",
        }
        chosen = and_(_hubs.token == token, _hubs.state != HubState.ENDING.value)
        connection.execute(update(hub_subscriptions).where(chosen).values(live))
        of_feed = select(_hubs.feed_id).where(chosen).scalar_subquery()
        connection.execute(update(feeds).where(feeds.c.id == of_feed).values(pushed_until=lease_ends_at))

    @writing
    def hub_refused(self, connection: Connection, token: str, *, next_at: datetime) -> None:
        """WANTED or LIVE → REFUSED: the hub sends nothing, or nothing more; ask again at `next_at`."""
        chosen = and_(_hubs.token == token, _hubs.state != HubState.ENDING.value)
        of_feed = select(_hubs.feed_id).where(chosen).scalar_subquery()
        connection.execute(update(feeds).where(feeds.c.id == of_feed).values(pushed_until=None))
        refused = {"state": HubState.REFUSED.value, "due_at": next_at, "lease_ends_at": None, "error_code": "denied"}
        connection.execute(update(hub_subscriptions).where(chosen).values(refused))

    @writing
    def hub_pushed(self, connection: Connection, feed_id: FeedId, *, now: datetime) -> None:
        """Make a feed due: now, or PUSH_GAP after its last poll where that was a moment ago."""
        last = connection.execute(select(feeds.c.last_poll_at).where(feeds.c.id == feed_id)).scalar()
        due_at = now if last is None else max(now, last + PUSH_GAP)
        waiting = and_(feeds.c.id == feed_id, feeds.c.next_poll_at > due_at)
        connection.execute(update(feeds).where(waiting).values(next_poll_at=due_at))


def _new_row(feed: Row[*tuple[Any, ...]], now: datetime) -> dict[str, Any]:
    return {
        "feed_id": feed.id,
        "hub_url": feed.hub_url,
        "topic_url": feed.topic_url,
        "token": secrets.token_urlsafe(TOKEN_BYTES),
        "secret": secrets.token_hex(TOKEN_BYTES),
        "state": HubState.WANTED.value,
        "due_at": now,
        "failures": 0,
        "error_code": "",
    }


def _subscription(row: Row[Any]) -> HubSubscription:
    return HubSubscription(
        id=row.id,
        feed_id=None if row.feed_id is None else FeedId(row.feed_id),
        hub_url=row.hub_url,
        topic_url=row.topic_url,
        token=row.token,
        secret=row.secret,
        state=HubState(row.state),
        due_at=row.due_at,
        failures=row.failures,
    )
