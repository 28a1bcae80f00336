#!/usr/bin/env bash
# Fuzz every parser for long: feeds, OPML, feed links, pages, markup, robots.txt, addresses, dates.
#   tools/fuzz.sh [MINUTES]    10 by default; ends sooner, with status 1, at the first failure
# Each round takes new random seeds and prints the smallest input that fails. ./test runs the same tests in seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/environment.sh
prepare_environment test

minutes=${1:-10}
case $minutes in *[!0-9]* | "") echo "usage: tools/fuzz.sh [MINUTES]" >&2; exit 2 ;; esac
end=$((SECONDS + minutes * 60))
round=0
until [ "$SECONDS" -ge "$end" ]; do
  round=$((round + 1))
  seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
  printf '== round %s, seed %s, %s s left\n' "$round" "$seed" "$((end - SECONDS))"
  NUTGRAF_FUZZ_EXAMPLES=${NUTGRAF_FUZZ_EXAMPLES:-2000} .venv/bin/python -m pytest tests/unit/test_parse_fuzz.py \
    --hypothesis-seed="$seed" --timeout=0 --maxfail=1 -n auto
done
