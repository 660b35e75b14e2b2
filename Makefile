SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

TESTPG := go run ./internal/testpg --
TOOL := go tool -modfile=tools/go.mod
NODE_MODULES := web/node_modules/.package-lock.json
WEB_LINT := web/lint/node_modules/.package-lock.json
CONFORMANCE := conformance/node_modules/.package-lock.json

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.PHONY: run
run: ## Start a playground with a demo on http://127.0.0.1:8080
	@echo "Building. The first time takes a minute or two …"
	@go run ./cmd/aparte dev

.PHONY: test
test: prepare $(NODE_MODULES) $(CONFORMANCE) ## Run every test
	go vet ./...
	go build -o bin/aparte ./cmd/aparte
	$(TESTPG) scripts/test
	cd conformance && APARTE_BIN="$(CURDIR)/bin/aparte" npm test
	cd web && APARTE_BIN="$(CURDIR)/bin/aparte" npm test --workspace @aparte/client
	cd web && APARTE_BIN="$(CURDIR)/bin/aparte" APARTE_CHROMIUM="$$(../scripts/chromium)" npm test

.PHONY: conformance
conformance: $(CONFORMANCE) ## Run the official protocol audits and clients
	go build -o bin/aparte ./cmd/aparte
	cd conformance && APARTE_BIN="$(CURDIR)/bin/aparte" npm test

.PHONY: race
race: prepare ## Run all Go tests under the race detector
	$(TESTPG) scripts/race -timeout 20m ./...

.PHONY: soak
soak: prepare ## Run long random tests (CHECKS, STEPS, RACES, ROUNDS, TIMINGS, FUZZTIME)
	APARTE_SWEEP=1 go test ./dm/... -timeout 0 -count 1
	APARTE_SOAK_ROUNDS=$${ROUNDS:-100} go test ./store -run '^TestCrash' -timeout 0 -count 1 -v
	$(TESTPG) env APARTE_RACES=$${RACES:-200000} go test ./store -run '^TestConsentIsLinearizableOnTwoNodes$$' -timeout 0 -count 1 -v
	$(TESTPG) env APARTE_SWEEP=1 go test ./graph -run '^TestASenderSeesNoDecision$$' -timeout 0 -count 1
	$(MAKE) timings
	$(TESTPG) go test ./store -run '^TestConformance$$/.*/^Model$$' -timeout 0 -count 1 \
		-rapid.checks $${CHECKS:-2000} -rapid.steps $${STEPS:-60}
	FUZZTIME=$${FUZZTIME:-220s} scripts/fuzz

.PHONY: timings
timings: prepare ## Compare the times of refusals on an idle machine (TIMINGS=10000)
	$(TESTPG) env APARTE_TIMINGS=$${TIMINGS:-10000} go test ./graph -run 'TakesAsLongAs' -timeout 0 -count 1 -v

.PHONY: web-soak
web-soak: prepare $(NODE_MODULES) ## Run the client for an hour (DURATION in s, SEED)
	go build -o bin/aparte ./cmd/aparte
	cd web && DURATION=$${DURATION:-3600} APARTE_BIN="$(CURDIR)/bin/aparte" APARTE_CHROMIUM="$$(../scripts/chromium)" \
		node --test --test-reporter=spec test/soak.test.mjs

.PHONY: bench
bench: prepare ## Measure the write path and subscriptions on this machine (about thirteen minutes)
	go run ./bench

.PHONY: bench-live
bench-live: ## Measure subscriptions only, and hold 50,000 for a minute (one file each)
	go run ./bench -live -out bench/out/live.json

.PHONY: bench-scale
bench-scale: prepare ## Measure reads at ten million messages (SCALE, 12 GB of disk)
	go run ./bench -scale $${SCALE:-10000000}

.PHONY: fuzz
fuzz: ## Feed the parsers random input (FUZZTIME=30s each)
	scripts/fuzz

.PHONY: lint
lint: $(WEB_LINT) ## Check style, mistakes and prose
	go run ./internal/prose
	$(TOOL) golangci-lint run ./...
	cd web && npm run lint

.PHONY: format
format: ## Format the Go code
	$(TOOL) golangci-lint fmt ./...

.PHONY: generate
generate: web ## Generate ent, graph, web/dist and the tables of settings
	go run ent/entc.go
	go generate ./graph ./cmd/aparte

.PHONY: web
web: $(NODE_MODULES) ## Generate the client's types and build the pages into web/dist
	cd web && npm run generate --workspace @aparte/client && npm run build

.PHONY: web-screenshots
web-screenshots: prepare $(NODE_MODULES) ## Draw every screen (web/test-results/screens)
	go build -o bin/aparte ./cmd/aparte
	cd web && APARTE_BIN="$(CURDIR)/bin/aparte" APARTE_CHROMIUM="$$(../scripts/chromium)" node scripts/screenshots.mjs

.PHONY: web-report
web-report: prepare $(NODE_MODULES) ## Measure the client against its limits
	go build -o bin/aparte ./cmd/aparte
	cd web && APARTE_BIN="$(CURDIR)/bin/aparte" APARTE_CHROMIUM="$$(../scripts/chromium)" node scripts/report.mjs

.PHONY: verify
verify: ## Check that generated code is up to date
	scripts/verify

.PHONY: prepare
prepare: ## Install missing requirements of the tests
	@scripts/prepare

$(NODE_MODULES): web/package-lock.json
	cd web && npm ci --no-audit --no-fund

# ESLint resolves imports, so it needs what they name.
$(WEB_LINT): web/lint/package-lock.json $(NODE_MODULES)
	cd web/lint && npm ci --no-audit --no-fund

$(CONFORMANCE): conformance/package-lock.json
	cd conformance && npm ci --no-audit --no-fund
