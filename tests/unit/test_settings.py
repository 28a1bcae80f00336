"""Where settings come from, and what is said when they are wrong."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest

from nutgraf.errors import ConfigError
from nutgraf.settings import describe_settings, load_settings


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("NUTGRAF_")]:
        monkeypatch.delenv(name)


def test_options_beat_environment_beats_file_beats_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nutgraf.toml").write_text("[server]\nport = 9001\nallowed_hosts = ['news.example']\n")
    assert load_settings(data_dir=tmp_path / "other").server.port == 8321
    assert load_settings(data_dir=tmp_path).server.port == 9001
    monkeypatch.setenv("NUTGRAF_SERVER__PORT", "9002")
    assert load_settings(data_dir=tmp_path).server.port == 9002
    settings = load_settings(data_dir=tmp_path, server={"port": 9003})
    assert settings.server.port == 9003
    assert settings.server.allowed_hosts == ("news.example",)


def test_the_data_folder_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUTGRAF_DATA_DIR", str(tmp_path))
    settings = load_settings()
    assert settings.data_dir == tmp_path
    assert settings.database_url == f"sqlite:///{tmp_path}/nutgraf.db"


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("[server]\nport = 0\n", "bad_setting", "server.port"),
        ("[server]\nprot = 9\n", "bad_setting", "server.prot"),
        ("[server\n", "bad_settings_file", "TOML"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, code: str, word: str) -> None:
    (tmp_path / "nutgraf.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(data_dir=tmp_path)
    assert caught.value.code == code
    assert word in caught.value.message


def test_a_named_file_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUTGRAF_CONFIG", str(tmp_path / "absent.toml"))
    with pytest.raises(ConfigError, match="NUTGRAF_CONFIG"):
        load_settings()


def test_each_setting_says_where_it_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nutgraf.toml").write_text("[fetch]\ncontact = 'desk@news.example'\n[server]\nport = 9001\n")
    monkeypatch.setenv("NUTGRAF_SERVER__PORT", "9002")
    monkeypatch.setenv("NUTGRAF_DATABASE__URL", "postgresql://ada:tide-table@db.example/news")
    found = {setting.name: setting for setting in describe_settings(load_settings(data_dir=tmp_path))}
    shown = {name: (found[name].value, found[name].source) for name in found if found[name].source != "default"}
    assert shown == {
        "data_dir": (str(tmp_path), "option"),
        "server.port": ("9002", "environment"),
        "database.url": ("postgresql://ada:***@db.example/news", "environment"),
        "fetch.contact": ("desk@news.example", "file"),
    }
    assert found["work.min_free_bytes"].value == "500_000_000"
    assert all(setting.description for setting in found.values())
    assert found["server.port"].group == "server"


KEY = "sk-canary-5f1d9c27b6"


def test_three_lines_name_a_model(tmp_path: Path) -> None:
    (tmp_path / "nutgraf.toml").write_text(f"[model]\nprovider = 'openai'\nname = 'small'\nkey = '{KEY}'\n")
    settings = load_settings(data_dir=tmp_path)
    assert settings.model.is_set
    assert (settings.model.host_url, settings.model.read_key().get_secret_value()) == ("https://api.openai.com/v1", KEY)
    assert not settings.backup_model.is_set
    assert not load_settings(data_dir=tmp_path / "other").model.is_set


def test_an_address_is_enough_for_a_host_that_speaks_as_openai_does(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, model={"url": "http://10.0.0.7:8000/v1/", "name": "small"})
    assert (settings.model.provider_name, settings.model.host_url) == ("openai-compatible", "http://10.0.0.7:8000/v1")
    assert settings.model.read_key().get_secret_value() == ""


def test_a_key_is_read_from_its_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    named = {"provider": "anthropic", "name": "small"}
    settings = load_settings(data_dir=tmp_path, model={**named, "key_file": tmp_path / "key"})
    assert settings.model.read_key().get_secret_value() == KEY
    monkeypatch.setenv("NUTGRAF_MODEL__KEY", KEY)
    settings = load_settings(data_dir=tmp_path, model=named)
    assert settings.model.read_key().get_secret_value() == KEY


@pytest.mark.parametrize("content", [b"two words", b"\xff\xfe", b"x" * 10_000, b"one\ntwo", None])
def test_a_file_without_a_key_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    settings = load_settings(data_dir=tmp_path, model={"provider": "openai", "name": "a", "key_file": tmp_path / "key"})
    with pytest.raises(ConfigError) as caught:
        settings.model.read_key()
    assert caught.value.code == "bad_model_key"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("provider = 'nobody'\nname = 'a'", "must be one of"),
        ("provider = 'openai'", "needs `name`"),
        ("provider = 'openai-compatible'\nname = 'a'", "needs `url`"),
        ("name = 'a'", "needs `provider` or `url`"),
        ("url = 'http://ada:tide@10.0.0.7/v1'\nname = 'a'", "http or https address"),
        ("url = 'file:///etc/passwd'\nname = 'a'", "http or https address"),
        ("url = 'http://10.0.0.7/v1?token=a'\nname = 'a'", "http or https address"),
        (f"provider = 'openai'\nname = 'a'\nkey = '{KEY}'\nkey_file = 'key'", "both"),
        (f"provider = 'openai'\nname = 'a'\nkey = ['{KEY}']", "model.key"),
        (f"provider = 'openai'\nname = 'a'\nkey = {KEY}", "TOML"),
        (f"provider = 'openai'\nname = 'a'\napi_key = '{KEY}'", "model.api_key"),
    ],
)
def test_what_is_wrong_with_a_model_is_said_without_its_key(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "nutgraf.toml").write_text(f"[model]\n{text}\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(data_dir=tmp_path)
    assert word in caught.value.message
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_section_that_is_no_json_in_the_environment_is_said_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUTGRAF_MODEL", f'{{"key": "{KEY}"')
    with pytest.raises(ConfigError, match="model") as caught:
        load_settings(data_dir=tmp_path)
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_second_model_needs_a_first(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="backup_model"):
        load_settings(data_dir=tmp_path, backup_model={"provider": "ollama", "name": "small"})


def test_a_key_is_never_shown(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, model={"provider": "openai", "name": "small", "key": KEY})
    found = {setting.name: setting for setting in describe_settings(settings)}
    assert found["model.key"].value == "**********"
    assert found["backup_model.key"].value == ""
    assert KEY not in f"{settings!r} {settings} {found} {settings.model_dump()} {settings.model_dump_json()}"


def test_a_database_s_password_may_be_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("a/b@c: d%\n")
    named = {"url": "postgresql://nutgraf@db.internal:5433/news?sslmode=require", "password_file": secret}
    settings = load_settings(data_dir=tmp_path, database=named)
    assert settings.database_url == "postgresql://nutgraf:a%2Fb%40c%3A%20d%25@db.internal:5433/news?sslmode=require"
    assert all("b%40c" not in value.value and "b@c" not in value.value for value in describe_settings(settings))


@pytest.mark.parametrize(
    ("url", "content", "complaint"),
    [
        ("postgresql://db/news", b"x", "with a user"),
        ("postgresql://me:word@db/news", b"x", "without a password"),
        ("", b"x", "with a user"),
        ("postgresql://me@db/news", None, "cannot be read"),
        ("postgresql://me@db/news", b"", "one line"),
        ("postgresql://me@db/news", b"two\nlines", "one line"),
        ("postgresql://me@db/news", b"\xff\xfe", "one line"),
        ("postgresql://me@db/news", b"x" * 2_000, "one line"),
    ],
)
def test_a_password_file_that_cannot_be_used_is_a_plain_error(
    tmp_path: Path, url: str, content: bytes | None, complaint: str
) -> None:
    secret = tmp_path / "password"
    if content is not None:
        secret.write_bytes(content)
    settings = load_settings(data_dir=tmp_path, database={"url": url, "password_file": secret})
    with pytest.raises(ConfigError, match=complaint) as refused:
        _ = settings.database_url
    assert refused.value.code == "bad_database_password"
