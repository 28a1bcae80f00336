"""Which blocks of the article's element are the article: pleas, pointers to other stories and labels are not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nutgraf.domain.article import ParagraphKind
from nutgraf.stages.extract.blocks import Block

# A short block that begins so is a pointer to something else, whatever follows.
_POINTER = re.compile(
    r"""(?:
      (?:also\s+)?read(?:\s+(?:more|also|next|the\s+full))?\s*(?::|\||»|›|→|>|$)|related\b.{0,30}(?::|$)|see\s+also\b|more\s+(?:on|from|about)\b.{0,60}$
    | more:|recommended\b|you\s+(?:may|might)\s+(?:also\s+)?like|most\s+(?:read|popular|viewed)|trending\b|up\s+next
    | advertis(?:e?ment|ing)\b|sponsored\b|promoted\b|story\s+continues|continue\s+reading|skip\s+(?:to|advert)|click\s+here\s+to
    | sign\s+up\b|subscribe\b|get\s+the\s+(?:latest|best|day)|follow\s+(?:us|our|@|\w+\s+on)\b|share\s+(?:this|on|via)\b|like\s+us\b
    | join\s+(?:our|the\s+conversation)|download\s+(?:our|the)\s+app|listen\s+to\s+(?:this|the)|watch:|watch\s+(?:more|the\s+video)
    | (?:©|\(c\)|copyright\b)|all\s+rights\s+reserved|photo(?:graph)?(?:s|\s+by)?\s*:|image(?:s)?\s*(?:credit|source)?\s*:|credit\s*:|file\s+photo
    | filed\s+under|tags?\s*:|topics?\s*:|categories?\s*:|posted\s+(?:in|by|on)\b|published\s+(?:on|in|by)?\s*:?|last\s+(?:updated|modified)|updated\s*:
    | leave\s+a\s+(?:reply|comment)|comments?\s*(?:\(\d+\))?$|\d+\s+comments?$|print\s+this|email\s+this|report\s+(?:a|an)\s+(?:typo|error)
    | mehr\s+(?:zum\s+thema|dazu|aus|lesen|infos?|informationen)|lesen\s+sie\s+(?:auch|hier|mehr|dazu)|(?:das\s+könnte|auch\s+interessant|weitere\s+(?:artikel|themen|nachrichten|beiträge|meldungen|infos|informationen))\b
    | anzeige\b|werbung\b|zur\s+startseite|zum\s+(?:thema|artikel)\b|(?:hier\s+)?(?:geht\s+es|geht's)\s+(?:weiter|zu)|newsletter\b|jetzt\s+(?:abonnieren|anmelden|bestellen|testen|kommentieren|registrieren)
    | folgen\s+sie\s+uns|teilen\b|drucken\b|artikel\s+(?:teilen|drucken|versenden|bewerten|kommentieren|empfehlen)|kommentare?\b.{0,20}$|(?:schlagwörter|schlagworte|stichwörter|tags|themen|ressort|kategorien?|quelle|foto|fotos|bild|bilder|bildquelle|bildnachweis|autor|veröffentlicht|aktualisiert|stand|datum)\s*:
    | themen\s+in\s+diesem\s+artikel|video(?:s)?(?:\s*:|$)|bildergalerie|fotostrecke|dieser\s+(?:artikel|text|beitrag)\s+(?:ist|erschien|stammt|wurde)\b|(?:diesen\s+)?(?:artikel|beitrag)\s+(?:teilen|merken)
    | lire\s+(?:aussi|la\s+suite|également)|à\s+lire\s+(?:aussi|également)|sur\s+le\s+même\s+sujet|publicité\b|abonnez-vous|inscrivez-vous|partager\b
    | lee(?:r)?\s+(?:también|más)|te\s+puede\s+interesar|más\s+información|publicidad\b|suscríbe(?:te|se)|compartir\b|síguenos
    | leggi\s+(?:anche|tutto)|pubblicità\b|iscriviti|condividi\b|lees\s+(?:ook|meer|verder)|advertentie\b|leia\s+(?:também|mais)|publicidade\b|assine\b
    | czytaj\s+(?:też|także|więcej)|zobacz\s+(?:też|także)|reklama\b|läs\s+(?:också|mer|även)|annons\b|les\s+(?:også|mer)|annonse\b|læs\s+(?:også|mere)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# A plea wherever it stands in a paragraph of moderate length.
_PLEA = re.compile(
    r"""sign\s+up\s+(?:for|to)\s+(?:our|the|receive|get)|subscribe\s+to\s+(?:our|the)|our\s+(?:free\s+)?(?:daily\s+|weekly\s+)?newsletter|(?:privacy|cookie)\s+policy|terms\s+of\s+(?:use|service)
    |unlimited\s+(?:digital\s+)?access|already\s+a\s+(?:subscriber|member)|we\s+use\s+cookies|your\s+email\s+address|enable\s+javascript|follow\s+us\s+on|like\s+us\s+on|join\s+us\s+on\s+(?:facebook|twitter)
    |(?:was|did)\s+(?:you\s+)?(?:this|find\s+this)\b.{0,20}\bhelpful|if\s+you\s+(?:enjoyed|liked)\s+(?:this|reading)|what\s+you\s+think\s+about\s+this|straight\s+to\s+your\s+(?:phone|inbox)|submit\s+a\s+letter
    |do\s+not\s+necessarily\s+(?:reflect|represent)|not\s+responsible\s+for\s+the\s+(?:opinions|content)|war\s+(?:der|dieser)\s+artikel|wie\s+hat\s+ihnen\s+(?:der|dieser)|(?:artikel|beitrag)\s+gefallen|gibt\s+die\s+meinung\s+(?:des|der)
    |(?:dieser|der)\s+(?:artikel|beitrag|text)\s+(?:stammt|ist\s+(?:zuerst\s+)?erschienen|erschien)|am\s+kiosk|als\s+e-?paper|privatsphäre|push-?(?:nachrichten|benachrichtigung|notification)|unterstützen\s+sie|(?:diskutieren|schreiben)\s+sie\s+(?:mit|uns)
    |um\s+(?:einen\s+)?kommentare?\s+zu|to\s+(?:post|leave|write)\s+a\s+comment|thank(?:s|\s+you)\s+for\s+(?:reading|subscribing)|support\s+(?:our|independent)\s+journalism|may\s+not\s+be\s+(?:published|reproduced)|click\s+here\s+to\s+(?:sign|subscribe|join|read)|download\s+(?:our|the)\s+(?:free\s+)?app
    |newsletter\s+(?:abonnieren|anmelden|bestellen)|(?:unseren|unser|den|kostenlosen)\s+newsletter|(?:verwenden|setzen|nutzen)\s+cookies|datenschutz(?:erklärung|bestimmungen)|e-mail-adresse\s+(?:wird|ein|an)|javascript\s+(?:aktivieren|ist)
    |folgen\s+sie\s+uns|liken\s+sie|jetzt\s+(?:abonnieren|digital-abo|registrieren)|bereits\s+(?:abonnent|registriert)|alle\s+rechte\s+vorbehalten|all\s+rights\s+reserved|nutzungsbedingungen
    |(?:abonnez|inscrivez)-vous|politique\s+de\s+confidentialité|suscríbete|política\s+de\s+privacidad|iscriviti\s+alla""",
    re.IGNORECASE | re.VERBOSE,
)
_POINTER_WORDS = 25
_PLEA_WORDS = 40
_NOT_WORD = re.compile(r"\W+")


def select_blocks(blocks: Sequence[Block], title: str) -> list[Block]:
    """The blocks of an article's element that are its text, in order."""
    kept: list[Block] = []
    folded_title = _fold(title)
    for block in blocks:
        if block.furniture or _is_furniture(block):
            continue
        if folded_title and block.words < 40 and _fold(block.text) == folded_title:
            continue
        if kept and kept[-1].text == block.text:
            continue
        kept.append(block)
    return _without_idle_headings(_trimmed(kept))


def _is_furniture(block: Block) -> bool:
    finished = block.ends_sentence and block.text[-1] != ":"
    if block.words <= _POINTER_WORDS and _POINTER.match(block.text):
        if not (finished and block.words > 8 and block.link_share < 0.3) or block.words <= 4:
            return True
    if block.words <= _PLEA_WORDS and _PLEA.search(block.text):
        return True
    if block.kind is ParagraphKind.HEADING:
        return block.link_share > 0.8 or block.level == 1
    if block.link_share > 0.8:
        return True
    if block.kind is ParagraphKind.LIST_ITEM:
        return block.link_share > 0.5
    return block.kind is ParagraphKind.BODY and block.tag not in ("p", "td") and block.words < 4 and not finished


def _trimmed(blocks: list[Block]) -> list[Block]:
    """Without what comes before the first and after the last block of prose."""
    prose = [i for i, block in enumerate(blocks) if _is_prose(block)]
    if not prose:
        return blocks
    first, last = prose[0], prose[-1]
    while first > 0 and blocks[first - 1].kind in (ParagraphKind.HEADING, ParagraphKind.CAPTION):
        first -= 1
    while last + 1 < len(blocks) and (blocks[last + 1].kind is ParagraphKind.LIST_ITEM or blocks[last + 1].tag == "p"):
        last += 1
    return blocks[first : last + 1]


def _is_prose(block: Block) -> bool:
    if block.kind is ParagraphKind.LIST_ITEM:
        return block.words >= 4
    if block.kind in (ParagraphKind.HEADING, ParagraphKind.CAPTION):
        return False
    if block.tag == "pre":
        return True
    return block.words >= 12 or (block.words >= 2 and block.ends_sentence)


def _without_idle_headings(blocks: list[Block]) -> list[Block]:
    """Without headings that head nothing: followed by one of the same rank or a higher one, or by the end."""
    kept: list[Block] = []
    for index, block in enumerate(blocks):
        if block.kind is ParagraphKind.HEADING:
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            if following is None or (following.kind is ParagraphKind.HEADING and following.level <= block.level):
                continue
        kept.append(block)
    return kept


def _fold(text: str) -> str:
    return _NOT_WORD.sub("", text).casefold()
