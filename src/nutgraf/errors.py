"""The one tree of errors.

    NutgrafError(code, retryable)
    ├── ConfigError                 a setting or an argument is wrong
    ├── SourceError(url)            something a publisher sent, or did not send
    │   ├── FetchError
    │   │   ├── Timeout
    │   │   ├── Blocked             refused by our own address policy or by robots.txt
    │   │   ├── TooLarge
    │   │   └── HTTPStatus(status)
    │   ├── ParseError              not a feed, or a feed beyond repair
    │   └── ExtractError            a page without an article
    ├── ModelError
    │   ├── Unavailable
    │   ├── Refused
    │   └── BadOutput
    └── StoreError
        ├── NotFound
        └── Conflict

`code` is a stable snake_case word (a page, a log and an exit code can rely on it); the message is one plain sentence
for a person. Never classify an error by its message.
"""

from __future__ import annotations


class NutgrafError(Exception):
    """Base of everything Nutgraf raises on purpose.

    `code` names the kind for machines; `retryable` says whether the same call may succeed later by itself.
    """

    default_code = "error"
    default_retryable = False

    def __init__(self, message: str, *, code: str | None = None, retryable: bool | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.retryable = self.default_retryable if retryable is None else retryable


class ConfigError(NutgrafError):
    """A setting, a file of settings or a command's argument is wrong."""

    default_code = "config"


class SourceError(NutgrafError):
    """Something that came, or should have come, from a publisher."""

    default_code = "source"

    def __init__(self, message: str, *, url: str = "", code: str | None = None, retryable: bool | None = None) -> None:
        super().__init__(message, code=code, retryable=retryable)
        self.url = url


class FetchError(SourceError):
    """The document could not be fetched.

    `retry_after_s` is how long to wait at least, in seconds, where the server or our own manners say so, else None.
    """

    default_code = "fetch_failed"
    default_retryable = True

    def __init__(
        self,
        message: str,
        *,
        url: str = "",
        code: str | None = None,
        retryable: bool | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, url=url, code=code, retryable=retryable)
        self.retry_after_s = retry_after_s


class Timeout(FetchError):
    """A time limit was reached: connecting, between two reads, or in all."""

    default_code = "timeout"


class Blocked(FetchError):
    """We refused: address policy, scheme, port, or the site's robots.txt."""

    default_code = "blocked"
    default_retryable = False


class TooLarge(FetchError):
    """A size limit was reached: headers, body after decoding, or compression ratio."""

    default_code = "too_large"
    default_retryable = False


class HTTPStatus(FetchError):
    """The server answered with a status other than success."""

    default_code = "http_status"

    def __init__(self, message: str, *, status: int, url: str = "", retry_after_s: float | None = None) -> None:
        retryable = status in (408, 425, 429) or status >= 500
        super().__init__(message, url=url, code=f"http_{status}", retryable=retryable, retry_after_s=retry_after_s)
        self.status = status


class ParseError(SourceError):
    """Not a feed, or a feed that cannot be read."""

    default_code = "not_a_feed"

    def __init__(
        self, message: str, *, url: str = "", code: str | None = None, feed_links: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, url=url, code=code)
        self.feed_links = feed_links  # feeds that the page declares, where it is a page


class ExtractError(SourceError):
    """A page in which no article was found."""

    default_code = "no_article"


class ModelError(NutgrafError):
    """A language model failed to give a usable answer.

    `retry_after_s` is how long to wait at least, in seconds, where its host or a budget says so, else None.
    """

    default_code = "model"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retryable: bool | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, code=code, retryable=retryable)
        self.retry_after_s = retry_after_s


class Unavailable(ModelError):
    """The model or its host cannot be reached, or its budget is used up."""

    default_code = "model_unavailable"
    default_retryable = True


class Refused(ModelError):
    """The model declined to answer."""

    default_code = "model_refused"


class BadOutput(ModelError):
    """The model's answer does not have the agreed shape."""

    default_code = "model_bad_output"


class StoreError(NutgrafError):
    """The store could not do what was asked."""

    default_code = "store"


class NotFound(StoreError):
    """There is no such thing in the store."""

    default_code = "not_found"


class Conflict(StoreError):
    """The thing is there already, or was changed meanwhile."""

    default_code = "conflict"
