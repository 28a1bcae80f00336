"""Make the tiny language model of the tests: `python tools/babble_model.py FILE`. It babbles, whatever it is asked.

A GGUF file (version 3) of the llama architecture with one layer whose weights are zero: the hidden state is the same
after any text, so that the output weights alone say how likely each token is, always. Held to a JSON schema by the
server's grammar it gives valid nonsense in a fraction of a second, some 290 kB in all.
"""

from __future__ import annotations

import math
import struct
import sys
from pathlib import Path

WIDTH = 64
HIDDEN = 64
CONTEXT_TOKENS = 262_144
ALIGNMENT = 32

_U32, _F32, _BOOL, _STRING, _ARRAY, _I32 = 4, 6, 7, 8, 9, 5
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6  # kinds of tokens

_WORDS = """
    the a of in and to that said council tram minister budget court ship river record fire rain school bank
    election harbour police fell rose signed ended opened stopped agreed denied seven forty March Monday million
    percent never always everyone nobody yesterday because although Mayor Lindqvist Easterby Holm dragons gold moon
"""
_TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"


def tokens() -> list[tuple[str, int, float]]:
    """Each token with its kind and its weight: how often it comes, beside the others that the grammar lets through."""
    found = [("<unk>", _UNKNOWN, 0.0), ("<s>", _CONTROL, 0.0), ("</s>", _CONTROL, 2.0)]
    found += [(f"<0x{byte:02X}>", _BYTE, 1e-6) for byte in range(256)]
    found += [(f"\u2581{word}", _NORMAL, 1.0) for word in _WORDS.split()]
    found += [(sign, _NORMAL, 0.3) for sign in "0123456789"]
    found += [(sign, _NORMAL, weight) for sign, weight in (('"', 6.0), (",", 2.0), ("]", 6.0), (".", 2.0))]
    return found


def gguf() -> bytes:
    """The whole file."""
    vocabulary = tokens()
    keys = _keys(vocabulary)
    tensors = _tensors([math.log(weight) if weight else -30.0 for _, _, weight in vocabulary])
    head, at = [struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(keys)), *keys], 0
    body = b""
    for name, shape, values in tensors:
        head.append(_text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, at))
        data = struct.pack(f"<{len(values)}f", *values)
        body += data + b"\0" * (-len(data) % ALIGNMENT)
        at = len(body)
    start = b"".join(head)
    return start + b"\0" * (-len(start) % ALIGNMENT) + body


def _keys(vocabulary: list[tuple[str, int, float]]) -> list[bytes]:
    return [
        _key("general.architecture", _STRING, _text("llama")),
        _key("general.name", _STRING, _text("babble")),
        _key("general.alignment", _U32, struct.pack("<I", ALIGNMENT)),
        _key("llama.context_length", _U32, struct.pack("<I", CONTEXT_TOKENS)),
        _key("llama.embedding_length", _U32, struct.pack("<I", WIDTH)),
        _key("llama.block_count", _U32, struct.pack("<I", 1)),
        _key("llama.feed_forward_length", _U32, struct.pack("<I", HIDDEN)),
        _key("llama.attention.head_count", _U32, struct.pack("<I", 1)),
        _key("llama.attention.layer_norm_rms_epsilon", _F32, struct.pack("<f", 1e-6)),
        _key("llama.rope.dimension_count", _U32, struct.pack("<I", WIDTH)),
        _key("tokenizer.ggml.model", _STRING, _text("llama")),
        _key("tokenizer.ggml.tokens", _ARRAY, _list(_STRING, [_text(text) for text, _, _ in vocabulary])),
        _key("tokenizer.ggml.scores", _ARRAY, _list(_F32, [struct.pack("<f", len(text)) for text, _, _ in vocabulary])),
        _key("tokenizer.ggml.token_type", _ARRAY, _list(_I32, [struct.pack("<i", kind) for _, kind, _ in vocabulary])),
        _key("tokenizer.ggml.unknown_token_id", _U32, struct.pack("<I", 0)),
        _key("tokenizer.ggml.bos_token_id", _U32, struct.pack("<I", 1)),
        _key("tokenizer.ggml.eos_token_id", _U32, struct.pack("<I", 2)),
        _key("tokenizer.ggml.add_bos_token", _BOOL, b"\1"),
        _key("tokenizer.chat_template", _STRING, _text(_TEMPLATE)),
    ]


def _tensors(logits: list[float]) -> list[tuple[str, tuple[int, ...], list[float]]]:
    """Name, shape (the innermost dimension first) and values. A hidden state of ones stays one through all of them."""
    ones, nothing = [1.0] * WIDTH, [0.0] * (WIDTH * HIDDEN)
    square = (WIDTH, WIDTH)
    return [
        ("token_embd.weight", (WIDTH, len(logits)), [1.0] * (WIDTH * len(logits))),
        ("output_norm.weight", (WIDTH,), ones),
        ("output.weight", (WIDTH, len(logits)), [logit / WIDTH for logit in logits for _ in range(WIDTH)]),
        ("blk.0.attn_norm.weight", (WIDTH,), ones),
        *((f"blk.0.attn_{part}.weight", square, nothing) for part in ("q", "k", "v", "output")),
        ("blk.0.ffn_norm.weight", (WIDTH,), ones),
        *((f"blk.0.ffn_{part}.weight", square, nothing) for part in ("gate", "up", "down")),
    ]


def _key(name: str, kind: int, value: bytes) -> bytes:
    return _text(name) + struct.pack("<I", kind) + value


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def _list(kind: int, items: list[bytes]) -> bytes:
    return struct.pack("<IQ", kind, len(items)) + b"".join(items)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(gguf())
