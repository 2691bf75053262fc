# Every target sets up what it needs, the Rust toolchain included, and keeps what it builds outside the checkout.
# `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export ATOMIC_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/atomic-obligation
export CARGO_TARGET_DIR ?= $(ATOMIC_CACHE)/target
# Contract manifests are resolved in temporary folders too, away from .cargo/config.toml.
export CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS := fallback

SCENARIO ?= scenarios/labor-market.toml
MEMBERS ?=
BLOCKS ?= 100000
export SOAK_STEPS ?= 1000000
export FUZZ_SECONDS ?= 60
export MUTANTS SHARD
OUT ?=
TOKEN ?=
PORT ?= 9944
# An `atomic` that is built already: `make test` has that of the tests, and need not compile another.
export ATOMIC
SAY := printf '\n\033[1m%s\033[0m\n'

# Clippy looks at what is compiled anyway. Apart from it, `cargo clippy` would compile every dependency a second time.
LOOKED_AT := test test-node test-web weights-on-node soak bench bench-web build node web app demo lint
$(LOOKED_AT): export RUSTC_WORKSPACE_WRAPPER := clippy-driver
$(LOOKED_AT): export CLIPPY_ARGS := -Dwarnings

# Where the page takes the contracts' metadata from.
WEB_CONTRACTS := $(ATOMIC_CACHE)/web/contracts

.PHONY: help demo test node web app test-web test-node weights-on-node soak mutants fuzz bench bench-node bench-web build check fmt lint clean toolchain

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Everything that is built is kept in $(ATOMIC_CACHE)"

# Whoever does not have the whole program gets one that knows no nodes: it compiles in half the time. Where the sources are
# those that release/ was made from, it plays the contracts there, and none are built.
demo: toolchain ## Play the story of scenarios/labor-market.toml on real contracts (SCENARIO=file for another)
	@if [ -e "$(CARGO_TARGET_DIR)/debug/atomic" ]; then \
		$(MAKE) --no-print-directory build; \
		cargo run --locked --quiet --package cli -- run $(SCENARIO); \
	else \
		$(SAY) "Compiling what plays the story (about six minutes the first time)"; \
		env -u RUSTC_WORKSPACE_WRAPPER cargo build --locked --package cli --no-default-features --profile demo; \
		contracts=; if scripts/release.sh same; then contracts="--contracts release"; fi; \
		"$(CARGO_TARGET_DIR)/demo/atomic" run $$contracts $(SCENARIO); \
	fi

test: toolchain ## Run all tests: unit, property, the contracts on an embedded chain, on nodes, and the page in a browser if there is one
	@$(SAY) "Compiling the tests (about fifteen minutes the first time)"
	cargo test --locked --workspace --tests --no-run
	@$(SAY) "Running them; the first test that needs the contracts builds them"
	cargo test --locked --workspace --tests
	@$(MAKE) --no-print-directory test-node ATOMIC="$(CARGO_TARGET_DIR)/debug/atomic"
	@if scripts/web.sh testable; then \
		$(SAY) "The page, in a browser"; \
		$(MAKE) --no-print-directory test-web ATOMIC="$(CARGO_TARGET_DIR)/debug/atomic"; \
	else \
		$(SAY) "Skipped the page in a browser"; \
	fi

node: toolchain ## Run a substrate-contracts-node to try things out on, or else `atomic node` (PORT=9944)
	@scripts/node.sh run $(PORT)

# Each client plays its test on `atomic node`, and on a substrate-contracts-node if there is one.
test-node: build ## Run the tests that need a node: on `atomic node`, and on a substrate-contracts-node if there is one
	@$(SAY) "Clients of a node, on atomic node"
	@scripts/node.sh with atomic e2e-tests/on-node.sh
	@if node=$$(scripts/node.sh find 2>/dev/null); then \
		$(SAY) "ink!'s end-to-end framework, on a substrate-contracts-node"; \
		CONTRACTS_NODE="$$node" cargo test --locked --workspace --test ink_e2e -- --ignored; \
		CONTRACTS_NODE="$$node" cargo test --locked --workspace --test alike -- --ignored; \
		$(SAY) "Clients of a node, on a substrate-contracts-node"; \
		scripts/node.sh with real e2e-tests/on-node.sh; \
	else \
		$(SAY) "Skipped the same on a substrate-contracts-node: there is none here"; scripts/node.sh find || true; \
	fi

web: ## Build the market's page for the browser: web/dist, a folder for any web server
	@$(MAKE) --no-print-directory build OUT="$(WEB_CONTRACTS)"
	@scripts/web.sh build "$(WEB_CONTRACTS)"

