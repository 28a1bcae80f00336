"""Who may reach what: every route for every kind of visitor, and signing in, out and up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.routing import BaseRoute, Host, Mount, Route
from starlette.types import Receive, Scope, Send

from nutgraf.domain.account import Role, TicketKind
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.web.accounts.access import ACCESS, Access
from nutgraf.web.accounts.admission import FEED_SUFFIX, route_path
from nutgraf.web.accounts.attempts import MAX_FAILURES
from nutgraf.web.accounts.identity import SESSION_COOKIE, SESSION_DAYS
from nutgraf.web.accounts.passwords import hash_password
from nutgraf.web.api.mount import API_PATH
from nutgraf.web.api.routes import ENDPOINTS
from nutgraf.web.app import ROUTES
from nutgraf.web.metering import METRICS_PATH
from nutgraf.web.rendering import TEMPLATE_FOLDER
from sample_site.articles import FERRIES
from sample_site.site import NOW, SampleSite, make_sample_site
from sample_site.visitor import OWN_PAGE, Visitor

PASSWORD = "a harbour at low tide"
DAY = timedelta(days=1)

PATHS = {route.path: route for route in ROUTES if isinstance(route, Route)}
API_PATHS = [API_PATH + path for path in ("/openapi.json", "/docs", *(endpoint[0] for endpoint in ENDPOINTS))]
EXAMPLES = {
    "/search.{format:feed}": "/search.atom?q=x",
    "{digest:digest}": "0" * 64,
    "{article_id:id}": "1",
    "{feed_id:id}": "1",
    "{reader_id:id}": "1",
    "{report_id:id}": "1",
    "{search_id:id}": "1",
    "{mute_id:id}": "1",
    "{mark}": "save",
    "{day}": "2031-03-04",
    "{slug}": "x",
    "{kind:entity}": "person",
    "{kind}": "person",
    "{switch}": "off",
    "{format:feed}": "atom",
    "{token_id:id}": "1",
    "{token}": "none",
    "{digest}": "0",
    "{name}": "site.css",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path, needs_login=True)
    yield site
    site.store.close()


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password(PASSWORD)


def ticket(site: SampleSite, kind: TicketKind, **options: object) -> str:
    return site.store.issue_ticket(kind, now=NOW, expires_at=NOW + DAY, **options)  # type: ignore[arg-type]


def signed_in(site: SampleSite, password_hash: str, name: str, role: Role) -> Visitor:
    """A visitor with a session of a new reader."""
    token = ticket(site, TicketKind.INVITE, role=role)
    reader = site.store.redeem_ticket(token, name=name, password_hash=password_hash, now=NOW)
    visitor = Visitor(site.app)
    visitor.cookies[SESSION_COOKIE] = site.store.open_session(reader.id, now=NOW, expires_at=NOW + DAY)
    return visitor


def visitor_of(kind: str, site: SampleSite, password_hash: str) -> Visitor:
    if kind == "anonymous":
        return Visitor(site.app)
    role = Role.OPERATOR if kind in ("operator", "expired operator", "revoked operator") else Role.READER
    visitor = signed_in(site, password_hash, kind, role)
    if kind.startswith("expired"):
        site.clock.moment = NOW + DAY
    if kind.startswith("revoked"):
        found = site.store.find_reader(kind)
        assert found
        site.store.set_disabled(found[0].id, NOW)
    return visitor


def fill_in(path: str) -> str:
    for parameter, value in EXAMPLES.items():
        path = path.replace(parameter, value)
    return path


def test_every_route_has_declared_its_access() -> None:
    assert set(ACCESS) == {*PATHS, *API_PATHS}


def test_the_api_serves_what_the_table_names_and_nothing_else(site: SampleSite) -> None:
    [mount] = [route for route in site.app.routes if not isinstance(route, Route)]
    assert isinstance(mount, Mount)
    mounted = [mount.path + route.path for route in mount.routes if isinstance(route, Route)]
    assert sorted(mounted) == sorted(API_PATHS)
    assert len(mounted) == len(mount.routes)


@pytest.mark.parametrize("kind", ["anonymous", "reader", "operator", "expired operator", "revoked operator"])
def test_the_table_of_access_holds_for_the_api(site: SampleSite, password_hash: str, kind: str) -> None:
    visitor = visitor_of(kind, site, password_hash)
    for path in API_PATHS:
        address = path.replace("{id}", "1").replace("{kind}/{slug}", "person/jonas-petrel")
        answer = visitor.get(address.replace("{slug}", "the-kestrel") + "?q=x")
        if kind == "operator" or (kind == "reader" and ACCESS[path] is Access.READER):
            assert answer.status_code == 200, path
            continue
        if path == f"{API_PATH}/docs":
            assert (answer.status_code, answer.headers["location"][:12]) == (303, "/login?next="), "a page to read"
            continue
        assert answer.status_code == (403 if kind == "reader" else 401), path
        assert answer.json()["error"] == ("forbidden" if kind == "reader" else "unauthenticated")
        assert FERRIES.title not in answer.text


async def _secret(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("nobody may come here")


@pytest.mark.parametrize(
    "routes",
    [
        [Mount("/inner", app=_secret)],
        [Mount("/inner", routes=[Route("/page", _secret)])],
        [Mount("/inner", routes=[Mount("", app=_secret)])],
        [Host("127.0.0.1", app=_secret)],
    ],
)
def test_what_is_mounted_is_refused_until_it_is_declared(routes: list[BaseRoute]) -> None:
    headers = [(b"host", b"127.0.0.1")]
    path = route_path(
        routes, {"type": "http", "method": "GET", "path": "/inner/page", "root_path": "", "headers": headers}
    )
    assert path is not None
    assert path not in ACCESS


@pytest.mark.parametrize(
    ("kind", "reaches"),
    [
        ("anonymous", {Access.PUBLIC}),
        ("reader", {Access.PUBLIC, Access.READER}),
        ("operator", {Access.PUBLIC, Access.READER, Access.OPERATOR}),
        ("expired operator", {Access.PUBLIC}),
        ("revoked operator", {Access.PUBLIC}),
        ("expired reader", {Access.PUBLIC}),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_table_of_access_holds(
    site: SampleSite, password_hash: str, kind: str, reaches: set[Access], method: str
) -> None:
    visitor = visitor_of(kind, site, password_hash)
    changed_nothing = site.store.list_feeds()
    for route in ROUTES:
        assert isinstance(route, Route)
        if method not in (route.methods or ()) or route.path == "/logout":
            continue
        path = fill_in(route.path)
        if ACCESS[route.path] in reaches:
            if method == "GET":
                assert visitor.get(path).status_code in (200, 302, 303, 304, 404), path
            continue
        answer = visitor.get(path) if method == "GET" else visitor.post(path)
        if kind == "reader":
            assert answer.status_code == 403, path
        elif route.path.endswith(FEED_SUFFIX) or route.path == METRICS_PATH:
            assert answer.status_code == 401, path
        elif method == "GET":
            assert (answer.status_code, answer.headers["location"][:12]) == (303, "/login?next="), path
        else:
            assert answer.status_code == 401, path
        assert FERRIES.title not in answer.text
    assert site.store.list_feeds() == changed_nothing


def test_no_other_method_reaches_anything(site: SampleSite) -> None:
    for path in [*PATHS, *API_PATHS]:
        for method in ("PUT", "PATCH", "DELETE"):
            assert Visitor(site.app).send(method, fill_in(path), headers=OWN_PAGE).status_code == 405


def test_readers_do_not_see_each_others_searches(site: SampleSite, password_hash: str) -> None:
    ada = signed_in(site, password_hash, "ada", Role.READER)
    bo = signed_in(site, password_hash, "bo", Role.OPERATOR)
    ada.post("/search/saved", data={"q": "secret plan"})
    remove = re.search(r'action="(/search/saved/\d+/remove)', ada.get("/search").text)
    assert remove
    assert "secret plan" not in bo.get("/search").text
    assert bo.post(remove[1]).status_code == 404
    assert "secret plan" in ada.get("/search").text


def test_reads_are_counted_once_for_each_reader(site: SampleSite, password_hash: str) -> None:
    path = site.path_of(FERRIES)
    for name in ("ada", "bo"):
        visitor = signed_in(site, password_hash, name, Role.READER)
        visitor.get(path)
        page = visitor.get(path).text
    assert "2 views" in page


# --- signing in -------------------------------------------------------------------------------------------------------


@pytest.fixture
def ada(site: SampleSite, password_hash: str) -> SampleSite:
    token = ticket(site, TicketKind.SET_UP, reader_id=DEFAULT_READER)
    site.store.redeem_ticket(token, name="Ada", password_hash=password_hash, now=NOW)
    return site


def test_signing_in_leads_to_where_one_wanted_to_go(ada: SampleSite) -> None:
    visitor = Visitor(ada.app)
    sent_away = visitor.get("/topic/society?before=x")
    assert sent_away.headers["location"] == "/login?next=%2Ftopic%2Fsociety%3Fbefore%3Dx"
    form = visitor.get(sent_away.headers["location"])
    assert 'name="next" value="/topic/society?before=x"' in form.text
    assert "masthead__nav" not in form.text
    answer = visitor.post("/login", data={"name": "ada ", "password": PASSWORD, "next": "/topic/society"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/topic/society")
    assert visitor.get("/feeds").status_code == 200


def test_the_cookie_is_as_safe_as_cookies_get(ada: SampleSite) -> None:
    cookie = Visitor(ada.app).sign_in("Ada", PASSWORD).headers["set-cookie"]
    assert cookie.startswith("__Host-nutgraf=")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "secure", "samesite=lax", "path=/", f"max-age={SESSION_DAYS * 86400}"} <= parts
    assert not any(part.startswith("domain") for part in parts)


def test_a_session_is_a_new_one_after_signing_in_and_none_after_signing_out(ada: SampleSite) -> None:
    visitor = Visitor(ada.app)
    visitor.sign_in("Ada", PASSWORD)
    first = visitor.cookies[SESSION_COOKIE]
    visitor.sign_in("Ada", PASSWORD)
    second = visitor.cookies[SESSION_COOKIE]
    assert first != second
    assert ada.store.find_session(first, now=NOW) is None
    assert visitor.post("/logout").headers["location"] == "/login"
    assert SESSION_COOKIE not in visitor.cookies
    assert ada.store.find_session(second, now=NOW) is None


@pytest.mark.parametrize(("name", "password"), [("Ada", "wrong"), ("Nobody", PASSWORD), ("", ""), ("Reader", "")])
def test_what_is_wrong_is_not_told(ada: SampleSite, name: str, password: str) -> None:
    visitor = Visitor(ada.app)
    answer = visitor.sign_in(name, password)
    assert answer.status_code == 401
    assert "Name or password is wrong." in answer.text
    assert SESSION_COOKIE not in visitor.cookies


def test_who_is_kept_out_cannot_sign_in(ada: SampleSite, password_hash: str) -> None:
    token = ticket(ada, TicketKind.INVITE)
    bo = ada.store.redeem_ticket(token, name="Bo", password_hash=password_hash, now=NOW)
    assert Visitor(ada.app).sign_in("Bo", PASSWORD).status_code == 303
    ada.store.set_disabled(bo.id, NOW)
    assert Visitor(ada.app).sign_in("Bo", PASSWORD).status_code == 401


def test_guessing_has_to_wait(ada: SampleSite) -> None:
    visitor = Visitor(ada.app)
    for _ in range(MAX_FAILURES):
        assert visitor.sign_in("Ada", "wrong").status_code == 401
    refused = visitor.sign_in("Ada", PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    ada.clock.moment += timedelta(minutes=16)
    assert visitor.sign_in("Ada", PASSWORD).status_code == 303


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/login?next=/login",
        "/x\r\nSet-Cookie: a=b",
        "/" + "x" * 1000,
        "/ü",
    ],
)
def test_signing_in_never_leads_elsewhere(ada: SampleSite, wanted: str) -> None:
    visitor = Visitor(ada.app)
    answer = visitor.post("/login", data={"name": "Ada", "password": PASSWORD, "next": wanted})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


# --- forms ------------------------------------------------------------------------------------------------------------


def test_every_form_that_changes_something_carries_a_token() -> None:
    forms = [
        form
        for template in TEMPLATE_FOLDER.rglob("*.html")
        for form in re.findall(r"<form\b[^>]*>", template.read_text(encoding="utf-8"))
        if 'method="post"' in form
    ]
    assert forms
    assert [form for form in forms if "{{ form_token }}" not in form] == []


def test_a_form_without_its_token_changes_nothing(ada: SampleSite) -> None:
    visitor = Visitor(ada.app)
    visitor.sign_in("Ada", PASSWORD)
    feeds = ada.store.list_feeds()
    other = Visitor(ada.app).form_token()
    for query in ("", "?form=", "?form=0", f"?form={other}", "?form=%ff"):
        answer = visitor.send("POST", f"/feeds/1/remove{query}", headers=OWN_PAGE)
        assert answer.status_code == 403
        assert visitor.send("POST", f"/feeds/1/remove{query}").status_code == 403, "nor without Sec-Fetch-Site"
    assert ada.store.list_feeds() == feeds
    assert visitor.post("/feeds/1/remove").status_code == 303


# --- one-time links ---------------------------------------------------------------------------------------------------


def test_a_site_is_set_up_by_its_link(site: SampleSite) -> None:
    token = ticket(site, TicketKind.SET_UP, role=Role.OPERATOR, reader_id=DEFAULT_READER)
    visitor = Visitor(site.app)
    assert "Set up your Nutgraf" in visitor.get(f"/welcome/{token}").text
    assert visitor.get(f"/welcome/{token}").status_code == 200, "looking does not use it up"
    for name, password in (("Ada", "short"), ("", PASSWORD), ("Ada", "aaaaaaaaaaaaaa"), ("x" * 61, PASSWORD)):
        answer = visitor.post(f"/welcome/{token}", data={"name": name, "password": password})
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    done = visitor.post(f"/welcome/{token}", data={"name": "Ada", "password": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert visitor.get("/feeds").status_code == 200
    assert Visitor(site.app).get(f"/welcome/{token}").status_code == 404


def test_an_operator_invites_a_reader(ada: SampleSite) -> None:
    operator = Visitor(ada.app)
    operator.sign_in("Ada", PASSWORD)
    page = operator.post("/readers/invite", data={"role": "reader"})
    assert page.headers["cache-control"] == "no-store"
    link = re.search(r"http://127\.0\.0\.1:8321(/welcome/[\w-]+)", page.text)
    assert link
    assert link[1] not in operator.get("/readers").text, "shown once"
    guest = Visitor(ada.app)
    taken = guest.post(link[1], data={"name": "ADA", "password": PASSWORD})
    assert taken.status_code == 409
    assert guest.post(link[1], data={"name": "Bo", "password": PASSWORD}).status_code == 303
    assert guest.get("/").status_code == 200
    assert guest.get("/readers").status_code == 403
    assert "Bo" in operator.get("/readers").text


def test_an_operator_gives_a_new_password_and_keeps_somebody_out(ada: SampleSite, password_hash: str) -> None:
    operator = Visitor(ada.app)
    operator.sign_in("Ada", PASSWORD)
    bo = signed_in(ada, password_hash, "Bo", Role.READER)
    found = ada.store.find_reader("Bo")
    assert found
    number = found[0].id
    link = re.search(r"(/welcome/[\w-]+)", operator.post(f"/readers/{number}/reset").text)
    assert link
    fresh = Visitor(ada.app)
    assert fresh.post(link[1], data={"name": "Bo", "password": f"{PASSWORD}!"}).status_code == 303
    assert bo.get("/").status_code == 303, "the old session has ended"
    assert operator.post(f"/readers/{number}/disable").status_code == 303
    assert fresh.get("/").status_code == 303
    assert operator.post(f"/readers/{number}/enable").status_code == 303
    assert operator.post("/readers/1/disable").status_code == 409, "the only operator"


def test_a_reader_changes_the_password(ada: SampleSite) -> None:
    visitor, other = Visitor(ada.app), Visitor(ada.app)
    visitor.sign_in("Ada", PASSWORD)
    other.sign_in("Ada", PASSWORD)
    wrong = visitor.post("/account/password", data={"old": "wrong", "new": "a better secret"})
    assert wrong.status_code == 403
    assert visitor.post("/account/password", data={"old": PASSWORD, "new": "short"}).status_code == 400
    done = visitor.post("/account/password", data={"old": PASSWORD, "new": "a better secret"})
    assert done.headers["location"] == "/account?done=password"
    assert visitor.get("/account?done=password").status_code == 200
    assert other.get("/").status_code == 303
    assert Visitor(ada.app).sign_in("Ada", "a better secret").status_code == 303


def test_a_reader_signs_out_everywhere(ada: SampleSite) -> None:
    visitor, other = Visitor(ada.app), Visitor(ada.app)
    visitor.sign_in("Ada", PASSWORD)
    other.sign_in("Ada", PASSWORD)
    visitor.post("/account/sessions/end")
    assert visitor.get("/").status_code == other.get("/").status_code == 303


def test_without_a_login_everybody_is_the_operator(tmp_path: Path) -> None:
    site = make_sample_site(tmp_path)
    visitor = Visitor(site.app)
    assert visitor.get("/feeds").status_code == 200
    assert visitor.get("/login").headers["location"] == "/"
    assert "Nobody signs in" in visitor.get("/readers").text
    assert "nobody signs in" in visitor.get("/account").text
    assert visitor.send("POST", "/feeds/poll", headers=OWN_PAGE).status_code == 403, "a page needs the token"
    site.store.close()
