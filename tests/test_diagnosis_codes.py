"""docs/diagnosis.md lists exactly the codes that a diagnosis can give, and its examples work."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradcheck as gc

VERDICT = Path(gc.__file__).parent / "verdict"
PAGE = Path(__file__).resolve().parents[1] / "docs/diagnosis.md"
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
POINTS = [
    [0.7, 0.25, 1.1, 0.45], [1.3, 0.85, 0.35, 1.65], [0.55, 1.45, 0.95, 0.15],
]  # fmt: skip
"""Where an example is checked that brings no points of its own."""


class Module:
    """The codes that the source of one module can give to a finding or a hypothesis."""

    def __init__(self, tree: ast.Module, places: dict[str, int]) -> None:
        self.tree, self.places = tree, places
        self.assigned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        self.assigned.setdefault(target.id, []).append(node.value)

    def codes(self) -> Iterator[str]:
        """Yield the codes: those that are given by name, by position, or out of a table."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield from self.of_call(node)
            elif isinstance(node, ast.For | ast.comprehension):
                yield from self.of_loop(node.target, node.iter)
        for value in self.assigned.get("code", []):
            yield from self.of_value(value)

    def of_call(self, call: ast.Call) -> Iterator[str]:
        """Yield what a call has for its argument `code`."""
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        for keyword in call.keywords:
            if keyword.arg == "code":
                yield from self.of_value(keyword.value)
        if name in self.places and len(call.args) > self.places[name]:
            yield from self.of_value(call.args[self.places[name]])

    def of_loop(self, target: ast.expr, values: ast.expr) -> Iterator[str]:
        """Yield what a loop over a table has in its column `code`."""
        for part in ast.walk(target):
            if not isinstance(part, ast.Tuple):
                continue
            names = [each.id if isinstance(each, ast.Name) else "" for each in part.elts]
            if "code" in names:
                for row in self.rows(values):
                    if isinstance(row, ast.Tuple) and len(row.elts) == len(names):
                        yield from self.of_value(row.elts[names.index("code")])

    def rows(self, table: ast.expr) -> Iterator[ast.expr]:
        """Yield the rows of a table: of a tuple or list, or the values of a mapping."""
        for node in ast.walk(table):
            if isinstance(node, ast.Name):
                for value in self.assigned.get(node.id, []):
                    yield from self.rows(value)
            elif isinstance(node, ast.Tuple | ast.List):
                yield from node.elts
            elif isinstance(node, ast.Dict):
                yield from node.values

    def of_value(self, value: ast.expr) -> Iterator[str]:
        """Yield the texts that an expression can be: a choice, or a name with other dashes."""
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
        elif isinstance(value, ast.IfExp):
            yield from self.of_value(value.body)
            yield from self.of_value(value.orelse)
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            old, new = (next(self.of_value(each), "") for each in value.args)
            assert value.func.attr == "replace"
            assert isinstance(value.func.value, ast.Name)
            for each in self.assigned[value.func.value.id]:
                yield from (text.replace(old, new) for text in self.of_value(each))


def places_of_code(trees: list[ast.Module]) -> dict[str, int]:
    """Return at which position functions and records take a code."""
    places = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                names = [
                    part.target.id
                    for part in node.body
                    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
                ]
            elif isinstance(node, ast.FunctionDef):
                names = [argument.arg for argument in node.args.args]
            else:
                continue
            if "code" in names:
                places[node.name] = names.index("code")
    return places


def possible() -> set[str]:
    """Return all codes that the source can give."""
    sources = [path.read_text(encoding="utf-8") for path in sorted(VERDICT.rglob("*.py"))]
    trees = [ast.parse(source) for source in sources]
    places = places_of_code(trees)
    return {code for tree in trees for code in Module(tree, places).codes()}


def documented() -> list[str]:
    """Return the codes of the page, in its order."""
    return re.findall(r"^### `([^`]+)`", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def sections() -> dict[str, str]:
    """Return the text below each code."""
    parts = re.split(r"^##+ (.*)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {
        head.strip("`"): body
        for head, body in zip(parts[1::2], parts[2::2], strict=True)
        if head.startswith("`")
    }


def test_the_source_has_the_codes_that_are_known_best() -> None:
    """The collection finds codes that are written by name, by position, and in tables."""
    assert {"sign", "units", "place", "swapped", "product-rule", "transposed"} <= possible()
    assert all(CODE.fullmatch(code) for code in possible())


def test_every_code_is_documented() -> None:
    """docs/diagnosis.md has a section for each code that the source can give."""
    assert sorted(possible() - set(documented())) == []


def test_nothing_else_is_documented() -> None:
    """Nor is a code documented twice, or one that cannot occur."""
    assert sorted(set(documented()) - possible()) == []
    assert len(documented()) == len(set(documented()))


@pytest.mark.parametrize("code", documented())
def test_a_section_says_all_that_is_needed(code: str) -> None:
    """What df does, how it shows, how sure it is, what to do, and what looks the same."""
    section = sections()[code]
    missing = [
        word
        for word in ("**Shows as**", "**Certainty**", "**Do**", "**Looks like**", "```python")
        if word not in section
    ]

    assert missing == []


@pytest.mark.parametrize("code", documented())
def test_the_example_has_the_finding(code: str) -> None:
    """Each example is run; its finding is the one that it stands under."""
    (example,) = re.findall(r"^```python\n(.*?)^```", sections()[code], re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"np": np, "gc": gc, "points": POINTS}
    exec(example, names)  # noqa: S102  (that the example runs is the point)
    if "result" not in names:
        names["result"] = gc.check(names["f"], names["df"], points=names["points"])

    assert code in [finding.code for finding in names["result"].findings]
