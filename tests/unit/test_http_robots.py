"""robots.txt as RFC 9309 reads it."""

from __future__ import annotations

import asyncio

import pytest
from yarl import URL

from fakes import FakeClock
from nutgraf.adapters.http.robots import RobotsGate, Rule, normal_path, parse_robots
from nutgraf.errors import Blocked, FetchError, HTTPStatus, Timeout

EXAMPLE = """\
# a site with three groups
User-agent: *
Disallow: *.gif$
Disallow: /drafts/
Allow: /publications/

User-agent: nutgraf
user-agent: otherbot/2.0
Sitemap: https://news.example/map.xml
Allow: /page.html
Disallow: /page
Crawl-delay: 5
Disallow:/late

User-agent: harvester
Disallow: /

User-Agent: Nutgraf/1.0 (anything)
Disallow: /second-group
"""


def allows(text, path, product="Nutgraf"):
    return parse_robots(text, product=product).allows(normal_path(path))


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/page", False),
        ("/page/2", False),
        ("/page.html", True),
        ("/pages", False),
        ("/late", False),
        ("/second-group", False),
        ("/drafts/x", True),  # the group of * does not count where we have our own
        ("/picture.gif", True),
        ("/robots.txt", True),
    ],
)
def test_our_own_groups_are_taken_together_and_alone(path, allowed):
    assert allows(EXAMPLE, path) is allowed


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/drafts/x", False), ("/a.gif", False), ("/a.gif?b", True), ("/publications/a.gif", True), ("/page", True)],
)
def test_others_follow_the_group_of_the_star(path, allowed):
    assert allows(EXAMPLE, path, product="unknownbot") is allowed


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/", "/anything", True),
        ("/fish", "/fish", True),
        ("/fish", "/fishheads/x", True),
        ("/fish", "/Fish", False),
        ("/fish", "/catfish", False),
        ("/fish*", "/fish", True),
        ("/fish/", "/fish", False),
        ("/*.php", "/folder/x.php?y", True),
        ("/*.php", "/x.PHP", False),
        ("/*.php$", "/folder/x.php", True),
        ("/*.php$", "/x.php?y", False),
        ("/*.php$", "/x.php/", False),
        ("/fish*.php", "/fishheads/cat.php?p", True),
        ("/$", "/", True),
        ("/$", "/a", False),
        ("/a*$", "/abc", True),
        ("/ab*ba$", "/aba", False),
        ("/ab*ba$", "/abba", True),
        ("/*/edit", "/a/b/edit", True),
        ("*", "/x", True),
        ("*/x", "/y/x", True),
        ("/a**b", "/a1b", True),
        ("/foo/bar?baz=https://a.example", "/foo/bar?baz=https://a.example", True),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84", True),
        ("/foo/bar/%E3%83%84", "/foo/bar/ツ", True),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz", True),
        ("/foo%2fbar", "/foo%2Fbar", True),
        ("/foo%2Fbar", "/foo/bar", False),
        ("/file-%2A.html", "/file-*.html", True),
        ("/file-%2A.html", "/file-x.html", False),
        ("/price-%24.html", "/price-$.html", True),
        ("/a$b", "/a$b", True),
    ],
)
def test_patterns(pattern, path, matches):
    assert allows(f"User-agent: *\nDisallow: {pattern}", path) is not matches


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("Allow: /p\nDisallow: /", True),
        ("Disallow: /\nAllow: /p", True),
        ("Allow: /folder\nDisallow: /folder", True),
        ("Allow: /page\nDisallow: /*.html", False),
        ("Disallow:", True),
        ("Disallow", True),
        ("", True),
        ("Disallow: / # everything", False),
        ("DISALLOW : /", False),
    ],
)
def test_the_longest_rule_decides_and_allow_wins_a_tie(rules, allowed):
    path = "/folder/page" if "folder" in rules else "/page.html"
    assert allows("\ufeffUser-agent: *\r\n" + rules.replace("\n", "\r\n"), path) is allowed


def test_rules_before_any_group_count_for_nobody():
    assert allows("Disallow: /\nUser-agent: *\nAllow: /a", "/b")


