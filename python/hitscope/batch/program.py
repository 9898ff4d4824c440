"""Finds the `hitscope` program, and asks it which bundle a name means."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .child import WorkerRefused, environment

_ATTEMPTS = 3
_TIMEOUT_S = 60


def find_program(given: str | None = None) -> str:
    """The program's path.

    Parameters
    ----------
    given : str, optional
        What the caller names. Otherwise HITSCOPE_PROGRAM, then beside this package, then beside the running
        Python, then PATH, then the build of the checkout that this package stands in.

    Raises
    ------
    WorkerRefused
        There is none.
    """
    named = given or os.environ.get("HITSCOPE_PROGRAM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise WorkerRefused(f"There is no program {named}.")
        return os.path.abspath(found)
    package = Path(__file__).resolve().parents[1]
    for candidate in (package / "bin" / "hitscope", Path(sys.prefix) / "bin" / "hitscope"):
        if _is_program(candidate):
            return str(candidate)
    found = shutil.which("hitscope")
    if found and _is_program(Path(found)):
        return os.path.abspath(found)
    built = package.parents[1] / "build" / "release" / "hitscope"
    if _is_program(built):
        return str(built)
    raise WorkerRefused("The program hitscope is not found: give --program, or set HITSCOPE_PROGRAM.")


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def bundle_digest(program: str, model: str) -> str | None:
    """SHA-256 of the bundle that a name or path means to this program; None where nothing votes.

    Raises
    ------
    WorkerRefused
        There is no such bundle.
    """
    if not model:
        return None
    for _ in range(_ATTEMPTS):
        run = subprocess.run(
            [program, "model", "show", model, "--format", "json"],
            capture_output=True,
            check=False,
            env=environment(),
            timeout=_TIMEOUT_S,
        )
        if run.returncode >= 0:
            break  # not killed from outside
    if run.returncode != 0:
        raise WorkerRefused(run.stderr.decode(errors="replace").strip() or f"There is no model {model}.")
    path = json.loads(run.stdout)["path"]
    facts = os.stat(path)
    return _file_digest(path, facts.st_mtime_ns, facts.st_size)


@functools.lru_cache(maxsize=8)
def _file_digest(path: str, _mtime_ns: int, _size: int) -> str:
    with open(path, "rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
