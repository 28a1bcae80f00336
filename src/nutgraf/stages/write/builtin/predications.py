"""The clauses of a sentence that state something by themselves, each with its subject, verb and who says so."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from nutgraf.stages.write.builtin.beginnings import (
    SPANS,
    content_start,
    has_attribution,
    is_broken,
    main_start,
    opens_with_quantity,
    speaks_of_past,
    verb_after,
)
from nutgraf.stages.write.builtin.clauses import (
    ADVERB,
    BASE,
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
)
from nutgraf.text.lexicon import Lexicon

_STARTERS = frozenset((DETERMINER, CONTENT, NUMBER))
_NO_SUBJECT = frozenset(
    [
        "this",
        "that",
        "these",
        "those",
        "his",
        "her",
        "its",
        "their",
        "such",
        "another",
        "other",
        "others",
        "no",
        "it",
        "whose",
    ]
)
_ADJECTIVE_TOO = frozenset(("long", "first", "last", "early", "daily", "weekly", "monthly", "yearly", "family"))
_FACT_OPENERS = frozenset(["because", "after", "as", "while", "whereas", "although", "though", "when", "since"])
_MAY_OPEN = _FACT_OPENERS | frozenset((";", ":", ",", "that", "and"))
_SINGULAR, _PLURAL = frozenset(("is", "was", "has", "does")), frozenset(("are", "were", "have", "do"))
_WHOLE_CLAUSE = frozenset(
    [
        "means",
        "meant",
        "makes",
        "made",
        "would",
        "could",
        "may",
        "might",
        "can",
        "will",
        "should",
        "came",
        "comes",
        "led",
        "leads",
    ]
)
_MAX_SUBJECT = 9
_MAX_ANTECEDENT = 7


@dataclass(frozen=True, slots=True)
class Predication:
    """A clause as tokens (what stands between subject and verb may be left out) with its finite verb at `verb`.

    `standing` is added to a title's quality; `is_claim`: somebody says so elsewhere in the sentence; `speaker`: who,
    as words that may follow ("officials said"), and whether the clause may do without them.
    """

    tokens: list[Token]
    verb: int
    standing: float = 0.0
    is_claim: bool = False
    speaker: str = ""
    may_go_unnamed: bool = False


def find_predications(tokens: list[Token], lexicon: Lexicon) -> Iterator[Predication]:
    """Every such clause of the sentence; none that hangs on a condition, a denial or an unnamed speaker."""
    quoted = _quoted(tokens)
    attributed = has_attribution(_without_other_saying(tokens, lexicon), lexicon)
    conditional = any(t.low in ("if", "unless") for t, inside in zip(tokens, quoted, strict=True) if not inside)
    first = main_start(tokens, lexicon)
    if first is not None and not quoted[first]:
        yield from _main(tokens, first, lexicon, attributed)
        behind = _past_bare_time(tokens, lexicon) if not first else 0
        if behind:
            yield from _main(tokens, behind, lexicon, attributed)
    if conditional or (any(quoted) and attributed and not _outside(tokens, quoted)):
        return
    for i, token in enumerate(tokens[:-4]):
        if token.low not in _MAY_OPEN and token.tag != DASH:
            continue
        start, standing = _later_start(tokens, i, lexicon)
        if not start or quoted[start]:
            continue
        if attributed and has_attribution(tokens[:start] + tokens[start + 2 :], lexicon):
            if _contested(tokens, lexicon) or not _unnamed_source(tokens, lexicon):
                continue
            yield from _plain(tokens, start, lexicon, standing - 0.1, is_claim=True)
        else:
            yield from _plain(tokens, start, lexicon, standing)
    if not attributed:
        yield from _relative(tokens, quoted, lexicon)


def _past_bare_time(tokens: list[Token], lexicon: Lexicon) -> int:
    """Past "Over four years" or "In 2020" without a comma, where a figure, an article or a name follows; else 0."""
    times = lexicon.words("time_nouns") | lexicon.words("months") | lexicon.words("weekdays") | SPANS
    if tokens[0].tag != PREPOSITION:
        return 0
    for i in (2, 3):
        if (
            len(tokens) > i + 3
            and tokens[i - 1].low in times
            and all(t.tag in (CONTENT, NUMBER, DETERMINER) for t in tokens[1:i])
        ):
            new = tokens[i].tag in (DETERMINER, NUMBER) or tokens[i].is_capital
            return i if new else 0
    return 0


def _without_other_saying(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """The tokens without a second statement that only says what it says: ", and officials said it would cost more"."""
    verbs = lexicon.words("attribution_verbs")
    for i in range(4, len(tokens) - 3):
        if tokens[i].tag == COMMA and tokens[i + 1].low == "which" and tokens[i + 2].tag == PRONOUN:
            return tokens[:i]  # ", which it says is legal"
    for i in range(6, len(tokens) - 3):
        if tokens[i].low not in ("and", "but"):
            continue
        for j in range(i + 1, min(i + _MAX_SUBJECT, len(tokens) - 3)):
            says = tokens[j].tag in (FINITE, PARTICIPLE) and tokens[j].low in verbs
            if says and tokens[j + 1].tag not in (COMMA, QUOTE):
                return tokens[:i] if not has_attribution(tokens[:i], lexicon) else tokens
            if tokens[j].tag == COMMA or (
                tokens[j].tag == FINITE and tokens[j].low not in lexicon.words("auxiliaries")
            ):
                break
    return tokens


def _outside(tokens: list[Token], quoted: list[bool]) -> bool:
    return sum(t.is_word for t, inside in zip(tokens, quoted, strict=True) if not inside) >= 6


def _quoted(tokens: list[Token]) -> list[bool]:
    inside, flags = False, []
    for token in tokens:
        inside ^= token.tag == QUOTE
        flags.append(inside or token.tag == QUOTE)
    return flags


def _starts_clause(tokens: list[Token], start: int) -> bool:
    if start >= len(tokens) or tokens[start].low in _NO_SUBJECT:
        return False
    if tokens[start].tag == ADVERB and start + 1 < len(tokens) and tokens[start + 1].tag == CONTENT:
        return tokens[start].low in _ADJECTIVE_TOO
    if tokens[start].low == "right" and tokens[start + 1].low == "now":
        return False
    if tokens[start].low == "there":
        return start + 1 < len(tokens) and tokens[start + 1].tag == FINITE
    if tokens[start].low == "meaning":
        return False
    if tokens[start].tag == GERUND:  # "Removing the limits would …"
        return start + 1 < len(tokens) and tokens[start + 1].tag in (CONTENT, DETERMINER)
    return tokens[start].tag in _STARTERS or opens_with_quantity(tokens[start : start + 3])


def _dated(tokens: list[Token], lexicon: Lexicon) -> bool:
    calendar = lexicon.words("weekdays") | lexicon.words("months") | lexicon.words("time_nouns")
    return any(token.low in calendar for token in tokens[:2])


def _plain(
    tokens: list[Token], start: int, lexicon: Lexicon, standing: float, *, is_claim: bool = False
) -> Iterator[Predication]:
    verb = verb_after(tokens, start, _MAX_SUBJECT) if _starts_clause(tokens, start) else None
    if verb is None or tokens[verb].low in lexicon.words("attribution_verbs"):
        return
    if start and tokens[start - 1].low in _OCCASIONS - {"as"} and not speaks_of_past(tokens[verb], lexicon):
        return  # "a warning is given when the town comes under attack"
    clause = tokens[start:]
    if standing <= _IN_PASSING and (
        tokens[verb].low in lexicon.words("be_forms") and clause[verb - start + 1].tag != PARTICIPLE
    ):
        return  # "when Quill was a candidate" tells nothing new
    controls = any(t.low in lexicon.words("controlling_verbs") for t in clause[verb - start : verb - start + 3])
    if standing <= _IN_PASSING and not controls:
        # an infinitive may belong to the clause around it: "waited until the polls closed to …"
        purpose = next((i for i, t in enumerate(clause) if t.tag == TO and i > verb - start + 1), len(clause))
        clause = clause[:purpose]
    yield Predication(clause, verb - start, standing, is_claim)


def _main(tokens: list[Token], start: int, lexicon: Lexicon, attributed: bool) -> Iterator[Predication]:
    """The main clause; past an aside behind its subject; or what its subject says."""
    leading = tokens[: max(0, start - 1)]
    if not _starts_clause(tokens, start) or _narrows(leading, tokens[start]):
        return
    verb = verb_after(tokens, start, _MAX_SUBJECT)
    if verb is not None and leading and leading[0].low in _OCCASIONS and not speaks_of_past(tokens[verb], lexicon):
        return  # "Once a loan is nine months behind, it goes into default"
    if verb is None:
        if not _dated(tokens[start:], lexicon):
            yield from _past_aside(tokens, start, lexicon)
        return
    if tokens[verb].low in lexicon.words("attribution_verbs"):
        yield from _said(tokens, tokens[start:verb], verb, lexicon)
        if tokens[verb].low in lexicon.words("addressing_verbs"):
            yield Predication(tokens[start:], verb - start)
    elif not attributed or _announces(tokens, verb, lexicon):
        dated = _dated_subject(tokens[start:verb], lexicon)
        clause = tokens[start : verb - dated] + tokens[verb:]
        yield Predication(clause, verb - dated - start, -0.1 if tokens[start].low == "there" else 0.0)
    elif start > 0 and tokens[0].low == "according":
        yield Predication(tokens[start:], verb - start, -0.05, is_claim=True)
    else:
        yield from _then_said(tokens, start, verb, lexicon)


def _dated_subject(subject: list[Token], lexicon: Lexicon) -> int:
    """How many tokens at the end of the subject say when: "The council | in February | opened"."""
    calendar = lexicon.words("weekdays") | lexicon.words("months")
    timed = len(subject) > 2 and subject[-1].low.rstrip(".") in calendar
    if not timed:
        return 0
    return 2 if subject[-2].low in ("on", "in") else 1 if subject[-2].tag == CONTENT and len(subject) > 3 else 0


def _narrows(leading: list[Token], subject: Token) -> bool:
    """Whether the clause is true only of what its opening names: "In towns with few doctors, …", "Here, all …"."""
    if not leading or leading[0].tag != PREPOSITION:
        return False
    return subject.low in _OF_ALL or any(token.low in ("with", "without", "who", "where") for token in leading)


_OCCASIONS = frozenset(("when", "once", "whenever", "where", "wherever", "as", "until", "unless"))
_OF_ALL = frozenset(("all", "every", "each", "most", "no", "none", "half", "both", "many"))


def _announces(tokens: list[Token], verb: int, lexicon: Lexicon) -> bool:
    """Whether the clause tells that its subject said something of somebody: "has announced his retirement"."""
    group = [token for token in tokens[verb + 1 : verb + 4] if token.tag == PARTICIPLE][:1]
    return bool(group) and group[0].low in lexicon.words("addressing_verbs")


def _then_said(tokens: list[Token], start: int, verb: int, lexicon: Lexicon) -> Iterator[Predication]:
    """ "The bridge will close, officials said": the clause with the speaker, or with a source that may go unnamed."""
    if _contested(tokens, lexicon) or any(token.tag == QUOTE for token in tokens):
        return
    for comma in (i for i in range(verb, len(tokens)) if tokens[i].tag == COMMA):
        part = _up_to_mark(tokens, comma + 1)
        if not part or not (has_attribution(part, lexicon) or part[0].low == "according"):
            continue
        if has_attribution(tokens[start:comma], lexicon) or any(token.low in _ASKING for token in part):
            return
        if part[0].low == "according":
            yield Predication(tokens[start:], verb - start, -0.08, is_claim=True)
            return
        said = next((i for i, token in enumerate(part) if token.low in lexicon.words("attribution_verbs")), None)
        rest = _past_day(part, said + 1, lexicon) if said is not None else 0
        if said is None or not (said == 0 or rest == len(part)) or len(part) > _MAX_SUBJECT:
            return
        subject = part[1:] if said == 0 else part[:said]
        if not subject or any(token.tag in (PRONOUN, FINITE) for token in subject):
            return
        yield Predication(
            tokens[start:],
            verb - start,
            -0.05,
            is_claim=True,
            speaker=_speaker(subject, part[said], lexicon),
            may_go_unnamed=_unnamed_source(subject, lexicon),
        )
        return


def _up_to_mark(tokens: list[Token], start: int) -> list[Token]:
    """The tokens from `start` up to the next comma, dash or stop."""
    for i in range(start, len(tokens)):
        if tokens[i].tag in (COMMA, DASH, STOP):
            return tokens[start:i]
    return tokens[start:]


def _said(tokens: list[Token], subject: list[Token], verb: int, lexicon: Lexicon) -> Iterator[Predication]:
    """ "Officials said the bridge would close": with the speaker before it, behind it, or in the explanation only."""
    if tokens[verb].low in _ASKING:
        return
    content = content_start(tokens, _past_day(tokens, verb + 1, lexicon))
    inner = verb_after(tokens, content, _MAX_SUBJECT) if content + 1 < len(tokens) else None
    if inner is None:
        return
    if content <= verb + 2 and (tokens[content].tag == PRONOUN or _starts_clause(tokens, content)):
        yield Predication(subject + tokens[verb:], len(subject) + inner - verb, -0.05)
    if _contested(tokens, lexicon) or any(t.tag == NEGATION or t.low.endswith("n't") for t in tokens[verb - 3 : verb]):
        return
    if tokens[content].low in _SELF and inner == content + 1 and tokens[inner].low in ("will", "plans", "intends"):
        yield Predication(subject + tokens[inner:], len(subject), 0.02, is_claim=True)
        return
    if not _starts_clause(tokens, content):
        return
    if tokens[verb].low in _SAID_WITH_THAT and tokens[content - 1].low != "that":
        return
    yield Predication(
        tokens[content:],
        inner - content,
        -0.05,
        is_claim=True,
        speaker=_speaker(subject, tokens[verb], lexicon),
        may_go_unnamed=_unnamed_source(subject, lexicon),
    )


_SAID_WITH_THAT = frozenset(("told", "tells", "added", "adds"))  # else somebody or something: "added two wins"
_VERBS = frozenset((FINITE, BASE, GERUND, PARTICIPLE, PREPOSITION, ADVERB))
_IN_PASSING = -0.22  # what a clause loses that only says when or why
_AS_MANY = frozenset(("many", "much", "well", "soon", "long", "far", "such", "usual", "expected", "planned"))
_ASKING = frozenset(("asked", "asks", "ask", "wondered", "wonders"))  # what is asked is not said
_SELF = frozenset(("it", "he", "she", "they"))


def _past_day(tokens: list[Token], position: int, lexicon: Lexicon) -> int:
    """Past "on Tuesday" or "Tuesday" behind a verb of saying."""
    for skip in (1, 2):
        if position + skip < len(tokens) and tokens[position + skip - 1].low in lexicon.words("weekdays"):
            return position + skip
    return position


def _speaker(subject: list[Token], verb: Token, lexicon: Lexicon) -> str:
    """The speaker with the verb, as they may follow a claim; of a person's name the surname alone."""
    named = [token for token in subject if token.low.rstrip(".") not in lexicon.words("honorifics")]
    if len(named) > 1 and all(token.is_capital for token in named) and not _is_body(named, lexicon):
        return f"{named[-1].text} {verb.text}"
    if len(named) > 3 and all(token.is_capital for token in named[-2:]) and named[-3].tag == CONTENT:
        role = named[-3].is_capital and not _is_body(named[-2:], lexicon)
        if role and any(token.tag == PREPOSITION for token in named[:-2]):
            return f"{named[-1].text} {verb.text}"  # "Secretary for Security Ada Quill said"
    words = [token.text for token in subject]
    if subject[0].low in lexicon.words("articles") and len(words) > 1:
        return f"{' '.join(words[1:])} {verb.text}"
    common = subject[0].low in lexicon.words("source_nouns") or subject[0].low.removesuffix("s") in lexicon.words(
        "person_nouns"
    )
    common = common or (len(subject) == 1 and subject[0].low.endswith("s") and verb.low in _SAID_BY_MANY)
    if subject[0].start == 0 and (subject[0].tag == DETERMINER or (len(subject) == 1 and common)):
        words[0] = words[0].lower()
    return f"{' '.join(words)} {verb.text}"


