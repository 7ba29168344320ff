# The commands of the house. Every one sets up what it needs first; the second time that takes a second.
.DEFAULT_GOAL := help
.PHONY: help setup migrate demo serve test mutate doors constraints locks bench same lint format fonts picture lock

PORT ?= 8000
# Where mails and calendars say that the site is.
export PORT
RUN := .venv/bin
MANAGE := $(RUN)/python manage.py
GUNICORN := $(RUN)/gunicorn groupement.wsgi --bind 127.0.0.1:$(PORT) --threads 8 --timeout 120 --no-control-socket \
	--logger-class groupement.access_log.MaskedLogger

# What `check --deploy` sees: a complete production environment, with values made up for the check.
PRODUCTION := LOCAL_MODE=no DATABASE_URL=postgresql://check@localhost/check BROKER_URL=redis://localhost \
	SECRET_KEY=$$(head -c 48 /dev/urandom | base64 | tr -d '\n') ALLOWED_HOSTS=check.example EMAIL_HOST=check.example \
	EMAIL_FROM=check@check.example

help: ## Show these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## Create .venv with the locked packages and check the system libraries
	@.ci/setup

migrate: setup ## Bring the database up to date
	@$(MANAGE) migrate --verbosity 0

demo: export DEMO_MODE ?= yes
demo: setup migrate ## Fill the demo group, bill its month, serve it on 127.0.0.1:8000 (NOSERVE=1: stop before serving, PORT=…)
	@$(MANAGE) demo
ifeq ($(NOSERVE),)
	@echo "http://127.0.0.1:$(PORT)/"
	@exec $(GUNICORN)
endif

serve: export DEBUG ?= yes
serve: export DEMO_MODE ?= yes
serve: setup migrate ## Serve for work on the code, reloading when it changes
	@exec $(GUNICORN) --reload

# Compiled once for all processes of a run, and for the next run, whatever the shell keeps.
test: export PYTHONDONTWRITEBYTECODE :=
test: setup ## Run the whole test suite
	@$(RUN)/pytest

doors: setup ## Open each door in turn (roles, scopes, the administration): the tests of doors must notice (minutes)
	@$(RUN)/python -m tests.house.opening

constraints: setup ## Take away each constraint and trigger, one by one, and see that the tests notice
	@$(RUN)/python -m tests.house.constraints

mutate: setup ## Put a sample of faults into kernel, acts and rules and count those that the tests notice (an hour)
	@$(RUN)/python -m tests.mutation $(ARGS)

bench: setup ## Measure everything in small sizes and hold it to its aims (ARGS="month pages": only these)
	@$(RUN)/python -m benchmarks.small $(ARGS)

locks: setup ## Leave out each row lock in turn and show that its test turns red (ARGS="members timesheets.recording")
	@$(RUN)/python -m tests.house.locks $(ARGS)

same: setup ## Compare what people see with another checkout, BEFORE=/path, that has its own demo (ARGS="--only solene.rivoal")
	@$(RUN)/python -m benchmarks.same $(BEFORE) $(ARGS)

lint: setup ## Style, layers, types, templates, migrations, production settings
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/bandit -q -c pyproject.toml -r groupement members charter employees timesheets billing 2>/dev/null
	$(RUN)/lint-imports
	$(RUN)/mypy
	find templates -name '*.html' -exec $(RUN)/djade --check --target-version 5.2 {} +
	$(RUN)/djangofmt --check templates
	! LC_ALL=C.UTF-8 grep -rnE '^.{121}' templates --include='*.html'
	$(RUN)/deno fmt --config .ci/deno.json --check --quiet
	find . -name '*.py' -not -path './.*' -exec $(RUN)/django-upgrade --check --target-version 5.2 {} +
	$(MANAGE) makemigrations --check --dry-run
	@$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

format: setup ## Bring code, templates and style sheets into the one style
	$(RUN)/ruff check --fix --exit-zero .
	$(RUN)/ruff format .
	find templates -name '*.html' -exec $(RUN)/djade --target-version 5.2 {} +
	$(RUN)/djangofmt templates
	$(RUN)/deno fmt --config .ci/deno.json --quiet

fonts: setup ## Cut the interface’s typefaces from their sources and write the sheet that declares them
	@$(RUN)/python .ci/web_fonts.py

picture: setup ## Draw the layers of the code from its import contracts (docs/img/house.svg)
	@$(MANAGE) draw_house > docs/img/house.svg

lock: setup ## Lock the newest versions that pyproject.toml allows
	@$(RUN)/uv pip compile --quiet --upgrade $(LOCK) pyproject.toml -o requirements/base.txt
	@$(RUN)/uv pip compile --quiet --upgrade $(LOCK) pyproject.toml --group dev -c requirements/base.txt -o requirements/dev.txt

LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
