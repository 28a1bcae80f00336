"""Newspaper articles in six languages give whole briefs with titles; any other language a faithful lead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nutgraf
from nutgraf.domain.evidence import Verdict
from nutgraf.stages.write.builtin import BuiltinWriter
from nutgraf.stages.write.builtin.clauses import tag_tokens, tokenize
from nutgraf.stages.write.builtin.plain_clauses import event_phrases, subject_phrase, without_articles
from nutgraf.text.lexicon import load_lexicon

FOLDER = Path(__file__).parent.parent / "golden" / "write" / "languages"
LANGUAGES = ("de", "es", "fr", "it", "nl", "pt")
TITLES = {
    "de": "Die Stadtwerke setzen ab Montag zusätzliche Busse ein",
    "es": "El cierre supone un desvío de siete kilómetros",
    "fr": "La fermeture impose un détour de sept kilomètres",
    "it": "L'azienda dei trasporti metterà in servizio autobus supplementari",
    "nl": "De provincie wil meebetalen aan de nieuwe brug",
    "pt": "Os peões e os ciclistas poderão usar uma barcaça",
}

SHAPES = {  # a trial, studies, a strike, a match, a drought, an election, a flood, a fire, a firm, a find, a plan
    "de-court": "Früherer Klinikleiter wegen Untreue verurteilt",
    "de-study": "Bienen finden im Dorf mehr Nahrung als auf dem Feld",
    "es-match": "El Peñalba remonta y es líder",
    "es-water": "Los embalses del Albar, en mínimos históricos",
    "fr-science": "Un récif géant découvert au large des Açores",
    "fr-strike": "Fin de la grève à la verrerie Danjou",
    "it-election": "Giulia Ferrandi eletta sindaca di Montalbo",
    "it-flood": "Piena nella valle di Serravento",
    "nl-company": "Scheepswerf Damsteeg schrapt 420 banen",
    "nl-museum": "Museum krijgt gestolen stilleven terug",
    "pt-fire": "Incêndio na serra da Malhada destrói 7.200 hectares",
    "pt-metro": "Metro vai ter terceira linha",
}

# Nine scripts; each text: a council votes to renew a bridge, with a date and a figure.
OTHERS = {
    "ar": (
        "صوّت مجلس المدينة يوم الثلاثاء على تجديد الجسر القديم بتكلفة تسعة ملايين دينار. وقالت رئيسة البلدية إن العمل "
        "سيبدأ في الربيع المقبل. ويستخدم الجسر نحو 14 ألف سيارة كل يوم. هل يكفي المال؟ لم يجب المجلس عن هذا السؤال.\n\n"
        "وكان مهندسون قد وجدوا شقوقا في أحد عشر عمودا من أصل عشرين. ويخشى التجار في السوق القديم على أعمالهم."
    ),
    "ru": (
        "Городской совет во вторник проголосовал за ремонт старого моста, который обойдётся в девять миллионов рублей. "
        "Мэр сообщила, что работы начнутся весной. По мосту ежедневно проезжает около 14 тысяч машин.\n\n"
        "Инженеры нашли трещины в одиннадцати из двадцати балок. Торговцы на старом рынке опасаются за свою выручку."
    ),
    "zh": (
        "市议会星期二投票决定翻修老桥，工程将耗资九百万元。市长说，工程将于明年春天开始。每天约有一万四千辆汽车经过这座桥。\n\n"
        "工程师在二十根钢梁中的十一根上发现了裂缝。老市场的商贩担心生意会受到影响。"
    ),
    "ja": (
        "市議会は火曜日、古い橋を改修することを可決し、費用は九百万円になる。市長は工事が来年の春に始まると述べた。"
        "橋は毎日およそ一万四千台の車が利用している。\n\n"
        "技術者は二十本の鋼桁のうち十一本に亀裂を見つけた。市場の商店主は売り上げへの影響を心配している。"
    ),
    "he": (
        "מועצת העיר הצביעה ביום שלישי בעד שיפוץ הגשר הישן בעלות של תשעה מיליון שקלים. ראשת העיר אמרה שהעבודות יתחילו "
        "באביב הבא. כ-14 אלף מכוניות עוברות על הגשר בכל יום. האם הכסף יספיק? המועצה לא השיבה על השאלה.\n\n"
        "מהנדסים מצאו סדקים באחת עשרה מתוך עשרים קורות הפלדה. הסוחרים בשוק הישן חוששים לפרנסתם."
    ),
    "el": (
        "Το δημοτικό συμβούλιο ψήφισε την Τρίτη την ανακαίνιση της παλιάς γέφυρας με κόστος εννέα εκατομμυρίων ευρώ. "
        "Η δήμαρχος είπε ότι οι εργασίες θα αρχίσουν την άνοιξη. Περίπου 14.000 αυτοκίνητα περνούν κάθε μέρα.\n\n"
        "Οι μηχανικοί βρήκαν ρωγμές σε έντεκα από τις είκοσι δοκούς. Οι έμποροι της παλιάς αγοράς φοβούνται."
    ),
    "th": (
        "สภาเมืองลงมติเมื่อวันอังคารให้ซ่อมสะพานเก่าด้วยงบเก้าล้านบาท นายกเทศมนตรีกล่าวว่างานจะเริ่มในฤดูใบไม้ผลิหน้า "
        "มีรถใช้สะพานนี้ราว 14,000 คันทุกวัน\n\n"
        "วิศวกรพบรอยร้าวในคานเหล็กสิบเอ็ดจากยี่สิบท่อน พ่อค้าในตลาดเก่ากังวลเรื่องรายได้"
    ),
    "tr": (
        "Belediye meclisi salı günü eski köprünün dokuz milyon liraya yenilenmesine karar verdi. Belediye başkanı "
        "çalışmaların ilkbaharda başlayacağını söyledi. Köprüyü her gün yaklaşık 14 bin araç kullanıyor.\n\n"
        "Mühendisler yirmi kirişin on birinde çatlak buldu. Eski çarşıdaki esnaf işlerinin azalmasından korkuyor."
    ),
    "hi": (
        "नगर परिषद ने मंगलवार को पुराने पुल की मरम्मत के लिए मतदान किया, जिस पर नब्बे लाख रुपये खर्च होंगे। महापौर ने कहा कि काम "
        "वसंत में शुरू होगा। पुल से हर दिन लगभग 14 हज़ार वाहन गुज़रते हैं।\n\n"
        "इंजीनियरों को बीस में से ग्यारह खंभों में दरारें मिलीं। पुराने बाज़ार के व्यापारी अपने कारोबार को लेकर चिंतित हैं।"
    ),
}


def article_in(language: str) -> nutgraf.Article:
    return nutgraf.article_from_text((FOLDER / f"{language}.txt").read_text(encoding="utf-8"), title="")


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_are_whole_clauses_of_their_source(language: str) -> None:
    article = article_in(language)
    assert article.language == language
    draft = BuiltinWriter().write(article)
    assert draft.dek is not None
    assert draft.what_happened
    assert TITLES[language] in [insight.title.text for insight in draft.insights]
    for insight in draft.insights:
        source = " ".join(article.sentence_text(index) for index in insight.title.cites).lower()
        assert all(word in source for word in re.findall(r"\w+", insight.title.text.lower()))
        assert 3 <= len(insight.title.text.split()) <= 9


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_title_passes_on_what_somebody_says(language: str) -> None:
    says = {"de": "Opitz", "es": "Olmedo", "fr": "Vasseur", "it": "Serra", "nl": "De Wit", "pt": "Moura"}[language]
    for insight in BuiltinWriter().write(article_in(language)).insights:
        cited = " ".join(article_in(language).sentence_text(index) for index in insight.title.cites)
        assert says not in cited


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_other_shapes_of_news_give_whole_briefs(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    article = nutgraf.article_from_text(text, title=SHAPES[name])
    assert article.language == name[:2]
    assert article.word_count >= 250
    brief = nutgraf.write_brief(article)
    assert brief.dek is not None
    assert brief.dek.text.split()[:3] == article.sentence_text(0).split()[:3] or name == "fr-science"
    assert 2 <= len(brief.what_happened) <= 4
    assert brief.insights
    for _, sentence in brief.sentences():
        assert sentence.finding.verdict is not Verdict.UNSUPPORTED
        evidence = " ".join(article.text[span.start : span.end] for span in sentence.finding.evidence).casefold()
        assert all(word in evidence for word in re.findall(r"\w+", sentence.text.casefold()))


def test_an_object_past_an_aside_is_no_apposition() -> None:
    text = (FOLDER / "fr-science.txt").read_text(encoding="utf-8")
    brief = nutgraf.write_brief(nutgraf.article_from_text(text, title=SHAPES["fr-science"]))
    found = [sentence.text for _, sentence in brief.sentences() if "a découvert" in sentence.text]
    assert all("un récif de coraux" in sentence for sentence in found)


@pytest.mark.parametrize(
    ("language", "sentence", "phrases"),
    [
        ("de", "Der Rat verlangt die Rückzahlung von 400.000 Euro.", ["die Rückzahlung von 400.000 Euro"]),
        ("de", "Das Land hat eine Beteiligung an den Kosten in Aussicht gestellt.", ["eine Beteiligung an den Kosten"]),
        ("de", "Der Rat will keineswegs die Schließung der Klinik.", ["die Schließung der Klinik"]),
        ("de", "Der Rat will nicht die Schließung der Klinik.", []),  # the title would say the opposite
        ("es", "El sindicato exige la suspensión de los impuestos.", ["la suspensión de los impuestos"]),
        ("fr", "Le conseil a rejeté la construction d'un pont.", ["la construction d'un pont"]),
        ("nl", "De bond verwacht een daling van de verkoop.", ["een daling van de verkoop"]),
        ("nl", "Opdrachten uit het Oosten gingen naar een werf.", []),
    ],
)
def test_phrases_tell_a_happening_and_end_where_it_ends(language: str, sentence: str, phrases: list[str]) -> None:
    lexicon = load_lexicon(language)
    tokens = tag_tokens(tokenize(sentence), lexicon)
    found = event_phrases(tokens, lexicon)
    assert [sentence[tokens[start].start : tokens[end - 1].end] for start, end, _ in found] == phrases


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("Der Ruf nach einer Flatrate ist nicht neu.", "Der Ruf nach einer Flatrate"),
        ("Die von Reil gegenüber dem Amt genannte Summe ist falsch.", None),  # a participle goes on behind it
        ("Besonders im Alter haben Kinder ihren Kopf.", None),
        ("Dem Weg folgen und am Ende steht das Haus.", None),
    ],
)
def test_a_subject_is_a_phrase_by_itself(sentence: str, phrase: str | None) -> None:
    tokens = tag_tokens(tokenize(sentence), load_lexicon("de"))
    found = subject_phrase(tokens, load_lexicon("de"))
    assert (None if found is None else sentence[tokens[found[0]].start : tokens[found[1] - 1].end]) == phrase


def test_a_long_title_loses_articles_before_nouns_only() -> None:
    lexicon = load_lexicon("de")
    sentence = "Die Leiterin der Klinik nennt auch den Bau eine große Chance"
    tokens = tag_tokens(tokenize(sentence), lexicon)
    shorter = [token.text for token in without_articles(tokens, lexicon, 9)]
    assert shorter == ["Leiterin", "der", "Klinik", "nennt", "Bau", "eine", "große", "Chance"]


@pytest.mark.parametrize("language", sorted(OTHERS))
def test_any_other_language_gives_its_lead_with_exact_evidence(language: str) -> None:
    article = nutgraf.article_from_text(OTHERS[language], title="")
    assert article.language == language
    assert len(article.sentences) >= (2 if language == "th" else 5)  # Thai has no mark that ends a sentence
    brief = nutgraf.write_brief(article)
    first = article.sentence_text(0)
    texts = [sentence.text for _, sentence in brief.sentences()]
    assert texts[0] in first or first in texts
    for _, sentence in brief.sentences():
        assert sentence.finding.verdict is Verdict.SUPPORTED
        words = " ".join(article.text[span.start : span.end] for span in sentence.finding.evidence)
        assert sentence.text in words
