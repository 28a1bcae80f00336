"""What deploy/ holds: linted, and every command in it run as it stands there, without the container."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import yaml

from nutgraf.settings import describe_settings, load_settings
from postgres_databases import database_url, run_sql

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
UNIT = DEPLOY / "nutgraf.service"
PROGRAM = [sys.executable, "-m", "nutgraf"]
PORT = 8321
KNOWN_SETTINGS = {f"NUTGRAF_{value.name.upper().replace('.', '__')}" for value in describe_settings(load_settings())}


def dockerfile() -> list[tuple[str, str]]:
    """Its instructions with their arguments, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def last(instruction: str) -> str:
    return [rest for word, rest in dockerfile() if word == instruction][-1]


def copied_sources() -> list[str]:
    """What the image takes from the project."""
    copies = [rest.split() for word, rest in dockerfile() if word == "COPY" and not rest.startswith("--from")]
    return [source for *sources, _ in copies for source in sources]


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for word, rest in dockerfile() if word == "ENV" for pair in shlex.split(rest))


def unit_values(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)


def test_the_image_is_small_closed_and_not_root() -> None:
    instructions = dockerfile()
    images = [rest.split()[0] for word, rest in instructions if word == "FROM"]
    assert all(re.fullmatch(r"python:3\.\d+-slim", image) for image in images)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last("USER")), "numbers, so that orchestrators see that it is not root"
    assert instructions.index(("USER", last("USER"))) > max(
        place for place, (word, _) in enumerate(instructions) if word in ("RUN", "COPY")
    )
    assert {word for word, _ in instructions} <= {
        "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT",
        "CMD",
    }  # fmt: skip
    sent = [line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"]
    assert all(source.split("/")[0] in sent for source in copied_sources())
    runs = " ".join(rest for word, rest in instructions if word == "RUN")
    assert "--require-hashes" in runs
    assert not re.search(r"curl|wget|sudo|chmod 777|apt-get", runs)
    assert runs.count("pip install") == runs.count("--no-cache-dir")
    assert all((ROOT / source).exists() for source in copied_sources())
    assert set(image_environment()) - KNOWN_SETTINGS == {"PATH", "PYTHONDONTWRITEBYTECODE"}


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="hadolint is not installed; .ci/run installs it")
def test_hadolint_finds_nothing() -> None:
    subprocess.run(["hadolint", str(DEPLOY / "Dockerfile")], check=True)


def test_containers_can_write_nothing_and_become_nobody() -> None:
    assert set(COMPOSE["services"]) == {"database", "worker", "web"}
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & set(service), name
        assert set(service["secrets"]) <= set(COMPOSE["secrets"]), name
        assert set(service["networks"]) <= {*COMPOSE["networks"], "default"}, name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        named = service.get("environment", {})
        assert all(key.endswith("_FILE") for key in named if re.search("PASSWORD|KEY|SECRET|TOKEN", key)), name
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"]), name
    for name in ("worker", "web"):
        service = COMPOSE["services"][name]
        assert service["user"] == last("USER")
        assert set(service["environment"]) <= KNOWN_SETTINGS
        assert "cap_add" not in service
        assert float(service["stop_grace_period"].removesuffix("s")) >= 30, "a worker hands over within 25 s"
    assert COMPOSE["networks"]["inside"]["internal"], "the database has no way out"
    assert COMPOSE["services"]["database"]["networks"] == ["inside"]
    assert re.fullmatch(r"postgres:\d+", COMPOSE["services"]["database"]["image"])
    assert COMPOSE["services"]["worker"]["deploy"]["replicas"] == 2
    assert "/readyz" in COMPOSE["services"]["web"]["healthcheck"]["test"][-1]
    assert COMPOSE["services"]["web"]["ports"] == [f"127.0.0.1:{PORT}:{last('EXPOSE')}"]
    build = COMPOSE["services"]["web"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert str(COMPOSE["secrets"]["database-password"]["file"]) == "../secrets/database-password"
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "/secrets/" in ignored, "and not in the repository"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed; .ci/run installs it")
def test_systemd_understands_the_unit_and_rates_it_as_safe(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/nutgraf/.venv/bin/nutgraf", "/bin/true"))
    verified = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(copy)],
        capture_output=True,
        text=True,
    )
    assert rated.returncode == 0, rated.stdout[-2_000:]


