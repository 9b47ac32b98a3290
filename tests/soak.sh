#!/usr/bin/env bash
# The long counts, for an evening and not for every change. Writes tests/soak/RESULTS.md, which is committed.
#
# Each count can be lowered: GEJU_SOAK_KILLS=5 GEJU_SOAK_POSTGRES_KILLS=1 … make soak
#
#   tests/soak.sh load           only the map under everybody at once, against a release build:
#                                GEJU_SOAK_MINUTES=2 GEJU_SOAK_SIZE=district tests/soak.sh load
#                                (GEJU_SOAK_TILES, _AREAS, _EDITS a second, _FEEDS open; GEJU_SOAK_DATA keeps a filled store)
set -u
cd "$(dirname "$0")/.." || exit 2
root=$PWD
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
out=$root/target/soak
mkdir -p "$out" tests/soak
results=tests/soak/RESULTS.md
LOAD='## The map under everybody at once'

# Each part of the results is written by its own run and left alone by the other.
kept_load() { [ ! -f "$results" ] || sed -n "/^$LOAD/,\$p" "$results"; }
load() {
  tests/needs.sh build || return 1
  make --no-print-directory web || return 1
  cargo build --release --package geju || return 1
  cargo build --release --package geju-tests --bin geju-soak || return 1
  echo "== load"
  rm -f "$out/load.md"
  local code
  GEJU_BIN=$CARGO_TARGET_DIR/release/geju GEJU_SOAK_REPORT=$out/load.md "$CARGO_TARGET_DIR/release/geju-soak"
  code=$?
  [ -s "$out/load.md" ] || return 1
  {
    [ ! -f "$results" ] || sed "/^$LOAD/,\$d" "$results"
    cat "$out/load.md"
    echo
    echo "On $(date -u +%Y-%m-%dT%H:%MZ), $(git describe --always --dirty 2>/dev/null || echo 'no commit'), $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo)."
  } >"$results.new"
  mv "$results.new" "$results"
  return "$code"
}
if [ "${1:-}" = load ]; then
  load
  exit $?
fi

export GEJU_SOAK=1
export GEJU_SOAK_KILLS=${GEJU_SOAK_KILLS:-200}
export GEJU_SOAK_POSTGRES_KILLS=${GEJU_SOAK_POSTGRES_KILLS:-20}
export GEJU_SOAK_SEQUENCE=${GEJU_SOAK_SEQUENCE:-20000}
export GEJU_PAIRS=${GEJU_PAIRS:-2000}
export GEJU_SOAK_DRAWINGS=${GEJU_SOAK_DRAWINGS:-10000}
export GEJU_SOAK_BUILDINGS=${GEJU_SOAK_BUILDINGS:-1000000}
export PROPTEST_CASES=${PROPTEST_CASES:-20000}

. tests/postgres.sh
trap stop_postgres EXIT
tests/needs.sh test || exit 1
make --no-print-directory web || exit 1
cargo build --workspace --bins --tests || exit 1
export GEJU_BIN=$CARGO_TARGET_DIR/debug/geju
start_postgres || exit 1

{
  echo "# What the long counts found"
  echo
  echo "Written by \`make soak\`; every row is one story with its counts raised."
  echo
  echo "* when: $(date -u +%Y-%m-%dT%H:%MZ)"
  echo "* what: $(git describe --always --dirty 2>/dev/null || echo 'no commit')"
  echo "* where: $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), $(uname -m)"
  echo "* counts: $GEJU_SOAK_KILLS kills of the server, $GEJU_SOAK_POSTGRES_KILLS of PostgreSQL, $GEJU_SOAK_SEQUENCE random steps, $GEJU_SOAK_BUILDINGS buildings, $PROPTEST_CASES drawn cases, $GEJU_SOAK_DRAWINGS sequences of drawings, $GEJU_PAIRS pairs of drawings"
  echo
  echo "| story | outcome | seconds |"
  echo "|---|---|---|"
} >"$results.new"

failed=0
# soak NAME CARGO-TEST-ARGUMENTS…
soak() {
  local name=$1 from=$SECONDS outcome
  shift
  echo "== $name"
  if cargo test "$@" -- --test-threads 1 --show-output >"$out/$name.log" 2>&1; then outcome=passed; else outcome=FAILED failed=1; fi
  printf '| %s | %s | %s |\n' "$name" "$outcome" $((SECONDS - from)) >>"$results.new"
  # A story says what it counted on lines of its own.
  sed -n 's/^SOAK /  /p' "$out/$name.log" | tee -a "$out/measured"
  echo "   $outcome ($((SECONDS - from))s)"
}
: >"$out/measured"
soak kill --workspace --test kill
soak two_servers --workspace --test two_servers
soak sequences --workspace --test sequences
soak million --workspace --test million
soak drawn_cases --workspace --lib
GEJU_DRAWING_SEQUENCES=$GEJU_SOAK_DRAWINGS soak drawing --workspace --test partition
soak pairs --workspace --test pairs
if [ -s "$out/measured" ]; then { echo; echo "Measured on the way:"; echo; sed 's/^ */* /' "$out/measured"; } >>"$results.new"; fi
echo >>"$results.new"
kept_load >>"$results.new"
mv "$results.new" "$results"
load || failed=1
cat "$results"
exit "$failed"
