#!/usr/bin/env bash
# Throws made-up requests at every described route: no 5xx, and no answer the description does not know.
#
#   tests/schemathesis.sh with|without     with or without a login
set -u
cd "$(dirname "$0")/.." || exit 2
login=${1:?with or without}
binary=${GEJU_BIN:-${CARGO_TARGET_DIR:-$PWD/target}/debug/geju}
tool=$PWD/target/venv/bin/schemathesis

# One login each; the whole test run has 40 minutes.
FUZZ_SECONDS_MAX=${GEJU_FUZZ_SECONDS:-200}

. tests/demo.sh
trap demo_stop EXIT
demo_start "$binary" || exit 1

# The description itself asks who you are, so it is fetched with a login for both runs.
token=$(demo_token schemathesis admin)
[ -n "$token" ] || { echo "no token for the fuzzer" >&2; exit 1; }
curl -fsS -H "Authorization: Bearer $token" "$demo_url/openapi.json" -o "$demo_home/openapi.json" || exit 1
headers=()
[ "$login" = with ] && headers=(--header "Authorization:Bearer $token")

# The feed never ends by design: stories/feed.rs listens to it instead.
cd "$demo_home" || exit 1
"$tool" run "$demo_home/openapi.json" --url "$demo_url" "${headers[@]}" \
  --exclude-path /api/v1/feed \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
  --phases examples,coverage,fuzzing,stateful --workers 1 --max-examples 40 --max-time "$FUZZ_SECONDS_MAX" \
  --request-timeout 15 --seed 20260101 --suppress-health-check all --warnings off --output-sanitize true \
  --continue-on-failure </dev/null
code=$?
if grep -aE '(^| )(ERROR|panicked at)' "$demo_home/log" | head -n 20 | grep -a .; then
  echo "the server's log is not clean" >&2
  code=1
fi
kill -0 "$demo_pid" 2>/dev/null || { echo "the server did not survive" >&2; code=1; }
exit "$code"
