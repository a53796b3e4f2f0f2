"""Comparing two runs: every kind of change is found, and nothing else is."""

import json
import subprocess
import sys
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import gradcheck as gc
from gradcheck.batch.comparing import COLUMNS, KINDS
from gradcheck.batch.plan import Planned
from gradcheck.batch.record import CRASHED, ERROR, FAILURES, OUTCOMES, SKIPPED, Cause, Record
from gradcheck.batch.settings import Limits, Settings
from gradcheck.batch.store import Store
from gradcheck.cli import cli

BEFORE = """\
import numpy as np
from gradcheck import Case

breaks = Case("breaks", f=np.sin, df=np.cos, points=[0.7, 1.1])
mended = Case("mended", f=np.sin, df=lambda x: -np.cos(x), points=[0.7, 1.1])
lost = Case("lost", f=np.sin, df=lambda x: -np.cos(x), points=[0.7, 1.1])
other = Case("other", f=np.sin, df=lambda x: -np.cos(x), points=[0.7, 1.1])
coarser = Case("coarser", f=np.sin, df=lambda x: np.cos(x) * (1 + 1e-6), points=[0.7, 1.1])
slightly = Case("slightly", f=np.sin, df=lambda x: np.cos(x) * (1 + 1e-6), points=[0.7, 1.1])
gone = Case("gone", f=np.sin, df=np.cos, points=[0.7])
stays = Case("stays", f=np.sin, df=lambda x: 2 * np.cos(x), points=[0.7, 1.1])
"""
AFTER = """\
import numpy as np
from gradcheck import Case

breaks = Case("breaks", f=np.sin, df=lambda x: -np.cos(x), points=[0.7, 1.1])
mended = Case("mended", f=np.sin, df=np.cos, points=[0.7, 1.1])
lost = Case("lost", f=np.sin, df=lambda x: -np.cos(x))
other = Case("other", f=np.sin, df=lambda x: 2 * np.cos(x), points=[0.7, 1.1])
coarser = Case("coarser", f=np.sin, df=lambda x: np.cos(x) * (1 + 2e-5), points=[0.7, 1.1])
slightly = Case("slightly", f=np.sin, df=lambda x: np.cos(x) * (1 + 9e-6), points=[0.7, 1.1])
stays = Case("stays", f=np.sin, df=lambda x: 2 * np.cos(x), points=[0.7, 1.1])
joins = Case("joins", f=np.sin, df=np.cos, points=[0.7])
wrong = Case("wrong", f=np.sin, df=np.sin, points=[0.7])
"""
EXPECTED = {
    "breaks": "newly failing",
    "wrong": "newly failing",
    "lost": "changed outcome",
    "other": "changed diagnosis",
    "coarser": "error grown",
    "gone": "missing",
    "mended": "newly passing",
    "joins": "new",
}
UNSTEADY = """\
import numpy as np
from gradcheck import Case

generator = np.random.default_rng(0)


def bits(x):
    return float(np.sum(np.sin(1e7 * x * np.arange(1, 5))))


quiet = Case("quiet", f=lambda x: np.sin(x) + 1e-9 * bits(x), df=np.cos, points=[0.3])
loud = Case("loud", f=lambda x: np.sin(x) + 1e-3 * bits(x), df=np.cos, points=[0.3])
drawn = Case("drawn", f=lambda x: np.sin(x) + 1e-2 * generator.normal(), df=np.cos, points=[0.3])
single = Case("single", f=lambda x: float(np.float32(np.sin(x))), df=np.cos, points=[0.3, 0.7])
zero = Case("zero", f=lambda x: 0.0 * x, df=lambda x: 0.0 * x, points=[0.3])
nan = Case("nan", f=np.sin, df=lambda x: np.nan * x, points=[0.3])
wide = Case("wide", f=lambda x: float(np.sum(np.sin(x))), df=np.cos, points=[np.linspace(0, 1, 12)])
wrong = Case("wrong", f=lambda x: float(x @ x), df=lambda x: x, points=[np.linspace(0, 1, 12)])
"""
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "=1+1",
    "a\x1b[31m\x00\rb\nc\x85d\u2028e\u202ef",
    "微分の誤差 ∂f/∂x",
    '"]]>--><style>{{ 7 * 7 }}',
    "long " + "x" * 20_000,
)


