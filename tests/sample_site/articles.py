"""Sample articles with the briefs a careful writer would make of them: plain, weak, short, corrected, right to left."""

from __future__ import annotations

from dataclasses import dataclass, field

from nutgraf.domain.article import ArticleFlag


@dataclass(frozen=True)
class Line:
    """A brief's sentence and the numbers of the article's sentences it rests on; `weak` says why it is only weak."""

    text: str
    cites: tuple[int, ...]
    weak: str = ""


@dataclass(frozen=True)
class Sample:
    """An article, paragraph by paragraph and sentence by sentence, with its brief."""

    url: str
    publisher: str
    title: str
    paragraphs: tuple[tuple[str, ...], ...]
    dek: Line | None
    what_happened: tuple[Line, ...]
    insights: tuple[tuple[Line, Line], ...] = ()
    takeaways: tuple[Line, ...] = ()
    topics: tuple[str, ...] = ("world",)
    language: str = "en"
    minutes_old: int = 60
    is_short: bool = False
    flags: frozenset[ArticleFlag] = frozenset()
    corrected_paragraphs: tuple[tuple[str, ...], ...] = field(default=())


FERRIES = Sample(
    url="https://kestrel.example/ferries",
    publisher="The Kestrel",
    title="Saltmarket ferries to run all night after eleven-year campaign by shift workers",
    paragraphs=(
        (
            "Ferries between Saltmarket and the Lower Quays will run through the night from the first week of spring, "
            "the harbour council decided on Monday by 14 votes to 9.",
            "The decision ends a campaign of eleven years by hospital cleaners, bakers and dock hands, who have had to "
            "pay for taxis or sleep at work when their shifts ended after the last boat at 23:40.",
        ),
        (
            "“People who keep this town alive at three in the morning were told to walk nine kilometres round the "
            "basin,” said Ilse Marrow, who chairs the council’s transport committee and proposed the motion.",
        ),
        (
            "Two boats will cross every forty minutes between midnight and five.",
            "The council expects 310,000 night passengers in the first year and a loss of 2.1 million crowns, to be "
            "covered by raising the fee that cruise ships pay to moor from 4 to 5 crowns a passenger.",
        ),
        (
            "Jonas Petrel, who leads the opposition, called the estimate “a number found on the back of a menu”.",
            "He said the boats would sail empty on weekdays and that the cruise lines would move to Port Amance.",
            "The Cruise Lines’ Association said only that it was studying the decision.",
        ),
        (
            "A trial in the summer of two years ago carried 41,000 passengers in ten weeks, a third more than planned.",
            "Residents of the Lower Quays complained of engine noise, and the new boats are therefore to be electric.",
        ),
        (
            "The operator, Basin Lines, must still agree on pay for night crews with the seafarers’ union.",
            "Talks begin on Thursday; the union has asked for a supplement of 30 per cent, and the company has offered "
            "18.",
        ),
    ),
    dek=Line(
        "Saltmarket’s ferries will run all night from spring, a decision that ends an eleven-year campaign by people "
        "who work late shifts.",
        (0, 1),
    ),
    what_happened=(
        Line(
            "The harbour council voted 14 to 9 on Monday to run ferries between Saltmarket and the Lower Quays through "
            "the night.",
            (0,),
        ),
        Line(
            "Hospital cleaners, bakers and dock hands had campaigned for eleven years, because the last boat leaves at "
            "23:40.",
            (1,),
        ),
        Line("Two boats will cross every forty minutes between midnight and five.", (3,)),
        Line(
            "The expected loss of 2.1 million crowns is to be covered by a higher mooring fee for cruise ships.",
            (4,),
        ),
    ),
    insights=(
        (
            Line("Cruise ships pay for the night boats", (4,)),
            Line(
                "The fee that cruise ships pay to moor rises from 4 to 5 crowns a passenger, which is meant to cover "
                "the loss of the first year.",
                (4,),
            ),
        ),
        (
            Line("A trial did better than planned", (8,)),
            Line(
                "In ten weeks of a summer two years ago the night boats carried 41,000 passengers, a third more than "
                "planned, though residents complained of engine noise.",
                (8, 9),
            ),
        ),
        (
            Line("The opposition doubts the figures", (5,)),
            Line(
                "Jonas Petrel expects empty boats on weekdays and says that cruise lines will leave for another port.",
                (5, 6),
                weak="“another port” stands for Port Amance, which the cited sentence names.",
            ),
        ),
    ),
    takeaways=(
        Line(
            "Basin Lines must still agree with the seafarers’ union on pay for night crews; talks begin on Thursday.",
            (10, 11),
        ),
        Line("The cruise lines have not yet said what they will do.", (7,), weak="The article says it in other words."),
    ),
    topics=("society", "public-transport", "local-government", "work"),
    minutes_old=37,
)

