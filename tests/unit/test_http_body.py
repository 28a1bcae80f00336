"""Decoding bodies piece by piece within their limits."""

from __future__ import annotations

import gzip
import itertools
import os
import tracemalloc
import zlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nutgraf.adapters.http.body import BodyBuffer
from nutgraf.adapters.http.codings import ACCEPT_ENCODING, CODINGS, MAX_ZSTD_WINDOW_LOG, zstd
from nutgraf.errors import FetchError, TooLarge

TEXT = b"The harbour trust met on Monday. " * 500


def raw_deflate(data):
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


PACK = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}
ZSTD_NOTE = b"\x50\x2a\x4d\x18\x04\0\0\0note"


def decode(data, encoding="", *, piece_bytes=None, max_bytes=10_000_000, truncate=False):
    body = BodyBuffer(
        content_encoding=encoding, max_bytes=max_bytes, max_ratio=100, url="https://a.example/", truncate=truncate
    )
    for start in range(0, len(data), piece_bytes or len(data) or 1):
        feed(body, data[start : start + (piece_bytes or len(data))])
    return body.finish()


def feed(body, data):
    for _ in body.feed(data):
        pass


def take(body, data):
    feed(body, data)
    return body.finish()


@pytest.mark.parametrize("piece_bytes", [1, 7, 1000, None])
@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("X-GZip ", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),
        ("gzip", gzip.compress(TEXT) + b"\0\0\0 trailing"),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("br", brotli.compress(TEXT)),
        ("zstd", zstd.compress(TEXT)),
        ("zstd", zstd.compress(TEXT[:100]) + ZSTD_NOTE + zstd.compress(TEXT[100:])),
        ("zstd", zstd.compress(TEXT) + b"\0\0\0 trailing"),
    ],
)
def test_every_encoding_decodes_in_any_pieces(encoding, data, piece_bytes):
    assert decode(data, encoding, piece_bytes=piece_bytes) == TEXT


def test_exactly_what_can_be_decoded_is_asked_for():
    assert set(CODINGS) == set(PACK)
    assert ACCEPT_ENCODING.split(", ") == list(CODINGS)


@pytest.mark.parametrize("encoding", [*PACK, ""])
def test_an_empty_body_is_empty(encoding):
    assert decode(b"", encoding) == b""


def code_of(*args, **options):
    with pytest.raises(FetchError) as caught:
        decode(*args, **options)
    return caught.value.code


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br, gzip", "gzip, identity", "compress", "utf-8"])
def test_an_encoding_not_asked_for_is_refused(encoding):
    assert code_of(TEXT, encoding) == "unsupported_encoding"


def test_broken_and_cut_compression_have_their_own_codes():
    packed = gzip.compress(TEXT)
    assert code_of(b"not gzip at all", "gzip") == "bad_encoding"
    assert code_of(packed[:-8] + bytes(8), "gzip") == "bad_encoding"
    assert code_of(packed[:-9], "gzip") == "incomplete_body"
    assert code_of(packed[:1], "gzip") == "incomplete_body"
    assert code_of(zlib.compress(TEXT)[:50], "deflate") == "incomplete_body"


