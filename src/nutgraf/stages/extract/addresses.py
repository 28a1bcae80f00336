"""Addresses found on a page: made absolute, and kept only where they may be the page's own."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

MAX_URL_CHARS = 2_000
# Labels under which countries register names, so that example.co.uk counts as a site and co.uk does not.
_SECOND_LEVEL = frozenset(
    str.split(
        """
    ac co com edu gob gov go gv ltd me mil ne net nom or org plc sch web
    """
    )
)


def absolute_url(address: str, base: str) -> str:
    """`address` as an absolute http(s) URL, or "" where it is none."""
    address = address.strip()
    if not address or len(address) > MAX_URL_CHARS:
        return ""
    try:
        joined = urljoin(base, address)
        parts = urlsplit(joined)
        _ = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return ""
    return joined if all(character.isprintable() and character != " " for character in joined) else ""


def site_of(url: str) -> str:
    """The registrable domain of `url` as far as its shape tells it (no public suffix list), or ""."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
    labels = host.split(".")
    if host.replace(".", "").isdigit() or ":" in host:
        return host
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def canonical_url(declared: str, url: str) -> str:
    """What a page declares as its address where that is believable, else `url` without its fragment.

    It must be of the same site, and not the site's front page unless the page is that.
    """
    own = url.split("#", 1)[0]
    candidate = absolute_url(declared, url).split("#", 1)[0]
    if not candidate or (site_of(candidate) != site_of(url)):
        return own
    has_path = urlsplit(candidate).path.strip("/") or urlsplit(candidate).query
    page_has_path = urlsplit(own).path.strip("/") or urlsplit(own).query
    return candidate if has_path or not page_has_path else own
