"""Phrases by which sites speak for themselves, not for the article, in the languages of most news.

They are judged together with a block's length, links and ending: a sentence of a report may use any of them.
"""

from __future__ import annotations

import re

# A short block that begins so is a pointer to something else, whatever follows.
POINTER = re.compile(
    r"""(?:
      (?:also\s+)?read(?:\s+(?:more|also|next|the\s+full))?\s*(?::|\||»|›|→|>|$) | related\b.{0,30}(?::|$)
      | see\s+also\b | more\s+(?:on|from|about)\b.{0,60}$ | more: | recommended\b
      | you\s+(?:may|might)\s+(?:also\s+)?like | most\s+(?:read|popular|viewed) | trending\b | up\s+next
      | advertis(?:e?ment|ing)\b | sponsored\b | promoted\b | story\s+continues | continue\s+reading
      | skip\s+(?:to|advert) | click\s+here\s+to | sign\s+up\b | subscribe\b | get\s+the\s+(?:latest|best|day)
      | follow\s+(?:us|our|@|\w+\s+on)\b | share\s+(?:this|on|via)\b | like\s+us\b
      | join\s+(?:our|the\s+conversation) | download\s+(?:our|the)\s+app | listen\s+to\s+(?:this|the) | watch:
      | watch\s+(?:more|the\s+video) | (?:©|\(c\)|copyright\b) | all\s+rights\s+reserved
      | photo(?:graph)?(?:s|\s+by)?\s*: | image(?:s)?\s*(?:credit|source)?\s*: | credit\s*: | file\s+photo
      | filed\s+under | tags?\s*: | topics?\s*: | categories?\s*: | posted\s+(?:in|by|on)\b
      | published\s+(?:on|in|by)?\s*:? | last\s+(?:updated|modified) | updated\s*: | leave\s+a\s+(?:reply|comment)
      | comments?\s*(?:\(\d+\))?$ | \d+\s+comments?$ | print\s+this | email\s+this
      | report\s+(?:a|an)\s+(?:typo|error) | mehr\s+(?:zum\s+thema|dazu|aus|lesen|infos?|informationen)
      | lesen\s+sie\s+(?:auch|hier|mehr|dazu)
      | (?:das\s+könnte|auch\s+interessant)\b
      | weitere\s+(?:artikel|themen|nachrichten|beiträge|meldungen|infos|informationen)\b
      | anzeige\b | werbung\b | zur\s+startseite | zum\s+(?:thema|artikel)\b
      | (?:hier\s+)?(?:geht\s+es|geht's)\s+(?:weiter|zu) | newsletter\b
      | jetzt\s+(?:abonnieren|anmelden|bestellen|testen|kommentieren|registrieren) | folgen\s+sie\s+uns | teilen\b
      | drucken\b | artikel\s+(?:teilen|drucken|versenden|bewerten|kommentieren|empfehlen) | kommentare?\b.{0,20}$
      | (?:schlagwörter|schlagworte|stichwörter|tags|themen|ressort|kategorien?|quelle|fotos?|bild|bilder)\s*:
      | (?:bildquelle|bildnachweis|autor|veröffentlicht|aktualisiert|stand|datum)\s*:
      | themen\s+in\s+diesem\s+artikel | video(?:s)?(?:\s*:|$) | bildergalerie | fotostrecke
      | dieser\s+(?:artikel|text|beitrag)\s+(?:ist|erschien|stammt|wurde)\b
      | (?:diesen\s+)?(?:artikel|beitrag)\s+(?:teilen|merken) | lire\s+(?:aussi|la\s+suite|également)
      | à\s+lire\s+(?:aussi|également) | sur\s+le\s+même\s+sujet | publicité\b | abonnez-vous | inscrivez-vous
      | partager\b | lee(?:r)?\s+(?:también|más) | te\s+puede\s+interesar | más\s+información | publicidad\b
      | suscríbe(?:te|se) | compartir\b | síguenos | leggi\s+(?:anche|tutto) | pubblicità\b | iscriviti
      | condividi\b | lees\s+(?:ook|meer|verder) | advertentie\b | leia\s+(?:também|mais) | publicidade\b | assine\b
      | czytaj\s+(?:też|także|więcej) | zobacz\s+(?:też|także) | reklama\b | läs\s+(?:också|mer|även) | annons\b
      | les\s+(?:også|mer) | annonse\b | læs\s+(?:også|mere)
      | (?:le|te)\s+puede\s+interesar | (?:ver|lea|mira|además|vea)\s+(?:también|además)
      | más\s+(?:noticias|en|sobre)\b
      | (?:crédits?|crédito|foto|photo|fotos|photos|imagen|bildrechte|titelbild)\s*(?:photos?|:|par|by|von)
      | pour\s+aller\s+plus\s+loin
      | (?:das\s+thema|diese[rs]?\s+\w+|dies)\s+könnte\s+(?:dich|sie|euch)\s+auch
      | weitere\s+\w+\s+(?:themen|artikel|meldungen)
      | noch\s+mehr\b | kontakt\s*: | pressekontakt | möchten\s+sie\s+den\s+artikel\s+teilen | kommentar\s+verfassen
      | \d+\s+(?:antworten|kommentare|responses|replies|comentarios|commentaires)\b
      | (?:all|alle)\s+(?:stories|artikel|nachrichten)\b
      | part\s+of\s+complete\s+coverage | more\s+to\s+explore | more\s+stories | what\s+to\s+read\s+next
      | don['’]t\s+miss
      | (?:also|now)\s+on\s+\w+ | in\s+this\s+(?:article|story)\s*: | editor['’]?s['’]?\s+picks? | top\s+stories
      | in\s+case\s+you\s+missed
      | (?:latest|other)\s+(?:news|stories|articles|headlines)\s*(?::|$)
      | (?:our|recommended)\s+(?:picks|coverage|reading)
      | polecane\b | zobacz\s+również | fot\. | leia\s+mais | saiba\s+mais | veja\s+também
      | approfondi(?:menti|sci) | potrebbe\s+interessarti
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# A plea wherever it stands in a paragraph of moderate length.
PLEA = re.compile(
    r"""\b(?:sign\s+up\s+(?:for|to)\s+(?:our|the|receive|get) | subscribe\s+to\s+(?:our|the)
    | our\s+(?:free\s+)?(?:daily\s+|weekly\s+)?newsletter | (?:our|agree\s+to\s+the)\s+(?:privacy|cookie)\s+policy
    | our\s+terms\s+of\s+(?:use|service) | (?:get|enjoy|for)\s+unlimited\s+(?:digital\s+)?access
    | already\s+a\s+(?:subscriber|member)\?
    | we\s+use\s+cookies | your\s+email\s+address | enable\s+javascript
    | browser\s+(?:ist|is)\s+(?:\w+\s+)?(?:veraltet|outdated|out\s+of\s+date)\b
    | (?:neueren|aktuellen|newer|modern)\s+browser\b | (?:update|upgrade)\s+your\s+browser
    | your\s+browser\s+(?:needs|does\s+not\s+support) | follow\s+us\s+on | like\s+us\s+on
    | join\s+us\s+on\s+(?:facebook|twitter) | (?:was|did)\s+(?:you\s+)?(?:this|find\s+this)\b.{0,20}\bhelpful
    | if\s+you\s+(?:enjoyed|liked)\s+(?:this|reading) | what\s+you\s+think\s+about\s+this
    | straight\s+to\s+your\s+(?:phone|inbox) | submit\s+a\s+letter
    | do\s+not\s+necessarily\s+(?:reflect|represent) | not\s+responsible\s+for\s+the\s+(?:opinions|content)
    | war\s+(?:der|dieser)\s+artikel | wie\s+hat\s+ihnen\s+(?:der|dieser) | (?:artikel|beitrag)\s+gefallen
    | gibt\s+die\s+meinung\s+(?:des|der)
    | (?:dieser|der)\s+(?:artikel|beitrag|text)\s+(?:stammt|ist\s+(?:zuerst\s+)?erschienen|erschien) | am\s+kiosk
    | als\s+e-?paper | respektieren\s+\w+\s+privatsphäre | push-?(?:nachrichten|benachrichtigung|notification)
    | unterstützen\s+sie\s+(?:uns|unser|diese|unabhängig)
    | (?:diskutieren|schreiben)\s+sie\s+(?:mit|uns) | um\s+(?:einen\s+)?kommentare?\s+zu
    | to\s+(?:post|leave|write)\s+a\s+comment | thank(?:s|\s+you)\s+for\s+(?:reading|subscribing)
    | support\s+(?:our|independent)\s+journalism | may\s+not\s+be\s+(?:published|reproduced)
    | click\s+here\s+to\s+(?:sign|subscribe|join|read|watch) | download\s+(?:our|the)\s+(?:free\s+)?app
    | newsletter\s+(?:abonnieren|anmelden|bestellen) | (?:unseren|unser|den|kostenlosen)\s+newsletter
    | (?:verwenden|setzen|nutzen)\s+cookies | datenschutz(?:erklärung|bestimmungen)
    | e-mail-adresse\s+(?:wird|ein|an) | javascript\s+(?:aktivieren|ist) | folgen\s+sie\s+uns | liken\s+sie
    | jetzt\s+(?:abonnieren|digital-abo|registrieren) | bereits\s+(?:abonnent|registriert)
    | alle\s+rechte\s+vorbehalten | all\s+rights\s+reserved | nutzungsbedingungen | (?:abonnez|inscrivez)-vous
    | politique\s+de\s+confidentialité | suscríbete | política\s+de\s+privacidad | iscriviti\s+alla
    | (?-i:Follow|Find|Like)\s+(?:us|him|her|them|the\s+[\w\s]{1,30}|\w+)\s+on
        \s+(?:twitter|x\b|facebook|instagram|telegram|whatsapp|youtube|bluesky|tiktok|threads|linkedin|mastodon|reddit)
    | (?:join|subscribe\s+to)\s+our\s+[\w\s]{0,20}(?:channel|newsletter|group|list)
    | (?-i:Download)\s+(?:the|our)\s+[\w\s]{0,30}\bapps?\b
    | for\s+the\s+latest\s+(?:news|stories|headlines|updates) | subscribe\s+now | s[íi]gu?[ea]nos\s+en | s[íi]guenos
    | (?:únete|suscríbase|suscribirte|suscribirse)\b | (?:nuestro|nuestra)\s+(?:canal|boletín|newsletter)\b
    | tenemos\s+canal\s+de
    | hazte\s+(?:miembro|socio) | suivez[- ]nous | rejoignez[- ]nous | notre\s+newsletter | seguici\s+su
    | siga\s+(?:o\s+|a\s+)?noss[oa]
    | receba\s+(?:as\s+)?nossas | volg\s+ons\s+op | obserwuj\s+nas | śledź\s+nas
    | wszelkie\s+prawa\s+zastrzeżone | tous\s+droits\s+réservés | todos\s+los\s+derechos\s+reservados
    | tutti\s+i\s+diritti\s+riservati
    | todos\s+os\s+direitos\s+reservados | (?:is\s+the\s+)?copyrighted\s+property\s+of
    | republish(?:ed)?\s+(?:this|with\s+permission) | to\s+see\s+more,\s+visit\b
    | submit\s+your\s+(?:letter|comment|story) | first-time\s+subscribers
    | (?:unserem|unseren)\s+(?:whatsapp|telegram|youtube)-kanal
    | hinterlass(?:e|en\s+sie)\s+(?:einfach\s+)?(?:einen|ein)\s+kommentar | affiliate[- ]links?
    | creative\s+commons[\w\s-]{0,30}\blicen[cs])""",
    re.IGNORECASE | re.VERBOSE,
)
# The heading of readers' comments, after which no article goes on.
COMMENTS = re.compile(
    r"""(?:\d+\s+|all\s+|add\s+a\s+|your\s+|top\s+)?(?:comments?|kommentare?|antworten|responses|repl(?:y|ies)|comentarios?|comentar
      |commentaires?|réactions|reacties|commenti|komentarze|kommentarer|leave\s+a\s+(?:reply|comment)|join\s+the\s+(?:conversation|discussion)
      |kommentar\s+(?:verfassen|schreiben)|schreiben?\s+(?:sie\s+)?einen\s+kommentar|deja\s+(?:un|tu)\s+comentario|laisser\s+un\s+commentaire
      )(?:\W.{0,25})?$""",
    re.IGNORECASE | re.VERBOSE,
)
# Words of consent forms; counted against the words of the text.
CONSENT = re.compile(
    r"\b(?:cookies?|consent|einwilligung|zustimm\w+|datenschutz\w*|werbung\s+und\s+tracking|tracking|personenbezogen\w*|"
    r"privacy|partners?|vendors?|personalised|consentement|consentimiento)\b",
    re.I,
)
# What a page says where it keeps the rest of the article for subscribers.
PAYWALL = re.compile(
    r"""\b(?:subscribe\s+(?:now\s+)?to\s+(?:continue|read|unlock) | to\s+continue\s+reading | subscribers?[- ]only
    | already\s+a\s+subscriber | (?:only|exclusively|free)\s+for\s+subscribers | sign\s+in\s+to\s+(?:continue|read)
    | create\s+a\s+free\s+account | register\s+to\s+(?:read|continue)
    | become\s+a\s+(?:member|subscriber)\s+(?:to|today|now|and\s+read)
    | unlock\s+(?:this|the)\s+(?:article|story) | this\s+(?:article|story|content)\s+is\s+(?:for|reserved|only)
    | weiterlesen\s+mit | jetzt\s+weiterlesen | mit\s+\S{0,15}\s?(?:plus|\+)\s+(?:weiter)?lesen
    | exklusiv\s+für\s+abonnenten | nur\s+für\s+abonnenten | bereits\s+abonnent
    | (?:diesen|dieser)\s+artikel\s+(?:weiterlesen|freischalten|kaufen|ist\s+kostenpflichtig) | abo\s+abschließen
    | kostenpflichtiger\s+inhalt | réservé\s+aux\s+abonnés | article\s+réservé | abonnez-vous\s+pour\s+lire
    | il\s+vous\s+reste\s+\S+\s+de\s+cet\s+article
    | (?:exclusivo|solo|contenido)\s+(?:para|exclusivo)\s+(?:suscriptores|para\s+suscriptores)
    | suscríbete\s+para\s+(?:leer|seguir) | riservato\s+agli\s+abbonati)""",
    re.IGNORECASE | re.VERBOSE,
)
# What a newsroom says of the article itself: that it was corrected, amended or is not its own.
NOTE = re.compile(
    r"""[\[(*_]{0,3}\s*(?:
      (?:(?:an?|the)\s+)?(?:correction|clarification|corrections\s+and\s+clarifications)s?(?:\s+(?:and|&)\s+\w+)?
        (?:\s*\(.{3,30}\)|,?\s+\w+\.?\s+\d{1,2}(?:,\s+\d{4})?)?\s*[:—–]
    | (?:editors?['’]?s?['’]?|publisher['’]s)\s+note\b
    | (?:an?\s+)?(?:earlier|previous|prior)\s+versions?\s+of\s+(?:this|the)\s+\w+
    | this\s+(?:article|story|report|post|piece|headline)\s+(?:has\s+been|was|is\s+being)\s+
        (?:corrected|amended|updated|edited|clarified|revised|changed)\b
    | (?:korrektur(?:hinweis)?|berichtigung|richtigstellung|transparenzhinweis)\s*:
    | anm(?:erkung|\.)?\s+(?:der|d\.)\s+red
    | in\s+einer\s+(?:früheren|vorherigen|ersten)\s+(?:version|fassung)\s+(?:dieses|des|hatten|hieß|stand)\b
    | (?:rectificatif|erratum|correctif)\s*: | note\s+de\s+la\s+rédaction
    | (?:dans\s+)?une\s+(?:version\s+(?:précédente|antérieure)|première\s+version)\s+de\s+cet\s+article
    | (?:corrección|rectificación|aclaración|fe\s+de\s+(?:errores|erratas))\s*:
    | nota\s+(?:del\s+editor|de\s+la\s+redacción|da\s+redação|do\s+editor|della\s+redazione)
    | una\s+versi[oó]ne?\s+(?:anterior|previa|precedente)\s+d[ei]\s+(?:este|questo)
    | (?:rettifica|errata(?:\s+corrige)?|correção|correctie|rectificatie|sprostowanie|rättelse|rettelse)\s*:
    | in\s+een\s+eerdere\s+versie\s+van\s+dit | uma\s+versão\s+anterior\s+d(?:este|a)\s+\w+
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Who wrote, edited, translated or lent an article: news agencies' and syndicates' last line.
SOURCE_NOTE = re.compile(
    r"""[\[(*]?\s*(?:
      (?:(?:additional|further|extra)\s+)?(?:reporting|writing|editing|compiled|translated|translation)\s+by\s+(?-i:[A-Z])
    | (?:with|contains)\s+(?:additional\s+)?(?:inputs?|files|reporting|material|contributions?)\s+from\s
    | (?:this|the)\s+(?:article|story|report|post|piece)\s+(?:(?:was|is|has\s+been)\s+)?
        (?:(?:originally|first|previously)\s+)?(?:published|appeared|produced|republished|syndicated|auto-generated)\b
    | (?:sources?|via|quellen?|fuentes?|fontes?|fonte|bron(?:nen)?)\s*:
    | (?:redaktion|übersetzung|mitarbeit|redacción|rédaction|traduction)\s*:
    | (?:mit\s+material\s+(?:von|der)
      |avec\s+(?:l['’])?(?:afp|reuters|agences?)\b|con\s+información\s+de
      |com\s+informações\s+d)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Names of the services to which sites send their readers, and the words between such names.
SERVICES = frozenset(
    str.split(
        """
    facebook instagram tiktok twitter youtube whatsapp telegram threads linkedin bluesky mastodon reddit
    snapchat pinterest flipboard spotify soundcloud xing tumblr vk rss messenger viber discord weibo wechat
    """
    )
)
SERVICE_FILLERS = frozenset(
    str.split(
        """
    x follow us on and or at our find like join share via in the channel channels page pages email mail apple google
    podcasts news folgen sie uns auf und bei teilen suivez nous sur et síguenos en y e o segui seguici su siga nos
    volg ons op en copy link print
    """
    )
)
# What asks for money or membership; one alone may be news, so two of them are asked for, and a "we" and a "you".
_ASKING = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        r"member(?:s|ship)?|mitglied(?:er|schaft)?|socios?|adhérents?",
        r"subscri(?:be|bers?|bing|ptions?)|abonn\w+|abo|abonnez|abonnement|suscr\w+",
        r"donat(?:e|ing|ions?)|gifts?|contribut(?:e|ions?|ing)|spende\w*|dons?|dona|donación",
        r"support(?:s|ed|ing|ers?)?|help\s+us|rely\s+on|depends?\s+on|unterstütz\w+|soutenez|soutien|apoya|apoyo",
        r"newsletters?",
        r"journalism|newsroom|reporting|paywall|journalismus|redaktion|journalisme|periodismo",
    )
)
_WE = re.compile(r"\b(?:we|us|our|wir|uns|unser\w*|nous|notre|nos|nosotros|nuestr[oa]s?)\b", re.IGNORECASE)
_YOU = re.compile(
    r"\b(?:you|your|(?-i:Sie|Ihre?[nmr]?)|dich|dein\w*|vous|votre|vos|usted|tu|tus|te|readers\s+like)\b", re.IGNORECASE
)
_ADDRESSES = (
    "you",
    "You",
    "Sie",
    "Ihr",
    "dich",
    "dein",
    "Dich",
    "Dein",
    "vous",
    "Vous",
    "votre",
    "usted",
    " tu",
    "Tu ",
    " te ",
    "Te ",
    "readers like",
)
_QUOTED = re.compile('["“”„«»]')
_ASKING_CUES = 2


def asks_for_support(text: str) -> bool:
    """Whether `text` has the site ask its reader for membership or money; quoted speech never does."""
    if not any(word in text for word in _ADDRESSES):  # most paragraphs; the rest of the test costs ten times this
        return False
    if not (_YOU.search(text) and _WE.search(text)) or _QUOTED.search(text):
        return False
    return sum(cue.search(text) is not None for cue in _ASKING) >= _ASKING_CUES
