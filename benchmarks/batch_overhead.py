"""What `hitscope-batch` costs beside the measuring itself.

usage: batch_overhead.py overhead [--files 400] [--jobs 2] [--rounds 3] [--engine local|ray]
       batch_overhead.py memory [--files 10000000] [--seconds 20] [--skip-finished]

`overhead` has the same tracks (the demo renders, again and again) measured by a process pool, whose processes
ask a `hitscope worker` each and keep nothing, and by `run` with shards of 40, in turn; both are warm. It
prints the medians of the differences for each track: on the clock times the jobs, which says nothing on a
machine that has other work, and in processor time of all processes (of this process's for Ray, whose are not
its children).

`memory` writes a manifest of urls that do not exist, runs it for some seconds, then fakes results for all of
its shards and runs it again: the driver's peak memory each time, and how long a run with nothing to do takes.

Run it with build/batch-venv/bin/python (or build/cluster-venv's for Ray) on a machine that is idle.
"""

import argparse
import contextlib
import dataclasses
import json
import multiprocessing
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "python"))
os.environ["PYTHONPATH"] = str(ROOT / "python")

import pyarrow as pa  # noqa: E402 (the path comes first)
import pyarrow.parquet as pq  # noqa: E402

from hitscope.batch import Entry, Manifest, Storage, Task, WorkerOptions, write_manifest  # noqa: E402
from hitscope.batch.description import agree, described  # noqa: E402
from hitscope.batch.engines import engine_named  # noqa: E402
from hitscope.batch.program import find_program  # noqa: E402
from hitscope.batch.schema import failed_row, table_of  # noqa: E402
from hitscope.batch.shard import shard_name  # noqa: E402

_PER_SHARD = 40
_worker = None