def stored(
    path: Path, records: Mapping[str, Record | None], settings: Settings | None = None
) -> gc.Run:
    """Write a store with these records; None is a case that was not reached."""
    with Store.create(path, settings or Settings(), {}) as store:
        store.begin({"numpy": "2.0.0"})
        store.plan([Planned(name=name) for name in records], Limits())
        for name, record in records.items():
            if record is not None:
                store.put(name, record)
        store.end("finished")
    return gc.read_run(path)


def kinds(comparison: gc.Comparison) -> dict[str, str]:
    """Return the kind of change of each case that has changed."""
    return dict(zip(comparison.changes["case"], comparison.changes["kind"], strict=True))


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Run a case file, edit it, run it again; return both stores."""
    folder = tmp_path_factory.mktemp("edited")
    file = folder / "mine.py"
    for name, text in (("before", BEFORE), ("after", AFTER)):
        file.write_text(text)
        gc.run(file, folder / f"{name}.sqlite", workers=0, rtol=1e-3, tables="none")
    return folder / "before.sqlite", folder / "after.sqlite"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> gc.Comparison:
    """Compare runs whose names are hostile, each name with a change of another kind."""
    folder = tmp_path_factory.mktemp("hostile")
    good = Record(outcome="pass", error=0.0, noise=1e-9)
    bad = Record(
        outcome="fail",
        findings=tuple(Cause(code=name, certainty="A", message="") for name in HOSTILE),
    )
    grown = Record(outcome="pass", error=float("inf"), noise=1e-9)
    before = dict(zip(HOSTILE, (good, bad, bad, good, good, good), strict=True))
    after = dict(zip(HOSTILE, (bad, good, Record(outcome="fail"), grown, None, bad), strict=True))
    return gc.compare(
        stored(folder / "<b>old.sqlite", before), stored(folder / "new.sqlite", after)
    )


def test_every_kind_of_change_is_found(edited: tuple[Path, Path]) -> None:
    """After an edit of the case file, each case has the change that was made, and no other."""
    comparison = gc.compare(*edited)

    assert kinds(comparison) == EXPECTED
    assert comparison.unchanged == 2
    assert set(EXPECTED.values()) == set(KINDS)
    assert not comparison


def test_each_kind_of_change_has_its_own_table(edited: tuple[Path, Path]) -> None:
    """The attributes of a comparison part its changes."""
    comparison = gc.compare(*edited)
    parts = (
        comparison.newly_failing, comparison.changed_outcome, comparison.changed_diagnosis,
        comparison.error_grown, comparison.missing, comparison.newly_passing, comparison.added,
    )  # fmt: skip

    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), comparison.changes)
    assert comparison.counts == {
        "newly failing": 2, "changed outcome": 1, "changed diagnosis": 1, "error grown": 1,
        "missing": 1, "newly passing": 1, "new": 1,
    }  # fmt: skip


def test_a_change_says_what_was_and_what_is(edited: tuple[Path, Path]) -> None:
    """A row has outcomes, findings, errors and the place, and whether the file was edited."""
    changes = gc.compare(*edited).changes.set_index("case")

    assert [changes.index.name, *changes.columns] == list(COLUMNS)
    row = changes.loc["other"]
    assert (row["old_outcome"], row["new_outcome"]) == ("fail", "fail")
    assert (row["old_findings"], row["new_findings"]) == ("sign", "place")
    assert row["old_error"] == pytest.approx(2.0)
    assert row["new_error"] == pytest.approx(1.0)
    assert (Path(row["file"]).name, row["line"], row["edited"]) == ("mine.py", 7, True)
    missing = changes.isna()
    assert missing.loc["gone", "new_outcome"]
    assert missing.loc["joins", "edited"]


def test_the_other_way_round_every_change_is_turned(edited: tuple[Path, Path]) -> None:
    """What fails newly passes newly from the other side, and what is new is missing."""
    found = kinds(gc.compare(*reversed(edited)))

    assert found == {
        "mended": "newly failing", "lost": "changed outcome", "other": "changed diagnosis",
        "joins": "missing", "wrong": "missing", "breaks": "newly passing", "gone": "new",
    }  # fmt: skip


def kind_of(before: str | None, after: str | None) -> str:
    """Return the kind of change from one outcome to another; "" for none."""
    if before == after:
        return ""
    if after in FAILURES and before not in FAILURES:
        return "newly failing"
    return "newly passing" if after == "pass" else "changed outcome"


def test_each_pair_of_outcomes_is_one_kind_of_change(tmp_path: Path) -> None:
    """A case fails newly if it did not fail; passes newly if it did not pass; or just changed."""
    words = (*OUTCOMES, None)
    pairs = {f"{before} {after}": (before, after) for before in words for after in words}
    runs = [
        stored(
            tmp_path / f"{side}",
            {
                name: Record(outcome=pair[side] or "") if pair[side] else None
                for name, pair in pairs.items()
            },
        )
        for side in (0, 1)
    ]
    expected = {name: kind_of(*pair) for name, pair in pairs.items()}

    assert kinds(gc.compare(*runs)) == {name: kind for name, kind in expected.items() if kind}


@pytest.mark.parametrize(
    ("old", "new", "grown"),
    [
        ((1e-6, 1e-9), (1.1e-5, 1e-9), True),
        ((1e-6, 1e-9), (0.9e-5, 1e-9), False),
        ((1e-16, 1e-9), (0.9e-8, 1e-9), False),  # below the error bars
        ((1e-16, 1e-12), (1e-8, 1e-9 * 2), False),  # the new bars are wider
        ((1e-16, 1e-8), (0.9e-7, 1e-12), False),  # the old bars were wider
        ((0.0, 0.0), (1e-300, 0.0), True),
        ((1e-6, 1e-9), (np.inf, 1e-9), True),
        ((np.inf, 1e-9), (np.inf, 1e-9), False),
        ((1e-6, np.inf), (1.0, 1e-9), False),
        ((np.nan, np.nan), (1.0, 1e-9), False),
        ((1e-6, 1e-9), (np.nan, np.nan), False),
    ],
)
def test_an_error_has_grown_if_it_is_beyond_ten_times_error_and_bars(
    old: tuple[float, float],
    new: tuple[float, float],
    grown: bool,  # noqa: FBT001  (a column of the table)
    tmp_path: Path,
) -> None:
    """Error bars decide what is no change; infinities and missing numbers raise no alarm."""
    runs = [
        stored(tmp_path / f"{number}", {"a": Record(outcome="pass", error=error, noise=noise)})
        for number, (error, noise) in enumerate((old, new))
    ]

    assert kinds(gc.compare(*runs)) == ({"a": "error grown"} if grown else {})


def test_the_order_of_findings_is_no_change(tmp_path: Path) -> None:
    """The same codes in another order are the same diagnosis."""
    causes = [Cause(code=code, certainty="B", message="") for code in ("abs", "square")]
    runs = [
        stored(tmp_path / name, {"a": Record(outcome="fail", findings=tuple(each))})
        for name, each in (("old", causes), ("new", causes[::-1]))
    ]

    assert kinds(gc.compare(*runs)) == {}


def test_a_crash_instead_of_an_error_is_a_changed_outcome(tmp_path: Path) -> None:
    """A case that fails in both runs in different ways does not fail newly."""
    runs = [
        stored(tmp_path / name, {"a": Record(outcome=outcome)})
        for name, outcome in (("old", ERROR), ("new", CRASHED))
    ]
    comparison = gc.compare(*runs)

    assert (bool(comparison), kinds(comparison)) == (True, {"a": "changed outcome"})


@pytest.fixture(scope="module")
def unsteady(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, gc.Run]:
    """Return a file of cases that are hard to repeat, and a run of them."""
    file = tmp_path_factory.mktemp("unsteady") / "unsteady.py"
    file.write_text(UNSTEADY)
    return file, gc.run(file, file.with_suffix(".sqlite"), workers=0, tables="none")


def test_unsteady_cases_do_not_differ_from_themselves(
    unsteady: tuple[Path, gc.Run], tmp_path: Path
) -> None:
    """Noise, single precision, random directions and NaN make no difference between two runs."""
    file, whole = unsteady
    runs = [
        whole,
        *(
            gc.run(
                file,
                tmp_path / f"{number}.sqlite",
                workers=workers,
                directions=directions,
                seed=seed,
                tables="none",
            )
            for number, (workers, directions, seed) in enumerate(
                [(1, None, 0), (0, 3, 0), (0, 3, 1)]
            )
        ),
    ]

    assert len(runs[0]) == 8
    assert {"pass", "fail", "inconclusive"} <= set(runs[0].counts)
    for old, new in ((0, 1), (2, 3)):
        comparison = gc.compare(runs[old], runs[new])
        assert kinds(comparison) == {}
        assert comparison.unchanged == 8


@pytest.mark.slow
def test_the_built_in_cases_do_not_differ_from_themselves(tmp_path: Path) -> None:
    """Two runs of built-in cases of all kinds with different workers have no change at all."""
    cases = list(gc.load_cases().values())[::8]
    runs = [
        gc.run(cases, tmp_path / f"{workers}.sqlite", workers=workers, tables="none")
        for workers in (0, 2)
    ]
    comparison = gc.compare(*runs)

    assert repr(comparison) == "<Comparison: no change>"
    assert comparison.unchanged == len(runs[0]) > 20
    assert comparison.settings == ()


@pytest.mark.slow
def test_a_run_that_was_killed_and_resumed_does_not_differ(
    unsteady: tuple[Path, gc.Run], tmp_path: Path
) -> None:
    """The store of a killed run, resumed, compares equal to that of an uninterrupted one."""
    file, whole = unsteady
    store = tmp_path / "killed.sqlite"
    kill = (
        "import os, signal, gradcheck as gc\n"
        "def progress(done, failed, total, name):\n"
        "    if done == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"gc.run({str(file)!r}, {str(store)!r}, workers=0, tables='none', progress=progress)"
    )
    killed = subprocess.run([sys.executable, "-c", kill], check=False)
    partial = gc.compare(store, whole)
    resumed = gc.compare(gc.resume(store, workers=0), whole)

    assert killed.returncode == -9
    assert set(partial.changes["old_outcome"]) == {"not run"}
    assert (kinds(resumed), resumed.unchanged) == ({}, 8)


def test_what_else_differs_is_said_in_words(tmp_path: Path) -> None:
    """Settings and versions that differ are named with both values; workers are no difference."""
    old = stored(tmp_path / "old", {}, Settings())
    new = stored(tmp_path / "new", {}, Settings(seed=3, points=5, rtol=1e-6, steps=(0.1, 0.01)))
    with Store.reopen(new.path) as store:
        store.begin({"numpy": "2.1.0", "python": "3.12.0", "workers": 7})

    assert gc.compare(old, new).settings == (
        "seed: 0 before, 3 now",
        "points of a case: its own before, 5 now",
        "rtol: as tight as f allows before, 1e-06 now",
        "steps: the default ones before, 2 from 0.1 to 0.01 now",
        "python: none before, none and 3.12.0 now",
        "numpy: 2.0.0 before, 2.0.0 and 2.1.0 now",
    )


def test_the_text_tells_the_gravest_first(edited: tuple[Path, Path]) -> None:
    """The text has a headline, both stores, and a line for each change under its kind."""
    lines = str(gc.compare(*edited)).splitlines()
    heads = [line.partition(" (")[0] for line in lines if line.endswith("):")]

    assert lines[0] == (
        "2 newly failing, 1 changed outcome, 1 changed diagnosis, 1 error grown, 1 missing, "
        "1 newly passing, 1 new, 2 unchanged"
    )
    assert heads == list(KINDS)
    assert any(line.startswith("  breaks  pass -> fail (sign)") for line in lines)
    assert any(line.startswith("  coarser  error 1.0e-06 -> 2.0e-05") for line in lines)
    assert any(line.startswith("  other  fail (sign) -> fail (place)") for line in lines)


def test_runs_without_a_change_say_so(edited: tuple[Path, Path]) -> None:
    """A run compared with itself is true, and its text is three lines."""
    comparison = gc.compare(edited[0], edited[0])

    assert comparison
    assert str(comparison).splitlines()[0] == "no change, 8 unchanged"
    assert len(str(comparison).splitlines()) == 3


def test_hostile_names_are_plain_text(hostile: gc.Comparison) -> None:
    """No name steers a terminal or breaks a line; a very long one is cut."""
    text = str(hostile)

    assert all(line.isprintable() for line in text.split("\n"))
    assert len(text) < 60_000
    assert "a\\x1b[31m\\x00\\rb\\nc\\x85d\\u2028e\\u202ef" in text


class Tags(HTMLParser):
    """Collect the tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and the names of its attributes."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def test_hostile_names_are_plain_text_in_html(hostile: gc.Comparison, tmp_path: Path) -> None:
    """Page and notebook block hold the names as text: no script, no image, no template."""
    page = hostile.to_html(tmp_path / "page.html").read_text(encoding="utf-8")

    for html in (page, hostile._repr_html_()):
        found = Tags(html)
        assert found.tags & {"script", "img", "iframe", "object", "form"} == set()
        assert not any(name.startswith("on") for name in found.attributes)
        assert "<script>alert(1)</script><img src=x onerror=alert(1)>" in found.text
        assert "{{ 7 * 7 }}" in found.text
        assert "微分の誤差 ∂f/∂x" in found.text
        assert "\x1b" not in html
        assert len(html) < 80_000


