"""The one table of who may reach which address. An address that is not in it is refused, and a test fails."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from nutgraf.domain.account import Role


class Access(enum.Enum):
    """Who may reach an address."""

    PUBLIC = "public"  # anybody: signing in, and what holds no news and nothing of a reader
    READER = "reader"  # whoever is signed in
    OPERATOR = "operator"  # who runs the site


ACCESS: Mapping[str, Access] = {
    "/": Access.READER,
    "/feed.{format:feed}": Access.READER,
    "/topic/{slug}.{format:feed}": Access.READER,
    "/publisher/{slug}.{format:feed}": Access.READER,
    "/{kind:entity}/{slug}.{format:feed}": Access.READER,
    "/search.{format:feed}": Access.READER,
    "/saved.{format:feed}": Access.READER,
    "/brief/{article_id:id}": Access.READER,
    "/brief/{article_id:id}.md": Access.READER,
    "/brief/{article_id:id}/evidence": Access.READER,
    "/brief/{article_id:id}-{slug}": Access.READER,
    "/brief/{article_id:id}/{mark}": Access.READER,
    "/brief/{article_id:id}/model": Access.READER,
    "/latest": Access.READER,
    "/day/{day}": Access.READER,
    "/saved": Access.READER,
    "/history": Access.READER,
    "/following": Access.READER,
    "/follow": Access.READER,
    "/mutes": Access.READER,
    "/mutes/{mute_id:id}/remove": Access.READER,
    "/brief/{article_id:id}/report": Access.READER,
    "/brief/{article_id:id}/reported": Access.READER,
    "/corrections": Access.READER,
    "/corrections.{format:feed}": Access.READER,
    "/accuracy": Access.READER,
    "/accuracy.json": Access.READER,
    "/desk": Access.OPERATOR,
    "/desk/set-aside": Access.OPERATOR,
    "/desk/set-aside/replay": Access.OPERATOR,
    "/desk/storage": Access.OPERATOR,
    "/desk/costs": Access.OPERATOR,
    "/desk/costs.json": Access.OPERATOR,
    "/desk/settings": Access.OPERATOR,
    "/desk/log": Access.OPERATOR,
    "/desk/about": Access.OPERATOR,
    "/desk/reports": Access.OPERATOR,
    "/desk/reports/{report_id:id}": Access.OPERATOR,
    "/desk/reports/{report_id:id}/uphold": Access.OPERATOR,
    "/desk/reports/{report_id:id}/dismiss": Access.OPERATOR,
    "/desk/withheld": Access.OPERATOR,
    "/topics": Access.READER,
    "/topic/{slug}": Access.READER,
    "/publisher/{slug}": Access.READER,
    "/names": Access.READER,
    "/{kind:entity}/{slug}": Access.READER,
    "/{kind:entity}/{slug}/{switch}": Access.OPERATOR,
    "/pictures/{digest:digest}": Access.READER,
    "/search": Access.READER,
    "/search/saved": Access.READER,
    "/search/saved/{search_id:id}/remove": Access.READER,
    "/account": Access.READER,
    "/account/data.json": Access.READER,
    "/account/appearance": Access.READER,
    "/account/password": Access.READER,
    "/account/sessions/end": Access.READER,
    "/account/tokens": Access.READER,
    "/account/tokens/{token_id:id}/revoke": Access.READER,
    "/start": Access.OPERATOR,
    "/api/v1/docs": Access.READER,
    "/api/v1/openapi.json": Access.READER,
    "/api/v1/front": Access.READER,
    "/api/v1/briefs": Access.READER,
    "/api/v1/briefs/{id}": Access.READER,
    "/api/v1/topics": Access.READER,
    "/api/v1/publishers": Access.READER,
    "/api/v1/publishers/{slug}": Access.READER,
    "/api/v1/search": Access.READER,
    "/api/v1/saved": Access.READER,
    "/api/v1/history": Access.READER,
    "/api/v1/following": Access.READER,
    "/api/v1/follows": Access.READER,
    "/api/v1/mutes": Access.READER,
    "/api/v1/entities": Access.READER,
    "/api/v1/entities/{kind}/{slug}": Access.READER,
    "/api/v1/corrections": Access.READER,
    "/api/v1/accuracy": Access.READER,
    "/api/v1/feeds": Access.OPERATOR,
    "/feeds": Access.OPERATOR,
    "/feeds/poll": Access.OPERATOR,
    "/feeds/import": Access.OPERATOR,
    "/feeds/{feed_id:id}": Access.OPERATOR,
    "/feeds/{feed_id:id}/options": Access.OPERATOR,
    "/feeds/{feed_id:id}/model": Access.OPERATOR,
    "/feeds/{feed_id:id}/pause": Access.OPERATOR,
    "/feeds/{feed_id:id}/resume": Access.OPERATOR,
    "/feeds/{feed_id:id}/poll": Access.OPERATOR,
    "/feeds/{feed_id:id}/remove": Access.OPERATOR,
    "/feeds.opml": Access.OPERATOR,
    "/articles/{article_id:id}/replay": Access.OPERATOR,
    "/readers": Access.OPERATOR,
    "/readers/invite": Access.OPERATOR,
    "/readers/{reader_id:id}/reset": Access.OPERATOR,
    "/readers/{reader_id:id}/disable": Access.OPERATOR,
    "/readers/{reader_id:id}/enable": Access.OPERATOR,
    "/login": Access.PUBLIC,
    "/logout": Access.PUBLIC,
    "/welcome/{token}": Access.PUBLIC,
    "/websub/{token}": Access.PUBLIC,
    "/healthz": Access.PUBLIC,
    "/livez": Access.PUBLIC,
    "/readyz": Access.PUBLIC,
    "/metrics": Access.OPERATOR,
    "/offline": Access.READER,
    "/offline.json": Access.READER,
    "/manifest.webmanifest": Access.PUBLIC,
    "/sw.js": Access.PUBLIC,
    "/help": Access.PUBLIC,
    "/robots.txt": Access.PUBLIC,
    "/favicon.ico": Access.PUBLIC,
    "/static/{digest}/{name}": Access.PUBLIC,
}
"""By the route's path, for every method of it."""


def is_admitted(role: Role | None, access: Access) -> bool:
    """Whether somebody with `role` (None: not signed in) may pass."""
    if access is Access.PUBLIC:
        return True
    return role is Role.OPERATOR or (role is Role.READER and access is Access.READER)
