"""An operator's own instructions to a language model, in versions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

MAX_PROMPT_CHARS = 4_000
"""More would leave small models no room for the article."""


@dataclass(frozen=True, slots=True)
class OwnPrompt:
    """One version. `previewed_at` is when its briefs were last looked at, `live_at` since when it is in use."""

    version: str
    text: str
    saved_at: datetime
    previewed_at: datetime | None = None
    live_at: datetime | None = None


def prompt_version_of(text: str) -> str:
    """The version that a prompt of these words has: the same words are the same version."""
    return "own-" + hashlib.sha256(text.strip().encode()).hexdigest()[:8]
