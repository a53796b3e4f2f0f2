"""Execute the example notebook again, in place: python docs/make_notebook.py."""

from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "examples" / "sigmoid_lesson.ipynb"


def executed(file: Path) -> Any:
    """Return a notebook with what its cells print and show now.

    The page of a whole lesson, in its frame, is left out: it would be most of the file, and running
    the cell shows it. Paths are relative to the checkout.
    """
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "<iframe" in data.get("text/html", ""):
                del data["text/html"]
            for kind, text in data.items():
                if kind.startswith("text/"):
                    data[kind] = text.replace(f"{ROOT}/", "")
    return notebook


if __name__ == "__main__":
    nbformat.write(executed(NOTEBOOK), NOTEBOOK)
