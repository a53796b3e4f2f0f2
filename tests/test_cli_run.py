"""The command `gradcheck run`: what it takes, what it writes, and what ends it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import gradcheck
from gradcheck.batch.plan import Planned
from gradcheck.batch.record import Record
from gradcheck.batch.settings import Limits, Settings
from gradcheck.batch.store import Store
from gradcheck.cli import ExitCode, cli
from gradcheck.commands.interruption import two_signals
from gradcheck.commands.progress import progress_on_stderr
from gradcheck.errors import StoreError
from gradcheck.output.run_text import Effort, counts_line, run_text

CASES = """\
import os
from pathlib import Path
import numpy as np
from gradcheck import Case

here = Path(__file__).parent
with (here / "pids").open("a") as file:
    file.write(f"{os.getpid()}\\n")


def leave(x):
    os._exit(3)


sine = Case("sine", f=np.sin, df=np.cos, points=[0.7], tags=["wave", "odd"])
half = Case("half <b>[red]", f=lambda x: x @ x, df=lambda x: x, points=[[1.0, 2.0]], tags=["odd"])
leaves = Case("leaves", f=leave, df=np.cos, points=[0.7])
kink = Case("kink", f=np.abs, df=np.sign, points=[0.0])
cosine = Case("cosine", f=np.cos, df=lambda x: -np.sin(x), points=[0.7], tags=["wave"])
"""
SLEEPY = """\
import os, signal, time
from pathlib import Path
import numpy as np
from gradcheck import Case

here = Path(__file__).parent


def sleepy(x):
    if (here / "asleep").exists():
        if (here / "deaf").exists():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (here / "pid.new").write_text(str(os.getpid()))
        (here / "pid.new").rename(here / "pid")
        time.sleep(600)
    return np.sin(x)


