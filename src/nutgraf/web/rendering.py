"""Pages from templates: the Jinja environment, and what every page knows."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from nutgraf.domain.appearance import Appearance
from nutgraf.domain.records import BriefCard
from nutgraf.errors import StoreError
from nutgraf.outputs.costs import usage_words
from nutgraf.outputs.wording import FLAG_LABELS, counted, queue_count, traced
from nutgraf.web import wording
from nutgraf.web.accounts.attempts import Attempts
from nutgraf.web.accounts.identity import FormTokens, Identity, form_secret, form_token, identity_of
from nutgraf.web.assets import Asset, load_assets
from nutgraf.web.card_fragments import CardFragments
from nutgraf.web.conditional import entity_tag, is_known
from nutgraf.web.editions import Editions
from nutgraf.web.feed_contents import FeedContents
from nutgraf.web.report_limit import ReportLimit
from nutgraf.web.services import WebServices

TEMPLATE_FOLDER = Path(__file__).parent / "templates"
MACROS: Mapping[str, tuple[str, ...]] = {
    "parts/tile.html": ("tile",),
    "parts/times.html": ("since", "ahead"),
    "parts/chips.html": ("topic_chips",),
    "parts/changed_words.html": ("changed_words",),
    "parts/marks.html": ("mark_button", "follow_button", "mute_button"),
    "brief/sentence.html": ("sentence",),
}
"""Macros that every template has: importing one anew in each card takes longer than running it."""


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages share; lives in `app.state.site`."""

    services: WebServices
    templates: jinja2.Environment
    assets: Mapping[str, Asset]
    form_tokens: FormTokens
    attempts: Attempts
    form_mark: str
    """Stands in templates where forms have their token; unknown outside, so that no words of a page hold it."""
    editions: Editions
    feed_contents: FeedContents
    report_limit: ReportLimit


def make_site(services: WebServices) -> Site:
    """The site's shared parts, read once at start."""
    environment = _make_environment()
    sample_url = services.sample_url
    environment.globals["shows_icons"] = services.shows_icons
    environment.globals["shows_lead_pictures"] = services.shows_lead_pictures
    form_mark = secrets.token_hex(16)
    environment.globals["form_token"] = form_mark
    environment.globals["full_card"] = CardFragments(environment)
    environment.globals["is_sample"] = lambda url: bool(sample_url) and url.startswith(sample_url)
    for template, macros in MACROS.items():
        module = environment.get_template(template).module
        environment.globals.update({name: getattr(module, name) for name in macros})
    return Site(
        services=services,
        templates=environment,
        assets=load_assets(),
        form_tokens=FormTokens(),
        form_mark=form_mark,
        attempts=Attempts(),
        editions=Editions(services.store),
        feed_contents=FeedContents(services.store),
        report_limit=ReportLimit(),
    )


def site_of(request: Request) -> Site:
    """The site that a request is for."""
    site = request.app.state.site
    assert isinstance(site, Site)
    return site


def render(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
) -> Response:
    """The page that `template` makes of `context`, with the site's own facts added; 304 where the browser has it."""
    site = site_of(request)
    services = site.services
    identity = identity_of(request)
    appearance = _appearance_of(services, identity)
    text = site.templates.get_template(template).render(
        now=services.clock.now(),
        path=request.url.path,
        disk=services.disk(),
        has_sample=bool(services.sample_url),
        version=services.version,
        identity=identity,
        needs_login=services.needs_login,
        appearance=appearance,
        stylesheet=site.assets["site.css"].path,
        reading_script=site.assets["reading.js"].path,
        icon=site.assets["favicon.svg"].path,
        **context,
    )
    token = f"?form={form_token(identity)}" if identity else ""
    page = text.replace(site.form_mark, token)
    if status != 200 or request.method not in ("GET", "HEAD"):
        return HTMLResponse(page, status_code=status, headers=headers)
    tag = _tag_of(text.replace(site.form_mark, ""), identity)
    headers = {**(headers or {}), "ETag": tag}
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(page, headers=headers)


def _appearance_of(services: WebServices, identity: Identity | None) -> Appearance:
    """How this reader likes pages; the default for whoever is none, and where the store does not answer."""
    if identity is None or identity.reader_id is None:
        return Appearance()
    try:
        return services.store.appearance(identity.reader_id)
    except StoreError:
        return Appearance()  # so that the page of the error can be shown


def _tag_of(text: str, identity: Identity | None) -> str:
    """The tag of a page without tokens: their mask does not count, the secret under it does."""
    return entity_tag(text) if identity is None else entity_tag(text, form_secret(identity).hex())


def base_url(request: Request) -> str:
    """Where readers reach the site, without a slash at its end: for links that leave it."""
    return (site_of(request).services.public_url or str(request.base_url)).rstrip("/")


def brief_path(card: BriefCard) -> str:
    """The address of a brief's page on this site."""
    slug = wording.url_slug(card.headline)
    return f"/brief/{card.article_id}-{slug}" if slug else f"/brief/{card.article_id}"


def _make_environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        age=wording.age,
        until=wording.until,
        size=wording.size,
        span=wording.span,
        exact_time=wording.exact_time,
        long_day=wording.long_day,
        short_day=wording.short_day,
        counted=counted,
        traced=traced,
        queue_count=queue_count,
        clock_time=wording.clock_time,
        as_sentence=wording.as_sentence,
        direction=wording.direction,
        language_tag=wording.language_tag,
        tile_letter=wording.tile_letter,
        tile_tone=wording.tile_tone,
        http_url=wording.http_url,
        host_of=wording.host_of,
        brief_path=brief_path,
        usage_words=usage_words,
    )
    environment.globals.update(
        parse_path_labels=wording.PARSE_PATH_LABELS,
        flag_labels=FLAG_LABELS,
        step_labels=wording.STEP_LABELS,
        state_labels=wording.STATE_LABELS,
        error_words=wording.ERROR_WORDS,
    )
    return environment
