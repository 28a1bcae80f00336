"""Bounds of everything that the parsers take in."""

from __future__ import annotations

MAX_FEED_BYTES = 32 * 1024 * 1024
"""The fetcher stops earlier; this holds for callers of the API."""

MAX_DEPTH = 256
"""Nesting of elements (XML) or of arrays and objects (JSON); libxml2 has the same bound."""

MAX_ENTRIES = 2_000
"""The newest are taken, `Feed.dropped_entries` says how many were left out."""

MAX_FEEDPARSER_BYTES = 512 * 1024
"""feedparser takes some 15 seconds for a MB of empty entries; larger documents keep what libxml2 could recover."""

MAX_DATED_ENTRIES = 100_000
"""Among so many the newest are looked for; what comes after is left out unseen."""

MAX_HTML_CHARS = 500_000
MAX_TITLE_CHARS = 1_000
MAX_NAME_CHARS = 300
MAX_ID_CHARS = 2_000

MAX_ENTITY_DEFINITIONS = 100
MAX_ENTITY_CHARS = 64
"""Of one definition's value: real feeds define single characters and short names."""

MAX_FEED_LINKS = 50
MAX_PAGE_TAGS = 20_000
MAX_PAGE_BYTES = 2 * 1024 * 1024
MAX_OUTLINES = 5_000
