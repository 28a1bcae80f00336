"""A long lead reduced to its main clause: whole parts are left out, never a source, a condition or a negation.

`shorten` makes one small cut after the other; here the parts that may go are found first, in one reading of the
sentence, and the fewest of them are left out that bring it to a dek's length. What may go: asides between the subject
and its verb, a leading clause, and everything behind a place where the main clause may end. Who says so stands apart
at the end (", officials said Tuesday") and is put back behind what is left.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from nutgraf.stages.write.builtin.clauses import (
    ADVERB,
    COMMA,
    CONJUNCTION,
    CONTENT,
    DASH,
    DETERMINER,
    FINITE,
    GERUND,
    NEGATION,
    NUMBER,
    PARTICIPLE,
    PREPOSITION,
    PRONOUN,
    QUOTE,
    STOP,
    SUBORDINATOR,
    TO,
    Token,
    count_words,
)
from nutgraf.stages.write.builtin.leaning import balanced, capitalise
from nutgraf.stages.write.builtin.shorten import (
    has_happened,
    has_main_clause,
    is_appositive,
    is_list,
    subject_agrees,
)
from nutgraf.text.lexicon import Lexicon

LONGEST_LEAD_WORDS = 60
_SHORTEST_CLAUSE = 7  # tokens before the first place where the sentence may end
_SOURCE_WORDS = 12  # the longest ", according to …" that is kept whole
_CONDITIONS = frozenset(("if", "unless", "until", "except", "provided", "lest"))
_RELATIVES = frozenset(("which", "who", "whose", "where", "whom"))
_TRAILING = frozenset(
    ("after", "as", "while", "when", "amid", "following", "with", "because", "including", "during", "among")
)
_BARE = frozenset(("after", "as", "while", "when", "amid", "following", "because"))
_TIMED = frozenset(("after", "when", "while", "because"))  # behind "will" these may be a condition
_PHRASES = (
    ("in", "what"),
    ("in", "a", "move"),
    ("in", "a", "bid"),
    ("in", "a", "case"),
    ("in", "an", "effort"),
    ("in", "an", "attempt"),
    ("in", "response", "to"),
    ("in", "retaliation", "for"),
    ("as", "part", "of"),
    ("because", "of"),
    ("due", "to"),
)
_MOVES = frozenset(("decision", "move", "ruling", "bid", "blow", "effort", "attempt", "case", "setback", "victory"))
_INDEFINITE = frozenset(("a", "an", "some", "several", "two", "three", "four", "five", "six", "dozens", "hundreds"))
_UNIVERSAL = frozenset(("all", "every", "each", "any", "no", "only", "most", "few", "never", "always", "first", "last"))
_COMPARISON = frozenset(("as", "so", "same", "such", "just", "known", "seen", "regarded", "described", "well"))
_CITING = frozenset(("citing", "according", "quoting"))


@dataclass(frozen=True, slots=True)
class _Parts:
    """A sentence's places: where the body ends, the tokens of its source behind it, and what may be left out.

    `starts`: where it may begin later; `closing`: the mark of a quotation that ends with the sentence.
    """

    body_end: int
    source: range
    asides: list[range]
    starts: list[int]
    endings: list[int]
    closing: list[Token]


def reduce_lead(text: str, tokens: list[Token], lexicon: Lexicon, min_words: int, max_words: int) -> str | None:
    """The main clause of `text` in `min_words` to `max_words` words with as much of the rest as fits, or None.

    Quotations stay whole or go whole: what is cut out of somebody's words is not what they said.
    """
    count = sum(token.is_word for token in tokens)
    if not lexicon.verb_forms or not max_words < count <= LONGEST_LEAD_WORDS or not balanced(text):
        return None
    stop = next((i for i in range(len(tokens) - 1, len(tokens) - 3, -1) if tokens[i].text.endswith(".")), None)
    if stop is None:
        return None
    parts = _find_parts(tokens, stop + (tokens[stop].tag != STOP), lexicon)
    if parts is None:
        return None
    best: tuple[int, str] | None = None
    for start in (0, *parts.starts):
        for end in parts.endings:
            kept = _keep(tokens, parts, start, end, max_words)
            words = sum(token.is_word for token in kept)
            if not min_words <= words <= max_words or (best and words <= best[0]):
                continue
            body = [token for token in kept if end == len(tokens) or token.start < tokens[end].start]
            if not body or not has_main_clause(body) or not _has_subject_and_verb(body):
                continue
            shorter = _render(text, kept, parts.closing if end == parts.body_end else [])
            if count_words(shorter) <= max_words and balanced(shorter):
                best = words, shorter
    return best[1] if best else None


def _keep(tokens: list[Token], parts: _Parts, start: int, end: int, max_words: int) -> list[Token]:
    """The tokens from `start` to `end` with the source behind them, the fewest asides left out that suffice."""
    left_out: set[int] = set()
    places = [*range(start, end), *parts.source]
    words = sum(tokens[place].is_word for place in places)
    for aside in sorted(parts.asides, key=len):
        if words <= max_words:
            break
        if start <= aside.start and aside.stop <= end:
            words -= sum(tokens[place].is_word for place in aside if place not in left_out)
            left_out.update(aside)
    return [tokens[place] for place in places if place not in left_out]


def _has_subject_and_verb(body: list[Token]) -> bool:
    """Whether a finite verb stands behind the first word, and behind the comma that ends an opening "Based on …,"."""
    opens = body[0].tag in (PREPOSITION, SUBORDINATOR, GERUND, PARTICIPLE, ADVERB) or body[0].low.endswith("ed")
    delayed = any(token.low in ("after", "before") for token in body[1:5])
    start = 1
    if opens or delayed:
        start = next((i for i, token in enumerate(body) if token.tag == COMMA), 1)
    return any(token.tag == FINITE for token in body[start:])


def _render(text: str, kept: list[Token], closing: list[Token]) -> str:
    """The words as they stand in `text`, spaces and marks between neighbours as they were, a stop and `closing`."""
    pieces, end = [], None
    for token in kept:
        if end is not None:
            between = text[end : token.start]
            spaced = between if not between.strip() else " "
            pieces.append("" if token.tag == COMMA else spaced)
        pieces.append(token.text)
        end = token.end
    said = capitalise("".join(pieces).rstrip(" ,;:—–-"))
    return said + ("" if said.endswith(".") else ".") + "".join(token.text for token in closing)


def _find_parts(tokens: list[Token], stop: int, lexicon: Lexicon) -> _Parts | None:
    source = _find_source(tokens, lexicon)
    body_end = source.start if source else stop
    behind = tokens[source.stop :] if source else []
    if len(behind) > 1 and behind[0].tag != COMMA:
        return None
    if any(token.low in _CONDITIONS for token in behind):
        return None
    if _speaks(tokens[:body_end], lexicon) and any(token.low in _CONDITIONS for token in tokens[:body_end]):
        return None
    quoted = _quoted(tokens)
    asides = [aside for aside in _find_asides(tokens, body_end, lexicon) if not any(quoted[i] for i in aside)]
    leading = [_leading_end(tokens, body_end, lexicon), _behind_colon(tokens, body_end, lexicon)]
    endings = [
        place
        for place in range(_SHORTEST_CLAUSE, body_end)
        if not quoted[place] and _may_end(tokens, place, body_end, lexicon)
    ]
    starts = [start for start in leading if start and not quoted[start]]
    closing = [] if source else tokens[stop + 1 :]
    return _Parts(body_end, source or range(0), asides, starts, [*endings, body_end], closing)


def _quoted(tokens: list[Token]) -> list[bool]:
    """For each token whether a quotation is open there; its opening mark counts as outside, its closing as inside."""
    inside, flags = False, []
    for token in tokens:
        flags.append(inside)
        inside ^= token.tag == QUOTE
    return flags


def _speaks(tokens: list[Token], lexicon: Lexicon) -> bool:
    return any(token.low in lexicon.words("attribution_verbs") for token in tokens)


def _find_source(tokens: list[Token], lexicon: Lexicon) -> range | None:
    """The tokens of ", officials said Tuesday" or ", according to the ministry", with the comma before them."""
    verbs = lexicon.words("attribution_verbs")
    for place in range(_SHORTEST_CLAUSE, len(tokens) - 2):
        if tokens[place].tag != COMMA:
            continue
        stop = next((i for i in range(place + 1, len(tokens)) if tokens[i].tag in (COMMA, STOP, DASH)), len(tokens) - 1)
        part = tokens[place + 1 : stop]
        if not part or len(part) > _SOURCE_WORDS:
            continue
        opens = part[0].low in _CITING or (part[0].low == "as" and part[-1].low in verbs)
        says = part[0].tag in (DETERMINER, CONTENT, PRONOUN, NUMBER) and any(
            token.low in verbs and token.tag == FINITE for token in part[1:]
        )
        closed = (
            part[-1].low in verbs or part[-1].low in lexicon.words("weekdays") or any(t.low in verbs for t in part[-2:])
        )
        if opens or (says and closed):
            return range(place, stop)
    return None


def _find_asides(tokens: list[Token], body_end: int, lexicon: Lexicon) -> list[range]:
    """Parts between two marks that the sentence stands without."""
    found: list[range] = []
    marks = [i for i in range(1, body_end) if tokens[i].tag in (COMMA, DASH)]
    for first, second in itertools.pairwise(marks):
        aside = tokens[first + 1 : second]
        if not aside or tokens[first].tag != tokens[second].tag or aside[0].low in _CONDITIONS:
            continue
        after = tokens[second + 1]
        dashed = tokens[first].tag == DASH and not _is_source(aside, lexicon)
        counted = len(aside) == 1 and aside[0].tag == NUMBER and tokens[first - 1].is_capital
        listed = tokens[first - 1].tag in (NUMBER, CONTENT) and aside[0].low in ("including", "among")
        described = (
            after.tag == FINITE
            and not any(t.tag == FINITE for t in tokens[:first])
            and _is_description(aside, lexicon)
            and subject_agrees(tokens[:first], after)
        )
        titled = (
            after.low in ("as", "in", "for", "to")
            and tokens[first - 1].is_capital
            and not aside[0].is_capital
            and aside[0].low not in _RELATIVES
            and _is_description(aside, lexicon)
        )
        if dashed or titled or counted or (listed and after.tag in (FINITE, PREPOSITION)) or described:
            found.append(range(first, second + 1))
    return found


def _is_source(part: list[Token], lexicon: Lexicon) -> bool:
    return part[0].low in _CITING or (_speaks(part, lexicon) and part[0].low not in _RELATIVES)


def _is_description(aside: list[Token], lexicon: Lexicon) -> bool:
    """Whether the part tells of the noun before it: "which opened in 1990", "a former miner"."""
    if aside[0].low in _RELATIVES:
        return any(token.tag == FINITE for token in aside)
    verb = next((i for i, token in enumerate(aside) if token.tag == FINITE), len(aside))
    relative = any(token.low in _RELATIVES or token.low == "that" for token in aside[:verb])
    if aside[0].tag not in (DETERMINER, CONTENT, NUMBER) or (verb < len(aside) and not relative):
        return False
    return not _speaks(aside, lexicon) and aside[-1].tag != CONJUNCTION


def _leading_end(tokens: list[Token], body_end: int, lexicon: Lexicon) -> int:
    """Where the main clause begins behind a leading clause that may go, or 0."""
    comma = next((i for i in range(2, body_end) if tokens[i].tag == COMMA), None)
    if comma is None:
        return 0
    part, rest = tokens[:comma], tokens[comma + 1 : body_end]
    delayed = any(token.low in ("after", "before") for token in part[1:5]) and part[0].tag in (NUMBER, CONTENT, ADVERB)
    circumstance = part[0].low == "with" and any(token.tag in (GERUND, PARTICIPLE) for token in part[2:7])
    written = part[0].low == "in" and len(part) > 2 and part[1].low in ("a", "an")  # "In a win for …"
    droppable = part[0].low in lexicon.words("leading_droppable") or part[0].low == "as"
    if not (droppable or delayed or circumstance or written):
        return 0
    if any(token.low in _CONDITIONS or token.tag == NEGATION for token in part) or _is_source(part, lexicon):
        return 0
    subject = rest and rest[0].tag in (DETERMINER, CONTENT, NUMBER) and rest[0].low not in lexicon.words("pronouns")
    verb = next((token for token in rest[:12] if token.tag in (FINITE, COMMA)), None)
    return comma + 1 if subject and verb is not None and verb.tag == FINITE else 0


def _behind_colon(tokens: list[Token], body_end: int, lexicon: Lexicon) -> int:
    """Where a clause begins that tells what the one before the colon announces, or 0."""
    colon = next((i for i in range(2, body_end) if tokens[i].text == ":"), None)
    if colon is None or _speaks(tokens[:colon], lexicon):
        return 0
    before, rest = tokens[:colon], tokens[colon + 1 : body_end]
    if any(token.low in _CONDITIONS or token.tag == NEGATION for token in before) or not rest:
        return 0
    subject = rest[0].tag in (DETERMINER, CONTENT, NUMBER) and rest[0].low not in lexicon.words("pronouns")
    verb = next((token for token in rest[1:12] if token.tag in (FINITE, COMMA)), None)
    return colon + 1 if subject and verb is not None and verb.tag == FINITE else 0


def _may_end(tokens: list[Token], place: int, body_end: int, lexicon: Lexicon) -> bool:
    """Whether the sentence may end before the token at `place`, all that follows in the body left out."""
    comma, dash = tokens[place].tag == COMMA, tokens[place].tag == DASH
    kept, rest = tokens[:place], tokens[place + (comma or dash) : body_end]
    if len(rest) < 2 or not _ends_well(kept, lexicon) or any(token.low in _CONDITIONS for token in rest):
        return False
    if _is_source(rest[:1], lexicon) or _speaks(rest[-1:], lexicon):
        return False
    opener = rest[0]
    described = comma and opener.low in _RELATIVES
    if not described and any(token.tag == NEGATION or token.low.endswith("n't") for token in kept):
        return False
    is_open = any(token.low in lexicon.words("modals") for token in kept) and not has_happened(rest, lexicon)
    if (opener.low in _TIMED and is_open) or any(token.low in ("such", "including") for token in kept[-8:]):
        return False
    low = [token.low for token in rest[:3]]
    exemplifies = low[:2] == ["such", "as"] and kept[-1].low.rstrip("s") not in lexicon.words("vague_nouns")
    if is_list(kept, rest) and not (described or exemplifies):
        return False
    if dash:
        return opener.low not in ("but", "and", "or") and not any(token.tag == DASH for token in rest + kept)
    if opener.low == "and" and not comma:
        return _is_predicate(kept, rest)
    if opener.low == "and" and any(token.tag == COMMA for token in kept):
        return False  # perhaps the last of a list of clauses
    if opener.low == "when" and any(t.tag == GERUND and b.tag == FINITE for b, t in itertools.pairwise(kept)):
        return False  # "were sitting on the deck when they saw …": the news comes behind it
    moved = low[:1] == ["in"] and low[1:2] in (["a"], ["an"]) and any(t.low in _MOVES for t in rest[2:5])
    phrased = exemplifies or moved or any(tuple(low[: len(phrase)]) == phrase for phrase in _PHRASES)
    if comma:
        return described or phrased or _is_trailing(rest, lexicon)
    if opener.low == "that" and rest[1].low in ("will", "would", "could"):
        return not any(token.low in _UNIVERSAL - {"first", "last"} for token in kept)  # what it is for, not which one
    if any(token.low in _UNIVERSAL for token in kept):
        return False
    if phrased:
        return True
    if opener.low in _BARE:
        return _opens_clause(kept, rest, lexicon)
    if opener.tag == TO:
        return _tells_purpose(kept, lexicon)
    describes = opener.low in ("who", "that", "which") and rest[1].tag in (FINITE, PRONOUN, DETERMINER)
    active = opener.tag == GERUND and (rest[1].tag != CONTENT or rest[1].is_capital)  # not "a leaf | peeping tour"
    return (describes or active or opener.tag == PARTICIPLE) and _is_indefinite(kept)


def _ends_well(kept: list[Token], lexicon: Lexicon) -> bool:
    """Whether the part is a clause that wants nothing: its last verb no "said", and every clause in it has a verb."""
    last = kept[-1]
    if last.tag not in (CONTENT, NUMBER) or last.low in lexicon.words("incomplete_verbs"):
        return False
    if last.low in lexicon.words("content_nouns") or last.low in lexicon.words("adjectives"):
        return False
    verbs = [i for i, token in enumerate(kept) if token.tag == FINITE]
    if not verbs:
        return False
    says = lexicon.words("attribution_verbs") - lexicon.words("addressing_verbs")
    if kept[verbs[-1]].low in says:
        return False
    clause = max((i for i, t in enumerate(kept) if t.tag == SUBORDINATOR), default=-1)
    return clause < verbs[-1]


def _is_trailing(rest: list[Token], lexicon: Lexicon) -> bool:
    """Whether a part behind a comma only adds: "after …", "killing three", "a cut of …", "and the company …"."""
    opener, second = rest[0], rest[1]
    if opener.low == "as":
        return not _speaks(rest[1:6], lexicon) and _opens_clause([], rest, lexicon)
    if opener.low == "in" and second.low in ("a", "an"):
        return True  # ", in a merger that would …"
    if opener.low in _TRAILING or opener.low in lexicon.words("trailing_droppable"):
        return True
    if opener.tag in (GERUND, PARTICIPLE):
        return opener.low not in _CITING
    if opener.low in lexicon.words("articles") or opener.low == "one":
        return is_appositive(rest) and not any(token.tag == CONJUNCTION for token in rest[:6])
    joined = opener.low == "and" and second.tag in (DETERMINER, CONTENT, PRONOUN, NUMBER, FINITE)
    return joined and any(token.tag == FINITE for token in rest[1:9])


def _is_predicate(kept: list[Token], rest: list[Token]) -> bool:
    """Whether behind "and" the same subject does something else: "… and instead tackled …"."""
    verb = rest[1 + (rest[1].tag == ADVERB)]
    return verb.tag == FINITE and not any(token.low in ("both", "between") for token in kept)


def _tells_purpose(kept: list[Token], lexicon: Lexicon) -> bool:
    """Whether "to …" behind `kept` says what for ("talks to scammers | to keep …"), and nothing calls for it."""
    calling = lexicon.words("controlling_verbs") | {"for", "enough", "too"}
    if any(token.low in calling for token in kept):
        return False
    placed = kept[-1].is_capital or any(token.tag == PREPOSITION for token in kept[-4:-1])
    return placed and any(token.tag == FINITE for token in kept[:-3])


def _opens_clause(kept: list[Token], rest: list[Token], lexicon: Lexicon) -> bool:
    """Whether "after", "as" or "while" opens a clause of its own here, not the end of a measure or a likeness."""
    if rest[1].tag not in (DETERMINER, CONTENT, NUMBER, GERUND, PRONOUN):
        return False
    if rest[0].low == "as":
        if any(token.low in _COMPARISON for token in kept[-6:]) or rest[1].tag == NUMBER:
            return False
        verb = next((token for token in rest[2:10] if token.tag in (FINITE, SUBORDINATOR, COMMA)), None)
        return verb is not None and verb.tag == FINITE
    measured = kept[-1].low.rstrip("s") in ("day", "week", "month", "year", "hour", "minute", "moment")
    return not measured and (rest[0].low != "when" or any(token.tag == FINITE for token in rest[1:9]))


def _is_indefinite(kept: list[Token]) -> bool:
    """Whether the noun at the end is one of many ("a former supporter"), so that less of it is still true."""
    for i in range(len(kept) - 2, max(-1, len(kept) - 6), -1):
        if kept[i].low in _INDEFINITE:
            return len(kept) - i > 2
        if kept[i].tag not in (CONTENT, NUMBER):
            return False
    return False
