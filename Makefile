# Everything a person does in this house by hand. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test soak check bench bless types web deb deb-test

# One place for build output; the scripts under tests/ read the same variable.
CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: ## build the page and the server, serve the demo district on the embedded store
	@tests/needs.sh build
	@$(MAKE) --no-print-directory web
	cargo build --release --package geju
	@mkdir -p data
	exec "$(CARGO_TARGET_DIR)/release/geju" demo

test: ## everything: rust, web, browser, schemathesis, against both stores
	@tests/run.sh

soak: ## the long counts: 200 + 20 kills, long sequences, a million buildings, half an hour under load; writes tests/soak/RESULTS.md
	@tests/soak.sh

check: ## formatting, lints and types, no tests
	@tests/needs.sh build
	@$(MAKE) --no-print-directory web
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cd web && npm run check

bench: ## the measurements behind the budgets; the HTTP part writes tests/bench/RESULTS.md
	@tests/needs.sh test
	@$(MAKE) --no-print-directory web
	cargo build --release --workspace --bins --benches
	tests/bench.sh
	cd tests/browser && { [ node_modules/.package-lock.json -nt package-lock.json ] || PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund; }
	cd tests/browser && GEJU_BIN="$(CARGO_TARGET_DIR)/release/geju" npm run --silent bench

bless: ## rewrite golden files from what the code does now; read the diff before you commit it
	@tests/needs.sh build
	@$(MAKE) --no-print-directory web
	GEJU_BLESS=1 INSTA_UPDATE=always cargo test --workspace --exclude geju-tests
	git --no-pager diff --stat

deb: ## the Debian package, in target/debian; installs cargo-deb where it is missing
	@tests/needs.sh build
	@$(MAKE) --no-print-directory web
	@command -v cargo-deb >/dev/null || cargo install cargo-deb --locked
	cargo deb --package geju

deb-test: ## installs, starts, upgrades, removes and purges a package of the debug build on this machine; wants root
	@command -v cargo-deb >/dev/null || cargo install cargo-deb --locked
	@tests/deb.sh

types: ## TypeScript types of the interface, from the server's own /openapi.json
	@tests/types.sh

# The page is rebuilt only when one of its sources is newer than what was built from them.
WEB_SOURCES = $(shell find web/src web/public web/index.html web/vite.config.ts web/compress.ts web/svelte.config.js web/tsconfig.json -type f 2>/dev/null)

web: web/dist/index.html

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run build
	@touch $@
