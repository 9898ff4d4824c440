"""The built program from outside: what a person or a script that calls `hitscope` sees.

The program is the release build's, or the one that HITSCOPE_PROGRAM names. Tests of the reference material
find it by HITSCOPE_SHARED (default: ../shared beside the project) and are skipped where it is absent.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("HITSCOPE_PROGRAM", ROOT / "build" / "release" / "hitscope"))
SHARED = Path(os.environ.get("HITSCOPE_SHARED", ROOT.parent / "shared")).resolve()

# An option also has an environment variable: none of the caller's may leak into a test.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("HITSCOPE_")}


class Hitscope:
    """Calls the program; `timeout_s` is a guard against hanging, not a measure of speed."""

    def __call__(self, *arguments, timeout_s=120, environment=None, **options):
        return subprocess.run(
            [PROGRAM, *map(os.fspath, arguments)],
            capture_output=True,
            timeout=timeout_s,
            check=False,
            env={**ENVIRONMENT, **(environment or {})},
            **{"stdin": subprocess.DEVNULL, **options} if "input" not in options else options,
        )

    def reports(self, command, *paths, **options):
        """The reports of `hitscope COMMAND PATH... --format json`, whatever the exit status."""
        run = self(command, *paths, "--format", "json", **options)
        return json.loads(run.stdout)


@pytest.fixture(scope="session")
def hitscope():
    assert PROGRAM.is_file(), f"{PROGRAM} is not built: script/build"
    return Hitscope()


@pytest.fixture(scope="session")
def demo_tracks():
    tracks = sorted((PROGRAM.parent / "demo").glob("*.flac"))
    assert tracks, "the demo tracks are rendered by the build (target demo_tracks)"
    return tracks


@pytest.fixture(scope="session")
def demo_report(hitscope, demo_tracks):
    """One demo track's prediction, as JSON."""
    (report,) = hitscope.reports("predict", demo_tracks[0])
    return report


@pytest.fixture(scope="session")
def shared():
    if not (SHARED / "audio").is_dir():
        pytest.skip("the reference material (HITSCOPE_SHARED) is not here")
    return SHARED


@pytest.fixture(scope="session")
def shared_results(hitscope, shared, tmp_path_factory):
    """`hitscope analyze` over all reference audio but the odd files, as a file of JSON lines."""
    with open(shared / "audio" / "manifest.csv", encoding="utf-8") as table:
        paths = [row["path"] for row in csv.DictReader(table) if not row["path"].startswith("odd/")]
    folder = tmp_path_factory.mktemp("shared")
    listing = folder / "files.txt"
    listing.write_text("".join(f"{shared / 'audio' / path}\n" for path in paths), encoding="utf-8")
    run = hitscope("analyze", "--files-from", listing, "--format", "jsonl", timeout_s=1200)
    assert len(run.stdout.splitlines()) == len(paths)
    results = folder / "results.jsonl"
    results.write_bytes(run.stdout)
    return results


@pytest.fixture(scope="session")
def shared_tool(shared):
    """Calls one of the reference material's own scoring tools and returns what it prints."""

    def call(name, *arguments):
        command = [sys.executable, shared / "tools" / name, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    return call
