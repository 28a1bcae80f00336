"""The Fetcher over aiohttp: the only way out of the program."""

from __future__ import annotations

import asyncio
import functools
from contextlib import AsyncExitStack
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from nutgraf.adapters.http import headers as http_headers
from nutgraf.adapters.http.addresses import AddressPolicy
from nutgraf.adapters.http.body import BodyBuffer
from nutgraf.adapters.http.breaker import OriginBreaker
from nutgraf.adapters.http.codings import ACCEPT_ENCODING, PIECE_BYTES
from nutgraf.adapters.http.connecting import PolicyResolver, make_connector, make_tls_context, requested_host
from nutgraf.adapters.http.failures import as_fetch_error, headers_too_large, status_error
from nutgraf.adapters.http.options import FetchOptions
from nutgraf.adapters.http.robots import MAX_ROBOTS_BYTES, RobotsGate
from nutgraf.adapters.http.turns import OriginTurns, leased
from nutgraf.domain.document import Document, FetchRequest, Purpose
from nutgraf.errors import FetchError, StoreError, Timeout
from nutgraf.ports import Clock, HostLeases

MEDIUM_BODY_BYTES = 256 * 1024
LARGE_BODY_BYTES = 1_000_000
READ_BUFFER_BYTES = 16 * 1024
"""Received and not yet read, for each connection: twice that stops the reading until it is used up."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT_REDIRECTS = frozenset({301, 308})
MAX_HEADER_FIELD_BYTES = 32 * 1024
MAX_HEADER_FIELDS = 256


@dataclass(slots=True)
class _Journey:
    """One document's way through its redirects: what to send and keep, and the network time that is left."""

    headers: dict[str, str]
    max_bytes: int
    remaining_s: float
    obeys_robots: bool = False
    truncate: bool = False
    form: tuple[tuple[str, str], ...] = ()
    is_answered: bool = False  # the request under way has been, be it with an error


@dataclass(frozen=True, slots=True)
class _Answer:
    url: URL
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    is_permanent: bool = True


