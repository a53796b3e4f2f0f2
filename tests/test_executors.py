"""A run through an executor gives the rows of a local run, whatever becomes of the workers."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import gradcheck as gc
from gradcheck.batch import outpost
from gradcheck.batch.outpost import Errand, release, supervised
from gradcheck.batch.record import CRASHED
from gradcheck.batch.scheduling import ATTEMPTS, WorkerLost, scheduled
from gradcheck.batch.settings import Limits
from gradcheck.batch.supervisor import Answer
from gradcheck.errors import CaseError, RunError

HEAD = """
import os, time
from pathlib import Path
import numpy as np
from gradcheck import Case

def waves(count):
    return [
        Case(f"wave-{k}", f=lambda x, k=k: np.sin(k * x), df=lambda x, k=k: k * np.cos(k * x),
             points=[0.3])
        for k in range(1, count + 1)
    ]
"""

MIXED = f"""{HEAD}
def stops(x):
    os.abort()

cases = [*waves(12), Case("wrong", f=np.sin, df=np.sin, points=[0.3]),
         Case("stops", f=stops, df=np.cos, points=[0.3])]
"""


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Return a case file with right, wrong and hostile cases."""
    path = tmp_path / "mixed.py"
    path.write_text(MIXED, encoding="utf-8")
    return path


def rows(run: gc.Run) -> dict[str, list[Any]]:
    """Return what must not depend on who did the work."""
    kept = run.summary[["case", "outcome", "reason", "findings", "error", "evaluations"]]
    table: Any = kept.astype(object).where(kept.notna(), None).to_dict("list")
    return dict(table)


def processes() -> Executor:
    """Return two processes that start from nothing."""
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


def threads() -> Executor:
    """Return two threads."""
    return ThreadPoolExecutor(2)


@pytest.mark.slow
@pytest.mark.parametrize("executor", [threads, processes])
def test_an_executor_gives_the_rows_of_a_local_run(
    executor: Callable[[], Executor], mixed: Path, tmp_path: Path
) -> None:
    """Threads and processes of Python do the work of a run, with children of their own."""
    local = gc.run(mixed, tmp_path / "local.sqlite", workers=1)

    with executor() as two:
        run = gc.run(mixed, tmp_path / "run.sqlite", executor=two)

    assert rows(run) == rows(local)
    assert run.counts == {"fail": 1, "crashed": 1, "pass": 12}


@pytest.mark.slow
def test_a_broken_executor_ends_the_run_and_the_rest_can_be_resumed(tmp_path: Path) -> None:
    """Where a worker of a process pool dies, all are gone: the store is valid, and goes on."""
    path, flag = tmp_path / "deadly.py", tmp_path / "killed"
    path.write_text(
        f"""{HEAD}
def kills_the_worker(x):
    flag = Path({str(flag)!r})
    if not flag.exists():
        flag.touch()
        starter = Path(f"/proc/{{os.getppid()}}/stat").read_text()
        os.kill(int(starter.rpartition(")")[2].split()[1]), 9)
    return np.sin(x)

cases = [*waves(4), Case("kills", f=kills_the_worker, df=np.cos, points=[0.3])]
""",
        encoding="utf-8",
    )
    store = tmp_path / "run.sqlite"

    with processes() as two, pytest.raises(RunError, match="given up its workers") as caught:
        gc.run(path, store, executor=two)
    first = gc.read_run(store)
    second = gc.resume(store, workers=1)

    assert isinstance(caught.value.__cause__, RunError)
    assert isinstance(caught.value.__cause__.__cause__, BrokenProcessPool)
    assert f"gradcheck.resume({str(store)!r})" in str(caught.value)
    assert len(first.summary) == len(second.summary) == 5
    assert second.counts == {"pass": 5}


def test_an_executor_that_was_shut_down_is_named(mixed: Path, tmp_path: Path) -> None:
    """An executor that takes no work gives a clear error, not a traceback of its own."""
    pool = ThreadPoolExecutor(1)
    pool.shutdown()

    with pytest.raises(RunError, match=r"takes no more work .*after shutdown"):
        gc.run(mixed, tmp_path / "run.sqlite", executor=pool)


