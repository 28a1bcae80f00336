"""Decoding a response body piece by piece, so that neither its size nor its compression can surprise."""

from __future__ import annotations

from collections.abc import Iterator

from nutgraf.adapters.http.codings import CODINGS, DECODING_ERRORS, Coding, Decoder
from nutgraf.adapters.http.holding import HeldBytes
from nutgraf.errors import FetchError, TooLarge

RATIO_FROM_BYTES = 1_000_000
SIP_BYTES = 8 * 1024
MAX_STREAMS = 64  # concatenated gzip members or zstd frames; each costs a copy of what is left of the chunk


class BodyBuffer:
    """Takes the body as it comes from the wire, keeps it decoded, and stops at the limits.

    `content_encoding` is the header's value. `max_ratio` (decoded to received bytes) counts from 1 MB decoded.
    With `truncate` the body is cut at `max_bytes` instead of refused, and `is_full` tells that no more is wanted.
    """

    def __init__(self, *, content_encoding: str, max_bytes: int, max_ratio: int, url: str, truncate: bool = False):
        self._coding = _coding(content_encoding, url)
        self._max_bytes = max_bytes
        self._max_ratio = max_ratio
        self._url = url
        self._truncate = truncate
        self._decoded = HeldBytes(max_bytes)
        self._packed = HeldBytes(max_bytes)  # what can only be decoded when all of it is there
        self._received_bytes = 0
        self._streams = 0
        self._head = b""
        self._decoder: Decoder | None = None

    @property
    def size_bytes(self) -> int:
        """Bytes held."""
        return self._decoded.size_bytes + self._packed.size_bytes

    @property
    def is_packed(self) -> bool:
        """Whether `finish` will decode, and take up to 16 MB for the decoder beside the decoded body."""
        return self._packed.size_bytes > 0

    @property
    def is_full(self) -> bool:
        """Whether a truncated body has reached its limit."""
        return self._truncate and self.size_bytes >= self._max_bytes

    def expect(self, content_length_bytes: int | None) -> None:
        """Refuse at once what announces itself as too large. Raises TooLarge."""
        if content_length_bytes is not None and content_length_bytes > self._max_bytes and not self._truncate:
            raise self._too_large()

    def feed(self, chunk: bytes) -> Iterator[None]:
        """Take what the wire brought, with a halt after each piece that it decodes to, for who minds `size_bytes`.

        Raises TooLarge, or FetchError where it cannot be decoded.
        """
        if self._coding is None:
            self._received_bytes += len(chunk)
            self._keep(chunk)
            yield
        elif self._coding.fills_window:
            if self.size_bytes + len(chunk) > self._max_bytes and not self._truncate:
                raise self._too_large()
            self._received_bytes += len(chunk)
            self._packed.write(chunk)
            yield
        else:
            # In sips, since the ratio counts what was received: a bomb of 64 KB would be let off up to 6 MB.
            for start in range(0, len(chunk), SIP_BYTES):
                sip = chunk[start : start + SIP_BYTES]
                self._received_bytes += len(sip)
                yield from self._decode(self._coding, sip)

    def finish(self) -> bytes:
        """The whole decoded body. Raises TooLarge, or FetchError where it cannot be decoded or ended too early."""
        if self._coding is not None and self._coding.fills_window:
            packed = self._packed.value()
            self._packed.close()
            self._packed = HeldBytes(self._max_bytes)
            for _ in self._decode(self._coding, packed):
                pass
        unfinished = self._decoder is not None and not self._decoder.is_finished
        if (unfinished or (self._head and not self._streams)) and not self.is_full:
            raise incomplete(self._url)
        return self._decoded.value()

    def close(self) -> None:
        """Let go of what was kept."""
        self._decoded.close()
        self._packed.close()

    def _decode(self, coding: Coding, data: bytes) -> Iterator[None]:
        try:
            yield from self._decode_streams(coding, self._head + data)
        except DECODING_ERRORS as exc:
            message = f"The server's {coding.name} compression is broken."
            raise FetchError(message, url=self._url, code="bad_encoding") from exc

    def _decode_streams(self, coding: Coding, data: bytes) -> Iterator[None]:
        self._head = b""
        while data and not self.is_full:
            if self._decoder is None or self._decoder.is_finished:
                if len(data) < coding.start_bytes:  # too few to tell what follows
                    self._head = data
                    return
                if self._streams and not coding.may_follow(data):  # something else, which is ignored
                    return
                self._count_stream()
                self._decoder = coding.start(data)
            yield from self._decode_stream(self._decoder, data)
            data = self._decoder.rest

    def _decode_stream(self, decoder: Decoder, data: bytes) -> Iterator[None]:
        for piece in decoder.pieces(data):
            self._keep(piece)
            yield
            if self.is_full:
                return

    def _count_stream(self) -> None:
        self._streams += 1
        if self._streams > MAX_STREAMS:
            raise TooLarge("The compressed body has too many parts.", url=self._url, code="compression_bomb")

    def _keep(self, piece: bytes) -> None:
        size_bytes = self.size_bytes + len(piece)
        if size_bytes > self._max_bytes:
            if not self._truncate:
                raise self._too_large()
            piece = piece[: self._max_bytes - self.size_bytes]
        if size_bytes > RATIO_FROM_BYTES and size_bytes > self._max_ratio * self._received_bytes:
            message = f"The document is compressed more than {self._max_ratio} times, as only attacks are."
            raise TooLarge(message, url=self._url, code="compression_bomb")
        self._decoded.write(piece)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The document is larger than {self._max_bytes:,} bytes.", url=self._url)


def _coding(content_encoding: str, url: str) -> Coding | None:
    name = content_encoding.strip().lower().removeprefix("x-")
    if name in ("", "identity"):
        return None
    if name not in CODINGS:
        message = f"The server sent the content encoding “{name[:40]}”, which was not asked for."
        raise FetchError(message, url=url, code="unsupported_encoding", retryable=False)
    return CODINGS[name]


def incomplete(url: str) -> FetchError:
    """The error for a body that ended before it was complete."""
    return FetchError("The server ended the document before it was complete.", url=url, code="incomplete_body")
