#!/usr/bin/env bash
# TypeScript types of the interface, made from what the server says about itself.
set -eu
cd "$(dirname "$0")/.."
tests/needs.sh build
make --no-print-directory web
cargo build --package geju --bin geju
"${CARGO_TARGET_DIR:-$PWD/target}/debug/geju" openapi | node -e '
  const text = require("fs").readFileSync(0, "utf8");
  process.stdout.write(JSON.stringify(JSON.parse(text), null, 2) + "\n");
' >web/openapi.json
cd web && npm run types
