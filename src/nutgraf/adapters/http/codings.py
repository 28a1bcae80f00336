"""The content codings of HTTP, each decoded in small pieces (RFC 9110 section 8.4, 7932 brotli, 8878 and 9659 zstd)."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import brotli  # type: ignore[import-untyped]

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE_BYTES = 64 * 1024
"""Decoded bytes given out at a time; brotli goes over it by up to half."""

MAX_ZSTD_WINDOW_LOG = 23
"""8 MB, the most that RFC 9659 lets a server use."""

DECODING_ERRORS = (zlib.error, brotli.error, zstd.ZstdError)


class Decoder(Protocol):
    """Decodes one compressed stream; once `is_finished`, `rest` holds what followed it."""

    is_finished: bool
    rest: bytes

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The decoded pieces of the next received bytes. Raises one of DECODING_ERRORS."""
        ...


@dataclass(frozen=True, slots=True)
class Coding:
    """A coding by its name in Content-Encoding.

    `start` makes a decoder from a stream's first bytes, of which it needs `start_bytes`. `may_follow` says whether
    what comes after a finished stream is another stream of the same body. With `fills_window` the decoder fills its
    whole window (16 MB for brotli, from 40 bytes) before it gives anything out.
    """

    name: str
    start_bytes: int
    start: Callable[[bytes], Decoder]
    may_follow: Callable[[bytes], bool]
    fills_window: bool = False


class _ZlibDecoder:
    def __init__(self, window_bits: int) -> None:
        self._inflate = zlib.decompressobj(window_bits)
        self.is_finished = False
        self.rest = b""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data:
            yield self._inflate.decompress(data, PIECE_BYTES)
            if self._inflate.eof:
                self.is_finished, self.rest = True, self._inflate.unused_data
                return
            data = self._inflate.unconsumed_tail


class _BrotliDecoder:
    rest = b""  # what follows a brotli stream is an error to the decoder

    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()
        self.is_finished = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        piece = self._decompressor.process(data, output_buffer_limit=PIECE_BYTES)
        # can_accept_more_data() tells of input only: decoded data may still be held back when it is all taken
        while piece and not self._decompressor.is_finished():
            yield piece
            piece = self._decompressor.process(b"", output_buffer_limit=PIECE_BYTES)
        self.is_finished = self._decompressor.is_finished()
        yield piece


class _ZstdDecoder:
    def __init__(self) -> None:
        options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: MAX_ZSTD_WINDOW_LOG}
        self._decompressor = zstd.ZstdDecompressor(options=options)
        self.is_finished = False
        self.rest = b""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        yield self._decompressor.decompress(data, PIECE_BYTES)
        while not (self._decompressor.needs_input or self._decompressor.eof):
            yield self._decompressor.decompress(b"", PIECE_BYTES)
        if self._decompressor.eof:
            self.is_finished, self.rest = True, self._decompressor.unused_data


def _start_gzip(data: bytes) -> Decoder:
    return _ZlibDecoder(16 + zlib.MAX_WBITS)


def _start_deflate(data: bytes) -> Decoder:
    """The zlib format (RFC 9110 8.4.1.2), or raw deflate, which many servers send under that name."""
    has_zlib_header = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    return _ZlibDecoder(zlib.MAX_WBITS if has_zlib_header else -zlib.MAX_WBITS)


def _start_brotli(data: bytes) -> Decoder:
    return _BrotliDecoder()


def _start_zstd(data: bytes) -> Decoder:
    return _ZstdDecoder()


def _is_gzip(data: bytes) -> bool:
    return data.startswith(b"\x1f\x8b")


def _is_zstd(data: bytes) -> bool:
    is_skippable = data[0] & 0xF0 == 0x50 and data[1:4] == b"\x2a\x4d\x18"
    return is_skippable or data.startswith(b"\x28\xb5\x2f\xfd")


def _never(data: bytes) -> bool:
    return False


CODINGS = {
    coding.name: coding
    for coding in (
        Coding("gzip", 2, _start_gzip, _is_gzip),
        Coding("deflate", 2, _start_deflate, _never),
        Coding("br", 1, _start_brotli, _never, fills_window=True),
        Coding("zstd", 4, _start_zstd, _is_zstd),
    )
}

ACCEPT_ENCODING = ", ".join(CODINGS)
"""What is decoded here, and nothing else."""
