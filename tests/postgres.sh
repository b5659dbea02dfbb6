#!/usr/bin/env bash
# A PostgreSQL for the tests, which forgets everything when it is stopped:
#
#     eval "$(tests/postgres.sh start)"     # sets REJOINDER_TEST_POSTGRES
#     cargo test --all-features
#     tests/postgres.sh stop
#
# `start` installs PostgreSQL if it is missing (Debian). It runs as the user `postgres` where we are root, which
# PostgreSQL refuses to run as, listens on a socket and, for what a socket has not, a port of the loopback, and never
# waits for the disk.
set -euo pipefail
cd "$(dirname "$0")/.."

note="${CARGO_TARGET_DIR:-target}/test-postgres"

# Debian keeps the programs of the server out of the PATH.
program() {
  local newest
  if newest="$(ls -d /usr/lib/postgresql/*/bin/"$1" 2>/dev/null | sort -V | tail -n 1)" && [ -n "$newest" ]; then
    printf '%s\n' "$newest"
  else
    command -v "$1"
  fi
}

as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
  else
    "$@"
  fi
}

stop() {
  [ -f "$note" ] || return 0
  local folder
  folder="$(cat "$note")"
  rm -f "$note"
  case "$folder" in
    /tmp/rejoinder-postgres.*)
      as_postgres "$(program pg_ctl)" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
      rm -rf "$folder"
      ;;
  esac
}

start() {
  if ! program initdb >/dev/null || { [ "$(id -u)" -eq 0 ] && ! id postgres >/dev/null 2>&1; }; then
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    # No cluster of its own, which would be started and take the usual port.
    "${as_root[@]}" mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
      echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
    { "${as_root[@]}" apt-get update -q && "${as_root[@]}" apt-get install -q -y --no-install-recommends postgresql; } >&2
  fi
  stop
  local folder
  folder="$(mktemp -d /tmp/rejoinder-postgres.XXXXXX)"
  [ "$(id -u)" -ne 0 ] || chown postgres "$folder"
  mkdir -p "$(dirname "$note")"
  printf '%s\n' "$folder" > "$note"
  local settings="-c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=off -c full_page_writes=off"
  settings+=" -c shared_buffers=32MB -c max_connections=200"
  as_postgres "$(program initdb)" -D "$folder/data" -U tester -A trust --no-sync -N -E UTF8 --locale=C >&2
  # Another one may have the port.
  local port tries
  for tries in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    as_postgres "$(program pg_ctl)" -D "$folder/data" -w -l "$folder/log" -o "$settings -p $port" start >&2 && break
    [ "$tries" -lt 5 ] || { cat "$folder/log" >&2; exit 1; }
  done
  printf 'export REJOINDER_TEST_POSTGRES=%q\n' "postgres://tester@localhost:$port/postgres?host=$folder"
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  *)
    echo "usage: tests/postgres.sh start | stop" >&2
    exit 2
    ;;
esac
