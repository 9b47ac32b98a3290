#!/usr/bin/env bash
# Every test there is, and one line at the end that counts them.
#
#   tests/run.sh                 all parts
#   tests/run.sh rust browser    only these: rust, web, browser, schemathesis
set -u
cd "$(dirname "$0")/.." || exit 2
root=$PWD
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
export CARGO_TERM_COLOR=never NO_COLOR=1
out=$root/target/test
mkdir -p "$out"
rm -f "$out"/*.count "$out"/*.failures "$out/closing-line"

# The whole run has to fit under 60 minutes on two cores; a part that hangs is ended long before and counts as failed.
RUST_SECONDS_MAX=2100
WEB_SECONDS_MAX=600
BROWSER_SECONDS_MAX=2100
SCHEMATHESIS_SECONDS_MAX=900
# Of each part, how many lines about failures the end of the log repeats.
FAILURE_LINES_MAX=12

parts=("$@")
[ "${#parts[@]}" -gt 0 ] || parts=(rust web browser schemathesis)
wanted() { local part; for part in "${parts[@]}"; do [ "$part" = "$1" ] && return 0; done; return 1; }

# count NAME PASSED FAILED SKIPPED
count() { echo "$2 $3 $4" >"$out/$1.count"; printf '== %s: %s passed, %s failed, %s skipped (%ss)\n' "$1" "$2" "$3" "$4" "$SECONDS"; }

# Each part first says that it failed; only an end that was reached takes that back.
begin() { printf '\n== %s\n' "$1"; echo "0 1 0" >"$out/$1.count"; }

close() {
  local code=$1 passed=0 failed=0 skipped=0 p f s
  stop_postgres
  for file in "$out"/*.count; do
    [ -f "$file" ] || continue
    read -r p f s <"$file"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  done
  [ "$code" = 0 ] || [ "$failed" -gt 0 ] || failed=1
  [ "$passed" -gt 0 ] || [ "$failed" -gt 0 ] || failed=1
  # Named again at the end: whoever reads only the last lines of a long log has to learn what to mend.
  for file in "$out"/*.failures; do
    [ -s "$file" ] || continue
    head -n "$FAILURE_LINES_MAX" "$file" | cut -c1-300
  done
  if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi | tee "$out/closing-line"
  trap - EXIT
  [ "$failed" = 0 ] || exit 1
  exit 0
}

. tests/postgres.sh
trap 'close $?' EXIT
trap 'exit 130' INT TERM HUP

tests/needs.sh test || exit 1

venv=$root/target/venv
python_tools() {
  # Pinned: a new release of a fuzzer finds new things on its own day, not on ours.
  local want="schemathesis==4.32.5 shapely==2.2.0 OWSLib==0.35.0 pmtiles==3.8.1 mapbox-vector-tile==2.2.0"
  [ "$(cat "$venv/.installed" 2>/dev/null)" = "$want" ] && return 0
  rm -rf "$venv"
  # shellcheck disable=SC2086
  /usr/bin/python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check $want && echo "$want" >"$venv/.installed"
}
if ! python_tools; then echo "Python tools could not be installed: the tests that need them will be skipped by name." >&2; fi
export GEJU_TEST_PYTHON=$venv/bin/python

make --no-print-directory web || { begin web; exit 1; }
# Program and tests in one go: asked for apart, they would disagree about features and build half the world twice.
cargo build --workspace --bins --tests || { begin rust; exit 1; }
export GEJU_BIN=$CARGO_TARGET_DIR/debug/geju
start_postgres || { begin postgres; exit 1; }

rust() {
  begin rust
  local log=$out/rust.log code
  # --show-output so that a test which skips itself can say so; the console gets only its verdicts.
  timeout "$RUST_SECONDS_MAX" cargo test --workspace --no-fail-fast -- --show-output >"$log" 2>&1
  code=$?
  awk '
    /^successes:$/ { quiet = 1 }
    /^failures:$/ || /^test result:/ || /^ +Running / || /^ +Doc-tests / { quiet = 0 }
    /^SKIPPED / || !quiet { print }
  ' "$log" | grep -vE '^(test .* \.\.\. ok|running [0-9]+ tests?|successes:|)$'
  read -r passed failed ignored < <(awk '/^test result:/ { for (i = 1; i < NF; i++) { if ($(i+1) == "passed;") p += $i; if ($(i+1) == "failed;") f += $i; if ($(i+1) == "ignored;") g += $i } } END { print p + 0, f + 0, g + 0 }' "$log")
  grep -E '^test .* FAILED$|panicked at|^  (left|right): ' "$log" | sed 's/^/failed: /' >"$out/rust.failures"
  # A test that skips itself returns; libtest calls that passed, we do not.
  local skipped
  skipped=$(grep -cE '^SKIPPED ' "$log")
  passed=$((passed > skipped ? passed - skipped : 0))
  [ "$code" = 124 ] && { echo "the Rust tests did not end within ${RUST_SECONDS_MAX}s"; failed=$((failed + 1)); }
  [ "$code" = 0 ] || [ "$failed" -gt 0 ] || failed=1
  count rust "$passed" "$failed" $((ignored + skipped))
}

web() {
  begin web
  local report=$out/web.json checks=0
  (cd web && timeout "$WEB_SECONDS_MAX" npm run --silent check) || checks=1
  rm -f "$report"
  (cd web && timeout "$WEB_SECONDS_MAX" npx vitest run --reporter=default --reporter=json --outputFile.json="$report")
  local code=$?
  if [ -f "$report" ]; then
    node tests/failures.mjs vitest "$report" >"$out/web.failures"
    read -r passed failed skipped < <(node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(r.numPassedTests, r.numFailedTests, r.numPendingTests + r.numTodoTests)' "$report")
    [ "$code" = 0 ] || [ "$failed" -gt 0 ] || failed=1
  else passed=0 failed=1 skipped=0; fi
  # One more promise: types, lints and formatting hold.
  count web $((passed + 1 - checks)) $((failed + checks)) "$skipped"
}

browser() {
  begin browser
  local report=$out/browser.json
  rm -f "$report"
  (
    cd tests/browser || exit 1
    [ node_modules/.package-lock.json -nt package-lock.json ] || { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund && touch node_modules/.package-lock.json; } || exit 1
    PLAYWRIGHT_JSON_OUTPUT_NAME=$report timeout "$BROWSER_SECONDS_MAX" npx playwright test --reporter=list,json
  )
  local code=$?
  if [ -f "$report" ]; then
    node tests/failures.mjs playwright "$report" >"$out/browser.failures"
    read -r passed failed skipped < <(node -e 'const s = JSON.parse(require("fs").readFileSync(process.argv[1])).stats; console.log(s.expected + s.flaky, s.unexpected, s.skipped)' "$report")
    [ "$code" = 0 ] || [ "$failed" -gt 0 ] || failed=1
  else passed=0 failed=1 skipped=0; fi
  count browser "$passed" "$failed" "$skipped"
}

schemathesis() {
  begin schemathesis
  if [ ! -x "$venv/bin/schemathesis" ]; then
    echo "SKIPPED schemathesis: not installed in $venv"
    count schemathesis 0 0 2
    return
  fi
  local passed=0 failed=0 login
  for login in without with; do
    if timeout "$SCHEMATHESIS_SECONDS_MAX" tests/schemathesis.sh "$login"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  done
  count schemathesis "$passed" "$failed" 0
}

for part in rust web browser schemathesis; do if wanted "$part"; then "$part"; fi; done
exit 0
