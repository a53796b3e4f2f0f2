"""The scripts of examples/ run, and show what they say."""

from pathlib import Path
from runpy import run_path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_runs(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each script runs as a user would run it, and prints something."""
    run_path(str(script), run_name="__main__")

    assert capsys.readouterr().out.strip()


def test_theory_finds_the_best_step() -> None:
    """The predicted step lies within a factor of 32 of the best one in the data."""
    steps = run_path(str(EXAMPLES / "best_step.py"))["steps"]

    ratio = steps["predicted_h"] / steps["optimal_h"]
    assert ratio.between(1 / 32, 32).all()


def test_the_wrong_entry_keeps_its_error() -> None:
    """The entry that lost a factor 2 is wrong by 44 at every step, the other one converges."""
    errors = run_path(str(EXAMPLES / "wrong_gradient.py"))["errors"]

    assert errors[1].to_numpy() == pytest.approx([44.0] * 5)
    assert errors[0].iloc[3] == pytest.approx(errors[0].iloc[2] / 100, rel=1e-2)


def test_a_one_sided_formula_stays_inside_the_domain() -> None:
    """Where the central formula leaves the domain, the one-sided one has a value."""
    view = run_path(str(EXAMPLES / "own_stencil.py"))["view"]

    assert set(view["one-sided"]) == {"ok"}
    assert list(view["central"])[:2] == ["outside-domain", "outside-domain"]


def test_the_averaged_bias_of_a_network_is_named() -> None:
    """Of four arrays of parameters the one whose gradient is averaged fails, with its cause."""
    wrong = run_path(str(EXAMPLES / "check_a_network.py"))["wrong"]

    assert list(wrong.blocks["verdict"]) == ["pass", "fail", "pass", "pass"]
    assert "ROWS" in wrong.findings[0].message
    assert "b1" in wrong.findings[0].message


def test_a_bias_in_the_tangent_is_named() -> None:
    """The product is affine in the vector, at all points; the right ones are adjoint."""
    shown = run_path(str(EXAMPLES / "check_an_operator.py"))

    assert shown["right"]
    assert ["not-linear"] == [finding.code for finding in shown["wrong"].findings]
    assert "affine" in shown["wrong"].findings[0].message
