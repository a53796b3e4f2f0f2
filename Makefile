# Targets for a development checkout; each is one line that can be typed by hand.
.PHONY: install test types lint docs

# Install the package as an editable one, with what the tests need.
install:
	pip install -e ".[test]"

# Run the tests, and the built-in cases as tests.
test:
	pytest

# Check the types.
types:
	mypy

# Check style, format and the direction of imports.
lint:
	ruff check
	ruff format --check
	lint-imports

# Draw the pictures of README.md and docs/ anew.
docs:
	python docs/make_images.py
