"""`hitscope-batch` from outside: a process with a manifest, an output, and poison among the tracks.

The program is the release build's, or the one that HITSCOPE_PROGRAM names. Everything is killed for real:
processes by their ids, which the tests find below the one they started.
"""

import json
import math
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import wave
from pathlib import Path

import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("HITSCOPE_PROGRAM", ROOT / "build" / "release" / "hitscope")).resolve()
PACKAGE = ROOT / "python"
sys.path.insert(0, str(PACKAGE))

from hitscope.batch import report_of  # noqa: E402 (the path comes first)

#: What each kind of poison must come to: status and type of error.
POISON = {
    "zero.mp3": ("error", "too-short"),
    "undecodable.flac": ("error", "unsupported-format"),
    "crash.mp3": ("crash", "corrupt"),
    "hang.mp3": ("timeout", "timeout"),
    "memory.mp3": ("error", "too-large"),
}
#: Limits under which the poison is over soon; a track of the tests needs a twentieth of them.
LIMITS = ("--timeout", "4", "--memory", "200MB")
_GUARD_S = 300  # against hanging, not a measure of speed


def environment(**more):
    """Ours, without options that would change what is tested."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HITSCOPE_", "AWS_"))}
    return {**kept, "PYTHONPATH": str(PACKAGE), "HITSCOPE_PROGRAM": str(PROGRAM), **more}


class Batch:
    """Calls `python -m hitscope.batch`."""

    def __init__(self, **variables):
        self.environment = environment(**variables)

    def command(self, *words):
        return [sys.executable, "-m", "hitscope.batch", *map(os.fspath, words)]

    def __call__(self, *words, status=0, **options):
        """Run it; its result as JSON where that is what it prints."""
        run = subprocess.run(
            self.command(*words),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=_GUARD_S,
            check=False,
            **({"stdin": subprocess.DEVNULL} if "input" not in options else {}),
            **options,
        )
        assert run.returncode == status, run.stderr[-3000:]
        run.result = json.loads(run.stdout) if run.stdout.startswith("{") else None
        return run

    def start(self, *words):
        """Start it and go on; the caller ends it. What it says goes to `words_of`."""
        log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (it lives as long as the process)
        process = subprocess.Popen(
            self.command(*words),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        process.log = log
        return process


def words_of(process):
    """The end of what a process that `Batch.start` started said on stderr."""
    process.log.seek(0)
    return process.log.read()[-2000:]


def write_tone(path, seconds=1.0, frequency=220.0):
    """A short track that costs some hundredths of a second: a tone that beats twice a second, 22,050 Hz."""
    rate = 22050
    samples = (
        int(12000 * math.sin(2 * math.pi * frequency * i / rate) * (1 - 0.9 * ((i * 2 // rate) % 2)))
        for i in range(int(seconds * rate))
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


def write_poison(folder, names=tuple(POISON)):
    """Poison among the tracks of a folder; returns what each url must come to."""
    folder = Path(folder)
    contents = {
        "zero.mp3": b"",
        "undecodable.flac": b"This is no music.\n" * 100,
        "crash.mp3": b"HITSCOPE-DEBUG crash\n",
        "hang.mp3": b"HITSCOPE-DEBUG hang\n",
        "memory.mp3": b"HITSCOPE-DEBUG memory\n",
    }
    for name in names:
        (folder / name).write_bytes(contents[name])
    return {str(folder / name): POISON[name] for name in names}


def rows_of(out):
    """All rows of an output, shard by shard, as a reader finds them."""
    return [
        row for path in sorted(Path(out).glob("shard-*.parquet")) for row in pq.read_table(path).to_pylist()
    ]


def urls_of(manifest):
    return pq.read_table(manifest, columns=["url"]).column("url").to_pylist()


def outcomes_of(rows):
    """url -> (status, type of error)."""
    return {row["url"]: (row["status"], row["error_type"]) for row in rows}


def identities(out):
    """What tells whether a finished shard was written again."""
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in Path(out).glob("shard-*.parquet")
    }


def becomes_true(condition, seconds=120):
    """Whether it is true before long; polls, since the kernel tells nobody."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.005)
    return None


def children_of(parent):
    """Process ids and names of a process's children, in the order in which they were started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                head, _, tail = (entry / "stat").read_text().rpartition(")")
            except (FileNotFoundError, ProcessLookupError):
                continue
            state, ppid = tail.split()[:2]
            if int(ppid) == parent and state not in "ZX":
                found.append((int(entry.name), head.partition("(")[2]))
    return sorted(found)


def worker_of(driver):
    """The `hitscope worker` that a driver has at present, or None."""
    return next((pid for pid, name in children_of(driver) if name == "hitscope"), None)


def processes(beginning):
    """Process ids by how their command lines begin."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cmdline").read_bytes().startswith(beginning):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def kill(process, number=signal.SIGKILL):
    """Send a signal to a single process."""
    assert process > 1
    os.kill(process, number)


def same_as_alone(program, rows):
    """Whether rows of the big library are what the command line says of each demo render alone."""
    good = [row for row in rows if row["status"] == "ok"]
    first = {Path(row["url"]).name[4:]: row["url"] for row in reversed(good)}
    command = [program, "predict", "--format", "jsonl", *first.values()]
    run = subprocess.run(command, capture_output=True, check=True, env=environment())
    reports = {Path(r["path"]).name[4:]: r for r in map(json.loads, run.stdout.splitlines())}
    return all(report_of(row) == reports[Path(row["url"]).name[4:]] | {"path": row["url"]} for row in good)


class Memory:
    """The most that all processes of this namespace used together, in bytes (PSS), looked at now and then."""

    def __init__(self):
        self.most = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self):
        while not self._end.wait(0.5):
            self.most = max(self.most, sum(map(_pss, Path("/proc").glob("[0-9]*"))))

    def stop(self):
        self._end.set()
        self._thread.join()
        return self.most


def _pss(process):
    try:
        for line in (process / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
