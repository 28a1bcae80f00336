"""Sanitised HTML in a real Chromium, on a page without a content policy: nothing in it acts.

Many payloads share a page, each in a container of its own; that the containers still stand side by side afterwards
shows that none broke out. What is put in raw shows that the page notices when something acts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route

from measuring_data import files, markup_cases, payload_lines, unpacked
from nutgraf.errors import ParseError
from nutgraf.stages.parse import parse_feed
from nutgraf.text.sanitise import sanitise_html
from sanitised_html import ALLOWED

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-sanitised")]

SITE = "http://reader.example/"
BASE_URL = "https://press.example/story"
CASES_PER_PAGE = 400

WATCH = """
window.acted = [];
window.fired = () => acted.push("fired");
for (const name of ["alert", "confirm", "prompt", "print", "open", "fetch", "postMessage"]) {
  window[name] = () => acted.push(name);
}
"""
SETTLE_MS = 50

# What a browser made of the containers: everything in them that is, or could become, active.
AUDIT = """ALLOWED => {
  const found = window.acted.map(what => ["page", what]);
  const containers = [...document.body.children];
  containers.forEach((container, number) => {
    if (container.id !== `case-${number}`) found.push([number, `outside of its container: ${container.outerHTML}`]);
  });
  for (const element of document.body.querySelectorAll("[id^=case-] *")) {
    const number = element.closest("[id^=case-]").id.slice(5);
    const name = element.localName;
    if (element.namespaceURI !== "http://www.w3.org/1999/xhtml" || !ALLOWED.includes(name)) found.push([number, name]);
    for (const attribute of element.attributes) {
      const isLink = name === "a" && ["href", "rel"].includes(attribute.name);
      if (!isLink) found.push([number, `${name} ${attribute.name}`]);
    }
    const isWeb = ["http:", "https:"].includes(element.protocol);
    if (element.hasAttribute("href") && !isWeb) found.push([number, element.href]);
    for (const kind of ["mouseover", "focus", "error", "load", "toggle", "animationstart"]) {
      element.dispatchEvent(new Event(kind, {bubbles: true}));
    }
  }
  if (document.head.children.length !== 1) found.push(["page", document.head.innerHTML]);
  return [containers.length, found.concat(window.acted.map(what => ["page", what]))];
}"""
# Each calls fired(), loads something or leads away if it is let.
ACTIVE = (
    "<script>fired()</script>",
    "<SCRIPT/x>fired()</SCRIPT>",
    "<script src=//evil.example/x.js></script>",
    "<scr<script>ipt>fired()</script>",
    "<script>/*</p>*/fired()",
    "<img src=x onerror=fired()>",
    "<img src=//evil.example/pixel.gif>",
    "<img/src=x/onerror=fired()>",
    "<img src=x\nonerror\n=\nfired()>",
    "<img src='x' title='>' onerror='fired()'>",
    '<img title="a\'>" src=x onerror="fired()">',
    "<img srcset='//evil.example/a 1x'>",
    "<<img src=x onerror=fired()>",
    "<img src=x onerror=&#102;ired()>",
    "<svg onload=fired()>",
    "<svg><script>fired()</script></svg>",
    "<svg><animate onbegin=fired() attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:fired()'><text y=9>x</text></a></svg>",
    "<svg><foreignObject><iframe src='javascript:parent.fired()'></iframe></foreignObject></svg>",
    "<svg></p><style><a id='</style><img src=x onerror=fired()>'>",
    "<svg><style>&lt;img src=x onerror=fired()&gt;</style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=fired()></style></mglyph></table></mtext></math>",
    "<math href='javascript:fired()'>x</math>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=fired()></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=fired()>",
    "<noscript><p title='</noscript><img src=x onerror=fired()>'>",
    "<textarea><p title='</textarea><img src=x onerror=fired()>'>",
    "<title><a title='</title><img src=x onerror=fired()>'>",
    "<xmp><p title='</xmp><img src=x onerror=fired()>'>",
    "<iframe src='javascript:parent.fired()'></iframe>",
    "<iframe srcdoc='<script>parent.fired()</script>'></iframe>",
    "<iframe src=//evil.example/></iframe>",
    "<object data='data:text/html,<script>fired()</script>'></object>",
    "<embed src=//evil.example/x.swf>",
    "<video onloadstart=fired() src=x></video>",
    "<video poster=//evil.example/p.png></video>",
    "<audio src=//evil.example/a.mp3 autoplay>",
    "<body onload=fired()>",
    "</body><body onpageshow=fired()>",
    "<html onmouseover=fired()>",
    "<details open ontoggle=fired()>x</details>",
    "<input autofocus onfocus=fired()>",
    "<select autofocus onfocus=fired()><option>x</select>",
    "<a href=x autofocus tabindex=1 onfocus=fired()>x</a>",
    "<p onmouseover=fired()>x</p>",
    "<p style='animation: spin 1s' onanimationstart=fired()>x</p>",
    "<p style='background: url(//evil.example/b.png)'>x</p>",
    "<style>@import '//evil.example/x.css';</style>",
    "<style>p { background: url(//evil.example/b.png) }</style><p>x</p>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<link rel=prefetch href=//evil.example/next>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<base href=//evil.example/>",
    "<form action=//evil.example/><button autofocus>x</button></form>",
    "<button formaction='javascript:fired()'>x</button>",
    "<template shadowrootmode=open><img src=x onerror=fired()></template>",
    "<p><template><script>fired()</script></template></p>",
    "<!--><img src=x onerror=fired()>-->",
    "<!--a--!><img src=x onerror=fired()>",
    "<![CDATA[><img src=x onerror=fired()>]]>",
    "<?xml ?><img src=x onerror=fired()>",
    "</ <img src=x onerror=fired()>",
    "<a href='javascript:fired()'>x</a>",
    "<a href='&#1;java&#9;script&colon;fired()'>x</a>",
    "<a href='data:text/html,<script>fired()</script>'>x</a>",
    "<a href='vbscript:fired()'>x</a>",
    "<a ping=//evil.example/ href=/x>x</a>",
    "</div></div></body><script>fired()</script>",
    "<table><tr><td></div><script>fired()</script>",
    "<p\x00onclick=fired()><img\x0csrc=x\x0conerror=fired()>",
    "\ufeff<img src=x onerror=fired()>\u2028",
    "&lt;script&gt;fired()&lt;/script&gt;",
)  # fmt: skip


Found = list[tuple[int | str, str]]


class Reader:
    """Shows cases, each time on a new page, and says what they did that they should not."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        context.add_init_script(WATCH)

    def show(self, cases: Iterable[str]) -> tuple[int, Found]:
        """The number of containers that stand, and (number of the case or `page`, what is wrong with it)."""
        containers = "".join(f"<div id=case-{number}>{case}</div>" for number, case in enumerate(cases))
        content = f"<!doctype html><html><head><meta charset=utf-8></head><body>{containers}"
        events: list[str] = []

        def answer(route: Route) -> None:
            if route.request.url == SITE and route.request.is_navigation_request():
                route.fulfill(body=content, content_type="text/html")
            else:
                events.append(f"request: {route.request.url}")
                route.abort()

        with self._context.new_page() as page:
            page.route("**/*", answer)
            page.on("dialog", lambda dialog: (events.append("dialog"), dialog.dismiss()))
            page.on("pageerror", lambda error: events.append(f"script: {error}"))
            page.on("popup", lambda popup: (events.append("popup"), popup.close()))
            page.on("framenavigated", lambda frame: frame.url == SITE or events.append(f"went to {frame.url}"))
            count, found = audit(page)
        return count, [*found, *(("page", event) for event in events)]


