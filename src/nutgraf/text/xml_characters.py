"""Which characters XML can hold (XML 1.0, section 2.2)."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """The text with U+FFFD for what XML forbids: control characters, lone surrogates, U+FFFE and U+FFFF."""
    return _FORBIDDEN.sub("\ufffd", text)
