"""The project's own #include lines: where each leads. Shared by check_layers.py and run_tidy.py."""

import functools
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE_FOLDERS = ("src", "tests", "fuzz", "benchmarks")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)


def sources(*suffixes: str) -> list[Path]:
    """Every C++ file of the project with one of these suffixes, in a stable order."""
    return sorted(
        path for folder in SOURCE_FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in suffixes
    )


@functools.cache
def direct_includes(path: Path) -> tuple[Path, ...]:
    """The project files that `path` names: beside it, or from the include roots src/ and tests/."""
    found = []
    for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
        for start in (path.parent, ROOT / "src", ROOT / "tests"):
            if (start / name).is_file():
                found.append((start / name).resolve())
                break
    return tuple(found)


def all_includes(path: Path) -> list[Path]:
    """`path` and every project file it reaches through includes, sorted."""
    seen, waiting = set(), [path.resolve()]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(direct_includes(current))
    return sorted(seen)
