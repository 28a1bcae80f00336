"""Which entries and articles are new, the same, changed, or copies of one another."""

from nutgraf.stages.identify.copies import CopyDecision, decide_copies, fingerprint, resemblance
from nutgraf.stages.identify.entries import (
    article_key,
    content_hash,
    decide_entries,
    entry_key,
    read_entries,
    rekey_entries,
    suspect_hashes,
)
from nutgraf.text.addresses import normalise_address

__all__ = [
    "CopyDecision",
    "article_key",
    "content_hash",
    "decide_copies",
    "decide_entries",
    "entry_key",
    "fingerprint",
    "normalise_address",
    "read_entries",
    "rekey_entries",
    "resemblance",
    "suspect_hashes",
]
