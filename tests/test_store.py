"""The store of a run: nothing is overwritten, nothing is lost, and every refusal says why."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are not installed

import gradcheck as gc
from benchmarks.kill import finished, killed, rows_of, stored, write_cases
from gradcheck.batch import connection
from gradcheck.batch.plan import Planned
from gradcheck.batch.record import Cause, Record
from gradcheck.batch.settings import Limits, Settings
from gradcheck.batch.store import Store
from gradcheck.errors import CaseError, StoreError

SINE = gc.Case("sine", f=np.sin, df=np.cos, points=[0.7])
WRONG = gc.Case("wrong", f=np.sin, df=np.sin, points=[0.7, 0.9])
COUNT = 60
"""So many cases are in the run that is killed."""
PLAN = [Planned(name="a", tags=("x", "y")), Planned(name="b"), Planned(name="c")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with a right and a wrong case."""
    path = tmp_path_factory.mktemp("made") / "store.sqlite"
    gc.run([SINE, WRONG], path, workers=0)
    return path


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """Copy that store, to do something to it."""
    return Path(shutil.copy(made, tmp_path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write cheap cases into six files."""
    path = tmp_path_factory.mktemp("kill") / "cases"
    write_cases(path, COUNT)
    return path


@pytest.fixture(scope="module")
def whole(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return what a run of them stores that is left alone."""
    gc.run(folder, folder.parent / "whole.sqlite", workers=0)
    return stored(folder.parent / "whole.sqlite")


def files(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(each.name for each in folder.iterdir())


def read_everything(path: Path) -> None:
    """Ask a store for all that it can be asked for."""
    run = gc.read_run(path)
    run.settings, run.sessions, run.counts, run.summary, run.failed  # noqa: B018
    run.findings, run.convergence  # noqa: B018
    list(run.records(order="gravest"))
    for name, result in run.results():
        assert name
        str(result)
    for row in run.records():
        if row["outcome"] == "fail":
            run.table(row["case"])


# --- killed --------------------------------------------------------------------------------------


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let other processes have a folder for what is temporary; a killed one cannot clean up."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        monkeypatch.setenv("TMPDIR", place)
        yield


def moments() -> list[tuple[int, int]]:
    """Return workers and numbers of rows at which a run is killed; -1: before there is a store."""
    chance = random.Random(5)  # noqa: S311  (moments, no secrets)
    return [
        (1, -1),
        (0, 0),
        (1, chance.randrange(1, COUNT // 2)),
        (0, chance.randrange(1, COUNT // 2)),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "rows"), moments())
def test_a_killed_run_ends_as_if_it_had_been_left_alone(
    folder: Path,
    whole: dict[str, list[tuple[Any, ...]]],
    scratch: None,  # noqa: ARG001  (where the killed one leaves its files)
    tmp_path: Path,
    workers: int,
    rows: int,
) -> None:
    """After kill -9 and resume every row, result, table and curve is that of an undisturbed run."""
    store = tmp_path / "killed.sqlite"

    def when(path: Path) -> bool:
        found = rows_of(path)
        return rows < 0 or (found is not None and found >= rows)

    left = killed(folder, store, workers, when)
    assert left is None if rows < 0 else (left is not None and rows <= left)
    done = finished(folder, store)
    assert len(done) == COUNT
    assert stored(store) == whole
    assert files(tmp_path) == ["killed.sqlite"]


def test_a_store_that_was_not_planned_yet_asks_for_the_cases(tmp_path: Path) -> None:
    """A run of objects that was killed before it noted them says that they are needed again."""
    path = tmp_path / "store.sqlite"
    Store.create(path, Settings(), {}).close()
    with pytest.raises(StoreError, match="stopped before its cases were noted; hand them over"):
        gc.resume(path, workers=0)
    assert gc.resume(path, [SINE], workers=0)


@pytest.mark.slow
@pytest.mark.parametrize("reads", [True, False])
def test_a_store_killed_while_it_closed_is_mended(store: Path, reads: bool) -> None:  # noqa: FBT001  (a parameter of the test)
    """A journal that a kill left beside the store is undone, by the next reader or writer."""
    expected = stored(store)
    script = """
import os, sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA journal_mode = DELETE")
c.execute("PRAGMA cache_size = 1")
c.execute("PRAGMA cache_spill = 1")
c.execute("BEGIN")
c.execute("UPDATE examined SET message = hex(randomblob(9000))")
c.execute("DELETE FROM planned WHERE name = 'sine'")
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", script, str(store)], check=True)
    assert files(store.parent) == ["store.sqlite", "store.sqlite-journal"]
    if reads:
        assert list(gc.read_run(store).summary["case"]) == ["sine", "wrong"]
    else:
        gc.resume(store, [SINE, WRONG], workers=0)
    assert stored(store) == expected


# --- not a store, or no longer -------------------------------------------------------------------


def database(path: Path, *statements: str) -> None:
    """Do something to a database."""
    other = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        other.execute(statement)
    other.close()


def newer(path: Path) -> None:
    """Pretend that a later version wrote a store."""
    gc.run([SINE], path, workers=0)
    database(path, "PRAGMA user_version = 99")


def cut(path: Path) -> None:
    """Cut a store in the middle."""
    gc.run([SINE], path, workers=0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def without_tables(path: Path) -> None:
    """Take the tables away."""
    gc.run([SINE], path, workers=0)
    database(path, "DROP TABLE run")


def with_other_settings(path: Path) -> None:
    """Write settings that nobody understands."""
    gc.run([SINE], path, workers=0)
    database(path, "UPDATE run SET settings = '{}'")


NO_STORES: dict[str, tuple[Callable[[Path], object], str]] = {
    "newer": (newer, "written by a newer gradcheck (schema 99, this one reads up to 1)"),
    "cut": (cut, "damaged"),
    "empty": (lambda path: path.touch(), "an empty file"),
    "text": (lambda path: path.write_text("case,outcome\n" * 99), "no store of gradcheck"),
    "short": (lambda path: path.write_text("x"), "no store of gradcheck"),
    "foreign": (lambda path: database(path, "CREATE TABLE t (x)"), "no store of gradcheck"),
    "folder": (lambda path: path.mkdir(), "a store is a file"),
    "missing": (lambda _: None, "there is no such store"),
    "without tables": (without_tables, "no such table"),
    "other settings": (with_other_settings, "damaged"),
    "pipe": (os.mkfifo, "a store is a file"),
    "nowhere": (lambda path: path.symlink_to(path.parent / "gone"), "there is no such store"),
    "a circle": (lambda path: path.symlink_to(path), "there is no such store"),
}


@pytest.mark.parametrize("name", NO_STORES)
def test_what_is_no_store_is_named_and_left_alone(tmp_path: Path, name: str) -> None:
    """Reading, resuming and running say what is there, and leave every byte of it as it was."""
    make, expected = NO_STORES[name]
    path = tmp_path / "store.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    for use in (read_everything, lambda p: gc.resume(p, [SINE], workers=0)):
        with pytest.raises(StoreError) as caught:
            use(path)
        assert expected in str(caught.value)
        assert str(path) in str(caught.value)
    if before or name in ("folder", "pipe"):
        with pytest.raises(StoreError, match="there is such a file already"):
            gc.run([SINE], path, workers=0)
    assert before == (path.read_bytes() if path.is_file() else None)
    assert set(files(tmp_path)) <= {"store.sqlite"}


def test_an_empty_file_and_a_dangling_link_are_in_nobodys_way(tmp_path: Path) -> None:
    """A run begins in an empty file; through a link it writes where the link leads."""
    (tmp_path / "empty.sqlite").touch()
    assert gc.run([SINE], tmp_path / "empty.sqlite", workers=0)
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "real.sqlite")
    assert gc.run([SINE], tmp_path / "link.sqlite", workers=0)
    assert files(tmp_path) == ["empty.sqlite", "link.sqlite", "real.sqlite"]
    assert (tmp_path / "link.sqlite").is_symlink()
    assert gc.read_run(tmp_path / "real.sqlite")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("gone/store.sqlite", "there is no folder"),
        ("file/store.sqlite", "there is no folder"),
        ("x" * 300, "name too long"),
        ("nul\0", "null"),
    ],
)
def test_a_place_without_room_is_named(tmp_path: Path, place: str, expected: str) -> None:
    """A missing folder, a file in place of a folder or a name that cannot be is a clear error."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match=f"(?i){expected}"):
        gc.run([SINE], tmp_path / place, workers=0)
    with pytest.raises(StoreError):
        gc.read_run(tmp_path / place)
    assert files(tmp_path) == ["file"]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_log_without_its_store_is_not_mixed_into_a_new_one(tmp_path: Path) -> None:
    """Where a killed run left its log but its store is gone, a new run refuses and says why."""
    path = tmp_path / "store.sqlite"
    log = tmp_path / "store.sqlite-wal"
    log.write_bytes(b"rows of another run")
    with pytest.raises(StoreError, match="left by a run that was killed, and its store is gone"):
        gc.run([SINE], path, workers=0)
    assert log.read_bytes() == b"rows of another run"
    log.unlink()
    assert gc.run([SINE], path, workers=0)


def test_a_store_cut_anywhere_is_read_or_refused(store: Path, tmp_path: Path) -> None:
    """At any length reading works or raises StoreError, and no byte changes."""
    content = store.read_bytes()
    chance = random.Random(1)  # noqa: S311  (lengths, no secrets)
    lengths = {0, 1, 16, 99, 100, 4095, 4096, *chance.sample(range(len(content)), 40)}
    refused = 0
    for length in sorted(lengths):
        piece = tmp_path / f"piece-{length}"
        piece.write_bytes(content[:length])
        try:
            read_everything(piece)
        except StoreError:
            refused += 1
        with pytest.raises(StoreError):
            gc.resume(piece, [SINE, WRONG], workers=0)
        assert piece.read_bytes() == content[:length]
    assert refused > 20


def test_a_store_with_wrong_bytes_is_read_or_refused(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With any byte changed reading works or raises StoreError; so does going on with it."""
    monkeypatch.setattr(connection, "PATIENCE", 0.05)
    content = store.read_bytes()
    chance = random.Random(2)  # noqa: S311  (places, no secrets)
    refused = 0
    for number in range(60):
        wrong = bytearray(content)
        within = 4096 if number % 3 == 0 else len(content)  # the first page holds the tables
        for _ in range(chance.choice((1, 1, 8))):
            wrong[chance.randrange(within)] = chance.randrange(256)
        piece = tmp_path / f"wrong-{number}"
        piece.write_bytes(wrong)
        for use in (read_everything, lambda p: Store.reopen(p).close()):
            try:
                use(piece)
            except StoreError as error:
                refused += 1
                assert str(error)  # noqa: PT017  (some bytes raise, others do not)
    assert refused > 20


# --- what may not be written ---------------------------------------------------------------------


_AS_NOBODY = """
import os, sys
import numpy as np
import gradcheck as gc
from gradcheck.errors import StoreError

sine = gc.Case("sine", f=np.sin, df=np.cos, points=[0.7])

def read(path):
    run = gc.read_run(path)
    return run.counts, len(run.summary), sum(1 for _ in run.results())

read(sys.argv[3])
gc.resume(sys.argv[3], [sine], workers=0)  # all is imported now
if os.getuid() == 0:
    os.setresuid(65534, 65534, 65534)  # permission bits do not bind root
print(*read(sys.argv[1]))
for call in (
    lambda: gc.resume(sys.argv[1], [sine], workers=0),
    lambda: gc.run([sine], sys.argv[2], workers=0),
):
    try:
        call()
    except StoreError as error:
        print(error)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_a_copy_is_read_in_a_folder_that_cannot_be_written(store: Path) -> None:
    """A closed store is one file; where nothing may be written it is read, and not resumed."""
    assert files(store.parent) == ["store.sqlite"]
    before = store.read_bytes()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        copy = home / "copy.sqlite"
        copy.write_bytes(before)
        copy.chmod(0o444)
        home.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, str(copy), str(home / "new.sqlite"), str(store)],
            capture_output=True, text=True, check=False, cwd="/",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        counts, resumed, made = done.stdout.splitlines()
        assert counts == "{'fail': 1, 'pass': 1} 2 2"
        assert "Permission denied" in resumed
        assert f"the folder {home} cannot be written" in made
        assert files(home) == ["copy.sqlite"]
        assert copy.read_bytes() == before
        home.chmod(0o755)


_ON_A_SMALL_DISK = """
import resource, sys
import gradcheck as gc
from gradcheck.errors import StoreError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    gc.run(sys.argv[1], sys.argv[2], workers=0)
except StoreError as error:
    print(error)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
@pytest.mark.parametrize("room", [10_000, 150_000])
def test_without_room_on_the_disk_what_was_written_stays(
    folder: Path, whole: dict[str, list[tuple[Any, ...]]], tmp_path: Path, room: int
) -> None:
    """Where a file may not grow, a run says so; its store is whole, and can be gone on with."""
    path = tmp_path / "store.sqlite"
    script = [sys.executable, "-c", _ON_A_SMALL_DISK, str(folder), str(path), str(room)]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(path) in done.stdout
    assert ("File too large" if room == 10_000 else "what was written stays") in done.stdout
    if room == 10_000:
        assert files(tmp_path) == []
        return
    assert 0 < (rows_of(path) or 0) < COUNT
    finished(folder, path)
    assert stored(path) == whole


def test_a_full_disk_is_named_and_keeps_the_rows(tmp_path: Path) -> None:
    """A row that does not fit is not there at all; those before it are, and others may follow."""
    path = tmp_path / "store.sqlite"
    opened = Store.create(path, Settings(), {})
    opened.begin({})
    opened.plan(PLAN, Limits())
    opened.put("a", Record(outcome="pass"))
    pages = opened._connection.execute("PRAGMA page_count").fetchone()[0]  # noqa: SLF001  (to make it full)
    opened._connection.execute(f"PRAGMA max_page_count = {pages}")  # noqa: SLF001  (as above)
    cause = Cause(code="sign", certainty="A", message="x")
    with pytest.raises(StoreError, match="the disk is full; what was written stays"):
        opened.put("b", Record(outcome="fail", findings=(cause,), result=bytes(100_000)))
    opened.put("c", Record(outcome="pass"))
    opened.close()
    assert list(gc.read_run(path).summary["outcome"].astype(object).fillna("")) == [
        "pass", "", "pass"
    ]  # fmt: skip
    assert len(gc.read_run(path).findings) == 0


# --- others --------------------------------------------------------------------------------------


_HOLDS = """
import sys
from gradcheck.batch.store import Store
opened = Store.reopen(sys.argv[1])
opened.begin({})
print("open", flush=True)
sys.stdin.read()
opened.close()
"""


@pytest.mark.slow
def test_two_runs_on_one_store_refuse_politely(store: Path) -> None:
    """While another process writes, a run and a resume refuse, and a reader may read."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(StoreError, match="another run is writing to this store; wait"):
            gc.resume(store, [SINE], workers=0)
        with pytest.raises(StoreError, match="there is such a file already"):
            gc.run([SINE], store, workers=0)
        assert len(gc.read_run(store).sessions) == 2
        read_everything(store)
        holder.stdin.close()
    assert files(store.parent) == ["store.sqlite"]
    assert gc.resume(store, [SINE], workers=0)


def test_only_one_of_many_makes_the_store(tmp_path: Path) -> None:
    """Of several threads that make one store at a time, one does and the others are refused."""
    path = tmp_path / "store.sqlite"
    opened: list[Store] = []
    refused: list[str] = []
    together = threading.Barrier(8)

    def make() -> None:
        together.wait()
        try:
            opened.append(Store.create(path, Settings(), {}))
        except StoreError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(opened), len(refused)) == (1, 7)
    assert all("another run" in text or "already" in text for text in refused)
    connection.disconnect(sqlite3.connect(path))
    opened[0]._lock.release()  # noqa: SLF001  (its connection belongs to a thread that is gone)
    assert len(gc.read_run(path)) == 0


def test_a_run_can_be_read_while_it_writes(tmp_path: Path) -> None:
    """Reading in the same process sees the rows so far, and keeps nobody from writing."""
    path = tmp_path / "store.sqlite"
    seen: list[dict[str, int]] = []

    def look(_done: int, _failed: int, _total: int, _name: str) -> None:
        seen.append(gc.read_run(path).counts)
        with pytest.raises(StoreError, match="another run is writing"):
            gc.resume(path, [SINE], workers=0)

    gc.run([SINE, WRONG], path, workers=0, progress=look)
    assert seen == [{"not run": 2}, {"pass": 1, "not run": 1}, {"fail": 1, "pass": 1}]
    assert files(tmp_path) == ["store.sqlite"]


def test_a_slow_reader_neither_stops_nor_spoils_a_run(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody still reads, the log stays beside the store until the next one takes it in."""
    monkeypatch.setattr(connection, "PATIENCE", 0.05)
    opened = Store.reopen(store)
    reader = sqlite3.connect(store)
    assert reader.execute("SELECT count(*) FROM examined").fetchone() == (2,)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM examined").fetchone()
    opened.begin({})
    opened.end("finished")
    opened.close()
    reader.close()
    assert gc.read_run(store).sessions[-1]["ending"] == "finished"
    Store.reopen(store).close()
    assert files(store.parent) == ["store.sqlite"]


def test_another_program_in_the_store_is_named(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another program keeps the store to itself, reading gives up after a while."""
    monkeypatch.setattr(connection, "PATIENCE", 0.05)
    other = sqlite3.connect(store, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for use in (read_everything, lambda p: gc.resume(p, [SINE], workers=0)):
        with pytest.raises(StoreError, match="another program is using the store; try again"):
            use(store)
    other.close()
    read_everything(store)


# --- going on ------------------------------------------------------------------------------------


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """Write two case files whose functions note their calls; return what was noted since."""
    log = tmp_path / "calls"
    text = f"""
import pathlib
import gradcheck as gc
def case(name, factor):
    def df(x):
        with pathlib.Path({str(log)!r}).open("a") as file:
            file.write(name + " ")
        return factor * x
    return gc.Case(name, f=lambda x: x * x, df=df, points=[1.5], tags=["t"])
"""
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "one.py").write_text(text + "a = case('a', 2)\nb = case('b', 3)\n")
    (folder / "two.py").write_text(text + "c = case('c', 2)\n")

    def noted() -> list[str]:
        words = sorted(set(log.read_text().split())) if log.exists() else []
        log.unlink(missing_ok=True)
        return words

    yield noted
    shutil.rmtree(folder)


def append(path: Path, text: str) -> None:
    """Write something at the end of a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_resume_does_what_is_needed_and_nothing_else(
    tmp_path: Path, calls: Callable[[], list[str]]
) -> None:
    """Done cases are skipped; changed files or settings and asked outcomes are done again."""
    folder, store = tmp_path / "cases", tmp_path / "store.sqlite"
    gc.run(folder, store, workers=0)
    assert calls() == ["a", "b", "c"]

    def resumed(**options: Any) -> list[str]:
        gc.resume(store, workers=0, **options)
        return calls()

    assert resumed() == []
    assert resumed(again=("fail",)) == ["b"]
    assert resumed(again="pass") == ["a", "c"]
    assert resumed(time_limit=5) == []
    append(folder / "two.py", "# changed\n")
    assert resumed() == ["c"]
    assert resumed(settings=Settings(seed=1)) == ["a", "b", "c"]
    assert resumed() == []
    append(folder / "one.py", "d = case('d', 2)\n")
    assert resumed() == ["a", "b", "d"]
    (folder / "two.py").unlink()
    assert resumed() == []
    assert list(gc.read_run(store).summary["case"]) == ["a", "b", "d"]
    with pytest.raises(CaseError, match=r"again takes some of fail, crashed, .*got 'failed'"):
        resumed(again=("failed",))
    assert len(gc.read_run(store)) == 3


def test_skipped_cases_are_done_by_the_next_one(
    tmp_path: Path, calls: Callable[[], list[str]]
) -> None:
    """What an early end left out has rows that say so, and is examined when the run goes on."""
    store = tmp_path / "store.sqlite"
    run = gc.run(tmp_path / "cases", store, workers=0, maxfail=1)
    assert list(run.summary["outcome"]) == ["pass", "fail", "skipped"]
    calls()
    assert gc.resume(store, workers=0).counts == {"fail": 1, "pass": 2}
    assert calls() == ["c"]


def test_rows_that_limits_decided_are_done_again_under_others(tmp_path: Path) -> None:
    """Cases that timed out or crashed are done again if time or memory changed, others not."""
    path = tmp_path / "store.sqlite"
    words = ("timed-out", "crashed", "pass")
    with Store.create(path, Settings(), {}) as opened:
        opened.begin({})
        opened.plan(PLAN, Limits(seconds=1))
        for planned, word in zip(PLAN, words, strict=True):
            opened.put(planned.name, Record(outcome=word))
        assert opened.plan(PLAN, Limits(seconds=1.0)) == []
        assert opened.plan(PLAN, Limits(seconds=2)) == PLAN[:2]
    assert gc.read_run(path).counts == {"pass": 1, "not run": 2}


def test_a_plan_in_another_order_keeps_the_rows(tmp_path: Path) -> None:
    """The order of the rows is that of the latest plan; tags and places follow it too."""
    path = tmp_path / "store.sqlite"
    with Store.create(path, Settings(), {}) as opened:
        opened.begin({})
        opened.plan(PLAN, Limits())
        for planned in PLAN:
            opened.put(planned.name, Record(outcome="pass", message=planned.name))
        moved = [
            Planned(name="c", file="/x/c.py", line=3, theme="t"),
            Planned(name="a", tags=("y", "z")),
            Planned(name="new"),
        ]
        assert [each.name for each in opened.plan(moved, Limits())] == ["new"]
        assert [each.tags for each in opened.planned()] == [(), ("y", "z"), ()]
    summary = gc.read_run(path).summary
    assert list(summary["case"]) == ["c", "a", "new"]
    assert list(summary["message"]) == ["c", "a", ""]
    assert list(summary["line"]) == [3, 0, 0]


def test_cases_made_in_memory_are_asked_for_again(store: Path) -> None:
    """A run of cases without files goes on only with the cases at hand, and says so."""
    with pytest.raises(CaseError, match="2 of its cases were made in memory, such as 'sine'; hand"):
        gc.resume(store, workers=0)
    assert gc.resume(store, [SINE, WRONG], workers=0).counts == {"fail": 1, "pass": 1}


def test_any_text_can_be_stored(tmp_path: Path) -> None:
    """Names, tags, paths and messages may hold anything, halves of surrogates and NUL included."""
    path = tmp_path / "store.sqlite"
    odd = "\udcff\0'\"--;<b>\u3042\x1b[31m"
    planned = Planned(name=odd, file=f"/x/{odd}.py", theme=odd, tags=(odd, "t"), source="s")
    cause = Cause(code="sign", certainty="A", message=odd)
    with Store.create(path, Settings(), {"paths": [odd]}) as opened:
        opened.begin({})
        assert opened.plan([planned], Limits()) == [planned]
        opened.put(odd, Record(outcome="fail", message=odd, findings=(cause,)))
        assert opened.plan([planned], Limits()) == []
    run = gc.read_run(path)
    spelt = odd.replace("\udcff", "\\udcff")
    assert list(run.summary["case"]) == list(run.summary["message"]) == [spelt]
    assert list(run.findings["message"]) == [spelt]
    assert [row["theme"] for row in run.records()] == [spelt]


# --- the same whoever works ----------------------------------------------------------------------


@pytest.mark.slow
def test_rows_do_not_depend_on_the_workers_or_the_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker, one and two, and one case at a time, store the same rows in the same order."""
    write_cases(tmp_path / "cases", 8, per_file=4)
    options: dict[str, Any] = {
        "points": 2, "seed": 7, "tables": "all", "steps": (1e-2, 1e-4), "stencils": [gc.CENTRAL],
    }  # fmt: skip
    found = []
    for number, (workers, most) in enumerate([(0, 400), (1, 400), (2, 400), (2, 1)]):
        monkeypatch.setattr("gradcheck.batch.scheduling.MOST", most)
        store = tmp_path / f"{number}.sqlite"
        gc.run(tmp_path / "cases", store, workers=workers, **options)
        found.append(stored(store))
    assert len(found[0]["examined"]) == len(found[0]["error_table"]) == 8
    assert found == [found[0]] * 4
