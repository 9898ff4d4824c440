"""The local engine: a row for each track whatever becomes of it, and the same numbers as the command line."""

import errno
import json
import os
import shutil
import subprocess
from pathlib import Path

import batching
import pyarrow.parquet as pq

from hitscope.batch import SCHEMA, Outcome, driver, report_of
from hitscope.batch.progress import Progress
from hitscope.batch.schema import STATUSES
from hitscope.batch.storage import existing


def make(batch, folder, path, per_shard=5):
    batch("manifest", folder, "--out", path, "--files-per-shard", str(per_shard))
    return path


def test_every_track_has_its_row_and_poison_its_status(batch, library, tmp_path):
    poison = batching.write_poison(library / "a")
    manifest = make(batch, library, tmp_path / "m.parquet")
    out = tmp_path / "out"
    run = batch("run", "--manifest", manifest, "--out", out, "--jobs", "2", *batching.LIMITS)

    rows = batching.rows_of(out)
    urls = batching.urls_of(manifest)
    assert [row["url"] for row in rows] == urls
    assert len(urls) == 29
    assert batching.outcomes_of(rows) == {url: poison.get(url, ("ok", None)) for url in urls}
    assert run.result == {
        "shards": 6,
        "kept": 0,
        "files": 29,
        "ok": 24,
        "error": 3,
        "crash": 1,
        "timeout": 1,
        "bad": [],
    }
    assert all(
        row["tempo_bpm"] is not None or row["rms"] is not None for row in rows if row["status"] == "ok"
    )
    assert {path.name for path in out.iterdir()} == {"run.json", *(f"shard-{i:07}.parquet" for i in range(6))}
    last = json.loads(run.stderr.splitlines()[-1])
    assert (last["shards_done"], last["files_done"], last["crash"]) == (6, 29, 1)


def test_urls_that_cannot_be_looked_at_are_rows(batch, tone, tmp_path, monkeypatch):
    long = tmp_path / ("x" * 300 + ".wav")
    listed = tmp_path / "list"
    listed.write_text(f"{long}\n{tone}\n{tone}/below.wav\n")
    manifest = tmp_path / "m.parquet"
    batch("manifest", "--files-from", listed, "--out", manifest)
    run = batch("run", "--manifest", manifest, "--out", tmp_path / "out", "--jobs", "1")
    assert (run.result["ok"], run.result["error"], run.result["bad"]) == (1, 2, [])
    assert [row["status"] for row in batching.rows_of(tmp_path / "out")] == ["error", "ok", "error"]

    def stale(_path, **_more):
        raise OSError(errno.ESTALE, "Stale file handle")

    monkeypatch.setattr(os, "stat", stale)
    assert existing([str(tone)]) == []


class Flaky:
    """An engine whose shards all fail once."""

    def __init__(self):
        self.tried = set()

    def start(self, task):
        pass

    def workers(self):
        return 1

    def tracks_done(self):
        return dict.fromkeys(STATUSES, 0)

    def outcomes(self, task, shards):
        for shard in shards:
            failure = None if shard in self.tried else "The disk is full."
            self.tried.add(shard)
            yield Outcome(shard, {} if failure else dict.fromkeys(STATUSES, 0), failure=failure)

    def stop(self):
        pass


def test_shards_that_succeed_after_all_do_not_count_as_failed(capsys):
    report = Progress("json", 4, 4)
    assert driver._compute(None, [0, 1, 2, 3], Flaky(), 1, report, lambda _text: None) == {}
    assert (report.line()["shards_done"], report.line()["shards_failed"]) == (4, 0)
    report = Progress("json", 4, 4)
    assert len(driver._compute(None, [0, 1, 2, 3], Flaky(), 0, report, lambda _text: None)) == 4
    assert report.line()["shards_failed"] == 4


def test_results_are_those_of_the_command_line(batch, program, library, tmp_path):
    demo = sorted((program.parent / "demo").glob("*.flac"))
    assert demo, "the demo tracks are rendered by the build (target demo_tracks)"
    for track in demo:
        shutil.copy(track, library / "b")
    (library / "b" / "no music.mp3").write_text("This is no music.\n" * 100)
    manifest = make(batch, library / "b", tmp_path / "m.parquet")
    batch("run", "--manifest", manifest, "--out", tmp_path / "out", "--explain")

    rows = batching.rows_of(tmp_path / "out")
    direct = subprocess.run(
        [program, "predict", "--explain", "--format", "jsonl", *(row["url"] for row in rows)],
        capture_output=True,
        check=False,
        env=batching.environment(),
    )
    expected = [json.loads(line) for line in direct.stdout.splitlines()]
    assert [report_of(row) for row in rows] == expected
    assert sum("error" in report for report in expected) == 1
    assert all(row["explanation"] for row in rows if row["status"] == "ok")


