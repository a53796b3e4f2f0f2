"""A run on a cluster of Dask gives the rows of a local run, whatever becomes of the workers."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gradcheck as gc
from gradcheck.batch.cluster import connected
from gradcheck.batch.plan import Planned
from gradcheck.errors import CaseError, RunError

dask = pytest.importorskip("dask", reason="the runs on a cluster need Dask")
yaml = pytest.importorskip("yaml", reason="it comes with Dask")
distributed = pytest.importorskip("distributed", reason="the runs on a cluster need Dask")

pytestmark = [
    pytest.mark.slow,
    # a worker that is killed cannot close what connects it with its nanny
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

HEAD = """
import ctypes, os, signal, sys, time
from pathlib import Path
import numpy as np
from gradcheck import Case

def waves(count):
    return [
        Case(f"wave-{k}", f=lambda x, k=k: np.sin(k * x), df=lambda x, k=k: k * np.cos(k * x),
             points=[0.3])
        for k in range(1, count + 1)
    ]

def worker():
    # the parent of the process that started this one
    starter = Path(f"/proc/{os.getppid()}/stat").read_text()
    return int(starter.rpartition(")")[2].split()[1])

def sine(name, deed):
    def f(x):
        deed()
        return np.sin(x)
    return Case(name, f=f, df=np.cos, points=[0.3])
"""


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Start a cluster of two worker processes that may have children."""
    settings = {"distributed.worker.daemon": False}
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def write(path: Path, body: str) -> Path:
    """Write a case file."""
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def rows(run: gc.Run) -> dict[str, list[Any]]:
    """Return what must not depend on who did the work."""
    kept = run.summary[["case", "outcome", "reason", "findings", "error", "evaluations"]]
    table: Any = kept.astype(object).where(kept.notna(), None).to_dict("list")
    return dict(table)


def children() -> list[int]:
    """Return the processes that the children of a worker are: those that its starter started."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            parents[int(stat.parent.name)] = int(parent)
    return [pid for pid, parent in parents.items() if parents.get(parent) == os.getpid()]


def test_hostile_cases_cost_their_own_rows(client: Any, tmp_path: Path) -> None:
    """On a cluster as here, a case that ends its process or never ends costs one row."""
    path = write(
        tmp_path / "hostile.py",
        """
cases = [*waves(6), Case("wrong", f=np.sin, df=np.sin, points=[0.3]),
         sine("aborts", os.abort), sine("reads address 0", lambda: ctypes.string_at(0)),
         sine("exits", lambda: sys.exit(3)), sine("sleeps", lambda: time.sleep(600))]
""",
    )

    run = gc.run(path, tmp_path / "run.sqlite", executor=client, time_limit=2.0)
    local = gc.run(path, tmp_path / "local.sqlite", workers=2, time_limit=2.0)

    assert rows(run) == rows(local)
    assert {name: run.counts[name] for name in ("crashed", "timed-out", "fail", "pass")} == {
        "crashed": 2, "timed-out": 1, "fail": 1, "pass": 6
    }  # fmt: skip
    assert list(client.run(children).values()) == [[], []]


def test_a_worker_that_is_killed_in_the_middle_costs_nothing(client: Any, tmp_path: Path) -> None:
    """A worker dies while a case is examined: all rows are there, as in a local run."""
    begun, killed = tmp_path / "begun", tmp_path / "killed"
    path = write(
        tmp_path / "waits.py",
        f"""
def waits():
    if not Path({str(begun)!r}).exists():
        Path({str(begun) + "-"!r}).write_text(str(worker()))
        Path({str(begun) + "-"!r}).rename({str(begun)!r})
    while not Path({str(killed)!r}).exists():
        time.sleep(0.01)

cases = [*waves(8), sine("waits", waits)]
""",
    )
    workers = client.run(os.getpid).values()

    def kill() -> None:
        while not begun.exists():
            threading.Event().wait(0.01)
        os.kill(int(begun.read_text(encoding="ascii")), signal.SIGKILL)
        killed.touch()

    killer = threading.Thread(target=kill)
    killer.start()
    run = gc.run(path, tmp_path / "run.sqlite", executor=client, workers=1)
    killer.join()
    local = gc.run(path, tmp_path / "local.sqlite", workers=1)
    client.wait_for_workers(1, timeout=60)  # Dask does not always start a lost one again

    assert int(begun.read_text(encoding="ascii")) in workers
    assert rows(run) == rows(local)
    assert run.counts == {"pass": 9}


def test_a_case_that_kills_its_workers_is_given_up(client: Any, tmp_path: Path) -> None:
    """Three workers die of a case, as many as are tried; its neighbours have their rows."""
    deaths = tmp_path / "deaths"
    path = write(
        tmp_path / "deadly.py",
        f"""
def kill_the_worker():
    with Path({str(deaths)!r}).open("a") as file:
        file.write("x")
    os.kill(worker(), signal.SIGKILL)
    time.sleep(600)

