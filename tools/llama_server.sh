#!/usr/bin/env bash
# Build llama.cpp's server for the tests, once: from the sources within the sdist of llama-cpp-python.
#   tools/llama_server.sh          build it where it is missing (10-20 minutes of one core), print its path
#   tools/llama_server.sh --path   only print where it is or would be
# It is kept in the user's cache folder; cmake, a C++ compiler and pip are needed.
set -euo pipefail
version=0.3.36
sha256=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e
folder=${XDG_CACHE_HOME:-$HOME/.cache}/nutgraf/llama-server-$version
server=$folder/llama-server
if [ "${1:-}" = --path ] || [ -x "$server" ]; then
  printf '%s\n' "$server"
  exit 0
fi
mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9 # two at once would build it twice
if [ ! -x "$server" ]; then
  work=$folder/build
  mkdir -p "$work"
  echo "llama-server: fetching the sources of llama-cpp-python $version" >&2
  printf 'llama-cpp-python==%s --hash=sha256:%s\n' "$version" "$sha256" >"$work/requirements.txt"
  "${PYTHON:-python3}" -m pip --quiet --disable-pip-version-check download --no-deps --no-binary llama-cpp-python \
    --require-hashes -r "$work/requirements.txt" -d "$work"
  tar -xzf "$work/llama_cpp_python-$version.tar.gz" -C "$work" --strip-components 3 \
    "llama_cpp_python-$version/vendor/llama.cpp"
  echo "llama-server: building (10-20 minutes of one core)" >&2
  # Unoptimised but for the least: the model of the tests is tiny, and compiling is what takes the time.
  cmake -S "$work" -B "$work/out" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DCMAKE_C_FLAGS_RELEASE=-O1 \
    -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=OFF -DGGML_OPENMP=OFF -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF \
    -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF >"$work/configure.log" 2>&1 ||
    { tail -20 "$work/configure.log" >&2; exit 1; }
  nice -n 19 cmake --build "$work/out" --target llama-server --parallel "${LLAMA_JOBS:-1}" >"$work/build.log" 2>&1 ||
    { tail -20 "$work/build.log" >&2; exit 1; }
  cp "$work/out/bin/llama-server" "$server.new"
  strip "$server.new"
  mv "$server.new" "$server"
  rm -rf "$work"
fi
printf '%s\n' "$server"
