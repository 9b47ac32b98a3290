#!/usr/bin/env bash
# The package's life on a real system: built from the debug program, installed, started as its unit would start it, upgraded,
# removed, purged. It changes the machine it runs on, and takes everything away again.
#
#   tests/deb.sh        as root, where no geju is installed
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
export DEBIAN_FRONTEND=noninteractive

PORT=${GEJU_DEB_PORT:-7190}
# The longest a start may take, in tenths of a second, on a machine busy with builds.
READY_TENTHS_MAX=300
unit=/usr/lib/systemd/system/geju.service

fail() { echo "FAILED: $*" >&2; exit 1; }
ok() { echo "ok: $*"; }
skip() { echo "SKIPPED deb: $*" >&2; exit 0; }

[ "$(id -u)" = 0 ] || skip "installing a package wants root"
[ ! -d /run/systemd/system ] || skip "a running systemd would start the service for real"
if dpkg-query -W geju >/dev/null 2>&1 || [ -e /var/lib/geju ] || [ -e /etc/geju ]; then skip "a geju is installed here"; fi
command -v cargo-deb >/dev/null || skip "cargo-deb is not installed (cargo install cargo-deb --locked)"
[ -x "$CARGO_TARGET_DIR/debug/geju" ] || fail "no program at $CARGO_TARGET_DIR/debug/geju: cargo build first"

work=$(mktemp -d)
server=
clean() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  dpkg --purge geju >/dev/null 2>&1 || true
  rm -rf /var/lib/geju /etc/geju
  getent passwd geju >/dev/null && deluser --quiet --system geju >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean EXIT

# build VERSION FILE
build() {
  cargo deb --quiet --package geju --no-build --no-strip --fast --profile dev --deb-version "$1" --output "$2"
}
build 0.1.0-1 "$work/old.deb"
build 0.1.0-2 "$work/new.deb"
ok "two packages were built: $(du -h "$work/old.deb" | cut -f1) each"

# What the unit says, asked of the installed file.
of_unit() { sed -n "s/^$1=//p" "$unit" | tail -1; }

# Starts the program as the unit would: its user, folder, settings, and a socket that waits for its word.
start() {
  local notified=$work/notified
  rm -f "$notified" "$work/notify.sock"
  python3 - "$work/notify.sock" "$notified" <<'PY' &
import os, socket, sys
path, said = sys.argv[1:]
if os.path.exists(path): os.unlink(path)
line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
line.bind(path)
os.chmod(path, 0o777)
line.settimeout(60)
word = line.recv(100).decode()
with open(said, "w") as out: out.write(word)
PY
  local waiting=$! tenths=0 line settings=()
  while [ ! -S "$work/notify.sock" ]; do sleep 0.1; done
  while IFS= read -r line; do case $line in GEJU_*=*) settings+=("$line") ;; esac; done <"$(of_unit EnvironmentFile | sed 's/^-//')"
  # shellcheck disable=SC2046
  (cd "$(of_unit WorkingDirectory)" && exec setpriv --reuid "$(of_unit User)" --regid "$(of_unit Group)" --clear-groups \
    env -i PATH=/usr/bin:/bin NOTIFY_SOCKET="$work/notify.sock" "${settings[@]}" $(of_unit ExecStart)) >"$work/log" 2>&1 &
  server=$!
  until [ -s "$notified" ]; do
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; fail "the program ended at once"; }
    tenths=$((tenths + 1))
    [ "$tenths" -lt "$READY_TENTHS_MAX" ] || { cat "$work/log" >&2; fail "the program never said that it is ready"; }
    sleep 0.1
  done
  wait "$waiting"
  grep -qx READY=1 "$notified" || fail "it said $(cat "$notified") instead of READY=1"
}

stop() {
  kill -TERM "$server"
  wait "$server" || fail "it ended badly when asked to stop"
  server=
}