@pytest.mark.parametrize("executor", ["tcp://10.0.0.1:8786", object(), {"submit": 1}])
def test_what_is_no_executor_is_refused(executor: object, mixed: Path, tmp_path: Path) -> None:
    """An address is no executor, and the message says what to make of it."""
    with pytest.raises(CaseError, match=r"distributed\.Client\('tcp://"):
        gc.run(mixed, tmp_path / "run.sqlite", executor=executor)


def test_a_daemonic_worker_says_which_setting_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that may have no children names Dask's setting, and its environment variable."""
    monkeypatch.setattr(outpost, "current_process", lambda: SimpleNamespace(daemon=True))

    with pytest.raises(RunError, match="DASK_DISTRIBUTED__WORKER__DAEMON=False") as caught:
        supervised(abs, [(1,)], Errand(run="t", limits=Limits()))

    assert "distributed.worker.daemon" in str(caught.value)


def test_a_worker_with_another_gradcheck_is_refused() -> None:
    """The message names both versions."""
    errand = replace(Errand(run="t", limits=Limits()), version="0.0.1")

    with pytest.raises(RunError, match=rf"{gc.__version__}.*started with gradcheck 0\.0\.1"):
        supervised(abs, [(1,)], errand)


@pytest.mark.slow
def test_each_run_has_children_of_its_own() -> None:
    """A run keeps its child, another run has another one, and a released one is ended."""
    first, second = (Errand(run=name, limits=Limits()) for name in ("one", "two"))
    try:
        pids = [supervised(os.getpid, [()], each)[0].value for each in (first, first, second)]
        release("one")
        again = supervised(os.getpid, [()], first)[0].value
    finally:
        release("one")
        release("two")

    assert pids[0] == pids[1]
    assert len({*pids, again, os.getpid()}) == 4
    assert not any(is_alive(pid) for pid in (*pids, again))


@pytest.mark.slow
def test_idle_children_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The children of a run that asks for nothing more end by themselves."""
    monkeypatch.setattr(outpost, "IDLE", 0.01)

    (answer,) = supervised(os.getpid, [()], Errand(run="idle", limits=Limits()))
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()

    assert not is_alive(answer.value)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def lossy(losses: dict[str, list[BaseException]]) -> Callable[[Any], "Future[list[Answer]]"]:
    """Return a `submit` whose chunks fail as often as one of their items has losses left."""

    def submit(items: Any) -> "Future[list[Answer]]":
        future: Future[list[Answer]] = Future()
        ready = [losses[item] for item in items if losses.get(item)]
        if ready:
            future.set_exception(ready[0].pop())
        else:
            future.set_result([Answer(value=item) for item in items])
        return future

    return submit


@pytest.mark.parametrize("lost", [WorkerLost("it died"), ConnectionResetError("it died")])
def test_an_item_is_tried_again_at_most_twice(lost: BaseException) -> None:
    """What loses its worker twice still has its row; after the third time that row says crashed."""
    losses: dict[str, list[BaseException]] = {"b": [lost] * (ATTEMPTS - 1), "c": [lost] * ATTEMPTS}

    found = dict(scheduled("abcd", lossy(losses), lambda: 1))

    assert {item for item, answer in found.items() if answer.value == item} == {"a", "b", "d"}
    assert found["c"].outcome == CRASHED
    assert found["c"].message == "its worker was lost 3 times while it was examined: it died"
    assert losses == {"b": [], "c": []}


def test_a_chunk_that_no_worker_began_does_not_count() -> None:
    """Workers that die with a chunk in their queue cost no attempt, but not for ever."""
    waiting = WorkerLost("it died", begun=False)

    found = dict(scheduled("ab", lossy({"a": [waiting] * 9}), lambda: 1))

    assert [found[item].value for item in "ab"] == ["a", "b"]
    with pytest.raises(RunError, match="die before they begin"):
        list(scheduled("ab", lossy({"a": [waiting] * 999}), lambda: 1))


def test_a_worker_that_fails_otherwise_ends_the_run() -> None:
    """An error that is no loss is named, after the answers that came with it."""
    broken = lossy({"b": [ModuleNotFoundError("No module named 'gradcheck'")]})
    answers = scheduled("ab", broken, lambda: 2)

    assert next(answers)[0] == "a"
    with pytest.raises(RunError, match="No module named 'gradcheck'; is the same gradcheck"):
        next(answers)
