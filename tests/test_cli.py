"""The command line: what goes where, and what the exit code says."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import gradcheck
from gradcheck.cli import ExitCode, cli

CASES = """\
import numpy as np
import gradcheck

sine = gradcheck.Case("sine", f=np.sin, df=np.cos, points=[0.7, 1.1], tags=["smooth"])
log = gradcheck.Case("log <b>[red]x", f=np.log, df=lambda x: 1 / x, points=[0.5],
                     domain="(0, inf)", source="\\x1b[31m a textbook")
"""
BAD_CASE = """\
import numpy as np
import gradcheck

forgetful = gradcheck.Case("forgetful", f=lambda x: None, df=np.cos, points=[0.7])
"""


@pytest.fixture
def cases(tmp_path: Path) -> str:
    """Make a folder with two good cases."""
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "good.py").write_text(CASES)
    return str(folder)


@pytest.fixture
def mixed(cases: str) -> str:
    """Add a case that cannot be evaluated."""
    (Path(cases) / "bad.py").write_text(BAD_CASE)
    return cases


def run(*arguments: str, env: dict[str, str | None] | None = None) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli, list(arguments), env=env)


def run_fresh(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "gradcheck", *arguments],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
    )


def test_the_version_is_told() -> None:
    """`--version` gives name and number."""
    assert run("--version").stdout == f"gradcheck {gradcheck.__version__}\n"


@pytest.mark.parametrize("command", ["check", "list", "run", "sweep", "report"])
def test_every_command_is_explained_with_an_example(command: str) -> None:
    """Help begins with a sentence that shows a call, and each option has a line of its own."""
    result = run(command, "--help")
    described = cli.commands[command]

    assert result.exit_code == ExitCode.OK
    assert f"e.g. gradcheck {command}" in " ".join(result.stdout.split())
    assert all(
        getattr(parameter, "help", "?")
        for parameter in described.params
        if parameter.param_type_name == "option"
    )


def test_only_commands_that_exist_are_listed() -> None:
    """There are no stubs."""
    assert sorted(cli.commands) == [
        "check",
        "compare",
        "explain",
        "export",
        "lesson",
        "list",
        "report",
        "run",
        "sweep",
    ]


def test_cases_are_listed(cases: str) -> None:
    """The table goes to stdout, and nothing to stderr."""
    result = run("list", "--path", cases)

    assert result.exit_code == ExitCode.OK
    assert "sine" in result.stdout
    assert result.stdout.endswith("2 cases\n")
    assert result.stderr == ""


def test_the_built_in_cases_are_listed_by_pattern_and_tag() -> None:
    """Patterns and tags select together."""
    result = run("list", "sig*", "--tag", "activation", "--json")

    names = [row["case"] for row in json.loads(result.stdout)]
    assert "sigmoid" in names
    assert all(name.startswith("sig") for name in names)


def test_an_unknown_name_suggests_a_near_one(cases: str) -> None:
    """The message is one line on stderr, and the code says that nothing was selected."""
    result = run("sweep", "sin", "--path", cases)

    assert result.exit_code == ExitCode.NOTHING_SELECTED
    assert result.stdout == ""
    assert result.stderr == "gradcheck: no case is called 'sin'; did you mean 'sine'?\n"


def test_a_sweep_shows_errors_and_summary(cases: str) -> None:
    """The table of h comes first, then what is to be learned from it."""
    result = run("sweep", "sine", "--path", cases, "--stencil", "central")

    assert result.exit_code == ExitCode.OK
    assert "sine at point 0 (x = 0.7)" in result.stdout
    assert "convergent" in result.stdout
    assert result.stderr == "gradcheck: point 0 of 2 is shown; --point K shows another\n"


def test_quiet_leaves_the_data_only(cases: str) -> None:
    """With -q nothing is said on stderr."""
    result = run("sweep", "sine", "--path", cases, "--stencil", "central", "-q")

    assert result.stderr == ""
    assert "convergent" in result.stdout


def test_a_point_can_be_chosen(cases: str) -> None:
    """Only that point is shown and summarised."""
    result = run("sweep", "sine", "--path", cases, "--stencil", "central", "--point", "1")

    assert "sine at point 1 (x = 1.1)" in result.stdout
    assert "0.7" not in result.stdout
    assert result.stderr == ""


def test_a_point_that_is_not_there_is_refused(cases: str) -> None:
    """The message tells the last one."""
    result = run("sweep", "sine", "--path", cases, "--point", "2")

    assert result.exit_code == ExitCode.NOTHING_SELECTED
    assert result.stderr == "gradcheck: sine: there is no point 2; the last one is 1\n"


def test_a_case_is_found_by_file_and_name(cases: str) -> None:
    """`file.py::name` needs no --path."""
    result = run("sweep", f"{cases}/good.py::sine", "--stencil", "central", "--rows", "summary")

    assert result.exit_code == ExitCode.OK
    assert result.stdout.startswith("sine\n")


def test_a_case_file_that_is_not_there_is_wrong_usage() -> None:
    """The message names the file."""
    result = run("sweep", "nowhere.py::sine")

    assert result.exit_code == ExitCode.USAGE
    assert "no such case file: nowhere.py" in result.stderr


def test_steps_are_used_literally(cases: str) -> None:
    """The error table has the listed steps and no others."""
    result = run("sweep", "sine", "--path", cases, "--steps", "1e-1,1e-2", "--csv",
                 "--stencil", "forward", "--point", "0")  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(result.stdout)))

    assert [row["h"] for row in rows] == ["0.1", "0.01"]
    assert float(rows[0]["numeric"]) == pytest.approx(0.7648 - 0.0322 - 0.0013, abs=1e-3)


def test_offsets_make_a_stencil(cases: str) -> None:
    """A formula is given by name or by its offsets."""
    result = run("sweep", "sine", "--path", cases, "--stencil=-2,0,5", "--csv")
    (name,) = {row["stencil"] for row in csv.DictReader(io.StringIO(result.stdout))}

    assert name == "stencil(-2, 0, 5)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--stencil", "centra"], "no stencil is called 'centra'; did you mean 'central'?"),
        (["--stencil", "1,1"], "offsets must differ"),
        (["--steps", "1e-1,x"], "steps are numbers with commas between, such as 1e-1,1e-2"),
        (["--steps", "0.1,0"], "steps must be positive finite numbers"),
        (["--steps", ""], "steps must be positive finite numbers"),
        (["--json", "--csv"], "--json and --csv exclude each other"),
        (["--rows", "some"], "'some' is not one of"),
        (["--point", "-1"], "-1 is not in the range"),
        (["--path", "nowhere"], "Path 'nowhere' does not exist"),
        (["--nonsense"], "No such option"),
    ],
)
def test_wrong_usage_is_one_line_and_code_4(cases: str, arguments: list[str], message: str) -> None:
    """What cannot be meant is refused with a reason, and without a traceback."""
    result = run("sweep", "sine", "--path", cases, *arguments)

    assert result.exit_code == ExitCode.USAGE
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.startswith("gradcheck: ")
    assert result.stderr.count("\n") == 1


def test_a_missing_name_and_an_unknown_command_are_wrong_usage() -> None:
    """The code 2 of click means interrupted here, so it is not used."""
    assert run("sweep").exit_code == ExitCode.USAGE
    assert run("swep").exit_code == ExitCode.USAGE


def test_the_json_of_a_sweep_has_every_row(cases: str) -> None:
    """JSON carries full precision, and null where there is no number."""
    result = run("sweep", "log*", "--path", cases, "--stencil", "central", "--json")
    data = json.loads(result.stdout, parse_constant=pytest.fail)
    outside = [row for row in data["rows"] if row["status"] == "outside-domain"]

    assert len(data["rows"]) == 65
    assert outside[0]["numeric"] is None
    assert {row["case"] for row in data["rows"]} == {"log <b>[red]x"}
    assert data["convergence"][0]["stencil"] == "central"


def test_one_bad_case_does_not_stop_the_others(mixed: str) -> None:
    """It is named on stderr, the others are shown, and the code says that something failed."""
    result = run("sweep", "*", "--path", mixed, "--stencil", "central", "--rows", "summary", "-q")

    assert result.exit_code == ExitCode.FAILED
    assert "sine" in result.stdout
    assert result.stderr.startswith("gradcheck: forgetful: f must return a number")
    assert result.stderr.count("\n") == 1


def test_a_broken_case_file_is_named_and_the_others_are_loaded(cases: str) -> None:
    """The problem names file and line."""
    broken = Path(cases) / "broken.py"
    broken.write_text("x = (\n")
    result = run("list", "--path", cases)

    assert result.exit_code == ExitCode.FAILED
    assert result.stderr.startswith(f"gradcheck: {broken}:1: not valid Python")
    assert "sine" in result.stdout


def test_nothing_but_broken_files_is_nothing_selected(tmp_path: Path) -> None:
    """There is no case to go on with."""
    (tmp_path / "broken.py").write_text("x = (\n")
    result = run("list", "--path", str(tmp_path))

    assert result.exit_code == ExitCode.NOTHING_SELECTED
    assert result.stdout == ""


def test_names_and_sources_cannot_steer_the_terminal(cases: str) -> None:
    """Markup is shown, and control characters never reach the terminal raw."""
    listed = run("list", "--path", cases)
    swept = run("sweep", "log*", "--path", cases, "--stencil", "central")
    wrong = run("list", "--path", cases, "\x1b[31m")

    assert "log <b>[red]x" in listed.stdout
    assert "log <b>[red]x" in swept.stdout
    assert "\x1b" not in listed.output + swept.output + wrong.output
    assert "\\x1b[31m" in wrong.stderr


def test_a_problem_inside_gradcheck_is_code_3(cases: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one line, with the way to see more."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("gradcheck.behaviour.sweep.sweep", fail)
    result = run("sweep", "sine", "--path", cases)

    assert result.exit_code == ExitCode.INTERNAL_ERROR
    assert result.stderr.startswith("gradcheck: internal error: ZeroDivisionError: of all things;")


def test_an_interruption_is_code_2(cases: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends the command without a traceback."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gradcheck.behaviour.sweep.sweep", interrupt)
    result = run("sweep", "sine", "--path", cases)

    assert result.exit_code == ExitCode.INTERRUPTED
    assert result.stderr.strip() == "gradcheck: interrupted"


def test_a_report_is_written(cases: str, tmp_path: Path) -> None:
    """Stdout counts the verdicts and names the page to open; progress goes to stderr."""
    out = tmp_path / "out"
    result = run("report", "--path", cases, "--out", str(out))

    assert result.exit_code == ExitCode.OK, result.stderr
    assert result.stdout.splitlines() == ["2 cases, 2 pass", str(out / "index.html")]
    assert (out / "index.html").is_file()
    assert "gradcheck: " in result.stderr


def test_the_path_of_a_report_is_one_line(
    cases: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However narrow the terminal is, so that it can be copied and piped."""
    monkeypatch.setenv("COLUMNS", "20")
    result = run("report", "--path", cases, "--out", str(tmp_path / "out"), "-q")

    assert str(tmp_path / "out" / "index.html") == result.stdout.splitlines()[-1]


