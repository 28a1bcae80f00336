"""What no sentence of a brief may carry: addresses that could be followed, and marks or code that something may obey.

Links on pages come from our own tables. In a text that another wrote, an address or a mark-up character is a way out.
"""

from __future__ import annotations

import re
import unicodedata

_SCHEME = re.compile(
    r"(?i)(?<![a-z0-9])[a-z][a-z0-9+.-]{1,20}://|(?<!\w)www\.\S|\b(?:javascript|data|vbscript|mailto|tel|file|blob):\S"
)
# Endings that are no English word on their own, or are written small where a glued sentence has a capital.
_TOP_LEVEL = (
    "com org net edu gov mil int info biz io ai app dev co uk de fr es it nl pt eu us ca au nz in jp cn ru ch at be se "
    "no dk fi pl br mx za me tv ly cc gg to xyz top online site shop store club live news link click zip mov page web "
    "example test invalid localhost local onion cloud tech space website pro tk ml su ws ir tr ua gr cz hu ro kr"
)
_HOST = re.compile(
    rf"(?<![\w@.-])(?:(?:[a-z0-9-]{{1,63}}\.)+(?:{'|'.join(_TOP_LEVEL.split())})(?![\w-]|\.\w)"
    rf"|(?:[A-Za-z0-9-]{{2,63}}\.)+(?:com|org|net|edu|gov|io|info|biz|example|onion)(?![\w-]|\.\w))"
)
_NUMERIC_HOST = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?:[:/]\S*)?(?![\d.])")
_MAIL = re.compile(r"[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\s?(?:\.|\(dot\)|\[dot\])\s?\w)")
_ACCOUNT = re.compile(r"(?<![\w.])@\w{2,}")
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:\+\d[\d ()./-]{6,20}\d|\(0\d{1,5}\)[\d ./-]{4,15}\d|0\d{1,5}[ /-][\d ./-]{4,15}\d"
    r"|(?:1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4})(?![\w,/-]|\.\d)"
)
_CALL = re.compile(r"(?i)\b(?:call|phone|text|ring|dial|tel|whatsapp|hotline)\b[^.]{0,20}\b\d[\d -]{4,}\d")
_MARKS = re.compile(
    r"<\s*[A-Za-z/!?]|\]\s*\(|\]\s*\[|!\[|`|\*\*|__|~~|&(?:#\w{1,8}|[A-Za-z]{2,10});|[{}\\|]|^\s*(?:#{1,6}\s|[>*+-]\s)"
)
_CODE = re.compile(
    r"^\s*(?:import|from|using|include|require)\s+[\w.]+\s*(?:import\b|;|as\b|$)|\b(?:def|class|function|lambda)\s+\w+\s*[(:]"
    r"|\w\(\s*\)|\w+\.\w+\(|\w\(\s*[\[{]|[\w\])]\s?(?:==|!=|=>|->|::|&&|\+=|:=)|(?<![<>=])=(?![=>])\s*[\w\"'\[({]"
    r"|#include|^\s*#!|\$[A-Za-z_(]|\w+\[[\w\"':]+\]|;\s*$|\b(?:elif|endif|print|printf|console\.log|sudo|chmod|curl|wget)\s*[\"'(-]"
)
# Most sentences hold nothing that any of the patterns above needs: they are let go by one look instead of ten.
_NEEDED_BY_EXITS = re.compile(r"[@:<>\[\](`*_~&{}\\|#+\d]|\.\S|^\s*-\s")
_NEEDED_BY_CODE = re.compile(r"[(\[{=;#$:&>]")
_CODE_OPENERS = ("import", "from", "using", "include", "require")
_CODE_COMMANDS = ("elif", "endif", "print", "sudo", "chmod", "curl", "wget", "console.log")
# Two backticks are how typists and old wires open a quotation; one, or three, mark code.
_TAG = re.compile(r"<\s*[A-Za-z/!]\w*[^<>]*>|[{}]|(?<!`)(?:`|```)(?!`)")
_INVISIBLE = frozenset(("Cf", "Cc", "Co", "Cs", "Cn"))
_JOINERS = "\u200c\u200d"
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u115f\u1160\u3164\uffa0\u034f\u180b-\u180f\u2800]")


def strip_invisible(text: str) -> str:
    """`text` without what no reader sees: zero-width, bidirectional, tag and control characters, selectors.

    White space is folded to single blanks. A joiner between two letters outside Latin script belongs to the spelling
    of Persian, Hindi and others, and stays.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = [
        character
        for at, character in enumerate(text)
        if character.isspace()
        or unicodedata.category(character) not in _INVISIBLE
        or (character in _JOINERS and _joins(text, at))
    ]
    return " ".join(_SELECTORS.sub("", "".join(kept)).split())


def _joins(text: str, at: int) -> bool:
    sides = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    return all(side and ord(side) > 0x5FF and unicodedata.category(side)[0] in "LM" for side in sides)


def find_exit(text: str) -> str:
    """What kind of way out `text` has, in words for a person, or ""."""
    if _NEEDED_BY_EXITS.search(text) is None:
        return "program code" if _holds_code(text) else ""
    kinds = (
        ("a web address", (_SCHEME, _HOST, _NUMERIC_HOST)),
        ("an e-mail address", (_MAIL,)),
        ("the name of an account", (_ACCOUNT,)),
        ("a telephone number", (_PHONE, _CALL)),
        ("mark-up", (_MARKS,)),
    )
    for kind, patterns in kinds:
        if any(pattern.search(text) for pattern in patterns):
            return kind
    return "program code" if _holds_code(text) else ""


def is_code(text: str) -> bool:
    """Whether `text` holds program code or mark-up rather than a sentence."""
    return _holds_code(text) or _TAG.search(text) is not None


def _holds_code(text: str) -> bool:
    may = (
        _NEEDED_BY_CODE.search(text) is not None
        or text.lstrip().startswith(_CODE_OPENERS)
        or any(command in text for command in _CODE_COMMANDS)
    )
    return may and _CODE.search(text) is not None