_SAID_BY_MANY = frozenset(("say", "warn", "report", "confirm", "estimate", "note", "acknowledge"))


def _is_body(name: list[Token], lexicon: Lexicon) -> bool:
    """Whether the name is rather a body's than a person's: "Harbour Board"."""
    bodies = lexicon.words("body_nouns") | lexicon.words("source_nouns")
    return len(name) > 3 or any(token.low in bodies or token.text.isupper() for token in name)


def _contested(tokens: list[Token], lexicon: Lexicon) -> bool:
    return any(token.low in lexicon.words("contested_verbs") for token in tokens)


def _unnamed_source(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether the source is a body or a study whose word a title may pass on, the explanation naming it."""
    return any(token.low in lexicon.words("source_nouns") for token in tokens)


def _later_start(tokens: list[Token], i: int, lexicon: Lexicon) -> tuple[int, float]:
    """Where a clause that states a fact may begin behind token `i` (0: nowhere), and its standing."""
    token, after = tokens[i], tokens[i + 1]
    if token.text in (";", ":") or token.tag == DASH:
        return i + 1, 0.0
    if token.tag == COMMA and after.low in ("and", "but"):
        return (0, 0.0) if _ends_list(tokens, i) else (i + 2, 0.0)
    if token.low == "and":
        return (i + 1, -0.04) if _opens_second_clause(tokens, i, lexicon) else (0, 0.0)
    fact = token.low == "that" and i > 0 and tokens[i - 1].low in lexicon.words("factive_verbs")
    if i == 0 or not (fact or token.low in _FACT_OPENERS):
        return 0, 0.0
    if not fact and (tokens[i - 1].tag in _VERBS or after.tag == NUMBER or tokens[i - 1].low in _AS_MANY):
        return 0, 0.0  # "to clarify when …", "dressed as …", "as many as 20"
    if token.low == "as" and after.low in _AS_MANY:
        return 0, 0.0  # "as usual through the winter"
    modal = any(t.low in lexicon.words("modals") for t in tokens[:i])
    if any(t.tag == NEGATION or t.low.endswith("n't") for t in tokens[max(0, i - 5) : i]):
        return 0, 0.0
    if fact:
        return (0, 0.0) if modal else (i + 1, -0.03)
    if tokens[i - 1].low == "such" or (modal and token.low in ("when", "after", "as", "where", "while")):
        return 0, 0.0
    return i + 1, _IN_PASSING


def _opens_second_clause(tokens: list[Token], i: int, lexicon: Lexicon) -> bool:
    """Whether behind an "and" without comma another clause begins: "Quill hit the post and Oster scored".

    Not so within what somebody says or where the words before it may belong to the subject: "that Quill and Oster won".
    """
    before = tokens[:i]
    told = lexicon.words("attribution_verbs") | lexicon.words("contested_verbs") | lexicon.words("factive_verbs")
    if not any(t.tag == FINITE for t in before) or any(t.tag in (SUBORDINATOR, QUOTE) or t.low in told for t in before):
        return False
    starts = tokens[i + 1].tag == DETERMINER or (tokens[i + 1].is_capital and tokens[i + 1].tag == CONTENT)
    verb = verb_after(tokens, i + 1, _MAX_SUBJECT) if starts and tokens[i - 1].tag in (CONTENT, NUMBER) else None
    return verb is not None and tokens[verb].low not in _PLURAL and _agrees(tokens[verb - 1], tokens[verb])


def _ends_list(tokens: list[Token], comma: int) -> bool:
    """Whether a list ends behind the comma: "ditches, pumps, and dikes removed water"."""
    before = next((i for i in range(comma - 1, max(0, comma - 5), -1) if tokens[i].tag == COMMA), 0)
    return before > 0 and all(t.tag in (CONTENT, NUMBER, DETERMINER) for t in tokens[before + 1 : comma])


def _past_aside(tokens: list[Token], start: int, lexicon: Lexicon) -> Iterator[Predication]:
    """ "The ship, built in 1911, sank": subject and verb with the aside between them left out."""
    reach = range(start, min(start + _MAX_SUBJECT, len(tokens)))
    comma = next((i for i in reach if tokens[i].tag in (COMMA, DASH)), None)
    if comma is None or is_broken(tokens[start:comma]) or any(t.tag == FINITE for t in tokens[start:comma]):
        return
    subject = tokens[start:comma]
    if _has_object(subject) or tokens[comma + 1].low in _GOING_ON:
        return
    for i in range(comma + 2, min(comma + 26, len(tokens) - 2)):
        if (
            tokens[i].tag != tokens[comma].tag
            or tokens[i + 1].tag != FINITE
            or not _agrees(tokens[comma - 1], tokens[i + 1])
        ):
            continue
        listed = any(t.tag == CONJUNCTION for t in tokens[comma:i])
        plural = tokens[comma - 1].low.endswith("s") or tokens[comma - 1].low in lexicon.words("plural_nouns")
        if listed and tokens[i + 1].low in _PLURAL and not plural:
            continue  # "Quill, 40, and Oster, 39, were"
        if tokens[i + 1].low in lexicon.words("attribution_verbs"):
            aside = tokens[comma + 1 : i]
            is_name = 2 <= len(aside) <= 3 and all(t.is_capital and t.tag == CONTENT for t in aside)
            yield from _said(tokens, aside if is_name else subject, i + 1, lexicon)
            if tokens[i + 1].low in lexicon.words("addressing_verbs"):
                yield Predication(subject + tokens[i + 1 :], len(subject), 0.02)
        elif not has_attribution(tokens[:comma] + tokens[i:], lexicon) and not any(
            t.tag == CONJUNCTION for t in tokens[start:comma]
        ):
            yield Predication(subject + tokens[i + 1 :], len(subject), 0.02)
        elif not listed:
            yield from _then_said(subject + tokens[i + 1 :], 0, len(subject), lexicon)
        return


def _has_object(subject: list[Token]) -> bool:
    """Whether an adverb stands before a determiner in it, so that it hides a verb that no list knows: "The run lasts
    just a second".
    """
    return any(one.tag == ADVERB and two.tag == DETERMINER for one, two in itertools.pairwise(subject))


_GOING_ON = frozenset(("then", "so", "and", "but", "or", "yet"))  # these open another statement, no aside


def _relative(tokens: list[Token], quoted: list[bool], lexicon: Lexicon) -> Iterator[Predication]:
    """ "… Harbour Works, which owns 12 plants": what is said of a noun in passing."""
    for i in range(2, len(tokens) - 4):
        if tokens[i].tag != COMMA or tokens[i + 1].low not in ("which", "who") or quoted[i]:
            continue
        verb = i + 2 + (tokens[i + 2].tag == ADVERB)
        if tokens[verb].tag != FINITE or tokens[verb].low in lexicon.words("attribution_verbs"):
            continue
        start = _antecedent(tokens, i)
        if start is None or not _agrees(tokens[i - 1], tokens[verb]):
            continue
        if tokens[i + 1].low == "which" and tokens[verb].low in _WHOLE_CLAUSE:
            continue
        if tokens[i + 1].low == "who" and not tokens[i - 1].is_capital:
            continue
        yield Predication(tokens[start:i] + tokens[i + 2 :], i - start + (verb - i - 2), -0.04)


def _antecedent(tokens: list[Token], comma: int) -> int | None:
    """Where the noun phrase before the comma begins; None where it is not clear what is meant."""
    start = comma
    while start > 0 and comma - start < _MAX_ANTECEDENT:
        token = tokens[start - 1]
        if token.tag == DETERMINER:
            start -= 1
            break
        if token.tag not in (CONTENT, NUMBER):
            break
        start -= 1
    before = tokens[start - 1] if start else None
    if start == comma or not _starts_clause(tokens, start):
        return None
    if start > 1 and tokens[start].is_capital and tokens[start - 2].is_capital and tokens[start - 1].tag == PREPOSITION:
        return None  # a name goes on before it: "Americans with Disabilities Act"
    if before is not None and (
        before.tag in (CONJUNCTION, PRONOUN, QUOTE) or before.low in ("of", "in", "at", "near", "from")
    ):
        return None
    if before is not None and before.tag not in (FINITE, BASE, PARTICIPLE, PREPOSITION, COMMA):
        return None
    if before is not None and before.tag == COMMA and start > 1 and tokens[start - 2].is_capital:
        return None  # the rest of a place's name: "the University of Skerric, Lenham, who"
    return start


def _agrees(noun: Token, verb: Token) -> bool:
    plural = noun.low.endswith("s") and not noun.low.endswith(("ss", "us", "is"))
    if verb.low in _SINGULAR:
        return not plural or noun.is_capital
    return plural or noun.is_capital if verb.low in _PLURAL else True
