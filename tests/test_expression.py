"""Words with and, or, not and brackets choose cases."""

import json

import pytest

from gradcheck.batch.expression import Labels, chooser, chosen
from gradcheck.batch.plan import Planned
from gradcheck.batch.request import Request
from gradcheck.errors import CaseError

HUBER = Labels(
    name="Huber loss (smooth)", theme="regression", tags=["robust"], file="/a/my_losses.py"
)


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("huber", True), ("HUBER", True), ("ube", True), ("relu", False),
        ("robust", True), ("regress", True), ("losses", True), ("my_losses.py", True),
        ("py", False), ("/a", False),
        ("huber and robust", True), ("huber and relu", False), ("relu or robust", True),
        ("not relu", True), ("not huber", False), ("not not huber", True),
        ("relu and relu or huber", True), ("relu and (relu or huber)", False),
        ("not relu and huber", True), ("not (relu or huber)", False), ("((huber))", True),
        ("Huber AND NOT relu", True),
        ("hub*", True), ("hub", True), ("ub*", False), ("rob?st", True),
        ("'huber loss'", True), ('"loss (smooth)"', True), ("'and'", False), ("'' and huber", True),
    ],
)  # fmt: skip
def test_an_expression_chooses_by_words(expression: str, holds: object) -> None:
    """Words are parts of name, tags, theme or file name; a pattern fits one of them as a whole."""
    assert holds is chooser(expression)(HUBER)


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("", "expected a word, not or (, got the end"),
        ("and", "expected a word, not or (, got 'and'"),
        ("a and", "expected a word, not or (, got the end"),
        ("a b", "expected and, or, or the end, got 'b'"),
        ("(a or b", "expected and, or, or ), got the end"),
        ("a)", "expected and, or, or the end, got ')'"),
        ("()", "expected a word, not or (, got ')'"),
        ("not", "expected a word, not or (, got the end"),
        ("'a", "a quote in it is not closed"),
        ("(" * 5000 + "a", "expected less nesting"),
        ("not " * 5000 + "a", "expected less nesting"),
    ],
)
def test_what_is_no_expression_is_refused(expression: str, problem: str) -> None:
    """The message says what was expected, and what came instead."""
    with pytest.raises(CaseError) as caught:
        chooser(expression)

    assert problem in str(caught.value)


def test_one_of_several_expressions_is_enough() -> None:
    """Where there are none, every case is chosen."""
    assert chosen([], HUBER)
    assert chosen(["relu", "huber"], HUBER)
    assert not chosen(["relu", "sine"], HUBER)


def test_a_request_keeps_what_its_words_choose_and_stays_plain() -> None:
    """It goes through JSON unchanged, and is refused where an expression is none."""
    request = Request.of("/a", keywords=["sine and not slow"], tags=["smooth"])
    again = Request.from_json(json.loads(json.dumps(request.to_json())))
    good = Planned(name="sine", file="/a/b/c.py", tags=("smooth",))

    assert request == again
    assert again.keeps(good)
    assert not again.keeps(Planned(name="slow sine", file="/a/b/c.py", tags=("smooth",)))
    assert not again.keeps(Planned(name="sine", file="/a/b/c.py"))
    assert again.keeps(Planned(name="sine", file="/a/b/c.py", theme="smooth"))
    with pytest.raises(CaseError, match="is no expression"):
        Request.of("/a", keywords=["sine and"])


def test_a_name_is_meant_literally_or_as_a_pattern() -> None:
    """A name with brackets is found by itself."""
    case = Planned(name="f[0]", file="/a/b.py", tags=("f[0]",))

    assert Request.of("/a/b.py::f[0]", tags=["f[0]"]).keeps(case)
    assert Request.of("/a/b.py::f*").keeps(case)
    assert not Request.of("/a/b.py::f").keeps(case)
    assert not Request.of("/a/c.py::f*").keeps(case)


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        (["/a"], ["/a"], True), (["/a"], ["/a/b.py"], True), (["/a"], ["/a/b.py::f"], True),
        (["/a", "/c"], ["/c", "/a"], True), (["/a/b.py"], ["/a"], False),
        (["/a/b.py::f"], ["/a/b.py"], False), (["/a"], ["/ab"], False),
        (["/a"], ["/a", "/c"], False),
    ],
)  # fmt: skip
def test_a_request_covers_what_it_asks_for_as_well(
    wide: list[str], narrow: list[str], covered: object
) -> None:
    """So nobody loses rows by asking for less."""
    assert covered is Request.of(wide).covers(Request.of(narrow))
    assert covered is Request.of(wide, tags=["t"]).covers(Request.of(narrow, tags=["t", "u"]))
    assert not Request.of(wide, keywords=["x"]).covers(Request.of(narrow))
    assert not Request.of(wide, tags=["t"]).covers(Request.of(narrow))
