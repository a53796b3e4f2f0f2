"""What the wheel carries."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout."""
    pytest.importorskip("hatchling", reason="the build backend is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    finished = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert finished.returncode == 0, finished.stderr
    (built,) = folder.glob("*.whl")
    return built


def contents(wheel: Path) -> set[str]:
    """Return the names in the wheel, without the dist-info."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def sources() -> set[str]:
    """Return where the wheel must carry each file that git does not ignore."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and a clone, to know which files are ignored")
    listed = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout.splitlines()
    return {
        name if name.startswith("gradcheck/") else f"gradcheck/{name}"
        for name in listed
        if name.startswith(("gradcheck/", "cases/", "reports/")) and (ROOT / name).exists()
    }


def test_the_wheel_claims_no_top_level_name_but_its_own(wheel: Path) -> None:
    """Nothing but `gradcheck` reaches the top level of site-packages."""
    with zipfile.ZipFile(wheel) as archive:
        top = {name.split("/")[0] for name in archive.namelist()}

    assert {name for name in top if not name.endswith(".dist-info")} == {"gradcheck"}


def test_the_wheel_carries_the_engine_and_the_content_and_nothing_else(wheel: Path) -> None:
    """Every file of gradcheck/, cases/ and reports/ is in the wheel; no ignored file is."""
    assert contents(wheel) == sources()


def test_the_wheel_is_typed(wheel: Path) -> None:
    """The marker of PEP 561 is in the wheel."""
    assert "gradcheck/py.typed" in contents(wheel)


def test_the_pytest_plugin_is_called_like_its_module(wheel: Path) -> None:
    """`-p gradcheck.pytest_plugin` and the entry point name one plugin, so both may be given."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        text = archive.read(name).decode()

    assert "gradcheck.pytest_plugin = gradcheck.pytest_plugin" in text.splitlines()


def test_an_installed_wheel_finds_its_own_cases(wheel: Path, tmp_path: Path) -> None:
    """Outside the checkout, the built-in cases are those of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "import gradcheck\n"
        "from pathlib import Path\n"
        "folder = Path(gradcheck.__file__).parent\n"
        "cases = gradcheck.load_cases()\n"
        "print(len(cases) > 0, all(c.origin.path.is_relative_to(folder) for c in cases.values()))\n"
        "print(folder.parent.resolve() == Path('.').resolve())"
    )

    finished = subprocess.run(
        [sys.executable, "-P", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert finished.stdout.split() == ["True", "True", "True"], finished.stderr
