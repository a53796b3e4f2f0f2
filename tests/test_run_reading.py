"""What is read from a store: documented columns, streams in any order, results as they were."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import fields
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import gradcheck as gc
from gradcheck.batch.archive import pack_result, unpack_result
from gradcheck.batch.framing import CONVERGENCE, FINDINGS, SUMMARY
from gradcheck.batch.paging import Order
from gradcheck.batch.plan import Planned
from gradcheck.batch.record import CURVE_COLUMNS, OUTCOMES, Cause, Record
from gradcheck.batch.request import Request
from gradcheck.batch.settings import Limits, Settings
from gradcheck.batch.store import Store
from gradcheck.errors import CaseError, GradcheckError, SelectionError, StepError

A = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
NAN, INF = float("nan"), float("inf")


def doubled(x: Any) -> Any:
    """Return 2 x, and leave x changed."""
    x *= 2
    return x


def rounded(x: Any) -> Any:
    """Return sin in half precision, as if it were exact."""
    return np.sin(x).astype(np.float16).astype(np.float64)


CASES = {
    case.name: case
    for case in (
        gc.Case("scalar", f=np.sin, df=np.cos, points=[0.7], formula=r"\sin x", tags=["a", "b"]),
        gc.Case("several points", f=np.exp, df=np.exp, points=[0.1, 1.0, -2.0], source="a book"),
        gc.Case("gradient", f=lambda x: x @ x, df=lambda x: 2 * x, points=[[1.0, 2.0, -3.0]]),
        gc.Case("Jacobian", f=lambda x: A @ x, df=lambda _: A, points=[[0.3, 0.4]]),
        gc.Case("transposed", f=lambda x: A[:2] @ x, df=lambda _: A[:2].T, points=[[0.3, 0.4]]),
        gc.Case("half", f=lambda x: x @ x, df=lambda x: x, points=[[1.0, 2.0, -3.0]]),
        gc.Case("matrix", f=lambda x: np.sum(x**3), df=lambda x: 3 * x**2, points=[A]),
        gc.Case("shape", f=lambda x: x @ x, df=lambda x: 2 * x[:1], points=[[1.0, 2.0]]),
        gc.Case("not finite", f=np.log, df=lambda x: x / 0.0 * 0, points=[[0.5, 1.5]]),
        gc.Case("kink", f=np.abs, df=np.sign, points=[1.0], special_points={"the edge": 0.0}),
        gc.Case("at a kink", f=np.abs, df=np.sign, points=[0.0]),
        gc.Case("noise", f=rounded, df=np.cos, points=[0.7]),
        gc.Case("changes x", f=lambda x: x @ x, df=doubled, points=[[1.0, 2.0]]),
        gc.Case("elementwise", f=np.tanh, df=lambda x: 1 - np.tanh(x) ** 2, points=[[0.1, 2.0]]),
        gc.Case("domain", f=np.sqrt, df=lambda x: 0.5 / np.sqrt(x), points=[2.0], domain="(0, 9]"),
        gc.Case("raises", f=lambda x: x.nothing, df=np.cos, points=[1.0]),
    )
}


def of_many(directions: int | None) -> gc.Result:
    """Return a result about directions, not entries."""
    case = gc.Case("many", f=lambda x: x @ x, df=lambda x: 2 * x, points=[np.arange(50) / 7])
    return gc.check(case, directions=directions, seed=3)


RESULTS: dict[str, Callable[[], gc.Result]] = {
    **{name: partial(gc.check, case) for name, case in CASES.items()},
    "directions": lambda: of_many(5),
}


@cache
def result_of(name: str) -> gc.Result:
    """Return one of these results, checked once."""
    return RESULTS[name]()


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_comes_back_as_it_was(name: str) -> None:
    """Text, page, table, blocks, findings, notes and numbers are equal before and after."""
    before = result_of(name)
    packed = pack_result(before)
    after = unpack_result(packed, before.case.name, before.case.origin, before.seconds)
    assert str(before) == str(after)
    assert before._repr_html_() == after._repr_html_()
    assert repr(before) == repr(after)
    pd.testing.assert_frame_equal(before.table, after.table)
    pd.testing.assert_frame_equal(before.blocks, after.blocks)
    assert before.resolution == after.resolution
    plain = ("verdict", "reason", "message", "evaluations", "output_shape", "seconds", "findings",
             "notes", "elementwise", "roles")  # fmt: skip
    for field in plain:
        assert getattr(before, field) == getattr(after, field), field
    for column in fields(before.entries):
        expected, found = (getattr(r.entries, column.name) for r in (before, after))
        np.testing.assert_array_equal(expected, found, err_msg=column.name)
    assert [p.tolist() for p in before.points] == [p.tolist() for p in after.points]
    if before.directions is not None:
        assert after.directions is not None
        for one, other in zip(before.directions, after.directions, strict=True):
            np.testing.assert_array_equal(one, other)
    assert packed == pack_result(after) or name == "domain"


def test_different_things_come_of_the_cases_above() -> None:
    """The table of results holds every verdict and many reasons."""
    results = [result_of(name) for name in RESULTS]
    assert {str(r.verdict) for r in results} == {"pass", "fail", "inconclusive"}
    assert len({r.reason for r in results}) >= 7
    assert sum(not len(r.entries) for r in results) >= 2


# --- tables --------------------------------------------------------------------------------------

ODD = Record(
    outcome="fail", reason="disagrees", message="m", resolution=NAN, error=INF, noise=-INF,
    excess=1e-300, evaluations=7, entries=2, wrong=1, points=1, seconds=0.25,
    findings=(Cause(code="sign", certainty="A", message="one"),
              Cause(code="factor", certainty="B", message="two")),
    curves=(tuple({"INTEGER": 3, "TEXT": "central", "REAL": NAN}[kind] for kind in (
        ["INTEGER"] * 3 + ["TEXT"] + ["REAL"] * 12 + ["TEXT"])),),
)  # fmt: skip


def made(path: Path, records: dict[str, Record | None]) -> gc.Run:
    """Store records as if they had come of cases; None: not reached."""
    with Store.create(path, Settings(), {}) as store:
        store.begin({})
        store.plan(
            [
                Planned(name=name, file=f"/x/{name}.py", line=n, theme=name[0], tags=(name[0],))
                for n, name in enumerate(records)
            ],
            Limits(),
        )
        for name, record in records.items():
            if record is not None:
                store.put(name, record)
    return gc.read_run(path)


@pytest.mark.parametrize(
    "records",
    [{}, {"a": None}, {"a": ODD}, {"a": ODD, "b": None, "c": Record(outcome="crashed")}],
    ids=["none", "not reached", "odd", "mixed"],
)
def test_the_columns_are_those_that_are_documented(
    tmp_path: Path, records: dict[str, Record | None]
) -> None:
    """Names, order and dtypes of all tables are as said, also without rows and for NaN and inf."""
    run = made(tmp_path / "store.sqlite", records)
    for table, columns in (
        (run.summary, SUMMARY), (run.failed, SUMMARY),
        (run.findings, FINDINGS), (run.convergence, CONVERGENCE),
    ):  # fmt: skip
        assert list(table.columns) == list(columns)
        for name, column in columns.items():
            assert table[name].dtype == column.dtype, name
        assert isinstance(table.index, pd.RangeIndex)
    assert list(run.summary["outcome"].cat.categories) == list(OUTCOMES)
    assert run.summary["outcome"].cat.ordered
    assert list(run.summary["case"]) == list(records)


def test_numbers_that_are_none_are_read_as_they_were(tmp_path: Path) -> None:
    """Infinities stay, NaN stays NaN, and a case that was not reached has neither."""
    run = made(tmp_path / "store.sqlite", {"a": ODD, "b": None})
    odd, missing = run.summary.iloc[0], run.summary.iloc[1]
    assert np.isnan(odd["resolution"])
    assert (odd["error"], odd["noise"], odd["excess"]) == (INF, -INF, 1e-300)
    assert odd["findings"] == "sign, factor"
    assert missing["message"] == ""
    assert pd.isna(missing["outcome"])
    assert pd.isna(missing["evaluations"])
    assert list(run.findings["message"]) == ["one", "two"]
    assert np.isnan(run.convergence["noise"][0])
    one, two = run.records()
    assert np.isnan(one["resolution"])
    assert (one["error"], one["evaluations"]) == (INF, 7)
    assert (two["outcome"], two["message"], two["error"], two["line"]) == (None, "", None, 1)


def test_the_table_of_a_case_is_that_of_sweep(tmp_path: Path) -> None:
    """Error tables and curves come back with the numbers and dtypes of sweep and convergence."""
    case, steps = CASES["gradient"], [1e-2, 1e-4, 1e-6]
    stencils = [gc.CENTRAL, gc.stencil([-2, 0, 5]), gc.COMPLEX_STEP]
    path = tmp_path / "store.sqlite"
    run = gc.run([case], path, workers=0, tables="all", steps=steps, stencils=stencils)
    expected = gc.sweep(case, stencils=stencils, steps=steps)
    found = run.table("gradient")
    assert dict(expected.dtypes) == dict(found.dtypes)
    pd.testing.assert_frame_equal(expected, found)
    curves = gc.convergence(expected)[["case", *CURVE_COLUMNS]]
    pd.testing.assert_frame_equal(
        curves.astype({name: column.dtype for name, column in CONVERGENCE.items()}),
        run.convergence,
    )


# --- streams -------------------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path: Path) -> gc.Run:
    """Return a run of six cases, of which one was not reached."""
    words = {"e": "pass", "d": "fail", "c": "crashed", "b": "pass", "a": "fail"}
    return made(
        tmp_path / "store.sqlite",
        {n: Record(outcome=w, seconds=ord(n)) for n, w in words.items()} | {"x": None},
    )


@pytest.mark.parametrize(
    ("order", "expected"),
    [("run", "edcbax"), ("name", "abcdex"), ("gravest", "adcbex"), ("slowest", "edcbax")],
)
def test_records_come_in_the_order_that_is_asked_for(
    many: gc.Run, order: Order, expected: str
) -> None:
    """Every case comes once, those that were not reached last, in the words of the summary."""
    assert "".join(row["case"] for row in many.records(order=order)) == expected
    chosen = many.records("outcome IN (?, ?)", ("fail", "pass"), order=order)
    assert "".join(row["case"] for row in chosen) == expected.replace("c", "").replace("x", "")
    for row, (_, other) in zip(many.records(), many.summary.iterrows(), strict=True):
        assert list(row) == list(other.index)
        assert row["case"] == other["case"]
        assert row["seconds"] == other["seconds"] or row["outcome"] is None


def test_an_order_that_is_none_is_refused(many: gc.Run) -> None:
    """An unknown order names those that there are, at once."""
    with pytest.raises(SelectionError, match="order must be one of run, gravest, slowest, name"):
        many.records(order="best")  # type: ignore[arg-type]


def test_streams_keep_no_store_open(many: gc.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that is read page by page lets a run write in between, and forgets what is gone."""
    monkeypatch.setattr("gradcheck.batch.paging.PAGE", 2)
    rows = many.records()
    assert next(rows)["case"] == "e"
    with Store.reopen(many.path) as store:
        store.begin({})
        store.plan([Planned(name="a"), Planned(name="e")], Limits())
    assert [row["case"] for row in rows] == ["d", "a"]


