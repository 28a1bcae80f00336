"""Prompt and decoding for a writer that uses a language model; no I/O."""

from nutgraf.stages.write.llm.decode import WRITER_NAME, DecodedAnswer, decode_answer
from nutgraf.stages.write.llm.faults import AnswerFault
from nutgraf.stages.write.llm.prompt import (
    brief_request,
    repair_request,
    selection_request,
)
from nutgraf.stages.write.llm.selection import merge_selections, selected_per_part
from nutgraf.stages.write.llm.source import SourceLine, read_source, render_source, split_source

__all__ = [
    "WRITER_NAME",
    "AnswerFault",
    "DecodedAnswer",
    "SourceLine",
    "brief_request",
    "decode_answer",
    "merge_selections",
    "read_source",
    "render_source",
    "repair_request",
    "selected_per_part",
    "selection_request",
    "split_source",
]
