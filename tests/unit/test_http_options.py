"""Fetching options check themselves."""

from __future__ import annotations

import pytest

from nutgraf.adapters.http import FetchOptions
from nutgraf.adapters.http.options import MAX_HUB_ANSWER_BYTES
from nutgraf.domain.document import Purpose
from nutgraf.errors import ConfigError


def test_the_product_is_the_word_that_robots_files_know_us_by():
    assert FetchOptions(user_agent="Nutgraf/0.1.0 (+https://news.example/about)").product == "Nutgraf"
    assert FetchOptions().product == "Nutgraf"


def test_images_and_hubs_have_their_own_limits():
    options = FetchOptions(max_body_bytes=7, max_image_bytes=5)
    assert [options.max_bytes(purpose) for purpose in Purpose] == [7, 7, 5, MAX_HUB_ANSWER_BYTES]


@pytest.mark.parametrize(
    "wrong",
    [
        {"user_agent": ""},
        {"user_agent": "Nut\r\nX: y"},
        {"user_agent": "Zeitungsleser/1 (Größe)"},
        {"allow_private": ("127.0.0.1",)},
        {"max_body_bytes": 0},
        {"total_timeout_s": -1.0},
        {"host_gap_s": -0.1},
        {"max_redirects": -1},
    ],
)
def test_options_that_cannot_be_are_refused(wrong):
    with pytest.raises(ConfigError):
        FetchOptions(**wrong)
