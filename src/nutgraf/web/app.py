"""The site as a Starlette application: routes, guards and error pages put together."""

from __future__ import annotations

import functools
from collections.abc import Callable
from inspect import iscoroutinefunction

from starlette.applications import Starlette
from starlette.convertors import Convertor, StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from nutgraf.domain.entity import EntityKind
from nutgraf.errors import NutgrafError
from nutgraf.outputs import FEED_FORMATS
from nutgraf.pipeline.hubs import CALLBACK_PATH
from nutgraf.ports import Store
from nutgraf.web.accounts.admission import Admission
from nutgraf.web.api import health, metrics
from nutgraf.web.api.mount import API_PATH, LazyApi
from nutgraf.web.assets import favicon, static_file
from nutgraf.web.compression import Compression
from nutgraf.web.metering import METRICS_PATH, Metering, RequestMeter
from nutgraf.web.pages import (
    account,
    accuracy,
    appearance,
    brief,
    corrections,
    costs,
    desk,
    desk_work,
    entities,
    errors,
    evidence,
    feed,
    feed_changes,
    feeds,
    front,
    help,
    hub_callback,
    login,
    marks,
    model_wish,
    offline,
    outgoing_feeds,
    pictures,
    publisher,
    readers,
    report,
    robots,
    search,
    starting,
    topics,
    welcome,
)
from nutgraf.web.rendering import make_site
from nutgraf.web.security import Gate
from nutgraf.web.services import LOOPBACK_HOSTS, WebServices


class IdConvertor(Convertor[int]):
    """A stored thing's number in an address; no more digits than a 64-bit column can hold."""

    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """The digits."""
        return str(value)


class DigestConvertor(StringConvertor):
    """A SHA-256 in hex."""

    regex = pictures.DIGEST


class FeedConvertor(StringConvertor):
    """The ending of an outgoing feed's address."""

    regex = "|".join(FEED_FORMATS)


class EntityConvertor(StringConvertor):
    """A kind of named entity, as its addresses begin."""

    regex = "|".join(EntityKind)


register_url_convertor("id", IdConvertor())
register_url_convertor("entity", EntityConvertor())
register_url_convertor("feed", FeedConvertor())
register_url_convertor("digest", DigestConvertor())

