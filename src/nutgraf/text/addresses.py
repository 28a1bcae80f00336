"""Web addresses: absolute ones from what publishers write, and one form for each article whichever link led to it."""

from __future__ import annotations

import contextlib
import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

MAX_URL_CHARS = 4_000

_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "_hs", "at_", "xtor", "wt_", "wt.", "ns_")
_TRACKING = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "ttclid", "yclid", "li_fat_id",
        "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "vero_id", "oly_anon_id", "oly_enc_id", "_openstat", "_ga",
        "_gl", "cmpid", "cmp", "campaign_id", "icid", "ito", "ftag", "ftcamp", "ocid", "smid", "smtyp", "sref", "srnd",
        "wtmc", "wt_mc", "wtrid", "rss_id", "feedtype", "spm", "scid", "s_cid", "s_kwcid", "trk", "trkcampaign",
        "ncid", "guccounter", "guce_referrer", "guce_referrer_sig", "__twitter_impression", "fb_action_ids", "fb_ref",
        "rb_clickid", "share", "echobox", "amp_js_v", "amp_gsa", "usqp", "outputtype", "mobile", "amp",
    }
)  # fmt: skip
_FEED_VALUES = frozenset({"rss", "feed", "atom", "rssfeed", "rss-feed", "feeds", "googlenews", "twitter", "facebook"})
_FEED_PARAMETERS = frozenset(
    {"source", "src", "from", "ref", "partner", "emc", "referrer", "via", "cid", "feed", "xml"}
)
_VARIANT_LABELS = frozenset({"www", "m", "mobile", "amp", "touch"})
_SCHEMES = frozenset({"http", "https"})
_DEFAULT_PORTS = frozenset({80, 443})  # of either scheme, since the key names one scheme only
_AMP_PATH_END = re.compile(r"(?:/amp|\.amp|[.-]amp\.html?|/index\.amp\.html?)$", re.IGNORECASE)
_AMP_VIEWER = re.compile(r"^/amp/(?:s/)?([a-z0-9.-]+\.[a-z]{2,}/.*)$", re.IGNORECASE)
_AMP_CACHE = re.compile(r"^/(?:[acivwr]/)(?:s/)?([a-z0-9.-]+\.[a-z]{2,}(?:/.*)?)$", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SAFE_PATH = "/:@!$&'()*+,;=~-._"
_SAFE_PATH_ONLY = re.compile(r"[A-Za-z0-9/:@!$&'()*+,;=~._-]*")
_SLASHES = re.compile(r"/{2,}")
_GOOGLE = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}")


def absolute_url(reference: str, base: str) -> str:
    """`reference` against `base` as an http(s) address, or empty."""
    reference = "".join(reference.split()) if "\n" in reference else reference.strip()
    if not reference or len(reference) > MAX_URL_CHARS:
        return ""
    if not reference.startswith(("http://", "https://")):
        try:
            reference = urljoin(base, reference)
        except ValueError:  # a malformed host
            return ""
    return reference if reference[:8].lower().startswith(("http://", "https://")) else ""


def normalise_address(url: str) -> str:
    """The key under which an article is known: `https://` with everything left out that does not name the article.

    Left out are fragment, default port, user information, a `www.`, `m.`, `mobile.` or `amp.` label, AMP's marks in
    path and query, tracking parameters, a trailing slash; parameters are sorted. The key is for comparing, not for
    fetching. What is no http(s) address comes back as it is, white space stripped. Never raises.
    """
    url = url.strip() if url.isascii() else _SURROGATE.sub("\ufffd", url.strip())
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    if scheme not in _SCHEMES or not parts.hostname:
        return url
    host = _ascii_host(parts.hostname)
    path, query = parts.path, parts.query
    inner = _behind_amp_cache(host, path)
    if inner:
        host, _, path = inner.partition("/")
        host, path, port = host.lower(), f"/{path}", None
    host = _without_variant_labels(host)
    if port is not None and port not in _DEFAULT_PORTS:
        host = f"{host}:{port}"
    query = _essential_query(query)
    return f"https://{host}{_plain_path(path)}{'?' if query else ''}{query}"


def _ascii_host(host: str) -> str:
    host = host.lower().rstrip(".")
    if not host.isascii():
        with contextlib.suppress(UnicodeError):
            host = host.encode("idna").decode("ascii")
    return host.rstrip(".")  # IDNA makes full stops of other kinds into ordinary ones


def _behind_amp_cache(host: str, path: str) -> str:
    """`host/path` of the article that Google's viewer or an AMP cache shows, or empty."""
    match = None
    if host.endswith(".cdn.ampproject.org") or host == "cdn.ampproject.org":
        match = _AMP_CACHE.match(path)
    elif _GOOGLE.fullmatch(host):
        match = _AMP_VIEWER.match(path)
    return match.group(1) if match else ""


def _without_variant_labels(host: str) -> str:
    """`host` without labels that name a variant; the two last labels always stay."""
    labels = host.split(".")
    if host.replace(".", "").isdigit() or len(labels) < 3:
        return host
    kept = [label for label in labels[:-2] if label not in _VARIANT_LABELS]
    return ".".join([*kept, *labels[-2:]])


def _plain_path(path: str) -> str:
    if not _SAFE_PATH_ONLY.fullmatch(path):
        path = quote(unquote(path, errors="surrogateescape"), safe=_SAFE_PATH, errors="surrogateescape")
    path = _SLASHES.sub("/", path).rstrip("/") if "//" in path else path.rstrip("/")
    path = _AMP_PATH_END.sub(_amp_replacement, path) if path.lower() not in ("/amp", "") else path
    if path.lower().startswith("/amp/"):
        path = path[4:]
    return path.rstrip("/") or "/"


def _amp_replacement(match: re.Match[str]) -> str:
    return ".html" if match.group().lower().endswith((".html", ".htm")) else ""


def _essential_query(query: str) -> str:
    if not query:
        return ""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape", max_num_fields=100)
    except ValueError:
        return query
    kept = sorted(pair for pair in pairs if not _is_tracking(*pair))
    return urlencode(kept, errors="surrogateescape")


def _is_tracking(name: str, value: str) -> bool:
    name = name.lower()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    return name in _FEED_PARAMETERS and value.lower() in _FEED_VALUES