def test_the_facts_of_a_report_come_as_json(mixed: str, tmp_path: Path) -> None:
    """A case that cannot be evaluated is a problem with its reason, and the code says so."""
    result = run("report", "--path", mixed, "--out", str(tmp_path / "out"), "--json", "-q")
    facts: dict[str, Any] = json.loads(result.stdout)

    assert result.exit_code == ExitCode.FAILED
    assert "forgetful" in facts["problems"][0]
    assert ["error", "pass", "pass"] == [row["verdict"] for row in facts["verdicts"]]
    assert "forgetful" in result.stderr
    assert Path(facts["index"]).is_file()
    assert any(row["case"] == "sine" for row in facts["summary"])


def test_an_unknown_definition_is_wrong_usage(tmp_path: Path) -> None:
    """The message names what was asked for."""
    result = run("report", "nowhere", "--out", str(tmp_path / "out"))

    assert result.exit_code == ExitCode.USAGE
    assert "nowhere" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_data_and_messages_go_different_ways_in_a_real_process(cases: str) -> None:
    """A pipe gets plain text without escape codes, and exit codes are those of the process."""
    good = run_fresh("sweep", "sine", "--path", cases, "--stencil", "central")
    bad = run_fresh("sweep", "sin", "--path", cases)

    assert good.returncode == ExitCode.OK
    assert "convergent" in good.stdout
    assert "\x1b" not in good.stdout + good.stderr
    assert bad.returncode == ExitCode.NOTHING_SELECTED
    assert "Traceback" not in bad.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