class HttpFetcher:
    """Implements `ports.Fetcher`. Make it anywhere, use it in one event loop, close it there.

    Raises ConfigError when made with a file of authorities that cannot be read.
    """

    def __init__(self, options: FetchOptions, clock: Clock, *, leases: HostLeases | None = None) -> None:
        """`leases` are asked where other processes send requests, too."""
        self._options = options
        self._clock = clock
        self._policy = AddressPolicy(options.allowed_endpoints)
        self._resolver = PolicyResolver(self._policy)
        self._leases = leases
        self._turns = OriginTurns(clock, gap_s=options.host_gap_s, wait_s=options.turn_wait_s)
        self._breaker = OriginBreaker(clock)
        self._robots = RobotsGate(self._fetch_robots, clock, product=options.product)
        self._connections = asyncio.Semaphore(options.max_connections)
        self._body_slots = (
            (MEDIUM_BODY_BYTES, asyncio.Semaphore(options.max_medium_bodies)),
            (LARGE_BODY_BYTES, asyncio.Semaphore(options.max_large_bodies)),
        )
        self._tls_context = make_tls_context(options.ca_file)
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    async def fetch(self, request: FetchRequest) -> Document:
        """Fetch one document within all limits. Raises FetchError and its kinds, StoreError of leases; nothing else."""
        try:
            return await self._fetch_document(request)
        except (FetchError, StoreError):
            raise
        except Exception as exc:
            raise as_fetch_error(exc, url=request.url) from exc

    async def close(self) -> None:
        """Release connections; fetches under way fail. Idempotent."""
        self._is_closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        await self._resolver.close()
        if self._leases is not None:
            await self._leases.close()

    async def _fetch_document(self, request: FetchRequest) -> Document:
        headers = {"Accept": http_headers.ACCEPT[request.purpose]}
        if etag := http_headers.validator(request.etag):
            headers["If-None-Match"] = etag
        if last_modified := http_headers.validator(request.last_modified):
            headers["If-Modified-Since"] = last_modified
        journey = _Journey(
            headers=headers,
            max_bytes=self._options.max_bytes(request.purpose),
            remaining_s=self._options.total_timeout_s,
            obeys_robots=request.purpose is Purpose.ARTICLE,
            truncate=request.purpose is Purpose.HUB,
            form=request.form,
        )
        start = self._policy.check_url(request.url)
        answer = await self._follow(start, journey)
        final_url = str(answer.url)
        return Document(
            url=request.url,
            final_url=final_url,
            status=answer.status,
            body=answer.body,
            content_type=answer.headers.get("Content-Type", ""),
            etag=http_headers.validator(answer.headers.get("ETag")),
            last_modified=http_headers.validator(answer.headers.get("Last-Modified")),
            max_age_s=_max_age_s(answer),
            moved_to=final_url if answer.is_permanent and answer.url != start else "",
            not_modified=answer.status == 304,
        )

    async def _fetch_robots(self, url: URL) -> str:
        journey = _Journey(
            headers={"Accept": "text/plain, */*;q=0.1"},
            max_bytes=MAX_ROBOTS_BYTES,
            remaining_s=self._options.total_timeout_s,
            truncate=True,
        )
        try:
            answer = await self._follow(self._policy.check_url(str(url)), journey)
        except (FetchError, StoreError):
            raise
        except Exception as exc:
            raise as_fetch_error(exc, url=str(url)) from exc
        return answer.body.decode("utf-8", errors="replace")

    async def _follow(self, start: URL, journey: _Journey) -> _Answer:
        """The answer at the end of the redirects, each of which is checked as the first address was."""
        url, is_permanent, seen = start, True, {start}
        for _ in range(self._options.max_redirects + 1):
            if journey.obeys_robots:
                await self._robots.check(url)
            answer = await self._request(url, journey)
            location = answer.headers.get("Location", "")
            if answer.status not in REDIRECTS or not location or journey.form:
                self._check_status(answer, journey)
                return _Answer(url, answer.status, answer.headers, answer.body, is_permanent)
            is_permanent = is_permanent and answer.status in PERMANENT_REDIRECTS
            url = self._redirect_target(url, location)
            if url in seen:
                raise FetchError(
                    "The server redirects in a circle.", url=str(start), code="redirect_loop", retryable=False
                )
            seen.add(url)
        message = f"The server redirects more than {self._options.max_redirects} times."
        raise FetchError(message, url=str(start), code="too_many_redirects", retryable=False)

    def _redirect_target(self, url: URL, location: str) -> URL:
        try:
            return self._policy.check_url(urljoin(str(url), http_headers.escape_raw_bytes(location.strip())))
        except ValueError as exc:
            raise _bad_redirect(url) from exc
        except FetchError as exc:
            if exc.code == "bad_url":
                raise _bad_redirect(url) from exc
            raise

    def _check_status(self, answer: _Answer, journey: _Journey) -> None:
        is_awaited_304 = answer.status == 304 and (
            "If-None-Match" in journey.headers or "If-Modified-Since" in journey.headers
        )
        if 200 <= answer.status < 300 or is_awaited_304:
            return
        wish_s = http_headers.retry_after_s(answer.headers.get("Retry-After"), now=self._clock.now())
        raise status_error(answer.status, url=str(answer.url), retry_after_s=wish_s)

    async def _request(self, url: URL, journey: _Journey) -> _Answer:
        """One request in the origin's turn; waiting for the turn or a connection costs none of the journey's time."""
        host, port, origin = url.raw_host or "", url.port or 0, str(url.origin())
        check = functools.partial(self._breaker.check, origin, url=str(url))
        check()  # a server that is down is not worth waiting for
        async with (
            self._turns.take(origin, url=str(url), check=check) as turn,
            self._connections,
            leased(self._leases, turn, origin, url=str(url), wait_s=self._options.turn_wait_s, clock=self._clock),
        ):
            if journey.remaining_s <= 0:
                raise Timeout("The server took too long in all.", url=str(url))
            loop = asyncio.get_running_loop()
            started_at_s = loop.time()
            journey.is_answered = False
            try:
                async with asyncio.timeout(journey.remaining_s):
                    return await self._exchange(url, journey)
            except FetchError:
                raise
            except Exception as exc:
                raise self._failure(exc, url, journey) from exc
            finally:
                journey.remaining_s -= loop.time() - started_at_s
                if self._resolver.is_private(host, port):
                    turn.gap_s = 0.0

    def _failure(self, exc: Exception, url: URL, journey: _Journey) -> FetchError:
        error = as_fetch_error(exc, url=str(url))
        if not journey.is_answered:
            self._breaker.failed(str(url.origin()), error)
        return error

    async def _exchange(self, url: URL, journey: _Journey) -> _Answer:
        session = self._open_session()
        requested_host.set(url.raw_host or "")
        method, data = ("POST", journey.form) if journey.form else ("GET", None)
        async with session.request(method, url, headers=journey.headers, data=data, allow_redirects=False) as response:
            journey.is_answered = True
            self._breaker.answered(str(url.origin()))
            headers_bytes = sum(len(name) + len(value) + 4 for name, value in response.raw_headers)
            if headers_bytes > self._options.max_headers_bytes:
                raise headers_too_large(str(url))
            is_success = 200 <= response.status < 300
            body = await self._read_body(response, journey) if is_success else b""
            response.close()  # whatever else the server may want to send
            return _Answer(url, response.status, response.headers, body)

    async def _read_body(self, response: aiohttp.ClientResponse, journey: _Journey) -> bytes:
        body = BodyBuffer(
            content_encoding=", ".join(response.headers.getall("Content-Encoding", ())),
            max_bytes=journey.max_bytes,
            max_ratio=self._options.max_ratio,
            url=str(response.url),
            truncate=journey.truncate,
        )
        async with AsyncExitStack() as stack:
            stack.callback(body.close)  # an error kept by someone must not keep ten megabytes with it
            body.expect(response.content_length)
            slots = list(self._body_slots)
            while not body.is_full and (chunk := await response.content.read(PIECE_BYTES)):
                for _ in body.feed(chunk):
                    while slots and body.size_bytes > slots[0][0]:
                        await stack.enter_async_context(slots.pop(0)[1])
            if body.is_packed:
                for _, slot in slots:
                    await stack.enter_async_context(slot)
            return body.finish()

    def _open_session(self) -> aiohttp.ClientSession:
        if self._is_closed:
            raise FetchError("Fetching has been shut down.", code="closed")
        if self._session is None:
            options = self._options
            self._session = aiohttp.ClientSession(
                connector=make_connector(self._policy, self._resolver, self._tls_context),
                timeout=aiohttp.ClientTimeout(
                    connect=options.connect_timeout_s,
                    sock_connect=options.connect_timeout_s,
                    sock_read=options.read_timeout_s,
                ),
                headers={"User-Agent": options.user_agent, "Accept-Encoding": ACCEPT_ENCODING},
                cookie_jar=aiohttp.DummyCookieJar(),
                read_bufsize=READ_BUFFER_BYTES,
                auto_decompress=False,  # decoded by BodyBuffer, which counts
                trust_env=False,
                max_line_size=MAX_HEADER_FIELD_BYTES,
                max_field_size=MAX_HEADER_FIELD_BYTES,
                max_headers=MAX_HEADER_FIELDS,
            )
        return self._session


def _max_age_s(answer: _Answer) -> int | None:
    headers = answer.headers
    cache_control = ", ".join(headers.getall("Cache-Control", ()))
    return http_headers.max_age_s(cache_control, expires=headers.get("Expires"), date=headers.get("Date"))


def _bad_redirect(url: URL) -> FetchError:
    message = "The server redirects to something that is no web address."
    return FetchError(message, url=str(url), code="bad_redirect", retryable=False)
