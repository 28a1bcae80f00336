"""Publishers: found or made from the name that an article gives."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, select

from nutgraf.adapters.store.columns import storable
from nutgraf.adapters.store.tables import publishers
from nutgraf.domain.ids import PublisherId

MAX_NAME_CHARACTERS = 120
MAX_SLUG_CHARACTERS = 60

_BY_NAME = select(publishers.c.id, publishers.c.slug, publishers.c.site_url).where(
    publishers.c.name_key == bindparam("name_key")
)


class FoundPublisher(NamedTuple):
    """A stored publisher; `is_own_site` says whether the address it was looked for with is on its site."""

    id: PublisherId
    slug: str
    is_own_site: bool


def find_or_add_publisher(connection: Connection, name: str, *, url: str) -> FoundPublisher:
    """The publisher with this name, whatever its case; `url` is where it published something.

    Without a name the site's host names it.
    """
    site_url, host = _site_of(url)
    name = " ".join(storable(name).split())[:MAX_NAME_CHARACTERS] or host or "Unknown publisher"
    name_key = name.casefold()
    row = connection.execute(_BY_NAME, {"name_key": name_key}).first()
    if row is None:
        values = {
            "slug": _free_slug(connection, slug_of(name)),
            "name": name,
            "name_key": name_key,
            "site_url": site_url,
        }
        row = connection.execute(publishers.insert().values(values).returning(*_BY_NAME.selected_columns)).one()
    return FoundPublisher(PublisherId(row.id), row.slug, is_own_site=bool(site_url) and row.site_url == site_url)


def _site_of(url: str) -> tuple[str, str]:
    """The address of the site's root and its host, both empty where `url` has none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    return (f"{parts.scheme}://{parts.netloc}/", host.removeprefix("www.")) if host else ("", "")


def slug_of(name: str) -> str:
    """The name as an address: ASCII letters, digits and hyphens; of a name without any, a digest of it."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name)[:MAX_SLUG_CHARACTERS].strip("-")
    return slug or f"publisher-{hashlib.sha256(name.casefold().encode()).hexdigest()[:8]}"


def _free_slug(connection: Connection, slug: str) -> str:
    """The slug, numbered where another publisher's name gave the same."""
    alike = publishers.c.slug.startswith(slug, autoescape=True)
    taken = set(connection.execute(select(publishers.c.slug).where(alike)).scalars())
    number = 2
    candidate = slug
    while candidate in taken:
        candidate = f"{slug}-{number}"
        number += 1
    return candidate