TURBINES = Sample(
    url="https://kestrel.example/turbines",
    publisher="The Kestrel",
    title="Brannoch halves its offshore wind target as cable ships fall short",
    paragraphs=(
        (
            "Brannoch will connect 3 gigawatts of wind power at sea by the end of the decade, half of what it had "
            "planned, the energy ministry said on Wednesday.",
            "It blamed a shortage of ships that can lay cables in deep water.",
        ),
        (
            "There are 22 such ships in the world, according to the ministry, and their owners have sold every day of "
            "the next four summers.",
            "“We can build turbines faster than we can plug them in,” said the minister, Anselm Corrie.",
        ),
        ("Households will pay about 60 marks a year more for electricity than they would have, the ministry added.",),
        ("Parliament votes on the new target next month.",),
    ),
    corrected_paragraphs=(
        (
            "Brannoch will connect 3.4 gigawatts of wind power at sea by the end of the decade, little more than half "
            "of what it had planned, the energy ministry said on Wednesday.",
            "It blamed a shortage of ships that can lay cables in deep water.",
        ),
        (
            "There are 22 such ships in the world, according to the ministry, and their owners have sold every day of "
            "the next four summers.",
            "“We can build turbines faster than we can plug them in,” said the minister, Anselm Corrie.",
        ),
        ("Households will pay about 40 marks a year more for electricity than they would have, the ministry added.",),
        ("Parliament votes on the new target next month.",),
        ("An earlier version of this article gave the new target as 3 gigawatts and the added cost as 60 marks.",),
    ),
    dek=Line("Brannoch has cut its target for wind power at sea because too few ships can lay the cables.", (0, 1)),
    what_happened=(
        Line("The energy ministry cut the target for the end of the decade on Wednesday.", (0,)),
        Line("It blamed a shortage of ships that can lay cables in deep water.", (1,)),
        Line("There are 22 such ships in the world, and they are sold out for four summers.", (2,)),
    ),
    insights=(
        (
            Line("Ships, not turbines, set the pace", (3,)),
            Line("The minister said that Brannoch can build turbines faster than it can plug them in.", (3,)),
        ),
    ),
    takeaways=(Line("Parliament votes on the new target next month.", (5,)),),
    topics=("environment", "energy"),
    minutes_old=185,
)

TREMOR = Sample(
    url="https://meridian.example/flash",
    publisher="Meridian Wire",
    title="Earthquake of magnitude 5.1 shakes Kesh, no damage reported",
    paragraphs=(
        (
            "An earthquake of magnitude 5.1 shook the Oristani capital, Kesh, at 04:12 on Sunday.",
            "The civil guard said it knew of no damage and no injuries.",
        ),
    ),
    dek=Line("An earthquake of magnitude 5.1 shook Kesh early on Sunday, and no damage was reported.", (0, 1)),
    what_happened=(Line("The civil guard said it knew of no damage and no injuries.", (1,)),),
    topics=("world", "disasters"),
    minutes_old=12,
    is_short=True,
)

