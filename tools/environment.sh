# Sourced by ./run and ./test at the project's root: makes .venv from a locked requirements file.
#   prepare_environment run|test
# Does nothing, in a few milliseconds, when .venv is up to date; the test environment holds all of the run environment.

prepare_environment() {
  local kind=$1 stamp=.venv/.made-for made run_sum test_sum python
  run_sum="run $(cat requirements/uv.txt requirements/run.txt pyproject.toml | cksum) $PWD"
  test_sum="test $(cat requirements/uv.txt requirements/test.txt pyproject.toml | cksum) $PWD"
  made=$(cat "$stamp" 2>/dev/null || true)
  [ "$made" = "$test_sum" ] && return 0
  [ "$kind" = run ] && [ "$made" = "$run_sum" ] && return 0

  python=$(find_python) || {
    echo "nutgraf: Python 3.11 or newer with pip is needed; set PYTHON to name one." >&2
    return 1
  }
  echo "nutgraf: setting up .venv (once, about a minute)" >&2
  # --without-pip: Debian's python3.11 has venv but not ensurepip; pip of the base interpreter fills it from outside.
  "$python" -m venv --clear --without-pip .venv
  "$python" -m pip --quiet --disable-pip-version-check --python .venv/bin/python \
    install --require-hashes -r requirements/uv.txt
  echo "nutgraf: installing the locked packages" >&2
  VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --compile-bytecode --require-hashes -r "requirements/$kind.txt"
  # The project itself: a path file, so that no build back end is needed to run it.
  printf '%s\n' "$PWD/src" >"$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/nutgraf.pth"
  # No shebang with a path in it: that fails where the path holds a space.
  printf '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -m nutgraf "$@"\n' >.venv/bin/nutgraf
  chmod +x .venv/bin/nutgraf
  if [ "$kind" = test ]; then printf '%s\n' "$test_sum" >"$stamp"; else printf '%s\n' "$run_sum" >"$stamp"; fi
}

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    "$candidate" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    command -v "$candidate"
    return 0
  done
  return 1
}