def test_a_file_made_to_be_slow_is_read_in_linear_time():
    agents = "".join(f"User-agent: agent{number}\n" for number in range(10_000)) + "User-agent: *\n"
    rules = parse_robots(agents + "Disallow: /*a*a*a*a*a*a*b$\n" * 10_000, product="nutgraf")
    assert rules.rules == (Rule(allow=False, pattern="/*a*a*a*a*a*a*b$"),)
    assert rules.allows("/" + "a" * 8_000)


class Site:
    """Answers for robots.txt in turn, the last one for ever."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def fetch(self, url):
        self.asked.append(str(url))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def status(number):
    return HTTPStatus("No.", status=number, url="")


def check(gate, url="https://news.example/page"):
    """The code of the refusal, or an empty string."""
    try:
        asyncio.run(gate.check(URL(url)))
    except FetchError as error:
        return error.code
    return ""


def gate_to(*answers):
    tested, clock = Site(*answers), FakeClock()
    return RobotsGate(tested.fetch, clock, product="nutgraf"), tested, clock


def test_a_site_is_asked_once_a_day_per_origin():
    gate, asked, clock = gate_to("User-agent: *\nDisallow: /page")
    assert check(gate) == "blocked_robots"
    assert check(gate, "https://news.example/other") == ""
    assert check(gate, "http://news.example/page") == "blocked_robots"
    assert asked.asked == ["https://news.example/robots.txt", "http://news.example/robots.txt"]
    clock.advance(24 * 3600 - 1)
    check(gate)
    assert len(asked.asked) == 2
    clock.advance(1)
    check(gate)
    assert len(asked.asked) == 3


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (status(404), ""),
        (status(401), ""),
        (status(403), ""),
        (status(410), ""),
        (status(301), ""),
        (FetchError("Too many.", code="too_many_redirects"), ""),
        (FetchError("Circle.", code="redirect_loop"), ""),
        (status(429), "robots_unreachable"),
        (status(500), "robots_unreachable"),
        (status(503), "robots_unreachable"),
        (FetchError("Gone.", code="dns_failed"), "dns_failed"),
        (Timeout("Slow."), "timeout"),
        (Blocked("Private.", code="blocked_address"), "blocked_address"),
    ],
)
def test_no_file_allows_all_and_an_unreachable_one_allows_nothing(answer, code):
    assert check(gate_to(answer)[0]) == code


def test_unreachable_is_retryable_soon_and_an_old_copy_serves_meanwhile():
    gate, asked, clock = gate_to(status(503), "User-agent: *\nDisallow: /page", status(503))
    with pytest.raises(Blocked) as caught:
        asyncio.run(gate.check(URL("https://news.example/other")))
    assert caught.value.retryable
    clock.advance(601)
    assert check(gate) == "blocked_robots"
    clock.advance(24 * 3600)
    assert check(gate, "https://news.example/other") == ""
    assert len(asked.asked) == 3


def test_pages_of_one_site_wait_for_one_answer():
    asked = Site("User-agent: *\nAllow: /")

    async def main():
        gate = RobotsGate(asked.fetch, FakeClock(), product="nutgraf")
        await asyncio.gather(*(gate.check(URL(f"https://news.example/{number}")) for number in range(20)))

    asyncio.run(main())
    assert len(asked.asked) == 1


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr("nutgraf.adapters.http.robots.MAX_CACHED_ORIGINS", 5)
    gate, asked, _ = gate_to("User-agent: *\nDisallow: /page")
    for number in range(8):
        check(gate, f"https://n{number}.example/")
    assert len(asked.asked) == 8
    check(gate, "https://n7.example/")
    assert len(asked.asked) == 8
    check(gate, "https://n0.example/")
    assert len(asked.asked) == 9


def test_a_few_huge_files_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("nutgraf.adapters.http.robots.MAX_CACHED_CHARS", 1_000)
    gate, asked, _ = gate_to("User-agent: *\nDisallow: /" + "a" * 500)
    for number in (0, 1, 0, 1):
        check(gate, f"https://n{number}.example/")
    assert len(asked.asked) == 4