def test_results_come_one_by_one(tmp_path: Path) -> None:
    """Every result that there is comes with its name, in the order of the run or another one."""
    cases = [CASES[name] for name in ("half", "scalar", "raises")]
    run = gc.run(cases, tmp_path / "store.sqlite", workers=0)
    assert [(name, str(r)) for name, r in run.results()] == [
        (case.name, str(run.result(case.name))) for case in cases
    ]
    assert [name for name, _ in run.results("outcome = 'pass'")] == ["scalar"]
    assert [name for name, _ in run.results(order="gravest")] == ["half", "raises", "scalar"]


PLANS = {
    "the gravest": ("SELECT * FROM examined JOIN planned USING (id) WHERE TRUE ORDER BY {gravity}",
                    "examined_gravity"),
    "the slowest": ("SELECT * FROM examined JOIN planned USING (id) ORDER BY seconds DESC",
                    "examined_seconds"),
    "of an outcome": ("SELECT * FROM examined JOIN planned USING (id) WHERE outcome = 'fail'",
                      "examined_outcome"),
    "in order": ("SELECT * FROM planned LEFT JOIN examined USING (id) ORDER BY position",
                 "planned_position"),
    "a page": ("SELECT * FROM planned WHERE position >= 5 AND position < 9 ORDER BY position",
               "planned_position"),
    "by tag": ("SELECT * FROM tag JOIN examined USING (id) WHERE tag = 'a'", "tag_name"),
    "by theme": ("SELECT * FROM planned WHERE theme = 'a'", "planned_theme"),
    "by file": ("SELECT * FROM planned WHERE file = 'a'", "planned_file"),
    "by finding": ("SELECT * FROM finding JOIN planned USING (id) WHERE code = 'a'",
                   "finding_code"),
    "by name": ("SELECT * FROM planned LEFT JOIN result USING (id) WHERE name = 'a'",
                "sqlite_autoindex_planned_1"),
}  # fmt: skip


