#!/usr/bin/env bash
# Make the locked requirements again: tools/lock.sh [--upgrade]
set -euo pipefail
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
[ -x "$uv" ] || { echo "run ./run --help first: it installs uv into .venv" >&2; exit 1; }
export UV_CUSTOM_COMPILE_COMMAND="tools/lock.sh"
flags=(--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet "$@")
extras=(--extra archive --extra llm --extra postgres --extra traces)
echo "uv==0.13.9" >requirements/uv.in
"$uv" pip compile "${flags[@]}" requirements/uv.in -o requirements/uv.txt
rm requirements/uv.in
"$uv" pip compile "${flags[@]}" pyproject.toml "${extras[@]}" -o requirements/run.txt
"$uv" pip compile "${flags[@]}" pyproject.toml "${extras[@]}" --group test -c requirements/run.txt -o requirements/test.txt
