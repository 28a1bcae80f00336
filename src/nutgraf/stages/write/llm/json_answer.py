"""The JSON object in a model's answer: found and bounded before anything is parsed."""

from __future__ import annotations

import json
from typing import Any

from nutgraf.domain.model import MAX_ANSWER_CHARS
from nutgraf.stages.write.llm.limits import MAX_ANSWER_DEPTH

_MAX_DIGITS = 6


class NoObject(ValueError):
    """The answer holds no object that may be read; the message says why, for model and operator."""


def parse_object(text: str) -> dict[str, Any]:
    """The first JSON object of `text`; prose, thoughts or a code fence may stand around it.

    Raises NoObject where there is none, or one that is too large or too deep.
    """
    if len(text) > MAX_ANSWER_CHARS:
        raise NoObject(f"the answer is longer than {MAX_ANSWER_CHARS:,} characters")
    thought_end = text.rfind("</think>")
    start = text.find("{", thought_end + 1 if thought_end >= 0 else 0)
    if start < 0:
        raise NoObject("the answer holds no JSON object" if text.strip() else "the answer is empty")
    end = _end_of_object(text, start)
    try:
        value = json.loads(text[start:end], parse_int=_bounded_int, parse_float=_no_number, parse_constant=_no_number)
    except ValueError:
        raise NoObject("the answer is not valid JSON") from None
    if not isinstance(value, dict):
        raise NoObject("the answer is not a JSON object")
    return value


def _end_of_object(text: str, start: int) -> int:
    """Behind the bracket that closes the one at `start`; strings are skipped."""
    depth = 0
    in_string = is_escaped = False
    for position in range(start, len(text)):
        character = text[position]
        if in_string:
            if is_escaped:
                is_escaped = False
            elif character == "\\":
                is_escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "{[":
            depth += 1
            if depth > MAX_ANSWER_DEPTH:
                raise NoObject("the answer is nested too deeply")
        elif character in "}]":
            depth -= 1
            if depth == 0:
                return position + 1
    raise NoObject("the answer breaks off before its end")


def _bounded_int(digits: str) -> int:
    return int(digits) if len(digits) <= _MAX_DIGITS else -1


def _no_number(_: str) -> int:
    return -1