@pytest.mark.parametrize("question", PLANS)
def test_the_questions_of_reports_use_an_index(tmp_path: Path, question: str) -> None:
    """No question that a report asks reads or sorts the whole store."""
    from gradcheck.batch.schema import GRAVITY

    made(tmp_path / "store.sqlite", {"a": ODD})
    query, index = PLANS[question]
    connection = sqlite3.connect(tmp_path / "store.sqlite")
    steps = connection.execute(f"EXPLAIN QUERY PLAN {query.format(gravity=GRAVITY)}").fetchall()
    connection.close()
    text = "; ".join(step[3] for step in steps)
    assert index in text
    assert not re.search(r"SCAN (?!\S+ USING)|TEMP B-TREE", text), text


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"seed": True}, "seed must be a whole number"),
        ({"seed": None}, "seed must be a whole number"),
        ({"seed": 1.0}, "seed must be a whole number"),
        ({"points": 0}, "points must be a whole number of at least 1, got 0"),
        ({"points": "3"}, "points must be a whole number"),
        ({"rtol": -1}, "rtol must be a finite number of at least 0"),
        ({"rtol": "x"}, "rtol must be a finite number"),
        ({"atol": NAN}, "atol must be a finite number"),
        ({"atol": None}, "atol must be a finite number"),
        ({"directions": 0}, "directions must be a positive number"),
        ({"entries": "some"}, 'entries must be "all" or left out'),
        ({"tables": "most"}, "tables must be one of none, suspects, all"),
        ({"tables": ["all"]}, "tables must be one of none, suspects, all"),
        ({"stencils": ()}, "stencils must be some formulas"),
        ({"stencils": ("central",)}, "stencils must be some formulas, such as .*got 'central'"),
        ({"stencils": 3}, "stencils must be some formulas"),
        ({"stencils": (gc.CENTRAL, gc.CENTRAL)}, "stencils must have names of their own"),
        ({"steps": ()}, "steps must be positive finite numbers"),
        ({"steps": (0.1, -1.0)}, "steps must be positive finite numbers"),
        ({"steps": 0.1j}, "steps must be positive finite numbers"),
    ],
)
def test_settings_that_cannot_be_used_say_what_can(options: dict[str, Any], expected: str) -> None:
    """A wrong value or type names the option, what it may be and what came."""
    with pytest.raises((CaseError, StepError), match=expected):
        Settings(**options)