chmod 755 "$work"
dpkg --install "$work/old.deb" >"$work/dpkg.log" 2>&1 || { cat "$work/dpkg.log" >&2; fail "it does not install"; }
getent passwd geju >/dev/null || fail "the user geju was not made"
[ "$(stat -c '%a %U:%G' /etc/geju/geju.env)" = "640 root:geju" ] || fail "the settings can be read by anyone"
[ "$(stat -c '%a %U' /var/lib/geju)" = "750 geju" ] || fail "the map's folder is not geju's own"
ok "it installs"

if command -v systemd-analyze >/dev/null; then
  verdict=$(systemd-analyze verify "$unit" 2>&1 | grep -F geju.service || true)
  [ -z "$verdict" ] || fail "the unit is not sound: $verdict"
  ok "systemd takes the unit; $(systemd-analyze security --offline=true --no-pager "$unit" 2>/dev/null | tail -1 | sed 's/^[^A-Za-z]*//')"
else
  echo "SKIPPED deb: systemd-analyze is not installed, the unit was not verified" >&2
fi

printf 'GEJU_LISTEN=127.0.0.1:%s\nGEJU_TLS_SELF_SIGNED=true\n' "$PORT" >>/etc/geju/geju.env
echo 'a-long-enough-password' | gejuctl user add admin --role admin >/dev/null || fail "gejuctl makes no account"
start
trusted=/var/lib/geju/data/tls/authority.pem
curl --silent --fail --cacert "$trusted" "https://127.0.0.1:$PORT/readyz" >/dev/null || fail "it does not answer"
echo 'another-long-password' | gejuctl user add second --role viewer >/dev/null || fail "gejuctl does not reach a running server"
stop
ok "it starts as the unit says, says that it is ready, answers by HTTPS, and stops"
before=$(sha256sum /etc/geju/geju.env "$trusted")

dpkg --install "$work/new.deb" >"$work/dpkg.log" 2>&1 </dev/null || { cat "$work/dpkg.log" >&2; fail "it does not upgrade"; }
[ "$(dpkg-query -W -f '${Version}' geju)" = 0.1.0-2 ] || fail "the old version is still there"
[ "$(sha256sum /etc/geju/geju.env "$trusted")" = "$before" ] || fail "an upgrade changed settings or certificate"
start
login=$(curl --silent --cacert "$trusted" --json '{"name":"second","password":"another-long-password"}' "https://127.0.0.1:$PORT/api/v1/session")
case $login in *'"role":"viewer"'*) ;; *) fail "an account was lost in the upgrade: $login" ;; esac
stop
ok "it upgrades and keeps settings, certificate and accounts"

dpkg --remove geju >/dev/null 2>&1 || fail "it cannot be removed"
[ ! -e /usr/bin/geju ] && [ ! -e "$unit" ] && [ ! -e /usr/sbin/gejuctl ] || fail "programs stay behind"
[ -f /etc/geju/geju.env ] && [ -f /var/lib/geju/data/geju.gpkg ] || fail "removing took settings or the map"
dpkg --install "$work/new.deb" >/dev/null 2>&1 && dpkg --purge geju >"$work/dpkg.log" 2>&1 || { cat "$work/dpkg.log" >&2; fail "it cannot be purged"; }
[ ! -e /etc/geju ] || fail "settings stay behind after a purge"
[ -f /var/lib/geju/data/geju.gpkg ] || fail "a purge took the map"
grep -q "the map and its backups stay" "$work/dpkg.log" || fail "a purge does not say that the map stays"
rm -rf /var/lib/geju
dpkg --install "$work/new.deb" >/dev/null 2>&1 && dpkg --purge geju >/dev/null 2>&1
[ ! -e /var/lib/geju ] && ! getent passwd geju >/dev/null || fail "an empty folder or the user stays behind"
[ -z "$(find /etc/systemd/system /var/lib/systemd/deb-systemd-helper-* -name '*geju*' 2>/dev/null)" ] || fail "traces of the unit stay behind"
ok "it is removed and purged, and only a map stays"
echo "deb: all is well"
