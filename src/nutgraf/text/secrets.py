"""Passwords and tokens in texts that are to be shown."""

from __future__ import annotations

import re

MASK = "***"

_USER_INFO = re.compile(r"(?<=://)([^/?#\s@:]*):[^/?#\s]*@")  # the password of RFC 3986, section 3.2.1
_DATABASE = re.compile(r"(?i)\b(postgres\w*(?:\+\w+)?://[^/?#\s@:]*):\S*@")  # may hold what should be percent-encoded
_NAMED = re.compile(
    r"(?i)(?<![\w-])([\w-]{0,40}(?:passw(?:or)?d|pwd|secret|token|key|auth|signature|sig)=)[^&\s;,'\"]+"
)


def mask_secrets(text: str) -> str:
    """The text with passwords of addresses, and values named as secrets (`token=…`), masked."""
    text = _DATABASE.sub(rf"\1:{MASK}@", text)
    text = _USER_INFO.sub(rf"\1:{MASK}@", text)
    return _NAMED.sub(rf"\1{MASK}", text)