@pytest.mark.parametrize(
    "options",
    [
        {"seconds": 0}, {"seconds": -1}, {"seconds": NAN}, {"seconds": INF}, {"seconds": "9"},
        {"seconds": True}, {"seconds": None}, {"memory": 0}, {"memory": 1.5}, {"memory": "1G"},
    ],
)  # fmt: skip
def test_limits_that_cannot_be_used_say_what_can(options: dict[str, Any]) -> None:
    """A limit is a positive number; memory is a whole one."""
    with pytest.raises(CaseError, match=r"(time|memory)_limit must be a (positive|whole) number"):
        Limits(**options)


@pytest.mark.parametrize(
    ("paths", "options", "expected"),
    [
        ([], {}, "needs a path"),
        ([3], {}, "takes cases, or paths"),
        (3, {}, "paths must be a list, got 3"),
        ("x", {"keywords": 3}, "keywords must be a list, got 3"),
        ("x", {"tags": [3]}, "tags are words, got 3"),
        ("x", {"keywords": "a and"}, "a and"),
    ],
)
def test_requests_that_cannot_be_used_say_what_can(
    paths: Any, options: dict[str, Any], expected: str
) -> None:
    """A wrong path, keyword or tag is named."""
    with pytest.raises(CaseError, match=expected):
        Request.of(paths, **options)


