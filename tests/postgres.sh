# A private PostGIS cluster for one run: own folder, own port, gone afterwards. Sourced, not run.
#
# fsync stays ON: tests that kill the database would prove nothing without it.

PG_BIN=${GEJU_PG_BIN:-/usr/lib/postgresql/15/bin}

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

free_port() {
  /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_postgres() {
  export GEJU_PG_BIN=$PG_BIN
  pg_home=$(mktemp -d /tmp/geju-postgres.XXXXXX)
  [ "$(id -u)" = 0 ] && chown postgres "$pg_home"
  chmod 700 "$pg_home"
  local port
  port=$(free_port)
  (
    cd /
    as_postgres "$PG_BIN/initdb" --pgdata "$pg_home/cluster" --username postgres --auth trust --encoding UTF8 --locale C.UTF-8 >"$pg_home.initdb.log" 2>&1
    # Sized for two cores and many short-lived databases.
    as_postgres tee -a "$pg_home/cluster/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$pg_home'
max_connections = 300
shared_buffers = 128MB
fsync = on
synchronous_commit = on
CONF
    as_postgres "$PG_BIN/pg_ctl" --pgdata "$pg_home/cluster" --log "$pg_home/server.log" --wait --timeout 60 start >/dev/null
    as_postgres "$PG_BIN/psql" --host 127.0.0.1 --port "$port" --username postgres --dbname template1 --quiet --command 'CREATE EXTENSION postgis' 2>&1 | grep -v NOTICE || true
  ) || { echo "PostgreSQL did not start:"; cat "$pg_home.initdb.log" "$pg_home/server.log" 2>/dev/null; return 1; } >&2
  rm -f "$pg_home.initdb.log"
  export GEJU_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
}

stop_postgres() {
  [ -n "${pg_home:-}" ] || return 0
  if [ -f "$pg_home/cluster/postmaster.pid" ]; then
    (cd / && as_postgres "$PG_BIN/pg_ctl" --pgdata "$pg_home/cluster" --mode immediate --wait --timeout 30 stop >/dev/null 2>&1) || true
  fi
  rm -rf "$pg_home"
  pg_home=
}
