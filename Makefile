# The whole set-up: a Python >= 3.11 that has venv, and make. All else goes into .venv, one layer for each extra of
# pyproject.toml, so that `make demo` need not wait for what only `make test` needs.

comma := ,
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test covered slow test-all faults soak laws mutants check docs notebooks playground bench bench-compare clean
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

demo: .venv/with-cli  ## prove what the shipped SOP promises, and replay a day under it
	.venv/bin/casecore check
	.venv/bin/casecore replay examples/day.jsonl

# A file's tests stay on one core, in the order of the files; else the longest of them would come last.
PYTEST := -m pytest -n auto --dist loadfile --no-loadscope-reorder

test: .venv/with-test  ## run the fast tests
	.venv/bin/python $(PYTEST) -m 'not slow'

covered: .venv/with-test  ## run the fast tests, which must cover every line and branch
	.venv/bin/coverage erase
	.venv/bin/coverage run $(PYTEST) -m 'not slow'
	.venv/bin/coverage combine --quiet
	.venv/bin/coverage report --skip-covered

# What runs on Spark is tried where Java is there, and pages are looked at where Chromium is.
MORE := docs,books$(if $(shell command -v java),$(comma)spark)$(if $(shell command -v chromium),$(comma)browser)
slow: .venv/with-test .venv/with-$(MORE)  ## run the slow tests: laws, proofs, faults, Spark, notebooks, a browser
	.venv/bin/python $(PYTEST) -m slow --hypothesis-profile=full

test-all: covered slow  ## run every test; the fast ones must cover every line and branch

faults: .venv/with-test  ## break casecore in each way of the table, and print what the proofs say
	.venv/bin/python -m tests.faults

soak: .venv/with-test  ## a million hostile inputs, a long walk, and how time grows with size; prints the counts
	.venv/bin/python -m tests.soak

laws: .venv/with-test  ## try every property on a thousand examples or more, other ones each time; takes about an hour
	.venv/bin/python $(PYTEST) -m hypothesis --hypothesis-profile=soak

mutants: .venv/with-mutants  ## change one thing at a time in the rules, and see which tests notice; takes up to two hours
	.venv/bin/python -m tests.mutants

check: .venv/with-dev  ## check format, lint and types
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	printf '%s\n' 3.11 3.12 3.13 3.14 | xargs -P 2 -I VERSION .venv/bin/mypy --python-version VERSION

docs: .venv/with-docs  ## build the manual into build/docs, without network; any warning is an error
	.venv/bin/sphinx-build -q -W --keep-going -n -E -b html docs build/docs
	.venv/bin/python -m tests.docs.offline build/docs

notebooks: .venv/with-books  ## execute the tour in Jupyter anew, and keep its outputs in notebooks/tour.ipynb
	.venv/bin/python -m tests.notebooks.execute

playground: .venv/with-books  ## export a notebook that runs in a browser into build/playground
	.venv/bin/python -m tests.notebooks.playground

bench: .venv/with-bench  ## measure the speed beside peers, and list what falls short
	.venv/bin/python -m bench

bench-compare: .venv/with-bench  ## measure the speed beside that of REV=HEAD; ONLY="decide day" ROUNDS=12
	.venv/bin/python -m bench.compare $(if $(REV),--revision '$(REV)') $(if $(ROUNDS),--rounds '$(ROUNDS)') $(ONLY)

clean:  ## remove all that make has made
	rm -rf .venv .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name .git -prune -o -name __pycache__ -prune -exec rm -rf {} +

# While pip works there is no .venv/made: an environment whose set-up was cut short is made anew by the next run.
.venv/with-%: .venv/made pyproject.toml
	@echo "Setting up .venv: casecore[$*]"
	@mv .venv/made .venv/unfinished
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@mv .venv/unfinished .venv/made
	@touch $@

# So is one that was copied from another directory, or whose Python has gone.
MADE_FOR := $(shell .venv/bin/python -c 'print(open(".venv/made").read().strip())' 2>/dev/null)
ifneq "$(MADE_FOR)" "$(CURDIR)"
.PHONY: .venv/made
endif

# A Python fits if it runs: a shim may stand for a version that is not active, and hide one that is further down PATH.
FITS := import ensurepip, sys, venv; ensurepip.version(); sys.exit(sys.version_info < (3, 11))
.venv/made:
	@IFS=:; \
	for name in python3 python3.14 python3.13 python3.12 python3.11 python; do for dir in $$PATH; do \
	    python="$$dir/$$name"; \
	    "$$python" -c '$(FITS)' 2>/dev/null || continue; \
	    echo "Setting up .venv: $$("$$python" --version)"; \
	    "$$python" -m venv --clear .venv && echo '$(CURDIR)' > $@; \
	    exit; \
	done; done; \
	echo 'casecore needs Python 3.11 or newer with venv and ensurepip, and found none in PATH.' >&2; \
	echo 'On Debian or Ubuntu: apt-get install -y python3-venv' >&2; \
	exit 1
