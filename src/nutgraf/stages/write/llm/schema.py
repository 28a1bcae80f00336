"""The shape of a model's answers as JSON Schema: only keywords that every host understands; the rest we check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_of(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(items)}


_STRING = {"type": "string"}
_IDS = _list_of({"type": "integer"})
_SENTENCE = _object(text=_STRING, ids=_IDS, quote=_STRING)
_INSIGHT = _object(title=_STRING, text=_STRING, ids=_IDS, quote=_STRING)

BRIEF_SCHEMA: Mapping[str, Any] = _object(
    dek=_SENTENCE, what_happened=_list_of(_SENTENCE), insights=_list_of(_INSIGHT), takeaways=_list_of(_SENTENCE)
)
SELECTION_SCHEMA: Mapping[str, Any] = _object(ids=_IDS)
