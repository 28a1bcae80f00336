"""Language models that follow a script: what they answer to a request depends on the article in it alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from nutgraf.domain.model import ModelAnswer, ModelRequest
from nutgraf.errors import ModelError
from scripted_model import Asked, Reply, Say, Status

_LINE = re.compile(r"^\[(\d+)\] (.+)$", re.MULTILINE)

Answer = dict[str, Any]
Script = Callable[[ModelRequest], str | ModelError]


class ScriptedModel:
    """Implements `ports.LanguageModel`: a request gets what `script` makes of it. `requests` keeps what was asked."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.requests: list[ModelRequest] = []
        self.closed = 0

    @property
    def name(self) -> str:
        return "scripted/one"

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        self.requests.append(request)
        given = self._script(request)
        if isinstance(given, ModelError):
            raise given
        asked_chars = len(request.system) + len(request.prompt)
        return ModelAnswer(given, "scripted", "one", asked_chars // 4, len(given) // 4, seconds=0.5)

    async def close(self) -> None:
        self.closed += 1


def over_http(script: Script, *, input_tokens: int = 1_100, output_tokens: int = 310) -> Callable[[Asked], Reply]:
    """The script as a step of a scripted server that is asked in OpenAI's way, by JSON schema."""

    def say(asked: Asked) -> Reply:
        schema = asked.body["response_format"]["json_schema"]["schema"]
        system, prompt = (message["content"] for message in asked.body["messages"])
        given = script(ModelRequest(system=system, prompt=prompt, schema=schema))
        if isinstance(given, ModelError):
            return Status(503, given.message)
        return Say(given, input_tokens=input_tokens, output_tokens=output_tokens)

    return say


def source_lines(request: ModelRequest) -> dict[int, str]:
    """The numbered sentences of the request."""
    return {int(number): text for number, text in _LINE.findall(request.prompt)}


def is_selection(request: ModelRequest) -> bool:
    """Whether the request asks for the weightiest sentences of a part."""
    return list(request.schema["properties"]) == ["ids"]


def item(text: str, index: int, source: str) -> Answer:
    """A sentence of the answer with its proof."""
    return {"text": text, "ids": [index], "quote": " ".join(source.split()[:5])}


def faithful_answer(request: ModelRequest) -> Answer:
    """An answer made of the article's own sentences, each with its proof: what a careful model would give."""
    lines = source_lines(request)
    by_length = [(index, text, len(text.split())) for index, text in lines.items()]
    free = [(index, text) for index, text, words in by_length if 12 <= words <= 40]
    deks = [(index, text) for index, text, words in by_length if 10 <= words <= 25]
    dek = deks[0] if deks else by_length[0][:2]
    rest = [one for one in free if one != dek]
    paragraph = _paragraph([one for one in by_length if one[:2] != dek and 4 <= one[2] <= 45])
    rest = [one for one in rest if one not in paragraph]
    return {
        "dek": item(dek[1], dek[0], dek[1]),
        "what_happened": [item(text, index, text) for index, text in paragraph],
        "insights": [{"title": _title(text), **item(text, index, text)} for index, text in rest[:3]],
        "takeaways": [item(text, index, text) for index, text in rest[3:4]],
    }


def _paragraph(candidates: list[tuple[int, str, int]]) -> list[tuple[int, str]]:
    chosen: list[tuple[int, str]] = []
    words = 0
    for index, text, count in candidates:
        if words + count <= 105 and len(chosen) < 4 and words < 60:
            chosen.append((index, text))
            words += count
    return chosen


def _title(text: str) -> str:
    return " ".join(text.split()[:6]).rstrip(",;:.")


def says(change: Callable[[Answer, ModelRequest], Answer | str]) -> Script:
    """A script: the faithful answer, changed; selections are answered with the first sentences."""

    def script(request: ModelRequest) -> str:
        if is_selection(request):
            return json.dumps({"ids": list(source_lines(request))[:10]})
        given = change(faithful_answer(request), request)
        return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)

    return script


faithful: Script = says(lambda answer, _: answer)
