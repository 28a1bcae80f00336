"""Where settings come from, and what is said when they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from nutgraf.errors import ConfigError
from nutgraf.settings import describe_settings, load_settings


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NUTGRAF_CONFIG", "NUTGRAF_DATA_DIR", "NUTGRAF_SERVER__PORT"):
        monkeypatch.delenv(name, raising=False)


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