def test_a_single_word_is_a_word_and_no_list_of_letters() -> None:
    """One keyword or tag may be given without a list."""
    assert Request.of("x", keywords="abc", tags="xyz") == Request.of(
        ["x"], keywords=["abc"], tags=["xyz"]
    )


def test_settings_are_plain_whatever_they_were_given_as() -> None:
    """Numbers of NumPy and lists are taken, and give the same text as plain ones."""
    given: dict[str, Any] = {
        "seed": np.int64(3), "points": np.int32(2), "rtol": np.float32(0.5),
        "atol": np.float64(0.25), "directions": np.int64(4), "steps": np.array([0.5, 0.25]),
        "stencils": [gc.CENTRAL],
    }  # fmt: skip
    plain = Settings(
        seed=3, points=2, rtol=0.5, atol=0.25, directions=4, steps=(0.5, 0.25),
        stencils=(gc.CENTRAL,),
    )  # fmt: skip
    assert Settings(**given) == plain
    assert Settings(**given).to_json() == plain.to_json()
    limits: dict[str, Any] = {"seconds": np.int64(5), "memory": np.int64(9)}
    assert Limits(**limits) == Limits(seconds=5.0, memory=9)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(seed=2**70, points=5, rtol=1e-7, atol=1e-300, directions=3, tables="all"),
        Settings(steps=(0.1, 1e-17), entries="all"),
        Settings(stencils=(gc.stencil([-2, 0, 5]), gc.stencil([0.1, 1 / 3, 0.7], name="mine"))),
        Settings(stencils=(gc.COMPLEX_STEP, gc.stencil([-1, 0, 1], 2))),
        Settings(stencils=(gc.stencil([-2, 2], name="central"),)),
    ],
)
def test_settings_survive_being_written(settings: Settings) -> None:
    """What is read again equals what was written, formulas and steps of one's own included."""
    again = Settings.from_json(settings.to_json())
    assert settings == again
    assert settings.to_json() == again.to_json()
    assert [s.weights for s in settings.stencils] == [s.weights for s in again.stencils]


def test_unknown_cases_are_refused_with_a_hint(many: gc.Run) -> None:
    """Asking for a case that is not there, or has no result, says so."""
    for ask in (many.result, many.table):
        with pytest.raises(SelectionError, match="no case of the run is called 'zz'"):
            ask("zz")
    with pytest.raises(SelectionError, match="x: there is no result: not run"):
        many.result("x")
    with pytest.raises(GradcheckError, match="its error table was not kept"):
        many.table("a")
