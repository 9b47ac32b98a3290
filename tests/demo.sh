# The demo street on a port of its own, for the tools that only need an address. Sourced, not run.

# The longest a filled demo may take to answer, even on a busy machine.
DEMO_SECONDS_MAX=120

# demo_start BINARY: sets demo_url and GEJU_DEMO_PASSWORD
demo_start() {
  demo_home=$(mktemp -d /tmp/geju-demo.XXXXXX)
  export GEJU_DEMO_PASSWORD=${GEJU_DEMO_PASSWORD:-jingjiang-lindu-27}
  "$1" demo --size street --listen 127.0.0.1:0 --data "$demo_home" --store "gpkg:$demo_home/geju.gpkg" >"$demo_home/log" 2>&1 &
  demo_pid=$!
  demo_url=
  local waited
  for ((waited = 0; waited < DEMO_SECONDS_MAX * 5; waited++)); do
    demo_url=$(sed -n 's/^.*listening on \(http:[^ ]*\).*$/\1/p' "$demo_home/log" | head -n 1)
    [ -n "$demo_url" ] && curl -fsS -o /dev/null "$demo_url/readyz" 2>/dev/null && return 0
    kill -0 "$demo_pid" 2>/dev/null || break
    sleep 0.2
  done
  echo "the demo did not start:" >&2
  tail -n 20 "$demo_home/log" >&2
  return 1
}

demo_stop() {
  [ -n "${demo_pid:-}" ] && kill "$demo_pid" 2>/dev/null && wait "$demo_pid" 2>/dev/null
  [ -n "${demo_home:-}" ] && rm -rf "$demo_home"
  demo_pid='' demo_home=''
}

# demo_token NAME ROLE: prints a bearer token
demo_token() {
  local jar=$demo_home/jar
  curl -fsS -o /dev/null -c "$jar" -H 'Content-Type: application/json' "$demo_url/api/v1/session" \
    --data "{\"name\":\"admin\",\"password\":\"$GEJU_DEMO_PASSWORD\"}" &&
    curl -fsS -b "$jar" -H 'Content-Type: application/json' "$demo_url/api/v1/tokens" \
      --data "{\"name\":\"$1\",\"role\":\"$2\",\"places\":[]}" | sed -n 's/.*"token": *"\([^"]*\)".*/\1/p'
}
