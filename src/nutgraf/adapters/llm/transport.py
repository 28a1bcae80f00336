"""The last step of a request to a model's host: nothing leaves that should not, nothing unbounded comes back.

The packages that speak for the providers never hold the key: it is written into the request here. What they would add
from the environment (accounts, projects, headers of anybody's choice) and about this machine is left out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

from nutgraf.adapters.llm.options import ModelOptions
from nutgraf.errors import BadOutput, Unavailable

PLACEHOLDER_KEY = "written-by-the-transport"
MAX_ERROR_BYTES = 65_536
_KEPT_HEADERS = frozenset({"host", "accept", "content-type", "content-length", "anthropic-version", "anthropic-beta"})


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends to one host only, with the key in `key_header`; follows no redirect, decodes nothing, counts bytes."""

    def __init__(self, options: ModelOptions, *, key_header: str, key_prefix: str = "") -> None:
        self._options = options
        self._own_headers = {"user-agent": options.user_agent, "accept-encoding": "identity"}
        if options.key:
            self._own_headers[key_header] = key_prefix + options.key
        self._origin = _origin(httpx2.URL(options.url))
        limits = httpx2.Limits(max_connections=options.max_concurrent + 4, keepalive_expiry=30.0)
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False, limits=limits)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request. Raises Unavailable and BadOutput beside httpx2's own errors."""
        if _origin(request.url) != self._origin:
            raise Unavailable("A request to another host than the model's was stopped.", code="model_other_host")
        headers = {name: value for name, value in request.headers.items() if name.lower() in _KEPT_HEADERS}
        timeout = {**request.extensions.get("timeout", {}), "connect": self._options.connect_timeout_s}
        response = await self._inner.handle_async_request(
            httpx2.Request(
                request.method,
                request.url,
                headers={**headers, **self._own_headers},
                stream=request.stream,
                extensions={"timeout": timeout},
            )
        )
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        if 300 <= response.status_code < 400:
            await response.stream.aclose()
            message = f"The model's host {self._options.host} sends to another address; set that one as model.url."
            raise Unavailable(message, code="model_redirected", retryable=False)
        if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            await response.stream.aclose()
            raise BadOutput("The model's host compressed an answer that was asked for plain.", code="model_bad_answer")
        limit = MAX_ERROR_BYTES if response.status_code >= 400 else self._options.max_answer_bytes
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_BoundedStream(response.stream, limit),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """End all connections."""
        await self._inner.aclose()


class _BoundedStream(httpx2.AsyncByteStream):
    """Ends an answer with an error as soon as it grows too long; the connection is closed with it."""

    def __init__(self, inner: httpx2.AsyncByteStream, max_bytes: int) -> None:
        self._inner = inner
        self._left = max_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._left -= len(chunk)
            if self._left < 0:
                raise BadOutput("The model's host sent far more than was asked for.", code="model_answer_too_large")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def guarded_client(options: ModelOptions, *, key_header: str, key_prefix: str = "") -> httpx2.AsyncClient:
    """A client for a provider's package: no proxies of the environment, no redirects, no cookies kept."""
    transport = GuardedTransport(options, key_header=key_header, key_prefix=key_prefix)
    return httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=600.0)


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
