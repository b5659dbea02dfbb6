# The commands of daily work. `just` alone lists them.

set shell := ["bash", "-euo", "pipefail", "-c"]

version := `sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1`
msrv := `sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml`

[private]
default:
    @just --list --unsorted

# Format the sources.
fmt:
    cargo fmt

# Clippy over everything, warnings as errors.
lint:
    cargo clippy --locked --all-targets --all-features -- -D warnings

# All tests, those against Google's own types included.
test:
    tests/run.sh

# The library's documentation, warnings as errors.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --all-features

# Build with the oldest compiler that Cargo.toml promises, with and without the command.
check-msrv:
    cargo +{{ msrv }}.0 check --locked --all-features
    cargo +{{ msrv }}.0 check --locked --no-default-features

# Licences, sources and advisories of the dependencies; needs cargo-deny.
deny:
    cargo deny --locked check

# Serve the demo, or what `rejoinder.toml` says: `just run --bind 127.0.0.1:9000`.
run *arguments:
    cargo run --locked -- serve {{ arguments }}

# The benchmarks; `door` compares with a bare actix-web server and takes minutes.
bench:
    cargo bench --locked --profile dist --bench parse
    cargo bench --locked --profile dist --bench door
    cargo bench --locked --profile dist --features testing --bench callers

# A million invocations in SQLite, and in PostgreSQL where there is one: what pages, counts and removing take.
activity:
    cargo bench --locked --profile dist --bench activity

# What a page of the console takes with 100,000 calls in the log, and what calls cost beside a busy console.
console:
    cargo bench --locked --profile dist --bench console

# Take every page of the console, light and dark, wide and narrow, with a store as after a week of work; into docs/screenshots.
screenshots *folder:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --locked --all-features --bin rejoinder
    environment="${REJOINDER_VENV:-target/conformance-venv}"
    [ -x "$environment/bin/python" ] || { echo "tests/run.sh makes $environment, or set REJOINDER_VENV" >&2; exit 1; }
    "$environment/bin/python" tests/console/screenshots.py {{ folder }}

# Deliveries a second to a receiver on this machine, and a dead endpoint beside a healthy one.
deliveries:
    cargo bench --locked --profile dist --bench deliveries

# Kill the real process under load, again and again: whatever was committed is delivered, or in the log as given up. Then
# 10,000 deliveries to a receiver that fails at random.
killed rounds='50' deliveries='10000':
    eval "$(tests/postgres.sh start)"; trap 'tests/postgres.sh stop' EXIT; \
    ROUNDS={{ rounds }} cargo test --locked --all-features --test it -- deliveries:: --nocapture; \
    DELIVERIES={{ deliveries }} cargo test --locked --all-features --lib -- delivery::tests::accounting --nocapture

# Very many events of a neighbour system, repeated, out of order and wrongly signed, on every store: each good one is
# worked off once.
received events='10000':
    eval "$(tests/postgres.sh start)"; trap 'tests/postgres.sh stop' EXIT; \
    EVENTS={{ events }} cargo test --locked --all-features --test it -- receive::many --nocapture

# The server at ten times what it can answer: who waits how long, who is refused, what memory it takes.
load:
    cargo bench --locked --profile dist --bench load

# Fuzz the request parser, starting from the fixtures; needs nightly Rust and cargo-fuzz.
fuzz seconds='60':
    bash tests/fuzz.sh {{ seconds }}

# Pack the download for people without Rust into dist/; needs GNU tar.
dist:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --locked --profile dist --bin rejoinder
    built="${CARGO_TARGET_DIR:-target}/dist/rejoinder"
    name="rejoinder-{{ version }}-$(rustc --print host-tuple)"
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' EXIT
    folder="$work/$name"
    mkdir -p "$folder/completions" dist
    install -m 755 "$built" "$folder/rejoinder"
    "$built" completions bash > "$folder/completions/rejoinder.bash"
    "$built" completions zsh > "$folder/completions/_rejoinder"
    "$built" completions fish > "$folder/completions/rejoinder.fish"
    "$built" schema > "$folder/rejoinder.schema.json"
    "$built" schema transcript > "$folder/transcript.schema.json"
    install -m 644 README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$folder"
    # The time of the commit, and no names of this machine: the same binary gives the same archive.
    tar --create --gzip --file "dist/$name.tar.gz" --directory "$work" \
        --sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw \
        --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" "$name"
    # Only what this run made: dist/ may hold older versions.
    (cd dist && sha256sum "$name.tar.gz" > SHA256SUMS && cat SHA256SUMS)
