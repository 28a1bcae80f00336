"""Whatever goes wrong on the wire, as one of our own errors with a stable code and a sentence for a person."""

from __future__ import annotations

import ssl

import aiohttp
from aiohttp import http_exceptions

from nutgraf.adapters.http.body import incomplete
from nutgraf.adapters.http.connecting import AddressRefused
from nutgraf.errors import FetchError, HTTPStatus, Timeout, TooLarge

_STATUS_SENTENCES = {
    304: "The server said “not modified” though nothing was known before.",
    401: "The server asks for a login.",
    402: "The server asks for payment.",
    403: "The server refuses to give us this document.",
    404: "There is no such document on the server.",
    408: "The server found us too slow.",
    410: "The document is gone for good, says the server.",
    429: "The server asks us to come less often.",
    451: "The document may not be shown for legal reasons.",
    500: "The server failed.",
    502: "The server behind the site's gateway failed.",
    503: "The server is not available at the moment.",
    504: "The server behind the site's gateway did not answer in time.",
}
_CERTIFICATE_SENTENCES = {
    9: "The site's certificate is not valid yet.",
    10: "The site's certificate has expired.",
    18: "The site's certificate is signed by itself.",
    19: "The site's certificate comes from an unknown authority.",
    20: "The site's certificate comes from an unknown authority.",
    62: "The site's certificate is for another name.",
    64: "The site's certificate is for another address.",
}


def status_error(status: int, *, url: str, retry_after_s: float | None) -> HTTPStatus:
    """The error for an answer that is neither a document, nor a redirect, nor an awaited 304."""
    if status in _STATUS_SENTENCES:
        sentence = _STATUS_SENTENCES[status]
    elif 300 <= status < 400:
        sentence = "The server redirects but does not say where to."
    else:
        sentence = "The server failed." if status >= 500 else "The server refuses the request."
    return HTTPStatus(f"{sentence} (HTTP {status})", status=status, url=url, retry_after_s=retry_after_s)


def as_fetch_error(exc: Exception, *, url: str) -> FetchError:
    """Translate any exception of aiohttp, asyncio, ssl or socket; an unknown one becomes a plain FetchError."""
    if isinstance(exc, FetchError):
        return exc
    if isinstance(exc, TimeoutError):
        return _timeout(exc, url)
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        number = getattr(exc.certificate_error, "verify_code", 0)
        sentence = _CERTIFICATE_SENTENCES.get(number, "The site's certificate cannot be trusted.")
        return FetchError(sentence, url=url, code="tls_failed")
    if isinstance(exc, (aiohttp.ClientSSLError, ssl.SSLError)):
        return FetchError("No secure connection could be agreed with the server.", url=url, code="tls_failed")
    if isinstance(exc, aiohttp.ClientConnectorDNSError):
        return FetchError(f"The name {exc.host} cannot be found.", url=url, code="dns_failed")
    if isinstance(exc, aiohttp.ClientConnectorError) and isinstance(exc.os_error, AddressRefused):
        exc.os_error.blocked.url = url
        return exc.os_error.blocked
    if isinstance(exc, aiohttp.InvalidURL):
        return FetchError("This is not a web address.", url=url, code="bad_url", retryable=False)
    if isinstance(exc, aiohttp.ClientPayloadError):
        return incomplete(url)
    if isinstance(exc, aiohttp.ClientResponseError):
        if _is_caused_by(exc, http_exceptions.LineTooLong):
            return headers_too_large(url)
        return FetchError("The server's answer is not valid HTTP.", url=url, code="bad_response")
    if isinstance(exc, (aiohttp.ClientConnectionError, OSError)):
        return FetchError("The connection to the server failed.", url=url, code="connection_failed")
    return FetchError(f"The document could not be fetched ({type(exc).__name__}).", url=url)


def headers_too_large(url: str) -> TooLarge:
    """The error for a header section over its limit."""
    return TooLarge("The server's headers are too large.", url=url, code="headers_too_large")


def _timeout(exc: Exception, url: str) -> Timeout:
    if isinstance(exc, aiohttp.ConnectionTimeoutError):
        return Timeout("The server could not be connected to in time.", url=url)
    if isinstance(exc, aiohttp.SocketTimeoutError):
        return Timeout("The server stopped sending.", url=url)
    return Timeout("The server took too long in all.", url=url)


def _is_caused_by(exc: BaseException, kind: type[Exception]) -> bool:
    cause = exc.__cause__
    return cause is not None and (isinstance(cause, kind) or _is_caused_by(cause, kind))