@pytest.mark.parametrize("encoding", PACK)
def test_a_stream_that_is_cut_or_spoilt_is_refused(encoding):
    packed = PACK[encoding](TEXT)
    for end in (1, len(packed) // 2, len(packed) - 1):
        assert code_of(packed[:end], encoding) == "incomplete_body"
    assert code_of(b"\xff" * 40, encoding) == "bad_encoding"


def test_a_zstd_window_above_the_standards_limit_is_refused():
    wide = {zstd.CompressionParameter.window_log: MAX_ZSTD_WINDOW_LOG + 1}
    compressor = zstd.ZstdCompressor(options=wide)
    packed = compressor.compress(TEXT) + compressor.flush()
    assert zstd.decompress(packed) == TEXT
    assert code_of(packed, "zstd") == "bad_encoding"


def test_what_follows_a_brotli_stream_is_refused():
    assert code_of(brotli.compress(TEXT) + b"trailing", "br") == "bad_encoding"


@pytest.mark.parametrize("encoding", [*PACK, ""])
def test_size_is_counted_after_decoding(encoding):
    packed = PACK.get(encoding, bytes)(TEXT)
    assert len(decode(packed, encoding, max_bytes=len(TEXT))) == len(TEXT)
    assert code_of(packed, encoding, max_bytes=len(TEXT) - 1) == "too_large"


@pytest.mark.parametrize("encoding", PACK)
def test_a_bomb_is_stopped_by_its_ratio_but_a_small_repetitive_body_is_not(encoding):
    assert len(decode(PACK[encoding](bytes(900_000)), encoding)) == 900_000
    with pytest.raises(TooLarge) as caught:
        decode(PACK[encoding](bytes(5_000_000)), encoding)
    assert caught.value.code == "compression_bomb"


@pytest.mark.parametrize("encoding", PACK)
def test_a_bomb_never_holds_more_than_its_limit(encoding):
    bomb = PACK[encoding](bytes(40_000_000))
    tracemalloc.start()
    body = BodyBuffer(content_encoding=encoding, max_bytes=2_000_000, max_ratio=10_000_000, url="")
    with pytest.raises(TooLarge) as caught:
        take(body, bomb)
    most_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.code == "too_large"
    assert body.size_bytes <= 2_000_000
    assert most_bytes < 8_000_000


@pytest.mark.parametrize("encoding", PACK)
def test_a_chunk_that_decodes_to_much_halts_before_it_is_all_kept(encoding):
    body = BodyBuffer(content_encoding=encoding, max_bytes=10_000_000, max_ratio=100_000_000, url="")
    sizes = [body.size_bytes for _ in body.feed(PACK[encoding](bytes(5_000_000)))]
    steps = [later - earlier for earlier, later in itertools.pairwise([0, *sizes])]
    assert max(steps) <= 100_000
    assert body.is_packed == (encoding == "br")
    assert len(body.finish()) == 5_000_000


def test_a_packed_body_is_held_to_the_limit_as_it_comes():
    body = BodyBuffer(content_encoding="br", max_bytes=100_000, max_ratio=100, url="")
    feed(body, bytes(60_000))
    with pytest.raises(TooLarge):
        feed(body, bytes(60_000))


@pytest.mark.parametrize(
    ("encoding", "stream"), [("gzip", gzip.compress(b"")), ("zstd", ZSTD_NOTE)], ids=["gzip", "zstd"]
)
def test_many_tiny_streams_are_refused(encoding, stream):
    assert code_of(stream * 10_000, encoding) == "compression_bomb"


def test_truncation_keeps_the_beginning_and_says_when_it_is_full():
    assert decode(TEXT, max_bytes=100, truncate=True) == TEXT[:100]
    for encoding, pack in PACK.items():
        assert decode(pack(TEXT), encoding, max_bytes=100, truncate=True) == TEXT[:100]
    body = BodyBuffer(content_encoding="", max_bytes=100, max_ratio=100, url="", truncate=True)
    feed(body, TEXT)
    assert body.is_full


def test_an_announced_size_is_refused_before_it_is_sent():
    body = BodyBuffer(content_encoding="", max_bytes=100, max_ratio=100, url="")
    body.expect(None)
    body.expect(100)
    with pytest.raises(TooLarge):
        body.expect(101)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([*PACK, ""]), st.integers(1, 50), st.booleans())
def test_any_bytes_decode_or_raise_our_own_error(data, encoding, piece_bytes, is_real):
    if is_real and encoding:
        data = PACK[encoding](data)[: len(data) + 12] + os.urandom(3)
    code = "none"
    try:
        decode(data, encoding, piece_bytes=piece_bytes)
    except FetchError as error:
        code = error.code
    assert code in ("none", "bad_encoding", "incomplete_body", "too_large", "compression_bomb")
