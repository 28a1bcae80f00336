"""Which entries and articles are new, the same, changed, or copies of one another."""

from nutgraf.stages.identify.copies import find_original, fingerprint, resemblance
from nutgraf.stages.identify.entries import article_key, content_hash, decide_entries, entry_key
from nutgraf.text.addresses import normalise_address

__all__ = [
    "article_key",
    "content_hash",
    "decide_entries",
    "entry_key",
    "find_original",
    "fingerprint",
    "normalise_address",
    "resemblance",
]