cases = [*waves(4), sine("deadly", kill_the_worker)]
""",
    )

    run = gc.run(path, tmp_path / "run.sqlite", executor=client)
    client.wait_for_workers(1, timeout=60)  # Dask does not always start a lost one again

    assert run.counts == {"crashed": 1, "pass": 4}
    assert list(run.failed["message"]) == [
        "its worker was lost 3 times while it was examined: the process of the worker died"
    ]
    assert deaths.read_text(encoding="utf-8") == "xxx"


def test_a_case_file_that_changed_between_two_runs_is_loaded_anew(
    client: Any, tmp_path: Path
) -> None:
    """The same workers examine the new text of a file, whose old cases they had loaded."""
    path = write(tmp_path / "mine.py", "cases = [Case('one', f=np.sin, df=np.sin, points=[0.3])]")
    first = gc.run(path, tmp_path / "run.sqlite", executor=client).counts

    write(path, "cases = [Case('one', f=np.sin, df=np.cos, points=[0.3])]")
    second = gc.resume(tmp_path / "run.sqlite", executor=client).counts

    assert (first, second) == ({"fail": 1}, {"pass": 1})


def test_another_version_of_a_case_file_is_told_from_the_planned_one(
    client: Any, tmp_path: Path
) -> None:
    """Workers that see another version of a case file say so in the rows."""
    path = write(tmp_path / "mine.py", "cases = waves(2)")
    planned: Any = [
        Planned(name=f"wave-{k}", file=str(path), line=1, source="of another version")
        for k in (1, 2)
    ]

    run = gc.run(planned, tmp_path / "run.sqlite", executor=client)

    assert run.counts == {"error": 2}
    assert set(run.summary["message"].str.contains("workers must see the same case files")) == {
        True
    }


def test_a_connection_that_is_lost_ends_the_run_and_leaves_a_store(
    client: Any, tmp_path: Path
) -> None:
    """Where the cluster drops the work, the error says how to go on, and going on works."""
    begun = tmp_path / "begun"
    path = write(
        tmp_path / "waits.py",
        f"""
def waits():
    while not Path({str(begun)!r}).exists():
        Path({str(begun)!r}).touch()
        time.sleep(600)

cases = [sine("waits", waits), *waves(3)]
""",
    )
    lost = distributed.Client(client.scheduler.address, set_as_default=False)

    def lose() -> None:
        while not begun.exists():
            threading.Event().wait(0.01)
        lost.close()

    other = threading.Thread(target=lose)
    other.start()
    with pytest.raises(RunError, match=r"gradcheck\.resume\("):
        gc.run(path, tmp_path / "run.sqlite", executor=lost, time_limit=3)
    other.join()

    assert gc.resume(tmp_path / "run.sqlite", executor=client).counts == {"pass": 4}


def test_workers_without_the_setting_say_which_one(tmp_path: Path) -> None:
    """A cluster whose workers may have no children, as Dask starts them, ends the run."""
    path = write(tmp_path / "mine.py", "cases = waves(2)")

    with (
        dask.config.set({"distributed.worker.daemon": True}),
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
        pytest.raises(RunError, match="DASK_DISTRIBUTED__WORKER__DAEMON=False"),
    ):
        gc.run(path, tmp_path / "run.sqlite", executor=client)


def test_a_run_waits_for_the_first_worker(tmp_path: Path) -> None:
    """A cluster may begin without workers, and be reached by its address."""
    path = write(tmp_path / "mine.py", "cases = waves(4)")
    found: list[gc.Run] = []

    with (
        distributed.LocalCluster(
            n_workers=0, processes=False, dashboard_address=":0", silence_logs=50
        ) as cluster,
        connected(cluster.scheduler_address) as client,
    ):
        store = tmp_path / "run.sqlite"
        runner = threading.Thread(target=lambda: found.append(gc.run(path, store, executor=client)))
        runner.start()
        while not cluster.scheduler.tasks:
            threading.Event().wait(0.01)
        cluster.scale(1)
        runner.join()

    assert [run.counts for run in found] == [{"pass": 4}]


def test_an_address_without_a_scheduler_is_named() -> None:
    """No scheduler, or no address, is an error that says what an address looks like."""
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "200ms"}),
        pytest.raises(RunError, match=r"'tcp://127\.0\.0\.1:1'.*such as tcp://"),
        connected("tcp://127.0.0.1:1"),
    ):
        pass


def run_within_a_task(path: str, store: str) -> str:
    """Start a run from a task, on the cluster of the task."""
    try:
        gc.run(path, store, executor=distributed.get_client())
    except CaseError as error:
        return str(error)
    return "no error"


def test_a_run_cannot_start_where_it_would_wait_for_itself(client: Any, tmp_path: Path) -> None:
    """A task that would wait for its own place, and an asynchronous Client, are refused."""
    path = write(tmp_path / "mine.py", "cases = waves(2)")

    async def asynchronously() -> None:
        async with distributed.Client(
            client.scheduler.address, asynchronous=True, set_as_default=False
        ) as other:
            gc.run(path, tmp_path / "run.sqlite", executor=other)

    with pytest.raises(CaseError, match="asynchronous=False"):
        asyncio.run(asynchronously())
    with pytest.raises(CaseError, match="hand over the Client"):
        gc.run(path, tmp_path / "run.sqlite", executor=client.get_executor())
    task = client.submit(run_within_a_task, str(path), str(tmp_path / "run.sqlite"))
    assert task.result().startswith("a task of Dask cannot start a run on its own cluster")


def test_the_page_shows_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python example of docs/cluster.md runs as it is shown, and its settings are Dask's."""
    page = (Path(__file__).parents[1] / "docs/cluster.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    (settings,) = re.findall(r"^```yaml\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    write(tmp_path / "my_cases.py", "cases = waves(3)")
    (tmp_path / "on_a_cluster.py").write_text(example, encoding="utf-8")
    monkeypatch.setenv("PYTHONWARNINGS", "default")

    done = subprocess.run(
        [sys.executable, "on_a_cluster.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert done.stdout == "{'pass': 3}\n", done.stderr
    assert yaml.safe_load(settings) == {"distributed": {"worker": {"daemon": False}}}
    assert dask.config.get("distributed.worker.daemon") is not None
