#!/usr/bin/env bash
# Fuzzes the request parser for 20 seconds, or for the number of seconds given, from the fixtures.
# What it finds on the way to new code is thrown away; an input that fails stays in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cargo +nightly fuzz --version >/dev/null 2>&1; then
    echo "skipped: fuzz (cargo-fuzz or a nightly toolchain is missing; the bounded property tests in tests/it/properties.rs and hostile.rs cover it)"
    exit 0
fi

corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
cargo +nightly fuzz run request "$corpus" fixtures/requests fixtures/refused/requests -- \
    -dict=fuzz/request.dict -max_len=4096 -max_total_time="${1:-20}" -print_final_stats=1