def test_measuring_only(batch, library, tmp_path):
    manifest = make(batch, library / "b", tmp_path / "m.parquet", 12)
    batch("run", "--manifest", manifest, "--out", tmp_path / "out", "--model", "")
    rows = batching.rows_of(tmp_path / "out")
    assert all(row["label"] is None and row["rms"] is not None for row in rows)
    assert report_of(rows[0])["verdict"] is None


def test_names_of_any_bytes(batch, tone, tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    for name in (b"caf\xe9.wav", b"new\nline.wav", "\N{MUSICAL SYMBOL G CLEF} \u202e.wav".encode()):
        shutil.copy(tone, os.path.join(os.fsencode(folder), name))
    manifest = make(batch, folder, tmp_path / "m.parquet")
    batch("run", "--manifest", manifest, "--out", tmp_path / "out")
    rows = batching.rows_of(tmp_path / "out")
    assert [(row["url"], row["status"]) for row in rows] == [(u, "ok") for u in batching.urls_of(manifest)]


def test_the_files_say_what_they_are(batch, library, tmp_path):
    manifest = make(batch, library / "a", tmp_path / "m.parquet", 12)
    for out in ("one", "two"):
        batch("run", "--manifest", manifest, "--out", tmp_path / out)
    path = tmp_path / "one" / "shard-0000000.parquet"
    assert pq.read_schema(path).remove_metadata() == SCHEMA
    facts = pq.read_schema(path).metadata
    assert facts[b"hitscope.schema_version"] == b"1"
    assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), "the same bytes every time"


def test_one_shard_for_an_array_of_jobs(batch, library, tmp_path):
    manifest = make(batch, library / "a", tmp_path / "m.parquet", 6)
    words = ("run-shard", "--manifest", manifest, "--out", tmp_path / "out")
    assert batch(*words, "--shard", "1").result == {
        "shard": 1,
        "kept": False,
        "ok": 6,
        "error": 0,
        "crash": 0,
        "timeout": 0,
    }
    assert [path.name for path in (tmp_path / "out").glob("*.parquet")] == ["shard-0000001.parquet"]
    assert "Which shard" in batch(*words, status=2).stderr
    assert "no shard 2" in batch(*words, "--shard", "2", status=2).stderr
    batch.environment["SLURM_ARRAY_TASK_ID"] = "0"
    assert batch(*words).result["shard"] == 0
    batch.environment["JOB_COMPLETION_INDEX"] = "1"
    assert batch(*words).result == {"shard": 1, "kept": True, "ok": 6, "error": 0, "crash": 0, "timeout": 0}
    assert batch("run", "--manifest", manifest, "--out", tmp_path / "out").result["kept"] == 2


def test_a_dead_worker_is_replaced_and_a_deadly_track_is_named(batch, library, tmp_path):
    """The whole worker, not only its decoder: killed or stopped by a real signal."""
    shutil.copy(library / "a" / "track 00.wav", library / "a" / "killer.wav")
    shutil.copy(library / "a" / "track 00.wav", library / "a" / "stopper.wav")
    batch.environment["HITSCOPE_BATCH_DEBUG"] = "kill:killer.wav,stop:stopper.wav"
    manifest = make(batch, library / "a", tmp_path / "m.parquet", 14)
    batch("run", "--manifest", manifest, "--out", tmp_path / "out", "--timeout", "1")
    outcomes = batching.outcomes_of(batching.rows_of(tmp_path / "out"))
    bad = {Path(url).name: outcome for url, outcome in outcomes.items() if outcome[0] != "ok"}
    assert bad == {"killer.wav": ("crash", "corrupt"), "stopper.wav": ("timeout", "timeout")}
    assert len(outcomes) == 14


def test_a_track_of_another_kind_than_the_limits_allow(batch, library, tmp_path):
    manifest = make(batch, library / "a", tmp_path / "m.parquet", 12)
    batch("run", "--manifest", manifest, "--out", tmp_path / "1", "--max-bytes", "10kB")
    assert {row["error_type"] for row in batching.rows_of(tmp_path / "1")} == {"too-large"}
    batch("run", "--manifest", manifest, "--out", tmp_path / "2", "--max-seconds", "0.5")
    assert {row["error_type"] for row in batching.rows_of(tmp_path / "2")} == {"too-long"}


def test_wrong_usage(batch, library, tmp_path):
    manifest = make(batch, library / "a", tmp_path / "m.parquet")
    words = ("run", "--manifest", manifest, "--out", tmp_path / "out")
    assert "no model" in batch(*words, "--model", "none", status=2).stderr.lower()
    assert "no program" in batch(*words, "--program", tmp_path / "none", status=2).stderr
    assert "invalid choice" in batch(*words, "--engine", "abacus", status=2).stderr
    assert "no size" in batch(*words, "--memory", "much", status=2).stderr
    assert "above 0" in batch(*words, "--timeout", "0", status=2).stderr
    batch("run", "--manifest", tmp_path / "none", "--out", tmp_path / "out", status=2)
    batch("run", "--manifest", manifest, "--out", manifest, status=2)
    assert not (tmp_path / "out").exists(), "nothing is begun"
