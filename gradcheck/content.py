"""Where the built-in cases and reports live: beside the package, or inside it.

In a checkout they are top-level folders; the wheel carries them under `gradcheck/`.
No other module knows about this difference.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the folder of the built-in content `name`, "cases" or "reports".

    Raises
    ------
    FileNotFoundError
        If gradcheck was installed without that folder.

    Examples
    --------
    >>> folder("cases").is_dir()
    True
    """
    for parent in (_PACKAGE, _PACKAGE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise FileNotFoundError(f"gradcheck was installed without its {name}/ folder")