@pytest.mark.parametrize(("no_color", "has_codes"), [("", True), ("1", False)])
def test_no_color_is_respected_on_a_terminal(cases: str, no_color: str, has_codes: object) -> None:
    """A terminal gets colours, unless NO_COLOR is set: then there is no escape code at all."""
    import pty

    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gradcheck", "list", "--path", cases],
        stdout=follower,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm-256color", "NO_COLOR": no_color},
    )
    os.close(follower)
    written = b""
    try:
        while chunk := os.read(leader, 4096):
            written += chunk
    except OSError:  # the other end is closed: that is how a terminal ends
        pass
    finally:
        os.close(leader)

    assert process.wait() == ExitCode.OK
    assert b"sine" in written
    assert has_codes is (b"\x1b" in written)


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    """A closed pipe, as with `| head`, ends the command quietly."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gradcheck", "list", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    message = process.stderr.read()
    process.stderr.close()

    assert process.wait() in (ExitCode.OK, ExitCode.FAILED)
    assert "Traceback" not in message
    assert "BrokenPipe" not in message


@pytest.mark.slow
def test_help_needs_no_numerical_library() -> None:
    """`gradcheck --help` imports neither numpy nor pandas nor rich."""
    program = (
        "import sys\n"
        "from gradcheck.cli import cli\n"
        "try:\n"
        "    cli(['--help'])\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\n"
        "loaded = {'numpy', 'pandas', 'rich', 'matplotlib'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


@pytest.mark.slow
def test_an_encoding_without_these_letters_is_no_error(cases: str) -> None:
    """On an ASCII terminal, other letters are written as escapes."""
    result = run_fresh("sweep", "sine", "--path", cases, "-q", PYTHONIOENCODING="ascii")

    assert result.returncode == ExitCode.OK
    assert "convergent" in result.stdout
