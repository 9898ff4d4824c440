"""A Spark cluster of two executors, through the same `run_shard`: poison, a dead executor, and a resume.

`local-cluster` starts a master, two workers and their executors as processes of their own. It runs in the
network namespace that `script/test cluster` makes.
"""

import os
import signal
import sys
from pathlib import Path

import batching
import pytest
from batching import Batch, Memory, becomes_true, identities, kill, same_as_alone

pytest.importorskip("pyspark")

VARIABLES = {
    "SPARK_LOCAL_IP": "127.0.0.1",
    "PYSPARK_PYTHON": sys.executable,
    "HITSCOPE_DEBUG_MARKERS": "true",
    "PYSPARK_SUBMIT_ARGS": "--conf spark.ui.enabled=false --conf spark.driver.memory=512m pyspark-shell",
}
SHARDS = 20
_START_S = 300  # three Javas, on a machine that may be busy


def java_processes(word):
    """Process ids of Java programs whose command line has a word."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if b"java" in words.partition(b"\0")[0] and word in words:
            found.append(int(entry.name))
    return found


@pytest.fixture
def quarter(big_library, tmp_path):
    """A hundred of the tracks, with all poison."""
    folder = tmp_path / "library"
    folder.mkdir()
    names = sorted(path.name for path in big_library.iterdir())
    for name in [*names[:95], *batching.POISON]:
        os.link(big_library / name, folder / name)
    return folder


def test_an_executor_and_the_driver_are_killed(program, quarter, tmp_path, capsys):
    memory = Memory()
    batch = Batch(SPARK_WORKER_DIR=str(tmp_path / "work"), **VARIABLES)
    manifest, out = tmp_path / "m.parquet", tmp_path / "out"
    batch("manifest", quarter, "--out", manifest, "--files-per-shard", str(100 // SHARDS))
    words = [
        *("run", "--engine", "spark", "--master", "local-cluster[2,1,1024]"),
        *("--manifest", manifest, "--out", out, *batching.LIMITS),
    ]

    def done():
        return len(list(out.glob("shard-*.parquet")))

    driver = batch.start(*words)
    try:
        assert becomes_true(lambda: done() >= 2, _START_S)
        kill(java_processes(b"CoarseGrainedExecutorBackend")[0])
        count = done()
        assert becomes_true(lambda: done() >= count + 4)
        assert driver.poll() is None
        kill(driver.pid)
        driver.wait(timeout=30)
    finally:
        driver.kill()
        driver.stdout.close()
    assert becomes_true(lambda: not java_processes(b"Executor")), "executors end with their driver"
    assert becomes_true(lambda: not batching.processes(bytes(program) + b"\0worker"))
    before = identities(out)
    assert 6 <= len(before) < SHARDS

    run = batch(*words)
    assert run.result["kept"] == len(before)
    after = identities(out)
    assert {name: after[name] for name in before} == before
    rows = batching.rows_of(out)
    urls = batching.urls_of(manifest)
    assert [row["url"] for row in rows] == urls
    assert len(urls) == 100
    expected = {url: batching.POISON.get(Path(url).name, ("ok", None)) for url in urls}
    assert batching.outcomes_of(rows) == expected
    assert same_as_alone(program, rows)
    assert batch(*words).result["kept"] == SHARDS
    assert identities(out) == after
    most = memory.stop()
    with capsys.disabled():
        print(f"\n    spark: at most {most / 2**20:.0f} MiB")


def test_an_interrupted_driver_stops_spark(program, quarter, tmp_path):
    batch = Batch(SPARK_WORKER_DIR=str(tmp_path / "work"), **VARIABLES)
    manifest, out = tmp_path / "m.parquet", tmp_path / "out"
    batch("manifest", quarter, "--out", manifest, "--files-per-shard", "5")
    driver = batch.start(
        *("run", "--engine", "spark", "--master", "local-cluster[2,1,1024]"),
        *("--manifest", manifest, "--out", out, *batching.LIMITS),
    )
    assert becomes_true(lambda: list(out.glob("shard-*.parquet")), _START_S)
    driver.send_signal(signal.SIGTERM)
    assert driver.wait(timeout=120) == 128 + signal.SIGTERM
    driver.stdout.close()
    assert becomes_true(lambda: not java_processes(b"spark"))
    assert becomes_true(lambda: not batching.processes(bytes(program) + b"\0worker"))
