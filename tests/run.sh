#!/usr/bin/env bash
# Runs every test: unit, integration, documentation, examples, compile-fail, the benchmarks' build, a short fuzz
# run, conformance with Google's own Python types and clients, and Zendesk's public one, and the console in Chromium.
# Installs what the tests need if it is missing (Debian), and starts a PostgreSQL that it stops at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

# What the tests need beside Rust: a C compiler to link with, Python with virtual environments, and a browser with a font.
need=()
command -v cc >/dev/null || need+=(gcc libc6-dev)
python3 -c 'import venv, ensurepip' 2>/dev/null || need+=(python3-venv)
command -v chromium >/dev/null || need+=(chromium fonts-dejavu-core)
if [ "${#need[@]}" -gt 0 ]; then
  say "installing ${need[*]}"
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" apt-get install -q -y --no-install-recommends "${need[@]}"
fi

say "a PostgreSQL to store in"
trap 'bash tests/postgres.sh stop' EXIT
started="$(bash tests/postgres.sh start)"
eval "$started"

say "unit, integration, compile-fail and example tests"
cargo test --locked --all-features --lib --bins --tests --examples

say "documentation tests: README, guides, API"
cargo test --locked --all-features --doc

say "benchmarks build"
cargo bench --locked --no-run --profile dev

say "fuzzing, the short form"
bash tests/fuzz.sh

say "conformance with Google's own types, and Zendesk's public client; the console in a browser"
cargo build --locked --all-features --bin rejoinder --example migrate --example local_issuer
environment="${REJOINDER_VENV:-target/conformance-venv}"
requirements=tests/conformance/requirements.txt
if ! cmp -s "$requirements" "$environment/installed.txt"; then
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/python" -m pip install --quiet --requirement "$requirements"
  cp "$requirements" "$environment/installed.txt"
fi
REJOINDER_BIN="$PWD/target/debug/rejoinder" REJOINDER_MIGRATE_BIN="$PWD/target/debug/examples/migrate" \
  "$environment/bin/python" -m pytest -q -rs tests/conformance tests/console
