"""The example notebook runs, and shows what it did when it was written."""

import re
from pathlib import Path
from runpy import run_path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "examples" / "sigmoid_lesson.ipynb"

_NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the kernel's own packages
def test_the_notebook_shows_what_its_cells_say_now() -> None:
    """Every cell runs in order, and what it says, digits apart, is what stands in the file."""
    committed = nbformat.read(NOTEBOOK, as_version=4)
    now = run_path(str(ROOT / "docs" / "make_notebook.py"))["executed"](NOTEBOOK)

    assert len(said(now)) >= 12
    for before, after in zip(said(committed), said(now), strict=True):
        assert _NUMBER.sub("#", before) == _NUMBER.sub("#", after)


def test_every_cell_of_the_notebook_has_been_executed() -> None:
    """The committed notebook has an output below each cell that ends in a value."""
    cells = [
        cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"
    ]

    assert all(cell.outputs for cell in cells)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


def said(notebook: Any) -> list[str]:
    """Return the plain texts of a notebook's outputs, with any spaces the same."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [" ".join(output["data"]["text/plain"].split()) for output in outputs]
