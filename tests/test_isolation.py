"""Hostile cases: each costs its own row, whatever it does, and nothing else."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import gradcheck as gc
from gradcheck.batch.crew import children
from gradcheck.batch.record import CRASHED, TIMED_OUT
from gradcheck.batch.settings import Limits
from gradcheck.batch.supervisor import Supervisor

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are not installed

from benchmarks import hostile

pytestmark = pytest.mark.slow

LIMIT = 2.0
PATIENCE = 120.0
"""Seconds after which a test gives up."""
SAME = ["case", "outcome", "reason", "findings", "message", "resolution", "error", "evaluations"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[gc.Run, gc.Run]:
    """Return a run of innocent cases, and one of the same among hostile ones."""
    home = tmp_path_factory.mktemp("runs")
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr("gradcheck.batch.supervisor.GRACE", 0.5)
    found = []
    for name, with_hostile in (("clean", False), ("both", True)):
        hostile.write(home / name, innocent=36, hostile=with_hostile)
        store = home / f"{name}.sqlite"
        options: Any = {
            "workers": 2, "time_limit": LIMIT, "memory_limit": 1 << 30, "tables": "none",
        }  # fmt: skip
        found.append(gc.run(home / name, store, **options))
    monkeypatch.undo()
    return found[0], found[1]


def test_twelve_kinds_of_hostile_case_leave_the_others_as_they_were(
    runs: tuple[gc.Run, gc.Run],
) -> None:
    """The rows of the innocent cases are those of a run without any hostile one."""
    clean, both = runs
    rows = both.summary
    others = rows[rows["case"].str.startswith("innocent")].reset_index(drop=True)

    assert len(hostile.KINDS) == 12
    assert len(rows) == 48
    assert others[SAME].equals(clean.summary[SAME])
    assert clean.counts == {"fail": 4, "pass": 32}


@pytest.mark.parametrize("name", [n for n, (_, o) in hostile.KINDS.items() if "or" not in o])
def test_a_hostile_case_gets_one_row_that_says_what_it_did(
    runs: tuple[gc.Run, gc.Run], name: str
) -> None:
    """Each hostile case has the outcome that its deed deserves, with a reason in words."""
    rows = runs[1].summary
    row = rows[(rows["case"] == name).to_numpy()].iloc[0]

    assert row["outcome"] == hostile.KINDS[name][1]
    assert row["message"]


def test_the_place_where_a_case_hung_or_crashed_is_named(runs: tuple[gc.Run, gc.Run]) -> None:
    """A case that times out or crashes is told with the function and the line it was in."""
    message = dict(zip(runs[1].summary["case"], runs[1].summary["message"], strict=True))

    assert "not finished after 2 s, in loop (" in message["loops"]
    assert re.search(r"_b_hostile\.py:1[89]\)", message["loops"])
    assert "killed by SIGABRT, in f (" in message["abort"]
    assert "killed by SIGSEGV" in message["segfault"]
    assert "memory runs out" in message["sigkill"]
    assert "exit code 0" in message["os-exit"]
    assert "MemoryError" in message["memory"]


def test_files_that_cannot_be_loaded_get_a_row_each(tmp_path: Path) -> None:
    """A case file that crashes, hangs, exits, or is no Python costs one row named after it."""
    deeds = {
        "a_dies.py": "import os; os.abort()",
        "b_hangs.py": "while True: pass",
        "c_exits.py": "import sys; sys.exit(1)",
        "d_broken.py": "def",
        "e_empty.py": "x = 1",
        "f_interrupts.py": "raise KeyboardInterrupt",
        "g_good.py": "import numpy as np\nfrom gradcheck import Case\n"
        "good = Case('good', f=np.sin, df=np.cos, points=[0.3])\n",
    }
    for name, text in deeds.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    done = gc.run(tmp_path, tmp_path / "r.sqlite", workers=2, time_limit=LIMIT)

    outcomes = {Path(row["case"]).name: row["outcome"] for _, row in done.summary.iterrows()}
    assert outcomes == {
        "a_dies.py": "crashed",
        "b_hangs.py": "timed-out",
        "c_exits.py": "error",
        "d_broken.py": "error",
        "e_empty.py": "error",
        "f_interrupts.py": "error",
        "good": "pass",
    }


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    """Yield a supervisor with a short time limit, and end its child."""
    supervisor = Supervisor(Limits(seconds=LIMIT))
    yield supervisor
    supervisor.stop()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        threading.Event().wait(0.02)


def deed(number: int) -> int:
    """Do no harm."""
    return number


def harm(function: str, number: int) -> int:
    """Do no harm, unless the number is 3."""
    if number == 3:
        _HARM[function]()
    return number


def _fork_once() -> None:
    if not os.environ.get("GRADCHECK_FORKED"):
        os.environ["GRADCHECK_FORKED"] = "1"
        os.fork()


def _remove_the_spool() -> None:
    folder = Path("/proc/self/fd")
    files = [entry.readlink() for entry in folder.iterdir() if entry.is_symlink()]
    for file in files:
        if file.name == "spool":
            file.unlink()


def _stay() -> None:
    threading.Thread(target=threading.Event().wait, daemon=True).start()


_HARM: dict[str, Callable[[], object]] = {
    "abort": os.abort,
    "exit": lambda: os._exit(0),
    "fork": _fork_once,
    "remove": _remove_the_spool,
    "thread": _stay,
    "modules": sys.modules.clear,
}


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("abort", CRASHED),
        ("exit", CRASHED),
        ("fork", ""),
        ("thread", ""),
        ("modules", ""),
        pytest.param(
            "remove",
            CRASHED,
            marks=pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc"),
        ),
    ],
)
def test_a_supervisor_answers_for_every_item(
    supervisor: Supervisor, name: str, outcome: str
) -> None:
    """Whatever one item does, each item has one answer, in their order."""
    answers = supervisor.run(harm, [(name, number) for number in range(7)])

    assert [answer.value for answer in answers] == [
        None if number == 3 and outcome else number for number in range(7)
    ]
    assert [answer.outcome for answer in answers] == ["", "", "", outcome, "", "", ""]


def test_an_item_that_takes_too_long_is_ended_at_its_own_limit(supervisor: Supervisor) -> None:
    """The time limit counts from the start of the item, not of its chunk."""
    answers = supervisor.run(time.sleep, [(0.7,), (0.7,), (0.7,), (600.0,), (0.0,)])

    assert [answer.outcome for answer in answers] == ["", "", "", TIMED_OUT, ""]
    assert answers[3].seconds == LIMIT


def test_a_child_that_dies_idle_is_replaced(supervisor: Supervisor) -> None:
    """A child that a late signal ends between two chunks costs nothing."""
    (first,) = supervisor.run(_die_soon, [()])
    wait_for(lambda: not Path(f"/proc/{first.value}").exists())
    second = supervisor.run(deed, [(number,) for number in range(3)])

    assert first.value
    assert [answer.value for answer in second] == [0, 1, 2]


def _die_soon() -> int:
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    return os.getpid()


def test_stopping_in_the_middle_leaves_no_process(tmp_path: Path) -> None:
    """A crew that is left while its children sleep ends them."""
    with ThreadPoolExecutor(1) as thread, children(2, Limits(seconds=600)) as crew:
        answers = crew(_note_and_sleep, [(str(tmp_path), number) for number in range(2)])
        waiting = thread.submit(list, answers)
        wait_for(lambda: len(list(tmp_path.iterdir())) == 2)

    assert isinstance(waiting.exception(), gc.RunError)
    for file in tmp_path.iterdir():
        gone = Path(f"/proc/{file.name}")
        wait_for(lambda gone=gone: not gone.exists())  # type: ignore[misc]


def _note_and_sleep(folder: str, number: int) -> int:
    (Path(folder) / str(os.getpid())).touch()
    threading.Event().wait(600)
    return number
