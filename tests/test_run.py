"""A run of many cases: one row each, in one order, whoever does the work."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradcheck as gc

SAME = ["case", "outcome", "reason", "findings", "message", "resolution", "error", "evaluations"]

FILE = '''"""Ten cases, of which the third and the sixth are wrong."""

import numpy as np

from gradcheck import Case

cases = [
    Case(
        f"case-{k}",
        f=lambda x, k=k: np.sin((k + 1) * x),
        df=lambda x, k=k: (k + 1) * np.cos((k + 1) * x) * (-1 if k in (2, 5) else 1),
        points=[0.3, 0.8],
        tags=("even",) if k % 2 == 0 else (),
    )
    for k in range(10)
]
'''


STEPS = (1e-2, 1e-4, 1e-6)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a case file, alone in its folder."""
    path = tmp_path_factory.mktemp("my_cases") / "waves.py"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(file: Path, tmp_path_factory: pytest.TempPathFactory) -> gc.Run:
    """Return a run of its cases in this process."""
    store = tmp_path_factory.mktemp("done") / "results.sqlite"
    return gc.run(gc.load_cases(file), store, workers=0, tables="none")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return where a store may be made."""
    return tmp_path / "results.sqlite"


def sine(name: str = "sine", **options: Any) -> gc.Case:
    """Return a case that is right."""
    return gc.Case(name, f=np.sin, df=np.cos, **({"points": [0.7]} | options))


def test_every_case_has_one_row_in_the_order_of_the_run(file: Path, done: gc.Run) -> None:
    """The summary has a row a case, with its outcome, findings and place."""
    assert list(done.summary["case"]) == [f"case-{k}" for k in range(10)]
    assert list(done.failed["case"]) == ["case-2", "case-5"]
    assert list(done.failed["findings"]) == ["sign", "sign"]
    assert set(done.summary["file"]) == {str(file)}
    assert done.counts == {"fail": 2, "pass": 8}
    assert not done
    assert repr(done) == f"<Run '{done.path}': 2 fail, 8 pass>"


def test_a_run_of_right_cases_is_true(store: Path) -> None:
    """A run is true in a condition if nothing failed."""
    assert gc.run([sine()], store, workers=0)


@pytest.mark.parametrize("as_what", ["registry", "path", "folder", "list of paths", "request"])
@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_cases_are_given_as_objects_or_by_path(
    file: Path, done: gc.Run, store: Path, as_what: str, workers: int
) -> None:
    """A registry, a file, a folder, several of those: the rows are the same."""
    from gradcheck.batch.request import Request

    ways: dict[str, Callable[[], Any]] = {
        "registry": lambda: gc.load_cases(file),
        "path": lambda: str(file),
        "folder": lambda: file.parent,
        "list of paths": lambda: [file],
        "request": lambda: Request.of(file),
    }

    found = gc.run(ways[as_what](), store, workers=workers, tables="none")

    assert found.summary[SAME].equals(done.summary[SAME])


def test_cases_made_in_memory_need_this_process(store: Path) -> None:
    """Workers load case files, so cases without one are refused, and told what to do."""
    with pytest.raises(gc.CaseError, match=r"made in memory.*'sine'.*workers=0"):
        gc.run([sine()], store, workers=2)

    assert not store.exists()


def test_a_second_run_on_a_store_is_refused(store: Path) -> None:
    """What is in a store is never overwritten."""
    gc.run([sine()], store, workers=0)
    before = store.read_bytes()

    with pytest.raises(gc.StoreError, match=r"there is such a file already.*resume"):
        gc.run([sine()], store, workers=0)

    assert store.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"workers": -1}, "workers must be a whole number of at least 0, got -1"),
        ({"workers": 1.5}, "workers must be"),
        ({"maxfail": 0}, "maxfail must be a whole number of at least 1, got 0"),
        ({"time_limit": 0}, "time_limit must be a positive number of seconds, got 0"),
        ({"time_limit": "5"}, "time_limit must be"),
        ({"memory_limit": -1}, "memory_limit must be"),
        ({"seed": -1}, "seed must be"),
        ({"points": 0}, "points must be"),
        ({"rtol": -1.0}, "rtol must be"),
        ({"directions": 0}, "directions must be"),
        ({"entries": "some"}, 'entries must be "all"'),
        ({"tables": "every"}, "tables must be one of none, suspects, all, got 'every'"),
        ({"executor": 3}, "executor must be a concurrent.futures.Executor or a Client of Dask"),
    ],
)
def test_options_that_cannot_be_used_are_named(
    store: Path, options: dict[str, Any], words: str
) -> None:
    """A wrong option is refused before anything is written, with what was expected and given."""
    with pytest.raises(gc.CaseError) as caught:
        gc.run([sine()], store, **({"workers": 0} | options))

    assert words in str(caught.value)
    assert not store.exists()


@pytest.mark.parametrize(
    ("cases", "error", "words"),
    [
        ([], gc.SelectionError, "there are no cases"),
        ([3], gc.CaseError, "a run takes cases, or paths"),
        ([sine(), sine()], gc.CaseError, "two cases are called 'sine'"),
        ("nowhere", gc.LoadingError, "no such file or folder"),
    ],
)
def test_cases_that_cannot_be_used_are_named(
    store: Path, cases: Any, error: type[Exception], words: str
) -> None:
    """What is no case and no path is refused before anything is written."""
    with pytest.raises(error, match=words):
        gc.run(cases, store, workers=0)

    assert not store.exists()


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_maxfail_skips_what_follows_in_the_order_of_the_run(
    file: Path, store: Path, workers: int
) -> None:
    """The cases after the last failure that was allowed are skipped, whoever did them already."""
    done = gc.run(file, store, workers=workers, maxfail=1, tables="none")

    assert done.counts == {"fail": 1, "skipped": 7, "pass": 2}
    assert list(done.summary["outcome"]) == ["pass", "pass", "fail"] + ["skipped"] * 7
    assert "to end after 1 failure" in done.summary["message"].iloc[-1]
    assert gc.resume(store, workers=0).counts == {"fail": 2, "pass": 8}


def test_progress_counts_what_is_done_and_what_failed(file: Path, store: Path) -> None:
    """The progress is told at the start and after each case."""
    told: list[tuple[int, int, int, str]] = []

    gc.run(file, store, workers=0, tables="none", progress=lambda *facts: told.append(facts))

    assert told[0] == (0, 0, 10, "")
    assert told[3] == (3, 1, 10, "case-2")
    assert told[-1] == (10, 2, 10, "case-9")


def test_ctrl_c_leaves_a_store_that_can_be_resumed(store: Path) -> None:
    """KeyboardInterrupt comes out with a note how to go on; what was done stays."""
    cases = [sine(f"sine-{k}") for k in range(5)]

    def interrupt(done: int, *_: object) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        gc.run(cases, store, workers=0, progress=interrupt)

    assert caught.value.__notes__ == [f"go on with gradcheck.resume('{store}')"]
    assert gc.read_run(store).counts == {"pass": 3, "not run": 2}
    assert gc.read_run(store).sessions[0]["ending"] == "interrupted"
    assert gc.resume(store, cases, workers=0).counts == {"pass": 5}


@pytest.mark.parametrize(("tables", "kept"), [("none", 0), ("suspects", 2), ("all", 10)])
def test_error_tables_are_kept_as_asked(file: Path, store: Path, tables: Any, kept: int) -> None:
    """Error tables and curves are those of no case, of those that do not pass, or of all."""
    chosen: dict[str, Any] = {"stencils": [gc.FORWARD, gc.CENTRAL], "steps": STEPS}
    done = gc.run(file, store, workers=0, tables=tables, **chosen)

    assert done.convergence["case"].nunique() == kept
    if kept:
        expected = gc.sweep(gc.load_cases(file)["case-2"], **chosen)
        found = done.table("case-2")
        assert np.array_equal(found["numeric"], expected["numeric"], equal_nan=True)
        assert list(found.columns) == list(expected.columns)


def test_the_table_of_a_large_case_has_its_worst_entries(store: Path) -> None:
    """Of many entries only the worst are swept: a table of all would cost far more than a check."""
    matrix = np.arange(1.0, 101.0).reshape(10, 10)
    wrong = matrix.copy()
    wrong[7, 3] *= 2
    x = np.linspace(0.5, 1.4, 10)
    linear = gc.Case("linear", f=lambda x: matrix @ x, df=lambda _: wrong, points=[x])

    table = gc.run([linear], store, workers=0).table("linear")

    assert table[["output", "input"]].drop_duplicates().head(1).to_numpy().tolist() == [[7, 3]]
    assert len(table[["output", "input"]].drop_duplicates()) == 2
    assert set(table["point"]) == {0}


def test_the_results_are_those_of_check(file: Path, done: gc.Run) -> None:
    """What is read back is what `check` says, entry by entry and word by word."""
    for name, case in gc.load_cases(file).items():
        expected = gc.check(case)
        found = done.result(name)
        assert str(found) == str(expected)
        assert found.table.equals(expected.table)


def test_points_are_taken_or_drawn(store: Path) -> None:
    """With points=N a case is checked at its first N points, and others of its domain."""
    cases = [
        sine("few", points=[0.7], domain="(0, 1)"),
        sine("many", points=[0.1, 0.2, 0.3, 0.4, 0.5]),
        sine("near", points=[0.7]),
    ]

    done = gc.run(cases, store, workers=0, points=3)

    assert list(done.summary["points"]) == [3, 3, 3]
    drawn = np.array(done.result("few").case.points)
    assert drawn[0] == 0.7
    assert len(set(drawn.tolist())) == 3
    assert ((drawn > 0) & (drawn < 1)).all()
    assert np.array(done.result("many").case.points).tolist() == [0.1, 0.2, 0.3]
    again = gc.run(cases, store.with_suffix(".other"), workers=0, points=3)
    assert np.array_equal(again.result("near").case.points, done.result("near").case.points)


def test_names_that_are_taken_become_rows_of_their_own(tmp_path: Path, store: Path) -> None:
    """Of two cases of one name in two files, the second is an error that names the first."""
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(FILE.replace("range(10)", "range(2)"), encoding="utf-8")

    done = gc.run([tmp_path / "a.py", tmp_path / "b.py"], store, workers=0)

    assert done.counts == {"error": 2, "pass": 2}
    assert done.failed["case"].iloc[0].endswith("b.py::case-0")
    assert "'case-0' is already taken by" in done.failed["message"].iloc[0]


@pytest.mark.slow
def test_a_script_without_a_guard_is_told_so(tmp_path: Path, file: Path) -> None:
    """A script that runs at import would be run by every worker; it ends with advice instead."""
    script = tmp_path / "script.py"
    call = f"gc.run({str(file)!r}, {str(tmp_path / 's.sqlite')!r}, workers=1)"
    script.write_text(f"import gradcheck as gc\n{call}\n", encoding="utf-8")

    ended = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=120
    )

    assert ended.returncode == 1
    assert 'if __name__ == "__main__":' in ended.stderr


@pytest.mark.slow
def test_the_code_of_cases_does_not_run_in_the_process_that_coordinates(
    tmp_path: Path, store: Path
) -> None:
    """A path is loaded by the workers only, and once by each of them."""
    log = tmp_path / "log"
    path = tmp_path / "noisy.py"
    path.write_text(
        f"import os\nopen({str(log)!r}, 'a').write(f'{{os.getpid()}}\\n')\n{FILE}",
        encoding="utf-8",
    )

    gc.run(path, store, workers=1, tables="none")

    pids = log.read_text(encoding="utf-8").split()
    assert str(os.getpid()) not in pids
    assert len(pids) == 1


@pytest.mark.parametrize("tables", ["suspects", "all"])
def test_an_elementwise_case_has_the_tables_of_its_worst_entries(store: Path, tables: Any) -> None:
    """Of a pair that acts elementwise, the diagonal is swept, one entry at a time."""
    wrong = gc.Case("wave", f=np.sin, df=lambda x: -np.cos(x), points=[[0.3, 0.7, 1.1]])

    table = gc.run([wrong], store, workers=0, tables=tables).table("wave")

    assert (table["output"] == table["input"]).all()
    assert len(table[["output", "input"]].drop_duplicates()) == 2
