"""Newspaper articles in six languages give whole briefs with titles; any other language a faithful lead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nutgraf
from nutgraf.domain.evidence import Verdict
from nutgraf.stages.write.builtin import BuiltinWriter

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

# Six scripts; each text: a council votes to renew a bridge, with a date and a figure.
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


@pytest.mark.parametrize("language", sorted(OTHERS))
def test_any_other_language_gives_its_lead_with_exact_evidence(language: str) -> None:
    article = nutgraf.article_from_text(OTHERS[language], title="")
    assert article.language == language
    assert len(article.sentences) >= 5
    brief = nutgraf.write_brief(article)
    first = article.sentence_text(0)
    texts = [sentence.text for _, sentence in brief.sentences()]
    assert texts[0] in first or first in texts
    for _, sentence in brief.sentences():
        assert sentence.finding.verdict is Verdict.SUPPORTED
        words = " ".join(article.text[span.start : span.end] for span in sentence.finding.evidence)
        assert sentence.text in words