cases = [Case(f"sine-{k}", f=np.sin, df=np.cos, points=[0.1 * k]) for k in range(1, 7)]
cases += [Case("sleepy", f=sleepy, df=np.cos, points=[0.7])]
"""
PATIENCE = 120.0
"""Seconds after which a test gives up."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a few cases of every kind."""
    (tmp_path / "mine.py").write_text(CASES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    """Run the command in this process, which never runs a case itself."""
    return CliRunner().invoke(cli, ["run", *arguments])


def outcomes(store: str = "results.sqlite") -> dict[str, str]:
    """Return what came of each case."""
    summary = gradcheck.read_run(store).summary
    return dict(zip(summary["case"], summary["outcome"].astype(object), strict=True))


def test_a_run_tells_what_did_not_pass(folder: Path) -> None:
    """The gravest comes first, with its finding; counts and further commands end it."""
    result = run("mine.py", "--workers", "1", "--tables", "none")
    lines = result.stdout.splitlines()

    assert result.exit_code == ExitCode.FAILED, result.stderr
    fail, crashed, inconclusive = (line for line in lines if line[:1] in {"✕", "?"})
    assert fail.split()[:4] == ["✕", "fail", "half", "<b>[red]"]
    assert "factor: df is " in fail
    assert crashed.split()[:3] == ["✕", "crashed", "leaves"]
    assert "exit code 3" in crashed
    assert inconclusive.split()[:3] == ["?", "inconclusive", "kink"]
    assert "5 cases: 2 passed, 1 failed, 1 crashed, 1 inconclusive in " in result.stdout
    assert lines[-3:] == [
        "store: results.sqlite",
        "  gradcheck report --store results.sqlite",
        "  gradcheck explain 'mine.py::half <b>[red]'",
    ]
    assert result.stderr.startswith("gradcheck: 0/5\n")
    assert "5/5, 2 failed" in result.stderr
    pids = {int(line) for line in (folder / "pids").read_text().split()}
    assert os.getpid() not in pids


def test_the_facts_come_as_one_json_document(folder: Path) -> None:
    """Quietly, with settings, counts, and all about what did not pass."""
    chosen = ("mine.py::half*", "mine.py::kink", "--seed", "3", "--tables", "none")
    result = run(*chosen, "--json", "-q", "--workers", "1")
    facts: dict[str, Any] = json.loads(result.stdout, parse_constant=pytest.fail)

    assert result.exit_code == ExitCode.FAILED
    assert result.stderr == ""
    assert facts["schema"] == 1
    assert facts["counts"] == {"fail": 1, "inconclusive": 1}
    assert facts["settings"]["seed"] == 3
    assert facts["store"] == str(folder / "results.sqlite")
    assert [row["case"] for row in facts["rows"]] == ["half <b>[red]", "kink"]
    assert facts["rows"][0]["origin"] == f"{folder / 'mine.py'}:16"
    assert facts["rows"][0]["findings"][0]["code"].endswith("factor")
    assert "subgradient" in facts["rows"][1]["message"]


def test_what_failed_is_done_again_and_settings_are_kept(folder: Path) -> None:
    """Options that are written change a stored run; the others stay as they were."""
    chosen = ("-k", "sine or half", "-m", "odd")
    first = run("mine.py", *chosen, "--seed", "7", "--time-limit", "50", "--workers", "1", "-q")
    before = list(outcomes().values())
    again = run("--lf", "--atol", "100", "--workers", "1", "--tables", "none")
    after = gradcheck.read_run("results.sqlite")

    assert first.exit_code == ExitCode.FAILED
    assert before == ["pass", "fail"]
    assert again.exit_code == ExitCode.OK, again.output
    assert (after.settings.seed, after.settings.atol, after.settings.tables) == (7, 100.0, "none")
    assert [session["time_limit"] for session in after.sessions] == [50.0, 50.0]
    assert after.counts == {"pass": 2}
    assert {row["session"] for row in _sessions(folder)} == {2}  # other settings, other rows


def test_an_early_end_skips_the_rest_until_it_is_resumed(folder: Path) -> None:
    """What is skipped is no failure of its own, and what is done is not done twice."""
    stopped = run("mine.py", "-x", "--workers", "1", "--tables", "none")
    skipped = outcomes()
    resumed = run("--resume", "--workers", "1", "-q")

    assert stopped.exit_code == ExitCode.FAILED
    assert "5 cases: 1 passed, 1 failed, 3 skipped in " in stopped.stdout
    assert list(skipped.values()) == ["pass", "fail", "skipped", "skipped", "skipped"]
    assert resumed.exit_code == ExitCode.FAILED
    assert list(outcomes().values()) == ["pass", "fail", "crashed", "inconclusive", "pass"]
    assert "(2 of them before)" in " ".join(resumed.stdout.split())
    kinds = {row["case"]: row["session"] for row in _sessions(folder)}
    assert kinds == {"sine": 1, "half <b>[red]": 1, "leaves": 2, "kink": 2, "cosine": 2}


def test_inconclusive_fails_a_strict_run_only(folder: Path) -> None:
    """And `--lf --strict` does it again."""
    loose = run("mine.py::kink", "--workers", "1", "--resume", "-q", "--tables", "none")
    strict = run("--lf", "--strict", "--workers", "1", "-q")

    assert loose.exit_code == ExitCode.OK
    assert "1 case: 1 inconclusive in " in loose.stdout
    assert strict.exit_code == ExitCode.FAILED
    assert {row["session"] for row in _sessions(folder)} == {2}


def test_nothing_is_lost_by_asking_for_less(folder: Path) -> None:
    """A stored run goes on with what it was asked for, or with more."""
    run("mine.py", "-k", "sine", "--workers", "1", "-q")
    (folder / "more.py").write_text(CASES)
    less = run("mine.py::sine", "--resume")
    other = run("more.py", "--resume")
    more = run("mine.py", "-k", "sine", "--resume", "--workers", "1", "-q")

    assert less.exit_code == other.exit_code == ExitCode.USAGE
    assert "holds a run of other cases, whose rows would be lost" in less.stderr
    assert more.exit_code == ExitCode.OK
    assert outcomes() == {"sine": "pass", "cosine": "pass"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nowhere.py"], ExitCode.USAGE, "no such file or folder: nowhere.py"),
        (["sigmoid"], ExitCode.USAGE, "a built-in case is run by -k sigmoid"),
        (["mine.py", "-k", "a and"], ExitCode.USAGE, "'a and' is no expression: expected a word"),
        (["mine.py", "--workers", "0"], ExitCode.USAGE, "0 is not in the range x>=1"),
        (["mine.py", "--maxfail", "0"], ExitCode.USAGE, "0 is not in the range x>=1"),
        (["mine.py", "--time-limit", "0"], ExitCode.USAGE, "is not in the range"),
        (["mine.py", "--time-limit", "inf"], ExitCode.USAGE, "is not in the range"),
        (["mine.py", "--time-limit", "nan"], ExitCode.USAGE, "time_limit must be a positive"),
        (["mine.py", "--memory-limit", "two"], ExitCode.USAGE, "such as 2G; got 'two'"),
        (["mine.py", "--memory-limit", "9" * 400], ExitCode.USAGE, "such as 2G; got '999"),
        (["mine.py", "--memory-limit", "9999999T"], ExitCode.USAGE, "such as 2G; got '999"),
        (["mine.py", "--memory-limit", "0G"], ExitCode.USAGE, "such as 2G; got '0G'"),
        (["mine.py", "--points", "0"], ExitCode.USAGE, "0 is not in the range x>=1"),
        (["mine.py", "--seed", "-1"], ExitCode.USAGE, "seed must be a whole number of at least 0"),
        (["mine.py", "--rtol", "-1"], ExitCode.USAGE, "rtol must be a finite number"),
        (["mine.py", "--tables", "some"], ExitCode.USAGE, "'some' is not one of"),
        (["mine.py", "--directions", "8", "--all-entries"], ExitCode.USAGE, "exclude each other"),
        (["mine.py", "--dask", "nonsense://x"], ExitCode.USAGE, "nonsense://x"),
        (["mine.py", "--store", "mine.py"], ExitCode.USAGE, "there is such a file already; go on"),
        (["--resume", "--store", "mine.py"], ExitCode.USAGE, "no store of gradcheck"),
        (["--lf"], ExitCode.USAGE, "there is no such store"),
        (["mine.py", "--store", "no/where"], ExitCode.USAGE, "no/where"),
        (["empty", "-q"], ExitCode.NOTHING_SELECTED, "no case file"),
        (["mine.py::tan", "-q"], ExitCode.NOTHING_SELECTED, "no case is left to examine"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    folder: Path, arguments: list[str], code: ExitCode, message: str
) -> None:
    """In one line on stderr, and without a store."""
    (folder / "empty").mkdir()
    result = run(*arguments)

    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert message in result.stderr
    assert "internal error" not in result.stderr
    assert not (folder / "results.sqlite").exists()
    assert (folder / "mine.py").read_text() == CASES


def test_a_cluster_needs_its_library(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how to get it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = run("mine.py", "--dask", "tcp://127.0.0.1:8786")

    assert result.exit_code == ExitCode.USAGE
    assert "gradcheck[dask]" in result.stderr
    assert not (folder / "results.sqlite").exists()


def stored(folder: Path, records: dict[str, Record]) -> gradcheck.Run:
    """Store what came of cases that nobody ran."""
    path = folder / "made.sqlite"
    with Store.create(path, Settings(), {}) as store:
        store.begin({})
        store.plan([Planned(name=name) for name in records], Limits())
        for name, record in records.items():
            store.put(name, record)
        store.end("finished")
    return gradcheck.read_run(path)


def shown(stored_run: gradcheck.Run, width: int) -> str:
    """Return what a terminal of some width shows of a run."""
    from rich.console import Console

    terminal = Console(width=width, color_system=None)
    with terminal.capture() as capture:
        terminal.print(run_text(stored_run, Effort(seconds=754.0)))
    return capture.get()


@pytest.mark.parametrize("width", [30, 80, 200])
def test_a_long_list_is_cut_and_counted(tmp_path: Path, width: int) -> None:
    """Twenty rows are shown, the gravest first; nothing in them steers a terminal."""
    records = {f"wrong \x1b[31m{k}": Record(outcome="error", message="\x1b]0;x\x07" * 99)
               for k in range(30)}  # fmt: skip
    records |= {"late": Record(outcome="timed-out", message="too slow", seconds=61.5)}
    records |= {"fine": Record(outcome="pass"), "quick": Record(outcome="pass", seconds=0.1)}
    text = shown(stored(tmp_path, records), width)
    words = " ".join(text.split())

    assert "\x1b" not in text
    assert "\x07" not in text
    assert text.count("! error") == 19
    assert words.index("timed-out") < words.index("! error")
    assert "and 11 more that did not pass" in words
    assert "slowest: late 1 min 02 s" in words
    assert "33 cases: 2 passed, 1 timed-out, 30 errors in 12 min 34 s" in words
    assert max(map(len, text.splitlines())) <= width


def test_a_run_that_passes_is_one_line(tmp_path: Path) -> None:
    """There is nothing else to say."""
    one = stored(tmp_path, {"fine": Record(outcome="pass")})

    assert shown(one, 80) == "1 case: 1 passed in 12 min 34 s\n"
    assert counts_line(one, Effort(seconds=0.5, before=1)) == (
        "1 case: 1 passed in 0.50 s (1 of them before)"
    )


def test_progress_is_a_line_a_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    """Elsewhere than on a terminal; names cannot steer it, and quiet means quiet."""
    for quiet in (False, True):
        with progress_on_stderr(quiet=quiet) as progress:
            progress(0, 0, "looking")
            for done in range(1001):
                progress(done, 1000, "\x1b[31mname", done // 100)
    lines = capsys.readouterr().err.splitlines()

    assert len(lines) == 11
    assert lines[0] == "gradcheck: 0/1000 \\x1b[31mname"
    assert lines[5] == "gradcheck: 500/1000, 5 failed \\x1b[31mname"


def test_a_long_silence_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing ends for a while, the last line comes again."""
    written = ""
    with progress_on_stderr(quiet=False, every=0.01) as progress:
        progress(1, 100, "long")

        def said_twice() -> bool:
            nonlocal written
            written += capsys.readouterr().err
            return written.count("gradcheck: 1/100 long\n") > 1

        wait_for(said_twice)


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a run in a process of its own, and wait until a case sleeps in it."""
    (folder / "sleepy.py").write_text(SLEEPY)
    (folder / "asleep").touch()
    command = ["run", "sleepy.py", "--workers", "1", "--time-limit", "300"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch, subprocess.Popen(
        [sys.executable, "-m", "gradcheck", *command],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": scratch},
    ) as process:  # fmt: skip
        try:
            wait_for(lambda: (folder / "pid").exists() or process.poll() is not None)
            yield process
        finally:
            process.kill()


linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_interrupts(number: signal.Signals) -> None:
    """Either of them; afterwards both mean what they meant before."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt), two_signals():
        signal.raise_signal(number)
    assert before == (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))


@pytest.mark.parametrize(
    ("text", "size"),
    [("100", 100), ("2G", 2 << 30), ("1.5 kB", 1536), ("500mib", 500 << 20), ("1T", 1 << 40)],
)
def test_a_size_is_read_as_people_write_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, size: int
) -> None:
    """It becomes bytes."""
    limits: list[int] = []

    def note(*_: object, memory_limit: int, **__: object) -> None:
        limits.append(memory_limit)
        raise StoreError("that is all")

    monkeypatch.setattr("gradcheck.batch.run.run", note)
    result = run("mine.py", "--memory-limit", text, "--store", str(folder / "x.sqlite"))

    assert limits == [size]
    assert result.exit_code == ExitCode.USAGE


@linux
@pytest.mark.slow
def test_an_interrupted_run_can_be_resumed(folder: Path) -> None:
    """The store is valid, no child stays behind, and after `--resume` the rows are all there."""
    with started(folder) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    pid = int((folder / "pid").read_text())
    wait_for(lambda: not is_alive(pid))
    half = outcomes()
    (folder / "asleep").unlink()
    resumed = run("--resume", "--workers", "1", "-q")
    whole = run("sleepy.py", "--store", "whole.sqlite", "--workers", "1", "-q")

    assert process.returncode == ExitCode.INTERRUPTED, err
    assert "go on with: gradcheck run --resume --store results.sqlite" in err
    assert "Traceback" not in err
    assert "1 not run" in out
    assert list(half.values())[:6] == ["pass"] * 6
    assert resumed.exit_code == whole.exit_code == ExitCode.OK
    assert "(6 of them before)" in " ".join(resumed.stdout.split())
    here, there = (gradcheck.read_run(name).summary.drop(columns="seconds")
                   for name in ("results.sqlite", "whole.sqlite"))  # fmt: skip
    assert here.equals(there)


@linux
@pytest.mark.slow
def test_a_second_interruption_ends_at_once(folder: Path) -> None:
    """Even where a child does not want to end; none stays behind, and the store is valid."""
    (folder / "deaf").touch()
    with started(folder) as process:
        pid = int((folder / "pid").read_text())

        def ended() -> bool:
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGINT)
            return process.poll() is not None

        wait_for(ended)
        _, err = process.communicate(timeout=PATIENCE)
    wait_for(lambda: not is_alive(pid))

    assert process.returncode == ExitCode.INTERRUPTED, err
    assert "go on with" not in err
    assert list(outcomes().values())[:6] == ["pass"] * 6


@linux
@pytest.mark.slow
def test_a_terminal_sees_a_bar_with_the_failures(folder: Path) -> None:
    """However narrow it is, with the current name beside."""
    import fcntl
    import pty
    import struct
    import termios

    command = ["run", "mine.py", "-k", "sine or half", "--workers", "1", "--tables", "none"]
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 70, 0, 0))
    written = b""
    with subprocess.Popen(
        [sys.executable, "-m", "gradcheck", *command],
        cwd=folder, stdout=subprocess.PIPE, stderr=follower, text=True,
        env={**os.environ, "TERM": "xterm-256color"},
    ) as process:  # fmt: skip
        os.close(follower)
        try:
            while chunk := os.read(leader, 4096):
                written += chunk
        except OSError:  # the other end is closed: that is how a terminal ends
            pass
        finally:
            os.close(leader)
        out, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == ExitCode.FAILED
    assert b"looking for cases" in written
    assert b"3/3" in written
    assert b"failed" in written
    assert "\x1b" not in out


def _sessions(folder: Path) -> list[dict[str, Any]]:
    """Return in which session each case was done."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(folder / "results.sqlite")) as connection:
        rows = connection.execute(
            "SELECT name, session FROM planned JOIN examined USING (id) ORDER BY position"
        ).fetchall()
    return [{"case": name, "session": session} for name, session in rows]