def test_the_page_needs_no_other_file(edited: tuple[Path, Path], tmp_path: Path) -> None:
    """Styles are inside the page; it links to nothing but its own parts."""
    page = gc.compare(*edited).to_html(tmp_path / "page.html").read_text(encoding="utf-8")

    assert "<style>" in page
    assert 'href="#newly-failing"' in page
    for outside in ('rel="stylesheet"', "http://", "https://", "src=", "url("):
        assert outside not in page


def test_a_page_of_very_many_changes_is_small(tmp_path: Path) -> None:
    """A page lists some hundreds of a kind, and says how many there are."""
    many = {f"case {number}": Record(outcome="fail") for number in range(600)}
    good = dict.fromkeys(many, Record(outcome="pass"))
    comparison = gc.compare(stored(tmp_path / "a", good), stored(tmp_path / "b", many))
    page = comparison.to_html(tmp_path / "page.html").read_text(encoding="utf-8")

    assert len(page) < 200_000
    assert "The first 300 are shown" in page
    assert "and 550 more" in str(comparison)


def command(*arguments: object) -> Result:
    """Run `gradcheck compare`."""
    return CliRunner().invoke(cli, ["compare", *map(str, arguments)])


@pytest.mark.parametrize(
    ("fail_on", "codes"),
    [("new-failures", (1, 0, 0)), ("any-change", (1, 1, 0)), ("never", (0, 0, 0))],
)
def test_the_exit_code_says_what_it_is_asked_for(
    fail_on: str, codes: tuple[int, int, int], tmp_path: Path
) -> None:
    """New failures, a case that is gone, and no change give the exit codes of --fail-on."""
    good, bad = Record(outcome="pass"), Record(outcome="fail")
    old = stored(tmp_path / "old", {"a": good, "b": good}).path
    worse = stored(tmp_path / "worse", {"a": good, "b": bad}).path
    fewer = stored(tmp_path / "fewer", {"a": good}).path

    found = [command(old, new, "--fail-on", fail_on).exit_code for new in (worse, fewer, old)]
    assert tuple(found) == codes