WELLS = Sample(
    url="https://sahifa.example/wells",
    publisher="صحيفة الميناء",
    title="بلدية الواحة تعيد فتح ثلاث آبار بعد عامين من الجفاف",
    paragraphs=(
        (
            "أعلنت بلدية الواحة يوم الثلاثاء إعادة فتح ثلاث آبار للشرب بعد عامين من الجفاف.",
            "وقال رئيس البلدية سالم الحادي إن منسوب المياه ارتفع 4 أمتار منذ أكتوبر.",
        ),
        (
            "وستزود الآبار نحو 1200 أسرة بالماء من جديد.",
            "وحذرت المهندسة ليلى مراد من أن المخزون لا يكفي أكثر من صيفين.",
        ),
    ),
    dek=Line("أعادت بلدية الواحة فتح ثلاث آبار للشرب بعد عامين من الجفاف وارتفاع منسوب المياه.", (0, 1)),
    what_happened=(
        Line("أعلنت البلدية يوم الثلاثاء إعادة فتح ثلاث آبار.", (0,)),
        Line("ارتفع منسوب المياه 4 أمتار منذ أكتوبر.", (1,)),
    ),
    insights=(
        (Line("الماء يعود إلى 1200 أسرة", (2,)), Line("ستزود الآبار الثلاث نحو 1200 أسرة بالماء من جديد.", (2,))),
    ),
    takeaways=(Line("المخزون لا يكفي أكثر من صيفين.", (3,)),),
    topics=("environment", "water"),
    language="ar",
    minutes_old=95,
)

LIBRARY = Sample(
    url="https://uferblatt.example/bibliothek",
    publisher="Uferblatt",
    title="Die Stadtbücherei leiht jetzt auch Ruderboote aus – und die Warteliste reicht bis in den Herbst",
    paragraphs=(
        (
            "Wer in Hagenau einen Bibliotheksausweis hat, kann seit Montag auch ein Ruderboot ausleihen.",
            "Die Stadtbücherei hat zwölf Boote gekauft; die Warteliste reicht schon bis in den Oktober.",
        ),
        ("„Ein Boot ist auch nur ein Buch, das schwimmt“, sagte die Leiterin Marta Quandt.",),
    ),
    dek=Line(
        "Die Stadtbücherei Hagenau verleiht zwölf Ruderboote, und die Warteliste reicht bis in den Oktober.", (0, 1)
    ),
    what_happened=(
        Line("Seit Montag können Inhaber eines Bibliotheksausweises ein Ruderboot ausleihen.", (0,)),
        Line("Die Warteliste reicht schon bis in den Oktober.", (1,)),
    ),
    topics=("culture", "books"),
    language="de",
    minutes_old=1500,
    is_short=True,
)

COLUMN = Sample(
    url="https://harbour.example/column",
    publisher="Northside Ledger",
    title="A minute’s silence is not a policy",
    paragraphs=(
        (
            "The Assembly stood for a minute on Friday and then went home.",
            "Six inquiries in nineteen years have asked for the same three things, and no government has paid for one.",
        ),
        ("The sirens at Tanners Reach were last tested by the company that built them, which closed.",),
    ),
    dek=Line(
        "Six inquiries have asked for the same three safety measures at Tanners Reach, and none has been paid for.",
        (1,),
        weak="The article names Tanners Reach in another paragraph.",
    ),
    what_happened=(
        Line("The Assembly stood for a minute on Friday.", (0,)),
        Line("The company that last tested the sirens at Tanners Reach has closed.", (2,)),
    ),
    topics=("politics", "local-government"),
    minutes_old=4300,
    is_short=True,
    flags=frozenset({ArticleFlag.OPINION, ArticleFlag.PAYWALLED}),
)

SAMPLES = (FERRIES, TURBINES, TREMOR, WELLS, LIBRARY, COLUMN)


def notice(number: int) -> Sample:
    """One of many small notices, to fill lists."""
    place = ("Dunmere", "Teverin", "Kesh", "Port Amance", "Skerric", "Corrane", "Tamarro")[number % 7]
    subject = (
        "swimming baths close for repairs",
        "night market returns to the old customs hall",
        "court hears appeal over harbour dues",
        "university opens a chair for tidal studies",
        "bakers agree on shorter Sundays",
    )[number % 5]
    title = f"{place}: {subject}"
    sentence = f"The {subject.split()[0]} of {place} made news on day {number}, as a notice of the town hall said."
    return Sample(
        url=f"https://notices.example/{number}",
        publisher="Town Notices",
        title=title,
        paragraphs=((sentence,),),
        dek=Line(sentence, (0,)),
        what_happened=(),
        topics=("society", "local-government"),
        minutes_old=3000 + 60 * number,
        is_short=True,
    )
