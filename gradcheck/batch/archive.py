"""Results and error tables as bytes, and back, without the functions that they are about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.batch.columns import pack, unpack
from gradcheck.errors import StoreError
from gradcheck.model.case import Case, DerivationStep, Origin
from gradcheck.verdict.blocks import Block
from gradcheck.verdict.directions import Directions
from gradcheck.verdict.result import Called, Entries, Finding, Reason, Result, Verdict

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

_NUMBERS = ("point", "output", "input", "analytic", "numeric", "error_bar", "materiality", "scale")
_TABLE_NUMBERS = ("point", "x", "output", "input", "h", "numeric", "analytic", "abs_error",
                  "rel_error")  # fmt: skip
_STATUSES = ("ok", "not-finite", "raised", "outside-domain", "step-lost")


def pack_result(result: Result) -> bytes:
    """Write a result, with all that its story, its plots and its page need."""
    case, entries, directions = result.case, result.entries, result.directions
    facts: dict[str, Any] = {
        "verdict": result.verdict.value,
        "reason": result.reason.value,
        "message": result.message,
        "evaluations": result.evaluations,
        "output_shape": result.output_shape,
        "notes": result.notes,
        "elementwise": result.elementwise,
        "roles": tuple(result.roles),
        "findings": [[f.code, f.message, f.certainty] for f in result.findings],
        "case": _described(case),
    }
    columns: dict[str, Array] = {name: getattr(entries, name) for name in _NUMBERS}
    for name in ("point", "output", "input"):
        columns[name] = columns[name].astype(np.int32)
    columns["verdict"] = entries.verdict
    facts["reasons"] = reasons = sorted(set(entries.reason))
    columns["reason"] = np.array([reasons.index(r) for r in entries.reason], dtype=np.int8)
    for number, finding in enumerate(result.findings):
        columns[f"finding {number}"] = np.array(finding.entries, dtype=np.int32)
    for number, point in enumerate(case.all_points):
        columns[f"x {number}"] = point
    if directions is not None:
        columns["directions scale"] = directions.scale
        facts["directions"] = {
            "each": directions.each,
            "seed": directions.seed,
            "blocks": [[b.name, b.start, b.shape] for b in directions.blocks],
        }
    return pack(facts, columns)


def unpack_result(data: bytes, name: str, origin: Origin | None, seconds: float) -> Result:
    """Read a result; its case can be shown, but its functions are not here.

    Raises
    ------
    StoreError
        If these are not the bytes of a result.
    """
    facts, columns = unpack(data)
    with _meant(name):
        return _result(facts, columns, _case(facts["case"], columns, name, origin), seconds)


def _result(facts: dict[str, Any], columns: dict[str, Array], case: Case, seconds: float) -> Result:
    reasons = np.array([Reason(word) for word in facts["reasons"]], dtype=object)
    return Result(
        case=case,
        verdict=Verdict(facts["verdict"]),
        reason=Reason(facts["reason"]),
        message=facts["message"],
        entries=Entries(
            **{key: columns[key] for key in _NUMBERS},
            verdict=columns["verdict"],
            reason=reasons[columns["reason"]],
        ),
        evaluations=facts["evaluations"],
        output_shape=None if facts["output_shape"] is None else tuple(facts["output_shape"]),
        seconds=seconds,
        findings=tuple(
            Finding(code, message, certainty, tuple(columns[f"finding {number}"].tolist()))
            for number, (code, message, certainty) in enumerate(facts["findings"])
        ),
        notes=tuple(facts["notes"]),
        elementwise=facts["elementwise"],
        directions=_directions(facts.get("directions"), columns),
        roles=Called(*facts["roles"]),
    )


def pack_table(table: "pd.DataFrame") -> bytes:
    """Write an error table of one case."""
    columns = {name: table[name].to_numpy() for name in _TABLE_NUMBERS}
    stencils, columns["stencil"] = _numbered(table["stencil"])
    statuses, numbers = _numbered(table["status"])
    codes = np.array([_STATUSES.index(word) for word in statuses], dtype=np.int8)
    columns["status"] = codes[numbers]
    return pack({"stencils": stencils}, columns)


def unpack_table(data: bytes, name: str) -> "pd.DataFrame":
    """Read an error table; the columns are those of `gradcheck.sweep`.

    Raises
    ------
    StoreError
        If these are not the bytes of an error table.
    """
    facts, columns = unpack(data)
    with _meant(name):
        return _table(facts["stencils"], columns, name)


def _table(stencils: list[str], columns: dict[str, Array], name: str) -> "pd.DataFrame":
    import pandas as pd

    columns["case"] = np.zeros(len(columns["h"]), dtype=np.int8)
    words = {"case": [name], "stencil": stencils, "status": list(_STATUSES)}
    table: dict[str, Any] = {key: columns[key] for key in _TABLE_NUMBERS}
    for key, categories in words.items():
        table[key] = pd.Categorical.from_codes(columns[key], dtype=pd.CategoricalDtype(categories))
    order = ("case", "point", "x", "output", "input", "stencil", *_TABLE_NUMBERS[4:], "status")
    return pd.DataFrame({key: table[key] for key in order})


@contextmanager
def _meant(name: str) -> Iterator[None]:
    """Say of numbers that can be read, but make no sense, that the store is damaged."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise StoreError(f"{name}: what the store holds of it is damaged: {error}") from error


def _described(case: Case) -> dict[str, Any]:
    return {
        "special": list(case.special_points),
        "domain": str(case.domain),
        "formula": case.formula,
        "derivative_formula": case.derivative_formula,
        "derivation": [[step.rule, step.text, step.formula] for step in case.derivation],
        "source": case.source,
        "tags": sorted(case.tags),
    }


def _case(
    facts: dict[str, Any], columns: dict[str, Array], name: str, origin: Origin | None
) -> Case:
    special = facts["special"]
    count = sum(key.startswith("x ") for key in columns)
    points = [columns[f"x {number}"] for number in range(count)]
    general = count - len(special)
    return Case(
        name,
        f=_gone,
        df=_gone,
        points=points[:general],
        special_points=dict(zip(special, points[general:], strict=True)),
        formula=facts["formula"],
        derivative_formula=facts["derivative_formula"],
        derivation=[DerivationStep(*step) for step in facts["derivation"]],
        source=facts["source"],
        tags=facts["tags"],
        origin=origin,
    )


def _gone(_: Any) -> Any:
    raise StoreError(
        "a result that was read from a store has no functions; load the case file with "
        "gradcheck.load_cases to call them"
    )


def _directions(facts: dict[str, Any] | None, columns: dict[str, Array]) -> Directions | None:
    if facts is None:
        return None
    return Directions(
        blocks=tuple(Block(name, start, tuple(shape)) for name, start, shape in facts["blocks"]),
        each=facts["each"],
        scale=columns["directions scale"],
        seed=facts["seed"],
    )


def _numbered(words: "pd.Series[Any]") -> tuple[list[str], Array]:
    """Return the different words, in the order of the rows, and the number of each row's word."""
    import pandas as pd

    numbers, different = pd.factorize(words)
    return [str(word) for word in different], numbers.astype(np.int8)
