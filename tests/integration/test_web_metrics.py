"""/metrics, /livez and /readyz, and that what deploy/ names is there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from nutgraf.domain.account import Role, TicketKind, TokenScope
from nutgraf.domain.ids import ReaderId
from nutgraf.errors import StoreError
from sample_site.site import NOW, SampleSite, make_sample_site
from sample_site.visitor import Visitor

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


@pytest.fixture
def guarded_site(tmp_path: Path) -> Iterator[SampleSite]:
    """A site whose readers sign in."""
    site = make_sample_site(tmp_path, needs_login=True)
    yield site
    site.store.close()


def samples_of(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every value by name and labels, as Prometheus reads them."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_store_and_the_requests_are_counted(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    for path in ("/", "/", "/topic/diplomacy", "/topic/no-such-topic", "/nowhere/at/all"):
        visitor.get(path)
    samples = samples_of(visitor.get("/metrics").text)
    assert samples["nutgraf_briefs", ()] == site.store.counts().briefs > 0
    front = (("method", "GET"), ("route", "/"), ("status", "200"))
    assert samples["nutgraf_http_requests_total", front] == 2
    lost = (("method", "GET"), ("route", "none"), ("status", "404"))
    assert samples["nutgraf_http_requests_total", lost] == 1, "no address makes a series of its own"
    assert samples["nutgraf_http_request_seconds_count", (("route", "/topic/{slug}"),)] == 2
    assert samples["nutgraf_http_request_seconds_bucket", (("le", "+Inf"), ("route", "/"))] == 2


def test_only_the_operator_or_their_token_sees_metrics(guarded_site: SampleSite) -> None:
    def token_of(name: str, role: Role, scope: TokenScope) -> str:
        ticket = store.issue_ticket(TicketKind.INVITE, role=role, now=NOW, expires_at=NOW.replace(year=NOW.year + 1))
        reader_id: ReaderId = store.redeem_ticket(ticket, name=name, password_hash="h", now=NOW).id
        return store.issue_token(reader_id, scope, "metrics", now=NOW)

    store, visitor = guarded_site.store, Visitor(guarded_site.app)
    refused = visitor.get("/metrics")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    for role, scope, status in (
        (Role.OPERATOR, TokenScope.API, 200),
        (Role.OPERATOR, TokenScope.FEEDS, 401),
        (Role.READER, TokenScope.API, 403),
    ):
        token = token_of(f"{role} {scope}", role, scope)
        answer = visitor.get("/metrics", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status, (role, scope)


def test_a_lost_database_makes_it_unready_and_not_dead(site: SampleSite, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor(site.app)
    assert [visitor.get(path).status_code for path in ("/livez", "/readyz")] == [200, 200]

    def lost() -> None:
        raise StoreError("The connection to the database was lost.", code="database_gone")

    monkeypatch.setattr(type(site.store), "ping", lambda self: lost())
    assert [visitor.get(path).status_code for path in ("/livez", "/readyz")] == [200, 503]
    assert visitor.get("/readyz").json()["reasons"] == ["database: database_gone"]


def test_alerts_and_dashboard_name_metrics_that_there_are(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    visitor.get("/")
    names = {name for name, _ in samples_of(visitor.get("/metrics").text)} | {"nutgraf_work_done_total"}
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"][0]["rules"]
    panels = json.loads((DEPLOY / "grafana-dashboard.json").read_text())["panels"]
    queries = [rule["expr"] for rule in rules] + [target["expr"] for panel in panels for target in panel["targets"]]
    named = {name for query in queries for name in re.findall(r"nutgraf_[a-z_]+", query)}
    assert len(named) > 10
    assert named <= names
