"""The built program from outside: what a person or a script that calls `hitscope` sees.

The program is the release build's, or the one that HITSCOPE_PROGRAM names. Tests of the reference material
find it by HITSCOPE_SHARED (default: ../shared beside the project) and are skipped where it is absent.
"""

import csv
import io
import itertools
import json
import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest
import schemathesis
from postgres import Postgres, find_programs
from serving import Server

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


@pytest.fixture(scope="module")
def start_server(hitscope, tmp_path_factory):
    """Starts `hitscope serve` with these arguments over a folder of its own; all end with the module."""
    servers = []

    def start(*arguments, **options):
        servers.append(Server(PROGRAM, tmp_path_factory.mktemp("server"), *arguments, **options))
        return servers[-1].start()

    yield start
    for server in servers:
        server.kill()


@pytest.fixture(scope="session")
def server(hitscope, tmp_path_factory):
    """One for all tests that leave it as it was. It fetches nothing: links have servers of their own."""
    server = Server(PROGRAM, tmp_path_factory.mktemp("server"), "--network", "off").start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def postgres():
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server (Debian's package postgresql) is not installed")
    cluster = Postgres(programs)
    yield cluster
    cluster.end()


@pytest.fixture(scope="session")
def render(hitscope, tmp_path_factory):
    """The bytes of a song of the project's synthesiser: `render("wav", seconds)`."""
    folder = tmp_path_factory.mktemp("songs")

    def render(kind, duration_s, *options):
        path = folder / f"song.{kind}"
        command = [PROGRAM.parent / "hitscope-synth", "--duration", str(duration_s), *options, "-o", path]
        subprocess.run(command, check=True, capture_output=True)
        return path.read_bytes()

    return render


@pytest.fixture(scope="session")
def short_track(render):
    """Calls give two seconds of music that no call gave before: no answer comes from history."""
    song = render("wav", 2, "--channels", "1", "--rate", "22050")
    numbers = itertools.count(1)
    return lambda: song[:-8] + next(numbers).to_bytes(8, "little")


@pytest.fixture(scope="session")
def long_track(render):
    """... an hour of it (29 MB: 8 kHz, one byte a sample), which takes a worker some seconds."""
    with wave.open(io.BytesIO(render("wav", 20, "--channels", "1", "--rate", "8000"))) as song:
        samples = song.readframes(8000 * 20)
    high_bytes = bytes((byte + 128) % 256 for byte in samples[1::2])
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        sound.writeframes(high_bytes * 180)
    hour = file.getvalue()
    numbers = itertools.count(1)
    return lambda: hour[:-8] + next(numbers).to_bytes(8, "little")


@pytest.fixture(scope="session")
def described(server):
    """Checks an answer against the server's own description and gives it back:
    `described(answer, operation_id, status[, type of the problem])`."""
    description = schemathesis.openapi.from_dict(server.visitor().get("/openapi.json").json())
    found = [operation.ok() for operation in description.get_all_operations()]
    operations = {operation.definition.raw["operationId"]: operation for operation in found}

    def check(answer, name, status, problem=None):
        assert answer.status_code == status, f"{answer.status_code}: {answer.text[:2000]}"
        operation = operations[name]
        assert str(status) in operation.definition.raw["responses"], f"{name} does not describe {status}"
        operation.validate_response(answer)
        if problem is not None:
            assert answer.headers["Content-Type"] == "application/problem+json"
            body = answer.json()
            assert (body["type"], body["status"]) == (problem, status)
            assert body["request_id"] == answer.headers["X-Request-Id"]
        return answer

    return check
