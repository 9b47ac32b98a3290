#!/usr/bin/env bash
# What this machine must have, and the words to say when it has not.
#
#   tests/needs.sh build    enough to build and run the server
#   tests/needs.sh test     enough for every test; as root it installs what Debian has
set -eu
cd "$(dirname "$0")/.."

missing=()
lack() { missing+=("$1"); }
has() { command -v "$1" >/dev/null 2>&1; }

# Node 20 is the oldest that the build tools of the page run on.
NODE_MAJOR_MIN=20

tools() {
  has cargo || lack "cargo: the Rust toolchain, version 1.95 or newer (rustup.rs)"
  if ! has node; then lack "node: Node.js $NODE_MAJOR_MIN or newer (nodejs.org)"
  elif [ "$(node -p 'process.versions.node.split(".")[0]')" -lt "$NODE_MAJOR_MIN" ]; then
    lack "node: version $NODE_MAJOR_MIN or newer, this one is $(node -v)"; fi
  has npm || lack "npm: comes with Node.js"
  { [ -f web/package.json ] && [ -f web/package-lock.json ]; } || lack "web/package-lock.json: this clone has no page to build"
}

compiler() { has cc || has gcc || has clang || echo build-essential; has pkg-config || echo pkg-config; }

# Debian names of what the tests drive. The left side is a file that shows it is there.
debian_for_tests() {
  compiler
  [ -x /usr/lib/postgresql/15/bin/postgres ] || echo postgresql-15
  [ -f /usr/share/postgresql/15/extension/postgis.control ] || echo postgresql-15-postgis-3
  has chromium || echo chromium
  has ogrinfo || echo gdal-bin
  /usr/bin/python3 -c 'from osgeo_utils.samples import validate_gpkg' 2>/dev/null || echo python3-gdal
  /usr/bin/python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
  [ -n "$(find /usr/share/fonts -iname 'NotoSansCJK*' -print -quit 2>/dev/null)" ] || echo fonts-noto-cjk
  has curl || echo curl
  has runuser || echo util-linux
}

install() {
  local packages=("$@")
  [ "${#packages[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" = 0 ] && has apt-get; then
    echo "installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # Debian makes and starts a cluster of its own when PostgreSQL arrives; the tests bring theirs.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
      mkdir -p /etc/postgresql-common
      echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    fi
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "${packages[@]}" >/dev/null
  else
    for package in "${packages[@]}"; do lack "$package: Debian package, install it as root"; done
  fi
}

case "${1:-}" in
  build) mapfile -t wanted < <(compiler) ;;
  test) mapfile -t wanted < <(debian_for_tests) ;;
  *) echo "usage: tests/needs.sh build|test" >&2; exit 2 ;;
esac
install "${wanted[@]}"
tools
if [ "${#missing[@]}" -gt 0 ]; then
  echo "This machine lacks:" >&2
  printf '  %s\n' "${missing[@]}" >&2
  exit 1
fi
