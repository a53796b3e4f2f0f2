"""A card for one rule of differentiation: what is measured, of the rule and of a wrong one."""

from dataclasses import dataclass, replace

import numpy as np

from gradcheck.differences.evaluate import evaluate, evaluate_derivative
from gradcheck.errors import CaseError, DefinitionError, StepError
from gradcheck.lessons.instruments.errors.rows import Readings, read_errors
from gradcheck.lessons.setting import Setting, at_points
from gradcheck.model.case import Case, Function
from gradcheck.output.toml_file import Value, require_known
from gradcheck.verdict.checking import check
from gradcheck.verdict.result import Result

_KEYS = ("name", "case", "x", "rule", "derivation", "wrong")
_NEEDED = ("name", "case", "x", "rule")


@dataclass(frozen=True)
class Product:
    """A product of two functions at a point: what the rules for its derivative give."""

    first: float
    """f′g"""
    second: float
    """fg′"""
    both: float
    """f′g′, which no rule gives."""

    @property
    def true(self) -> float:
        """The derivative by the product rule."""
        return self.first + self.second

    @property
    def gap(self) -> float:
        """What f′g′ lacks."""
        return self.true - self.both


@dataclass(frozen=True, kw_only=True)
class Card:
    """What was measured for one rule."""

    name: str
    rule: str
    """LaTeX."""
    case: Case
    """With the point of the card alone."""
    derived: Case
    """The case whose derivation is told."""
    readings: tuple[Readings, ...]
    """The errors at the steps of the block, for each input."""
    parts: tuple[Readings, ...]
    """The same, with the smaller steps of the block as well."""
    result: Result
    """What the check says of the rule, at the card's point and the case's own."""
    wrong: Result | None
    """What it says of the wrong rule."""
    product: Product | None


def read_card(setting: Setting, value: Value) -> Card:
    """Measure the card that a value describes, with the steps and formulas of its block.

    Raises
    ------
    DefinitionError
        If a key of it is missing, unknown, or cannot be used.
    """
    if not isinstance(value.value, dict):
        raise value.wrong('a table such as {name = "square", case = "square", x = 3.0}')
    require_known(value.file, f"{value.key}.", value.value, _KEYS)
    for key in _NEEDED:
        if key not in value.value:
            raise DefinitionError(f"{value.file}: {value.key}.{key}: missing")
    own = Setting(value, {}, setting.cases)
    original = setting.case_at(value.at("case"))
    case = at_points(original, [own.point()], value.at("x"))
    derived = setting.case_at(value.at("derivation")) if "derivation" in value.value else original
    if not derived.derivation:
        raise value.wrong(
            "a case with a derivation",
            f"{derived.name} has none: name one that the calculus made as `derivation`",
        )
    wrong = setting.case_at(value.at("wrong")) if "wrong" in value.value else None
    try:
        parts = _readings(setting, case)
        return Card(
            name=value.at("name").text("a name"),
            rule=value.at("rule").text("the rule, as LaTeX"),
            case=case,
            derived=derived,
            readings=tuple(_shortened(each, len(setting.steps())) for each in parts),
            parts=parts,
            result=check(at_points(original, [*case.points, *original.points], value.at("x"))),
            wrong=None if wrong is None else check(wrong, factors=_factors(derived)),
            product=_product(derived, case),
        )
    except (CaseError, StepError) as error:
        raise DefinitionError(f"{value.file}: {value.key}: {error}") from None


def _readings(setting: Setting, case: Case) -> tuple[Readings, ...]:
    smaller = setting.steps("smaller") if setting.has("smaller") else ()
    steps = tuple(dict.fromkeys((*setting.steps(), *smaller)))
    return tuple(
        read_errors(case, stencils=setting.stencils(), steps=steps, entry=(0, number))
        for number in range(case.all_points[0].size)
    )


def _shortened(found: Readings, count: int) -> Readings:
    """Return the readings with the first rows alone."""
    by_stencil = {
        name: replace(each, rows=each.rows[:count]) for name, each in found.by_stencil.items()
    }
    return replace(found, by_stencil=by_stencil)


def _factors(derived: Case) -> dict[str, Function] | None:
    """Return the two factors of a product, for a check that is to look for a wrong product rule."""
    operands = _operands(derived)
    return {case.name: case.f for case in operands} if operands else None


def _operands(derived: Case) -> tuple[Case, ...]:
    rule = derived.rule
    is_product = rule is not None and rule.kind == "multiply" and len(rule.operands) == 2
    return rule.operands if rule is not None and is_product else ()


def _product(derived: Case, case: Case) -> Product | None:
    if not _operands(derived):
        return None
    first, second = _operands(derived)
    points = np.stack(case.points)
    f, g = (float(evaluate(each, points).values[0, 0]) for each in (first, second))
    df, dg = (float(evaluate_derivative(each, points, ())[0, 0, 0]) for each in (first, second))
    return Product(first=df * g, second=f * dg, both=df * dg)
