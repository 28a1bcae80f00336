"""A long article in two rounds: the sentences that say most in each part, then one brief of them all.

The parts are merged as numbered sentences of the article and not as texts of a model, so that the brief cites the
article itself. A selection decides only what is shown next: nothing wrong can come of a bad one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest

from nutgraf.stages.write.llm.json_answer import NoObject, parse_object
from nutgraf.stages.write.llm.limits import MAX_PART_CHARS
from nutgraf.stages.write.llm.source import SourceLine

_SELECTED_IN_ALL = 42
_FEWEST_PER_PART = 4
_LEAD = 6
"""Sentences of the article's beginning that are shown whatever was selected: they say what the story is."""


def selected_per_part(part_count: int) -> int:
    """How many sentences are asked for of each of `part_count` parts."""
    return max(_FEWEST_PER_PART, _SELECTED_IN_ALL // part_count)


def merge_selections(parts: Sequence[Sequence[SourceLine]], answers: Sequence[str]) -> tuple[int, ...]:
    """Indexes of the selected sentences, in order, the article's lead among them; as many as fit one call.

    Where they do not all fit, each part gives in turn.
    """
    wanted = selected_per_part(len(parts))
    selections = [read_selection(text, part, wanted) for part, text in zip(parts, answers, strict=True)]
    chosen: dict[int, SourceLine] = {}
    room = MAX_PART_CHARS
    in_turn = chain.from_iterable(zip_longest(*selections))
    for line in chain(parts[0][:_LEAD], in_turn):
        if line is not None and line.index not in chosen and len(line.text) <= room:
            chosen[line.index] = line
            room -= len(line.text)
    return tuple(sorted(chosen))


def read_selection(text: str, lines: Sequence[SourceLine], wanted: int) -> list[SourceLine]:
    """The lines that an answer names, `wanted` at most; some at equal distances where it names none."""
    by_index = {line.index: line for line in lines}
    try:
        ids = parse_object(text).get("ids")
    except NoObject:
        ids = None
    numbers = [one for one in ids if isinstance(one, int)] if isinstance(ids, list) else []
    chosen = [by_index[number] for number in dict.fromkeys(numbers) if number in by_index][:wanted]
    return chosen or list(lines[:: max(1, len(lines) // wanted)][:wanted])
