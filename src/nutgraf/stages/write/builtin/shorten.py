"""Shorter forms of a sentence, cut only where what is left is grammatical and still true."""

from __future__ import annotations

import re
from collections.abc import Callable

from nutgraf.stages.write.builtin.clauses import (
    COMMA,
    CONJUNCTION,
    DASH,
    FINITE,
    GERUND,
    QUOTE,
    Token,
    count_words,
    has_finite_verb,
    tag_tokens,
    tokenize,
)
from nutgraf.stages.write.builtin.leaning import balanced, capitalise
from nutgraf.text.lexicon import Lexicon

_BRACKETED = re.compile(r"\s*\([^()]*\)")
_MIN_REST_WORDS = 7
_Cut = Callable[[str, list[Token], Lexicon], str | None]


def shorten(text: str, max_words: int, lexicon: Lexicon) -> str | None:
    """`text` in at most `max_words` words, or None where no safe cut brings it there."""
    if count_words(text) <= max_words:
        return text
    if not lexicon.known:
        return None
    text = _BRACKETED.sub("", text)
    for _ in range(8):
        if count_words(text) <= max_words:
            return text
        tokens = tag_tokens(tokenize(text), lexicon)
        for cut in _CUTS:
            shorter = cut(text, tokens, lexicon)
            if shorter is not None and _sound(shorter, text, lexicon):
                text = shorter
                break
        else:
            return None
    return text if count_words(text) <= max_words else None


def _sound(shorter: str, text: str, lexicon: Lexicon) -> bool:
    if not balanced(shorter) or count_words(shorter) >= count_words(text) or count_words(shorter) < _MIN_REST_WORDS:
        return False
    return not lexicon.verb_forms or has_finite_verb(tag_tokens(tokenize(shorter), lexicon))


def _claims(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether the part says who says so: such a part is never cut."""
    return any(
        token.low in lexicon.words("attribution_verbs") and token.low not in ("expected", "expects", "called", "calls")
        for token in tokens
    )


def _inside_quotation(tokens: list[Token], position: int) -> bool:
    return sum(1 for token in tokens[:position] if token.tag == QUOTE) % 2 == 1


def _drop_dashed_aside(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    dashes = [i for i, token in enumerate(tokens) if token.tag == DASH and not _inside_quotation(tokens, i)]
    if len(dashes) == 2:
        aside = tokens[dashes[0] : dashes[1]]
        if not _claims(aside, lexicon):
            return text[: tokens[dashes[0]].start].rstrip() + " " + text[tokens[dashes[1]].end :].lstrip()
    if len(dashes) == 1 and dashes[0] >= _MIN_REST_WORDS and not _claims(tokens[dashes[0] :], lexicon):
        return _finish(text[: tokens[dashes[0]].start], text)
    return None


def _drop_inner_clause(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ ", which opened in 1990," before the main verb or before the attribution."""
    commas = [i for i, token in enumerate(tokens) if token.tag == COMMA and not _inside_quotation(tokens, i)]
    for first, second in zip(commas, commas[1:], strict=False):
        opener = tokens[first + 1] if first + 1 < len(tokens) else None
        after = tokens[second + 1] if second + 1 < len(tokens) else None
        if opener is None or after is None or _claims(tokens[first:second], lexicon):
            continue
        relative = opener.low in lexicon.words("aside_openers")
        appositive = opener.low in lexicon.words("articles") and not has_finite_verb(tokens[first:second])
        if (relative or appositive) and after.tag == FINITE and first > 0:
            return text[: tokens[first].start] + text[tokens[second].end :]
    return None


def _drop_trailing(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ ", which …", ", after …", ", killing three": the last part, when what is left has its own verb."""
    for position in range(len(tokens) - 2, _MIN_REST_WORDS, -1):
        token, opener = tokens[position], tokens[position + 1]
        if token.tag != COMMA or _inside_quotation(tokens, position):
            continue
        rest, kept = tokens[position + 1 :], tokens[:position]
        droppable = opener.low in lexicon.words("trailing_droppable") or opener.tag == GERUND
        if not droppable or _claims(rest, lexicon) or not has_finite_verb(kept):
            continue
        if opener.low in ("after", "when", "as", "while") and any(t.low in lexicon.words("modals") for t in kept):
            continue
        if kept[-1].tag == CONJUNCTION or _is_list_tail(tokens, position):
            continue
        return _finish(text[: token.start], text)
    return None


def _is_list_tail(tokens: list[Token], position: int) -> bool:
    """Whether an "and" follows soon after a further comma: "A, including B, C and D" is still one list."""
    return any(token.tag == CONJUNCTION for token in tokens[max(0, position - 2) : position])


def _drop_trailing_bare(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    for position in range(len(tokens) - 3, _MIN_REST_WORDS + 1, -1):
        if tokens[position].low not in lexicon.words("trailing_bare_droppable") or _inside_quotation(tokens, position):
            continue
        kept, rest = tokens[:position], tokens[position:]
        if _claims(rest, lexicon) or not has_finite_verb(kept) or any(t.low in lexicon.words("modals") for t in kept):
            continue
        if tokens[position - 1].tag in ("V", "C", "P", "D", "R", "X"):
            continue
        return _finish(text[: tokens[position].start], text)
    return None


def _drop_leading(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ "While prices fell, …": a leading clause whose loss leaves the main clause true."""
    if not tokens or tokens[0].low not in lexicon.words("leading_droppable"):
        return None
    comma = next((i for i, token in enumerate(tokens) if token.tag == COMMA), None)
    if comma is None or _inside_quotation(tokens, comma) or _claims(tokens[:comma], lexicon):
        return None
    rest = tokens[comma + 1 :]
    if not rest or rest[0].tag in (CONJUNCTION, GERUND) or not has_finite_verb(rest) or rest[0].tag == "O":
        return None
    return capitalise(text[tokens[comma].end :].lstrip())


def _drop_trailing_clause(text: str, tokens: list[Token], lexicon: Lexicon) -> str | None:
    """ ", and the company did …": a second main clause with its own subject and verb."""
    for position in range(len(tokens) - 4, _MIN_REST_WORDS, -1):
        if tokens[position].tag != COMMA or tokens[position + 1].low != "and" or _inside_quotation(tokens, position):
            continue
        kept, rest = tokens[:position], tokens[position + 2 :]
        commas_before = any(token.tag == COMMA for token in kept)
        if commas_before or _claims(tokens, lexicon) or not has_finite_verb(kept) or not has_finite_verb(rest[:8]):
            continue
        return _finish(text[: tokens[position].start], text)
    return None


def _finish(kept: str, text: str) -> str:
    """`kept` with a full stop."""
    kept = kept.rstrip(" ,;:—–-")
    final = text.rstrip()[-1:]
    return kept if kept[-1:] in ".!?…" else kept + ("." if final not in "!?" else final)


_CUTS: tuple[_Cut, ...] = (
    _drop_dashed_aside,
    _drop_inner_clause,
    _drop_trailing,
    _drop_leading,
    _drop_trailing_clause,
    _drop_trailing_bare,
)