app: ## Show the market in a browser: the page, and a node with an organization that has a past (PORT=9944 for the node)
	@$(MAKE) --no-print-directory build OUT="$(WEB_CONTRACTS)"
	@PORT="$(PORT)" scripts/web.sh app "$(WEB_CONTRACTS)"

test-web: ## Test the page in a real browser: on `atomic node`, and on a substrate-contracts-node if there is one
	@$(MAKE) --no-print-directory build OUT="$(WEB_CONTRACTS)" TOKEN=yes
	@scripts/web.sh test "$(WEB_CONTRACTS)"

weights-on-node: toolchain ## Weigh every message of the benchmark on a substrate-contracts-node too, and compare
	@scripts/node.sh find > /dev/null
	CONTRACTS_NODE="$$(scripts/node.sh find)" cargo test --locked --workspace --test stories -- --ignored --nocapture on_node

soak: toolchain ## Play random histories until SOAK_STEPS=1000000 messages are sent, and count the answers
	cargo test --locked --workspace --test histories -- --ignored --nocapture soak

mutants: toolchain ## Change the code a little, thousands of times, and check that a test notices (MUTANTS=rules for one crate, SHARD=0/20 for a part)
	scripts/mutants.sh

fuzz: toolchain ## Fuzz everything that decodes bytes, and the rules, FUZZ_SECONDS=60 for each target
	scripts/fuzz.sh

bench: build ## Weigh each message with 10, 1,000 and 100,000 members of a pool (MEMBERS="10 1000" for other sizes)
	@cargo bench --locked --workspace --profile dev --bench weights -- $(MEMBERS)

bench-node: build ## Time the chain: called directly, in a file, and as a node beside a substrate-contracts-node (BLOCKS=100000 for the large one)
	@CONTRACTS_NODE="$$(scripts/node.sh find 2>/dev/null)" cargo bench --locked --package cli --bench node -- $(BLOCKS)

bench-web: ## Time a board of 1,000 requests in a browser
	@$(MAKE) --no-print-directory build OUT="$(WEB_CONTRACTS)"
	@scripts/web.sh bench "$(WEB_CONTRACTS)"

build: toolchain ## Build, in release, the contracts whose sources changed (OUT=folder for the .contract files, TOKEN=yes for a token's too)
	@if [ -z "$(ATOMIC)" ]; then \
		$(SAY) "Building the command that builds the contracts (about six minutes the first time)"; \
		cargo build --locked --package cli; \
	fi
	@$(SAY) "Building the contracts"
	@$(or $(ATOMIC),cargo run --locked --quiet --package cli --) build $(if $(OUT),--out "$(OUT)" $(if $(TOKEN),--token))

check: toolchain ## Check that everything compiles, the rules without the standard library too
	cargo check --locked --workspace --all-targets
	cargo check --locked --package rules --no-default-features

fmt: toolchain ## Format the sources
	cargo fmt --all
	rustfmt --edition 2021 e2e-tests/contracts/*/lib.rs builder/src/main.rs

lint: toolchain ## Check formatting and run clippy, warnings denied
	@$(SAY) "Formatting"
	cargo fmt --all --check
	rustfmt --edition 2021 --check e2e-tests/contracts/*/lib.rs builder/src/main.rs
	@$(SAY) "Clippy, with all tests compiled"
	cargo test --locked --workspace --tests --benches --no-run

clean: ## Remove everything that was built
	rm -rf "$(CARGO_TARGET_DIR)" "$(ATOMIC_CACHE)/contracts" "$(ATOMIC_CACHE)/polkadot-js" target

# Cargo takes crates of the same name in two checkouts for the same crate, and the newer build for fresh. So when another
# checkout built last, the project's own crates are built again; their dependencies stay, and so do the stand-ins, which have the
# names of some.
OWN = $(sort $(shell sed -n 's/^name = "\(.*\)"/\1/p' */Cargo.toml units/*/Cargo.toml))
BUILT_LAST := $(CARGO_TARGET_DIR)/checkout

toolchain:
	@scripts/toolchain.sh
	@mkdir -p "$(CARGO_TARGET_DIR)"
	@if [ "$$(cat "$(BUILT_LAST)" 2>/dev/null)" != "$(CURDIR)" ]; then \
		rm -rf $(foreach crate,$(OWN),"$(CARGO_TARGET_DIR)"/*/.fingerprint/$(crate)-*); \
		printf '%s' "$(CURDIR)" > "$(BUILT_LAST)"; \
	fi