def test_the_unit_holds_nutgraf_to_its_folder() -> None:
    assert set(re.findall(r"NUTGRAF_[A-Z_]+", UNIT.read_text())) <= KNOWN_SETTINGS
    assert unit_values("ProtectSystem") == ["strict"]
    assert unit_values("NoNewPrivileges") == unit_values("DynamicUser") == ["yes"]
    assert unit_values("CapabilityBoundingSet") == [""]
    assert int(unit_values("TimeoutStopSec")[0]) >= 30
    sections = re.findall(r"^\[(\w+)\]$", UNIT.read_text(), re.MULTILINE)
    assert sections == ["Unit", "Service", "Install"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def only_folder_writable(folder: Path) -> list[str]:
    """A prefix under which a command finds a file system that can be written nowhere but in `folder`; else nothing."""
    mounts = 'mount --make-rprivate / && mount --bind "$0" "$0" && mount -o remount,bind,ro / && exec "$@"'
    prefix = ["unshare", "-m", "sh", "-c", mounts, str(folder)]
    works = shutil.which("unshare") and not subprocess.run([*prefix, "true"], capture_output=True).returncode
    return prefix if works else []


@contextmanager
def running(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`nutgraf` with these arguments, ended by SIGTERM at the end: in order, or it is an error."""
    log = (folder / f"{arguments[0]}.log").open("w+")
    process = subprocess.Popen(
        [*only_folder_writable(folder), *PROGRAM, *arguments], env=os.environ | dict(environment), stderr=log, cwd="/"
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=30)
        log.seek(0)
        assert code == 0, log.read()
        log.close()


def healthy(check: Sequence[str], port: int, *, within_s: float = 60) -> bool:
    """Whether the check, with our port in place of its own, comes to succeed."""
    line = [sys.executable if word == "python" else word.replace(str(PORT), str(port)) for word in check]
    deadline = time.monotonic() + within_s
    while subprocess.run(line, capture_output=True).returncode:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


@pytest.mark.slow
def test_what_image_and_unit_start_answers_the_check(tmp_path: Path) -> None:
    """As in the container: nothing can be written but the data folder (where this machine lets us have it so)."""
    arguments = json.loads(last("CMD"))
    assert json.loads(last("ENTRYPOINT")) == ["nutgraf"]
    program, *arguments_of_unit = shlex.split(unit_values("ExecStart")[0])
    assert program.endswith("/bin/nutgraf")
    assert arguments_of_unit == arguments
    of_unit = dict(pair.split("=", 1) for line in unit_values("Environment") for pair in shlex.split(line))
    environment = {name: value for name, value in (of_unit | image_environment()).items() if name != "PATH"}
    port = free_port()
    ours = {"NUTGRAF_DATA_DIR": str(tmp_path), "NUTGRAF_SERVER__PORT": str(port), "TMPDIR": str(tmp_path)}
    ours["NUTGRAF_SERVER__PUBLIC_URL"] = "https://news.example"  # 0.0.0.0 is refused without
    with running(arguments, environment | ours, tmp_path):
        assert healthy(json.loads(last("HEALTHCHECK").partition("CMD")[2]), port)
    assert (tmp_path / "nutgraf.db").exists()


@pytest.mark.slow
@pytest.mark.postgres
def test_what_compose_starts_works_together(postgresql_url: str, tmp_path: Path) -> None:
    name = f"compose_{uuid4().hex[:8]}"
    run_sql(postgresql_url, f"CREATE ROLE {name} LOGIN PASSWORD 'a/b@c'", f"CREATE DATABASE {name} OWNER {name}")
    (tmp_path / "database-password").write_text("a/b@c\n")
    port = free_port()
    address = database_url(postgresql_url, name).replace("postgresql://postgres:@", f"postgresql://{name}@")
    replaced = {
        "postgresql://nutgraf@database/nutgraf": address,
        "/run/secrets/database-password": str(tmp_path / "database-password"),
        COMPOSE["services"]["web"]["environment"]["NUTGRAF_SERVER__PUBLIC_URL"]: "https://news.example",
    }

    def environment(service: str) -> dict[str, str]:
        as_set: dict[str, Any] = COMPOSE["services"][service]["environment"]
        image = {key: value for key, value in image_environment().items() if key != "PATH"}
        own = {"NUTGRAF_SERVER__PORT": str(port), "NUTGRAF_DATA_DIR": str(tmp_path), "TMPDIR": str(tmp_path)}
        return image | {key: replaced[value] for key, value in as_set.items()} | own

    def argv(service: str) -> list[str]:
        return list(COMPOSE["services"][service]["command"])

    kind, *check = COMPOSE["services"]["web"]["healthcheck"]["test"]
    assert kind == "CMD"
    with running(argv("web"), environment("web"), tmp_path), running(argv("worker"), environment("worker"), tmp_path):
        assert healthy(check, port)
        deadline = time.monotonic() + 60
        while (roles := _roles(address)) != {"web", "worker"} and time.monotonic() < deadline:
            time.sleep(0.1)
    assert roles == {"web", "worker"}
    assert _roles(address) == set(), "both said goodbye"


def _roles(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {role for (role,) in connection.execute("SELECT role FROM workers")}
