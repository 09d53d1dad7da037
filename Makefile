# What a person types. Every target installs what it needs first (tools/setup, under a second when nothing is missing).
.DEFAULT_GOAL := help
.PHONY: help run demo demo-cpp build test lint format bench fuzz torture asan tsan ubsan page setup setup-demo setup-demo-cpp setup-test lock clean

ARGS ?=
FUZZ_SECONDS ?= 60
KILLS ?= 1000

help: ## this text
	@echo "tetrascope: one server that the clients of four observability vendors take for their own."
	@echo
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make run ARGS='--http 0.0.0.0:4318'   passes flags on; build/tetrascope serve --help lists them"

run: build ## install what is missing, build, start on ports 4317 and 4318, say where to look
	@tools/run $(ARGS)

demo: setup-demo build ## run examples/cruddur against it, with traffic; says which pages to open, which commands to try
	@tools/demo $(ARGS)

demo-cpp: setup-demo-cpp build ## the same with the back end in C++, examples/cruddur-cpp
	@tools/demo --cpp $(ARGS)

build: setup page ## leave build/tetrascope, with the engine library beside it
	@cmake --preset dev --log-level=WARNING
	@cmake --build build --target tetrascope

test: setup-test page ## install what is missing, lint, build and run every test; ends with the total
	@tools/test_all

lint: setup-test page ## layout, clang-tidy, dependency rules, file sizes, Biome, ruff, shellcheck
	@tools/lint

format: setup-test ## lay out all sources as `make lint` wants them
	@tools/lint --fix

bench: setup-test page ## measure, and print what docs/benchmarks.md shows; SIZE=10M for ten million records (1M)
	@tools/bench $(if $(SIZE),--size $(SIZE)) $(ARGS)

fuzz: setup-test ## every fuzzer for FUZZ_SECONDS (60) under AddressSanitizer, with its edge coverage
	@tools/fuzz --seconds $(FUZZ_SECONDS)

torture: setup-test page ## KILLS (1000) kills under load, full and failing disks, overload; SEED=… FROM=… goes on
	@cmake --preset dev --log-level=WARNING
	@cmake --build build --target tetrascope failing_disk
	@tools/torture --kills $(KILLS) $(if $(SEED),--seed $(SEED)) $(if $(FROM),--from $(FROM)) $(ARGS)

asan tsan ubsan: setup-test page
	@tools/sanitize $@
asan: ## unit tests, .case files and the kit's tests under AddressSanitizer (the engine in its own process)
tsan: ## the same under ThreadSanitizer
ubsan: ## the same under UndefinedBehaviorSanitizer

setup: ## only install what `make run` needs
	@tools/setup build

setup-demo: ## only install what `make demo` needs
	@tools/setup demo

setup-demo-cpp: ## only install what `make demo-cpp` needs
	@tools/setup demo-cpp

setup-test: ## only install what `make test` needs
	@tools/setup test

lock: setup-test ## write each requirements.txt anew after a change of its requirements.in
	@tools/lock_python

# The page is built once into ui/dist, which the binary embeds.
page: setup
	@tools/build_page

clean: ## remove build/ and ui/dist (not the installed packages)
	rm -rf build ui/dist