def _start_worker(program):
    global _worker
    _worker = subprocess.Popen([program, "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    _worker.stdout.readline()


def _ask(path):
    _worker.stdin.write(json.dumps({"id": "1", "path": path}) + "\n")
    _worker.stdin.flush()
    while True:
        answer = json.loads(_worker.stdout.readline())
        if answer["event"] == "done":
            return answer["report"]["features"]["tempo_bpm"]
        assert answer["event"] != "failed", answer


def _cpu_s():
    """Processor time of this process and all below it, those that ended included."""
    total = 0
    waiting = [os.getpid()]
    while waiting:
        process = Path("/proc") / str(waiting.pop())
        with contextlib.suppress(OSError):
            total += sum(map(int, (process / "stat").read_text().rpartition(")")[2].split()[11:15]))
            for thread in (process / "task").iterdir():
                waiting += (thread / "children").read_text().split()
    return total / os.sysconf("SC_CLK_TCK")


def overhead(options):
    program = find_program()
    demo = sorted((Path(program).parent / "demo").glob("*.flac"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = []
        for i in range(options.files):
            path = folder / f"{i:05}.flac"
            os.link(paths[i % len(demo)], path) if i >= len(demo) else shutil.copy(demo[i], path)
            paths.append(str(path))
        storage = Storage()
        write_manifest(map(Entry, paths), str(folder / "m.parquet"), storage, files_per_shard=_PER_SHARD)
        manifest = Manifest(str(folder / "m.parquet"), storage)
        plain = Task(str(folder / "m.parquet"), "", WorkerOptions(program), storage)
        engine = engine_named(options.engine, jobs=options.jobs, address="local", master=None)
        first = dataclasses.replace(described(plain, manifest), out=str(folder / "out"))
        agree(first)
        engine.start(first)
        differences, cpu_differences = [], []
        with multiprocessing.get_context("spawn").Pool(options.jobs, _start_worker, (program,)) as pool:
            pool.map(_ask, paths[: 4 * options.jobs], chunksize=1)
            for each in range(-1, options.rounds):
                begun, cpu = time.monotonic(), _cpu_s()
                pool.map(_ask, paths, chunksize=_PER_SHARD)
                pooled, pool_cpu = time.monotonic() - begun, _cpu_s() - cpu
                task = dataclasses.replace(first, out=str(folder / f"out{each}"))
                agree(task)
                begun, cpu = time.monotonic(), _cpu_s()
                outcomes = [o for o in engine.outcomes(task, range(manifest.shards)) if o is not None]
                ran, run_cpu = time.monotonic() - begun, _cpu_s() - cpu
                assert sum(outcome.counts["ok"] for outcome in outcomes) == options.files
                if each >= 0:  # the first round warms both up
                    differences.append((ran - pooled) * 1000 * options.jobs / options.files)
                    cpu_differences.append((run_cpu - pool_cpu) * 1000 / options.files)
                    print(
                        f"pool {pooled:.2f} s, {options.engine} {ran:.2f} s: "
                        f"{differences[-1]:+.2f} ms a track; processor {pool_cpu:.2f} s, {run_cpu:.2f} s: "
                        f"{cpu_differences[-1]:+.2f} ms a track"
                    )
        engine.stop()
        print(
            f"overhead a track: {statistics.median(differences):.2f} ms on the clock, "
            f"{statistics.median(cpu_differences):.2f} ms of processor (medians of {options.rounds})"
        )


def _peak_mib(pid):
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _watched(command, seconds=None, **options):
    """Runs a command, for some seconds if said; its peak memory in MiB, its time, what it printed."""
    begun = time.monotonic()
    peak = 0.0
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, **options)
        while process.poll() is None:
            peak = max(peak, _peak_mib(process.pid))
            if seconds is not None and time.monotonic() - begun > seconds:
                process.send_signal(signal.SIGTERM)
                seconds = None
            time.sleep(0.02)
        out.seek(0)
        return peak, time.monotonic() - begun, out.read()


def memory(options):
    command = [sys.executable, "-m", "hitscope.batch"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, out = folder / "m.parquet", folder / "out"
        writer = (
            "import sys; n = int(sys.argv[1])\n"
            "for i in range(n):\n"
            "    print(f'/library/{i % 1000:03}/artist {i // 7} - {i}.mp3\\t{5000000 + i % 1000}')"
        )
        listing = subprocess.Popen([sys.executable, "-c", writer, str(options.files)], stdout=subprocess.PIPE)
        peak, took, said = _watched([*command, "manifest", "-", "--out", path], stdin=listing.stdout)
        listing.stdout.close()
        listing.wait()
        facts = json.loads(said)
        size = path.stat().st_size / 2**20
        print(
            f"manifest of {facts['files']} urls: {peak:.0f} MiB, {took:.0f} s; "
            f"{facts['shards']} shards, {size:.0f} MiB"
        )

        words = [*command, "run", "--manifest", path, "--out", out, "--progress", "never"]
        peak, took, _ = _watched(words, options.seconds)
        done = len(list(out.glob("shard-*.parquet")))
        print(f"running it for {took:.0f} s: {peak:.0f} MiB; {done} shards done")

        if options.skip_finished:
            return
        manifest = Manifest(str(path), Storage())
        run_id = pq.read_schema(next(out.glob("shard-*.parquet"))).metadata[b"hitscope.run"].decode()
        row = failed_row(
            "/x", "error", {"type": "not-found", "title": "There is no such file.", "detail": None}
        )
        for shard in range(manifest.shards):
            if not (out / shard_name(shard)).exists():
                rows = manifest.rows_of(shard)
                counts = json.dumps({"ok": 0, "error": rows, "crash": 0, "timeout": 0})
                known = {"hitscope.run": run_id, "hitscope.shard": str(shard), "hitscope.statuses": counts}
                table = table_of([row], known)
                pq.write_table(pa.concat_tables([table] * rows).combine_chunks(), out / shard_name(shard))
        peak, took, said = _watched(words)
        assert json.loads(said)["kept"] == manifest.shards
        print(f"nothing to do: {peak:.0f} MiB, {took:.1f} s for {manifest.shards} shards")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("overhead")
    one.set_defaults(call=overhead)
    one.add_argument("--files", type=int, default=400)
    one.add_argument("--jobs", type=int, default=2)
    one.add_argument("--rounds", type=int, default=3)
    one.add_argument("--engine", choices=("local", "ray"), default="local")
    two = commands.add_parser("memory")
    two.set_defaults(call=memory)
    two.add_argument("--files", type=int, default=10_000_000)
    two.add_argument("--seconds", type=float, default=20)
    two.add_argument("--skip-finished", action="store_true", help="do not fake results: that takes long")
    options = parser.parse_args()
    options.call(options)


if __name__ == "__main__":
    main()