def audit(page: Page) -> tuple[int, Found]:
    """What AUDIT finds; a page that goes elsewhere meanwhile has nothing left to look at."""
    page.goto(SITE)
    page.wait_for_timeout(SETTLE_MS)
    try:
        count, found = page.evaluate(AUDIT, sorted(ALLOWED))
    except Error as error:
        return 0, [("page", error.message)]
    return count, [(number if number == "page" else int(number), what) for number, what in found]


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Reader]:
    with browser.new_context(service_workers="block") as context:
        yield Reader(context)


def assert_nothing_acts(reader: Reader, payloads: Iterable[str], *, at_least: int) -> None:
    shown = 0
    waiting = iter(dict.fromkeys(payloads))
    while batch := list(islice(waiting, CASES_PER_PAGE)):
        cases = [sanitise_html(payload, BASE_URL) for payload in batch]
        count, found = reader.show(cases)
        named = [(payload_of(batch, number), what) for number, what in found]
        assert (named, count) == ([], len(cases))
        shown += count
    assert shown >= at_least


def payload_of(batch: list[str], number: int | str) -> str:
    return batch[number] if isinstance(number, int) and number < len(batch) else "?"


@pytest.mark.parametrize(
    "raw",
    [
        "<img src=x onerror=fired()>",
        "<script>alert(1)</script>",
        "<img src=//evil.example/pixel.gif>",
        "<p style='color: red'>x</p>",
        "</div><p>x</p>",
        "<a href='javascript:fired()'>x</a>",
        "<form></form>",
        "<p onmouseover=fired()>x</p>",
        "<iframe src='javascript:parent.fired()'></iframe>",
        "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    ],
)
def test_what_acts_is_noticed(reader: Reader, raw: str) -> None:
    _, found = reader.show(["<p>Before.</p>", raw, "<p>After.</p>"])
    assert found


def test_ordinary_markup_stays(reader: Reader) -> None:
    assert reader.show(["<p>One <b>bold</b> <a href='https://press.example/'>link</a></p>", "Two"]) == (2, [])


def test_nothing_active_comes_through(reader: Reader) -> None:
    nested = [f"<table><tr><td><ul><li>{payload}" for payload in ACTIVE]
    cut = [payload[: len(payload) // 2] for payload in ACTIVE]
    assert_nothing_acts(reader, (*ACTIVE, *nested, *cut), at_least=200)


@pytest.mark.data
def test_feeds_of_a_sanitisers_corpus_do_not_act(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = unpacked("feeds-dev", tmp_path_factory) / "feedparser" / "tests" / "wellformed" / "sanitize"
    assert_nothing_acts(reader, entry_markup(folder), at_least=300)


def entry_markup(folder: Path) -> Iterator[str]:
    for file in files(folder):
        data = file.read_bytes()
        yield data.decode("utf-8", "replace")
        try:
            feed = parse_feed(data, url=BASE_URL)
        except ParseError:
            continue
        for entry in feed.entries:
            yield from (entry.summary_html, entry.content_html, entry.title)


@pytest.mark.data
def test_lists_of_attacks_do_not_act(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = unpacked("security-dev", tmp_path_factory)
    lines = list(payload_lines(folder))
    wrapped = [form.format(line) for line in lines for form in ('<a href="{}">x</a>', "<p {}>x</p>")]
    assert_nothing_acts(reader, (*lines, *wrapped, *markup_cases(folder)), at_least=10_000)