def test_new_failures_are_what_fails_by_default(edited: tuple[Path, Path], tmp_path: Path) -> None:
    """The command prints the text, writes the page, and exits with 1."""
    page = tmp_path / "page.html"
    found = command(*edited, "--html", page)

    assert (found.exit_code, found.stdout) == (1, f"{gc.compare(*edited)}\n")
    assert page.stat().st_size > 1_000


def test_json_holds_the_comparison(edited: tuple[Path, Path]) -> None:
    """--json writes strict JSON with the counts and a record of each change."""
    told = json.loads(command(*edited, "--json").stdout)

    assert {each["case"]: each["kind"] for each in told["changes"]} == EXPECTED
    assert (told["schema"], told["unchanged"], told["counts"]["missing"]) == (1, 2, 1)
    assert told["old"]["counts"] == {"fail": 4, "pass": 4}
    (gone,) = (each for each in told["changes"] if each["case"] == "gone")
    assert (gone["new_outcome"], gone["new_error"], gone["edited"]) == (None, None, None)


def test_hostile_names_survive_in_json(hostile: gc.Comparison) -> None:
    """JSON has the names as they are."""
    told = json.loads(command(hostile.old, hostile.new, "--json").stdout)

    assert {each["case"] for each in told["changes"]} == set(HOSTILE)


def test_what_is_no_store_is_wrong_usage(edited: tuple[Path, Path], tmp_path: Path) -> None:
    """A missing or foreign store is exit code 4, never 1, which means new failures."""
    foreign = tmp_path / "foreign.txt"
    foreign.write_text("no store")

    for other in (foreign, tmp_path / "none.sqlite"):
        found = command(edited[0], other)
        assert (found.exit_code, found.stdout) == (4, "")
        assert str(other) in found.stderr


def test_a_case_that_was_skipped_and_fails_now_fails_newly(tmp_path: Path) -> None:
    """What nobody had seen failing counts as a new failure."""
    old = stored(tmp_path / "old", {"a": Record(outcome=SKIPPED), "b": None})
    new = stored(tmp_path / "new", {"a": Record(outcome="fail"), "b": Record(outcome=ERROR)})

    assert kinds(gc.compare(old, new)) == {"a": "newly failing", "b": "newly failing"}