ROUTES: tuple[BaseRoute, ...] = (
    Route("/", front.front_page),
    Route("/feed.{format:feed}", outgoing_feeds.front_feed),
    Route("/topic/{slug}.{format:feed}", outgoing_feeds.topic_feed),
    Route("/publisher/{slug}.{format:feed}", outgoing_feeds.publisher_feed),
    Route("/{kind:entity}/{slug}.{format:feed}", outgoing_feeds.entity_feed),
    Route("/search.{format:feed}", outgoing_feeds.search_feed),
    Route("/saved.{format:feed}", outgoing_feeds.saved_feed),
    Route("/brief/{article_id:id}", brief.brief_page),
    Route("/brief/{article_id:id}.md", brief.brief_as_markdown),
    Route("/brief/{article_id:id}/evidence", evidence.evidence_page),
    Route("/brief/{article_id:id}/report", report.report_form, methods=["GET"]),
    Route("/brief/{article_id:id}/report", report.file_report, methods=["POST"]),
    Route("/brief/{article_id:id}/reported", report.report_thanks),
    Route("/brief/{article_id:id}-{slug}", brief.brief_page),
    Route("/brief/{article_id:id}/model", model_wish.wish_for_model, methods=["POST"]),
    Route("/brief/{article_id:id}/{mark}", marks.mark_brief, methods=["POST"]),
    Route("/latest", front.latest_page),
    Route("/day/{day}", front.day_page),
    Route("/saved", marks.saved_page),
    Route("/history", marks.history_page),
    Route("/following", marks.following_page),
    Route("/follow", marks.follow, methods=["POST"]),
    Route("/mutes", marks.mutes_page, methods=["GET"]),
    Route("/mutes", marks.add_mute, methods=["POST"]),
    Route("/mutes/{mute_id:id}/remove", marks.remove_mute, methods=["POST"]),
    Route("/topics", topics.topic_index),
    Route("/topic/{slug}", topics.topic_page),
    Route("/publisher/{slug}", publisher.publisher_page),
    Route("/names", entities.names_page),
    Route("/{kind:entity}/{slug}", entities.entity_page),
    Route("/{kind:entity}/{slug}/{switch}", entities.bar_entity, methods=["POST"]),
    Route("/search", search.search_page),
    Route("/search/saved", search.save_search, methods=["POST"]),
    Route("/search/saved/{search_id:id}/remove", search.remove_search, methods=["POST"]),
    Route("/start", starting.start_page, methods=["GET"]),
    Route("/start", starting.follow_packs, methods=["POST"]),
    Route("/feeds", feeds.feed_list, methods=["GET"]),
    Route("/feeds", feed_changes.add_feed, methods=["POST"]),
    Route("/feeds/poll", feed_changes.poll_all_feeds, methods=["POST"]),
    Route("/feeds/import", feed_changes.import_feeds, methods=["POST"]),
    Route("/feeds/{feed_id:id}", feed.feed_page),
    Route("/feeds/{feed_id:id}/options", feed.change_options, methods=["POST"]),
    Route("/feeds/{feed_id:id}/model", feed.change_model_policy, methods=["POST"]),
    Route("/feeds/{feed_id:id}/pause", feed.pause_feed, methods=["POST"]),
    Route("/feeds/{feed_id:id}/resume", feed.resume_feed, methods=["POST"]),
    Route("/feeds/{feed_id:id}/poll", feed_changes.poll_feed, methods=["POST"]),
    Route("/feeds/{feed_id:id}/remove", feeds.confirm_removal, methods=["GET"]),
    Route("/feeds/{feed_id:id}/remove", feed_changes.remove_feed, methods=["POST"]),
    Route("/feeds.opml", feeds.export_feeds),
    Route("/articles/{article_id:id}/replay", feed_changes.replay_article, methods=["POST"]),
    Route("/corrections", corrections.corrections_page),
    Route("/corrections.{format:feed}", corrections.corrections_feed),
    Route("/accuracy", accuracy.accuracy_page),
    Route("/accuracy.json", accuracy.accuracy_json),
    Route("/desk", desk_work.work_page),
    Route("/desk/set-aside", desk_work.set_aside_page),
    Route("/desk/set-aside/replay", desk_work.replay_all, methods=["POST"]),
    Route("/desk/storage", desk_work.storage_page),
    Route("/desk/costs", costs.costs_page),
    Route("/desk/costs.json", costs.costs_json),
    Route("/desk/settings", desk_work.settings_page),
    Route("/desk/log", desk_work.log_page),
    Route("/desk/about", desk_work.about_page),
    Route("/desk/reports", desk.report_list),
    Route("/desk/reports/{report_id:id}", desk.report_case),
    Route("/desk/reports/{report_id:id}/uphold", desk.uphold_report, methods=["POST"]),
    Route("/desk/reports/{report_id:id}/dismiss", desk.dismiss_report, methods=["POST"]),
    Route("/desk/withheld", desk.withheld_list),
    Route("/login", login.login_page, methods=["GET"]),
    Route("/login", login.log_in, methods=["POST"]),
    Route("/logout", login.log_out, methods=["POST"]),
    Route("/welcome/{token}", welcome.welcome_page, methods=["GET"]),
    Route("/welcome/{token}", welcome.come_in, methods=["POST"]),
    Route("/account", account.account_page),
    Route("/account/data.json", account.own_data),
    Route("/account/appearance", appearance.choose_appearance, methods=["POST"]),
    Route("/account/password", account.change_password, methods=["POST"]),
    Route("/account/sessions/end", account.end_sessions, methods=["POST"]),
    Route("/account/tokens", account.make_token, methods=["POST"]),
    Route("/account/tokens/{token_id:id}/revoke", account.revoke_token, methods=["POST"]),
    Route("/readers", readers.reader_list),
    Route("/readers/invite", readers.invite_reader, methods=["POST"]),
    Route("/readers/{reader_id:id}/reset", readers.reset_reader, methods=["POST"]),
    Route("/readers/{reader_id:id}/disable", readers.disable_reader, methods=["POST"]),
    Route("/readers/{reader_id:id}/enable", readers.enable_reader, methods=["POST"]),
    Route("/pictures/{digest:digest}", pictures.picture),
    Route("/websub/{token}", hub_callback.verify, methods=["GET"]),
    Route("/websub/{token}", hub_callback.receive, methods=["POST"]),
    Route("/healthz", health.readyz),
    Route("/readyz", health.readyz),
    Route("/livez", health.livez),
    Route(METRICS_PATH, metrics.metrics_page),
    Route("/manifest.webmanifest", offline.manifest),
    Route("/sw.js", offline.service_worker),
    Route("/offline", offline.offline_page),
    Route("/offline.json", offline.offline_list),
    Route("/help", help.help_page),
    Route("/robots.txt", robots.robots_txt),
    Route("/favicon.ico", favicon),
    Route("/static/{digest}/{name}", static_file),
)


def create_app(services: WebServices) -> Starlette:
    """The site over `services`; owns nothing that must be closed."""
    site = make_site(services)
    routes = (*ROUTES, Mount(API_PATH, app=LazyApi(site)))
    meter = RequestMeter()
    admission = Admission(services, site.form_tokens, routes, errors.error_page)
    app = Starlette(
        routes=[_reading_at_once(route, services.store) for route in routes],
        middleware=[
            Middleware(Metering, meter=meter),
            Middleware(Compression),
            Middleware(
                Gate,
                allowed_hosts=LOOPBACK_HOSTS | services.allowed_hosts,
                body_limits={
                    "/feeds/import": feed_changes.MAX_UPLOAD_BYTES,
                    CALLBACK_PATH: hub_callback.MAX_PUSH_BYTES,
                },
                refuse=errors.error_page,
                admit=admission.admit,
            ),
        ],
        exception_handlers={
            HTTPException: errors.http_error,
            NutgrafError: errors.nutgraf_error,
            Exception: errors.unexpected_error,
        },
    )
    app.state.site = site
    app.state.meter = meter
    return app


def _reading_at_once(route: BaseRoute, store: Store) -> BaseRoute:
    """The route, its page made of one moment of the store; pages that change something read as they write."""
    if not isinstance(route, Route) or route.methods != {"GET", "HEAD"} or iscoroutinefunction(route.endpoint):
        return route
    make_page: Callable[[Request], Response] = route.endpoint

    @functools.wraps(make_page)
    def page(request: Request) -> Response:
        with store.one_moment():
            return make_page(request)

    return Route(route.path, page)
