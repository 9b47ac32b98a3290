#!/usr/bin/env bash
# The measurements behind the budgets: in process, and over HTTP beside PostGIS and bare axum.
#
#   GEJU_BENCH_SIZE=street tests/bench.sh     a small map, to try it
set -u
cd "$(dirname "$0")/.." || exit 2
root=$PWD
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
export GEJU_BIN=$CARGO_TARGET_DIR/release/geju
. tests/postgres.sh
# The bench starts a cluster of its own.
export GEJU_PG_BIN=$PG_BIN
# Five thousand feeds, and both ends of each are ours.
ulimit -n "$(ulimit -Hn)"
cargo bench --workspace --bench '*'
