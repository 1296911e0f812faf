# Baton. `make help` lists what one can do. Everything goes through `python -m infra`, which works without make, too.
PYTHON ?= python3.11
STAGE ?= prod
BIN := .venv/bin
PY := $(BIN)/python
READY := .venv/.ready
SCRIPTS := infra/javascript
SCRIPTS_READY := $(SCRIPTS)/node_modules/.ready
CHECKOV := .venv-checkov
CHECKOV_READY := $(CHECKOV)/.ready
WORKERS ?= 2
# What takes longest begins first: one worker keeps to the running stack, in browsers and without, and others do the rest meanwhile.
TESTS := tests/browser tests/stack tests/deploy tests/local tests/unit

.DEFAULT_GOAL := help
.PHONY: help setup browser run demo knowledge check unit test coverage faults hostile bench bench-cold bench-bot bench-mail bench-cost deploy destroy status logs doctor redrive clean

help: ## this list
	@grep -hE '^[a-z -]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^destroy status.*: /status, logs, doctor, redrive, destroy: /; s/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## the Python environment in .venv, and the sentence encoder

$(READY): requirements.txt requirements-layer.txt requirements-dev.txt infra/encoder.txt infra/passage_adapter.safetensors
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: apt-get install python3.11 python3.11-venv"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv || { echo "the venv module is missing: apt-get install python3.11-venv"; exit 1; }
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(PY) -m infra encoder
	@touch $@

# The browser tests drive Debian's Chromium; Chinese needs a font to be seen.
browser:
	@if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null || ! fc-list :lang=zh 2>/dev/null | grep -q .; then \
	  SUDO=$$(test "$$(id -u)" = 0 || echo sudo); \
	  $$SUDO apt-get update -qq && $$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-driver fonts-noto-cjk fontconfig >/dev/null; \
	fi

run: $(READY) ## the whole system on this machine, until Ctrl-C; its data is kept in .baton
	@$(PY) -m infra run

demo: $(READY) ## a customer's day through the running system (`make run` in another window)
	@$(PY) -m infra demo

# What checks the pages' scripts; node and npm come with the Python environment.
$(SCRIPTS_READY): $(SCRIPTS)/package.json $(SCRIPTS)/package-lock.json $(SCRIPTS)/.npmrc | $(READY)
	$(BIN)/npm ci --prefix $(SCRIPTS) --loglevel=error
	@touch $@

# What looks for unsafe settings in the template, in an environment of its own: it wants older versions of what is in .venv.
$(CHECKOV_READY): requirements-checkov.txt | $(READY)
	$(PYTHON) -m venv --clear $(CHECKOV)
	$(CHECKOV)/bin/pip install --quiet --disable-pip-version-check -r requirements-checkov.txt
	@touch $@

check: $(READY) $(SCRIPTS_READY) $(CHECKOV_READY) ## lint, types, import rules, unsafe settings; of the pages' scripts, too
	$(PY) -m infra client
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PY) -m infra checkov
	$(BIN)/node $(SCRIPTS)/node_modules/eslint/bin/eslint.js --config $(SCRIPTS)/eslint.config.js chalicelib/web/assets
	$(BIN)/node $(SCRIPTS)/node_modules/typescript/bin/tsc --project $(SCRIPTS)

unit: $(READY) ## the quick tests only
	$(PY) -m pytest tests/unit -q -n $(WORKERS)

test: $(READY) browser check ## everything that must hold before a change lands
	$(PY) -m pytest $(TESTS) -m "not slow" -n $(WORKERS)

coverage: $(READY) browser ## which lines and branches the tests of `make test` reach
	$(PY) -m pytest $(TESTS) -m "not slow" -n $(WORKERS) --cov --cov-report=term

faults: $(READY) browser ## kills, cuts, loops, floods, hostile strings, webhooks five times at once and in every order (SEED=n repeats a run)
	$(PY) -m pytest tests/faults tests/stack tests/browser -m slow -q -s

hostile: $(READY) browser ## every hostile string in every page of a real browser (make faults takes a sample)
	HOSTILE=all $(PY) -m pytest tests/browser/test_hostile.py tests/browser/test_hostile_report.py -q

bench: bench-cold bench-bot bench-mail bench-cost ## all benchmarks

bench-cold: $(READY) ## cold start, warm cost and size of the packaged functions beside a plain boto3 handler
	$(PY) -m tests.bench.cold

bench-cost: $(READY) ## US dollars for 1,000 bot-resolved conversations, and for a month in which nobody writes
	$(PY) -m tests.bench.cost

bench-mail: $(READY) ## CPU of a mail, from SES's notification to the acknowledgement handed to SES
	$(PY) -m tests.bench.mail > /dev/null

bench-bot: $(READY) ## how often the bot is right and what an answer costs, into docs/bot.md (INTENTS=folder of the intent data)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m tests.bench.bot

deploy: $(READY) ## into your AWS account: make deploy STAGE=prod
	@$(PY) -m infra deploy --stage $(STAGE) $(ARGS)

destroy status logs doctor redrive: $(READY) ## look after a deployed stage: make status STAGE=prod
	@$(PY) -m infra $@ --stage $(STAGE) $(ARGS)

knowledge: $(READY) ## what the bot knows: make knowledge PUSH=folder or PULL=folder (STAGE=local: the one that runs here)
	@if [ -n "$(PUSH)" ]; then $(PY) -m infra knowledge push "$(PUSH)" --stage $(STAGE) $(ARGS); \
	elif [ -n "$(PULL)" ]; then $(PY) -m infra knowledge pull "$(PULL)" --stage $(STAGE) $(ARGS); \
	else $(PY) -m infra knowledge list --stage $(STAGE) $(ARGS); fi

clean: ## forget builds and caches; the data in .baton stays
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
