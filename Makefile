# The doors. `make` lists them.
PYTHON ?= python3
# Some machines' images set it, and every start would compile all that it imports once more.
unexport PYTHONDONTWRITEBYTECODE
develop = @checkout=. PYTHON=$(PYTHON) packages=develop sh -c '. ./doors/bootstrap.sh' && .venv/bin/python -m doors
sandbox = @checkout=. PYTHON=$(PYTHON) sh -c '. ./doors/bootstrap.sh' && .venv/bin/python -m doors
delivery = @checkout=. PYTHON=$(PYTHON) sh -c '. ./doors/bootstrap.sh' && .venv/bin/python -m doors.delivery

.PHONY: help apply behaviour bench doctor drift load login pictures up plan prod preview policy promote snapshot story down reset status requests test test-all test-rare lint model lock

help: ## list these doors
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r door what; do \
	  printf 'make %-10s %s\n' "$$door" "$$what"; done

up: ## set everything up, start the sandbox, raise dev, print the addresses
	$(sandbox) up dev

prod: ## the same for prod, beside dev
	$(sandbox) up prod

preview: ## show what `make up` would change; STACK=prod: what `make prod` would
	$(sandbox) preview $(or $(STACK),dev) $(ARGS)

behaviour: ## run what a change touches, before and after; BASE=main is what it is compared with
	$(sandbox) behaviour $(or $(BASE),main) $(ARGS)

policy: ## ask the rules about dev and prod, as they are planned and as they are raised
	$(sandbox) policy $(ARGS)

story: ## play a change from its pull request to prod, and its drift, in a sandbox of its own
	@checkout=. PYTHON=$(PYTHON) sh -c '. ./doors/bootstrap.sh' && .venv/bin/python -m doors.story $(ARGS)

plan: ## keep a plan of STACK in FOLDER, where the environment says (docs/delivery.md)
	$(delivery) plan $(STACK) $(FOLDER)

apply: ## do what the plan of STACK in FOLDER says, if it is the one of DIGEST
	$(delivery) apply $(STACK) $(FOLDER) $(DIGEST)

drift: ## look what of STACK was changed outside, and keep that in FOLDER
	$(delivery) drift $(STACK) $(FOLDER)

login: ## let docker push to the registry of SLIPWAY_REGISTRY, as GITHUB_ACTOR with GITHUB_TOKEN
	@printf '%s' "$$GITHUB_TOKEN" | docker login "$${SLIPWAY_REGISTRY%%/*}" --username "$$GITHUB_ACTOR" --password-stdin

snapshot: ## keep the state of STACK without its secrets in FOLDER
	$(delivery) snapshot $(STACK) $(FOLDER)

promote: ## propose what dev runs to main, as a pull request
	@$(PYTHON) -m report.github.promotion $(ARGS)

down: ## stop the sandbox; `make up` brings the same apps back
	$(sandbox) down

reset: ## forget the sandbox and everything in it
	$(sandbox) reset

status: ## what exists in the sandbox and what runs
	$(sandbox) status

requests: ## what requests its platforms received
	$(sandbox) requests

doctor: ## look whether this machine can do what is left to be set up
	@checkout=. PYTHON=$(PYTHON) packages=doctor sh -c '. ./doors/bootstrap.sh'

test: ## set everything up and run what every change needs; ARGS="tests/sandbox -k lock" runs those alone
	$(develop) test -- $(ARGS)

test-all: test ## the same, then the fault matrices, strangers' images and long end-to-end runs
	$(develop) test --tier long

test-rare: ## play the story of a change, and what else takes so long that it is tried when it changes
	$(develop) test --tier rare

lint: ## ruff, mypy, import rules, and what is unsafe in the workflows
	@checkout=. PYTHON=$(PYTHON) packages=develop sh -c '. ./doors/bootstrap.sh'
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python -m toolchain.actionlint
	.venv/bin/zizmor --offline --no-progress --quiet .github/workflows

bench: ## measure what a model stage and a model in the image save, as ratios (half an hour)
	@checkout=. PYTHON=$(PYTHON) packages=develop sh -c '. ./doors/bootstrap.sh' && .venv/bin/python -m tests.bench $(ARGS)

load: ## ask the raised apps of dev at a steady rate, and raise each alert (8 minutes; needs `make up`)
	@checkout=. PYTHON=$(PYTHON) packages=develop sh -c '. ./doors/bootstrap.sh' && .venv/bin/python -m tests.bench.load $(ARGS)

pictures: ## walk through the pages of dev in a real browser and keep pictures (needs `make up`); ARGS=story: of a pull request
	@checkout=. PYTHON=$(PYTHON) packages=develop sh -c '. ./doors/bootstrap.sh'
	.venv/bin/python -m doors.python_packages requirements-pages.txt
	.venv/bin/python -m tests.pages $(ARGS)

model: ## train the small models, for use on the real platforms
	$(sandbox) model

compile = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-annotate --no-emit-index-url --no-emit-find-links

# What goes into an image whole has no header: one would be another version of the app.
lock: ## renew the locked requirements
	@checkout=. PYTHON=$(PYTHON) sh -c '. ./doors/bootstrap.sh'
	for name in requirements requirements-sandbox requirements-dev requirements-pages doors/uv-requirements \
	  app/retraining/requirements app/retraining/backend/requirements \
	  app/turnover/requirements app/turnover/requirements-test app/turnover/requirements-lint; do \
	  $(compile) --custom-compile-command 'make lock' $$name.in -o $$name.txt || exit 1; done
	for name in app/inference/requirements app/inference/requirements-download app/symptoms/requirements \
	  app/frigo/requirements app/frigo/chat/requirements app/frigo/gpt/requirements; do \
	  $(compile) --no-header $$name.in -o $$name.txt || exit 1; done
