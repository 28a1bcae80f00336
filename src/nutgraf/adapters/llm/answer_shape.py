"""Whether an answer has the outer shape of what was asked for; pure. The writer validates the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_BOUNDS = frozenset({"minLength", "maxLength", "pattern", "format", "minItems", "maxItems", "minimum", "maximum"})


def has_shape(text: str, schema: Mapping[str, Any]) -> bool:
    """Whether the text holds, from its first brace to its last, a JSON object with the keys that must be there."""
    begin, end = text.find("{"), text.rfind("}")
    if begin < 0 or end < begin:
        return False
    try:
        value = json.loads(text[begin : end + 1])
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and all(key in value for key in schema.get("required", ()))


def without_bounds(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without limits of length, number and form, which some hosts refuse; names of properties stay."""
    plain: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _BOUNDS:
            continue
        if key in ("properties", "$defs") and isinstance(value, Mapping):
            plain[key] = {name: _plain(inner) for name, inner in value.items()}
        else:
            plain[key] = _plain(value)
    return plain


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return without_bounds(value)
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
