# make book, make test, make lab: each installs what it needs the first time.
PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Python for browsers, which the pages load; it is fetched, not installed.
PAGE_PYTHON := $(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps \
	--require-hashes --only-binary :all: -r assets/python/requirements.txt -d $(VENV)/page
STAMP := $(VENV)/.installed
SITE := _build/html/index.html

# TensorFlow otherwise logs to stderr, which the notebooks' tests compare.
export TF_CPP_MIN_LOG_LEVEL := 3
export TF_ENABLE_ONEDNN_OPTS := 0

# The tests run side by side, one a core; more threads would only wait for each other.
test test-unit test-notebooks test-site: export OPENBLAS_NUM_THREADS := 1

.PHONY: book test test-unit test-notebooks test-site test-elsewhere test-numpy-1.25 lab refresh \
	bench audit lock clean

book: $(SITE)
	@$(BIN)/python -c "import pathlib; print('Open', pathlib.Path('$(SITE)').resolve().as_uri())"

$(SITE): $(STAMP) _config.yml _toc.yml intro.md references.bib $(wildcard chapters/*.md chapters/*.ipynb) \
		$(wildcard nnbook/*.py nnbook/*/*) $(shell find assets -type f)
	$(BIN)/jupyter-book build -W -n --keep-going --all .

test: book
	$(BIN)/python -m pytest -n 2 --nbval

test-unit: $(STAMP)
	$(BIN)/python -m pytest -n 2 tests nnbook -m "not site and not browser and not notebook"

test-notebooks: $(STAMP)
	$(BIN)/python -m pytest -n 2 --nbval chapters tests/test_notebooks.py tests/test_exercises.py

test-site: book
	$(BIN)/python -m pytest -n 2 tests -m "site or browser"

test-elsewhere: $(STAMP)
	$(BIN)/python tests/elsewhere.py

# The core's own tests on the NumPy that browsers have, where there is no TensorFlow.
CORE := $(filter-out %/__init__.py %/exercises.py %/plots.py %/sphinxext.py, $(wildcard nnbook/*.py))
OLD := $(VENV)-numpy-1.25
OLD_BIN := $(OLD)$(patsubst $(VENV)%,%,$(BIN))

test-numpy-1.25: $(OLD)/.installed
	PYTHONPATH=. $(OLD_BIN)/python -m pytest -q -m "not keras and not notebook" $(wildcard $(patsubst nnbook/%,tests/test_%,$(CORE)))

$(OLD)/.installed: tests/numpy-1.25.lock
	$(PYTHON) -m venv $(OLD)
	$(OLD_BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	$(OLD_BIN)/python -c "import pathlib; pathlib.Path('$@').touch()"

lab: $(STAMP)
	$(BIN)/jupyter lab chapters

# Run the notebooks and store their outputs. One chapter: make refresh CHAPTER=chapters/01_neurons.ipynb
refresh: $(STAMP)
	$(BIN)/python tests/refresh.py $(CHAPTER)

# nnbook beside Keras, PyTorch, scikit-learn and the bare matrix products.
bench: $(STAMP)
	$(BIN)/python benchmarks/compare.py

# The pages as a slow phone gets them, and what stands in a reader's way. Needs Node 18.20 or newer.
audit: book
	cd benchmarks/audit && npm ci --ignore-scripts --no-audit --no-fund && node audit.mjs ../../_build/html $(PAGES)

lock: $(STAMP)
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url requirements.txt -o requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url tests/numpy-1.25.txt -o tests/numpy-1.25.lock

clean:
	rm -rf _build

$(STAMP): requirements.lock pyproject.toml assets/python/requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	$(PAGE_PYTHON) || echo "Without Python for browsers: no cell will run in the page."
	$(BIN)/python -c "import pathlib; pathlib.Path('$(STAMP)').touch()"
