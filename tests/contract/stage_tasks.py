"""Tasks for the stage runners' contract: one for each way a stage can end."""

from __future__ import annotations

import os
import sys
import time

from nutgraf.errors import ExtractError, HTTPStatus, ParseError


def add(left, right):
    return left + right


def fail_with_links():
    raise ParseError("This is a page.", url="https://a.example/", feed_links=("https://a.example/feed",))


def fail_with_keywords():
    raise HTTPStatus("Gone.", status=410, url="https://a.example/")


def fail_by_bug():
    raise ZeroDivisionError("a bug")


def fail_by_exit():
    sys.exit(3)


def fail_on(text):
    raise ExtractError(f"Nothing in {text}.")


def hang():
    while True:
        time.sleep(1)


def spin():
    while True:
        pass


def die():
    os._exit(7)


def hog():
    return len(bytearray(4 * 1024**3))


def huge_result():
    return bytes(70 * 1024**2)


def unpicklable_result():
    return lambda: None


def print_to_stdout():
    print("x" * 100_000)
    os.write(1, b"\0" * 64)
    return sys.stdin.read()


def process_id():
    return os.getpid()


def environment():
    return dict(os.environ)


def niceness():
    return os.nice(0)
