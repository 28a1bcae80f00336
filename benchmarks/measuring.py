"""What the benchmarks share: timing, tables, a loopback server in a process of its own, seeded text."""

from __future__ import annotations

import contextlib
import multiprocessing
import platform
import random
import socket
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import httpx

WORDS = (  # noqa: SIM905 - a list of words reads best as words
    "council harbour minister budget ferry island court judge season player record storm school teacher hospital "
    "patient rate market crown tax vote reform border treaty climate river engine signal museum novel actor match "
    "goal league union strike factory worker export price bank loan inquiry witness verdict election party leader"
).split()
NAMES = ("Ida Marsh", "Per Aune", "Mara Lindqvist", "Jon Tveit", "Sela Brandt", "Oren Vale", "Nils Harding")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a benchmark's table; `ratio` is ours against the peer's, above 1 is better than the peer."""

    what: str
    ours: str
    peer: str = ""
    ratio: float | None = None


def print_table(title: str, rows: Sequence[Row]) -> None:
    """The rows as a Markdown table."""
    print(f"\n### {title}\n\n| what | Nutgraf | peer | ratio |\n| --- | --- | --- | --- |")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.1f}×"
        print(f"| {row.what} | {row.ours} | {row.peer} | {ratio} |", flush=True)


def print_machine() -> None:
    """Where this was measured: figures of different machines do not compare."""
    print(f"Python {platform.python_version()}, {multiprocessing.cpu_count()} cores, {platform.system()}")


def seconds(work: Callable[[], object], repeat: int = 3) -> float:
    """Median seconds of `work` over `repeat` runs."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of `values` lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def article_text(seed: int, words: int = 800) -> list[str]:
    """Paragraphs of about `words` words in all: nonsense with the shape of news (names, figures, quotations)."""
    dice = random.Random(seed)
    paragraphs, count = [], 0
    while count < words:
        sentences = [_sentence(dice) for _ in range(dice.randint(1, 3))]
        paragraphs.append(" ".join(sentences))
        count += sum(len(sentence.split()) for sentence in sentences)
    return paragraphs


def _sentence(dice: random.Random) -> str:
    subject, verb, thing, place = (
        dice.choice(NAMES),
        dice.choice(("rejected", "approved", "opened")),
        *dice.sample(WORDS, 2),
    )
    tail = " ".join(dice.sample(WORDS, dice.randint(4, 12)))
    match dice.randint(0, 2):
        case 0:
            return f"{subject} {verb} the {thing} of the {place} in {dice.randint(1990, 2026)}, and the {tail}."
        case 1:
            return f"The {thing} rose by {dice.randint(2, 90)} percent, said {subject}, who leads the {place} {tail}."
        case _:
            return f"“The {thing} and the {place} need {tail},” said {subject}, the {dice.choice(WORDS)} of {place}."


def article_page(seed: int, words: int = 800) -> bytes:
    """An article page with ordinary furniture round `article_text`."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in article_text(seed, words))
    links = "".join(f"<li><a href='/{n}'>Related story number {n}</a></li>" for n in range(40))
    return (
        f"<!doctype html><html lang=en><head><title>Story {seed}</title><meta property=og:title content='Story {seed}'>"
        f"</head><body><nav><ul>{links}</ul></nav><main><article><h1>Story {seed}</h1>{body}</article></main>"
        f"<aside><ul>{links}</ul></aside><footer>Imprint, privacy, contact</footer></body></html>"
    ).encode()


@contextlib.contextmanager
def serving_apart(make_app: Callable[..., object], *args: object, port: int = 0) -> Iterator[str]:
    """The application that `make_app(*args)` makes, served by a process of its own at any port; gives its address."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        port = int(listener.getsockname()[1])
        process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(make_app, args, listener), daemon=True
        )
        process.start()
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(address)
        yield address
    finally:
        process.terminate()
        process.join(10)


def _serve(make_app: Callable[..., object], args: tuple[object, ...], listener: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(make_app(*args), log_level="error", lifespan="off", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


def wait_until_up(address: str, within_s: float = 60.0) -> None:
    """Return when anything answers at `address`. Raises TimeoutError."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            httpx.get(address, timeout=5)
        except httpx.TransportError:
            time.sleep(0.005)
        else:
            return
    raise TimeoutError(address)
