"""Kills, each followed by a resume: nothing lost, nothing doubled, nothing finished computed again."""

import os
import signal

import batching
import pyarrow.parquet as pq
import pytest
from batching import becomes_true, children_of, identities, kill, words_of, worker_of


@pytest.fixture
def work(batch, library, tmp_path):
    """Words of a run over the library with poison, in shards of three; the output is `tmp_path / "out"`."""
    poison = batching.write_poison(library / "b", ("zero.mp3", "crash.mp3"))
    manifest = tmp_path / "m.parquet"
    batch("manifest", library, "--out", manifest, "--files-per-shard", "3")
    words = ("run", "--manifest", manifest, "--out", tmp_path / "out", "--jobs", "1", *batching.LIMITS)

    def check():
        rows = batching.rows_of(tmp_path / "out")
        urls = batching.urls_of(manifest)
        assert [row["url"] for row in rows] == urls
        assert batching.outcomes_of(rows) == {url: poison.get(url, ("ok", None)) for url in urls}

    return words, check


def shards_in(out):
    return len(list(out.glob("shard-*.parquet")))


def test_nothing_is_done_twice(batch, work, tmp_path):
    words, check = work
    batch(*words)
    check()
    before = identities(tmp_path / "out")
    assert len(before) == 9
    again = batch(*words)
    assert again.result["kept"] == 9
    assert identities(tmp_path / "out") == before


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_driver_ends_and_a_new_one_goes_on(batch, work, tmp_path, number):
    words, check = work
    out = tmp_path / "out"
    driver = batch.start(*words)
    worker = becomes_true(lambda: worker_of(driver.pid))
    assert becomes_true(lambda: shards_in(out) >= 2), words_of(driver)
    kill(driver.pid, number)
    assert driver.wait(timeout=60) in (-signal.SIGKILL, 128 + number)
    driver.stdout.close()
    before = identities(out)
    assert 2 <= len(before) < 9
    assert becomes_true(lambda: not os.path.exists(f"/proc/{worker}")), "the worker ends with its driver"
    assert batch(*words).result["kept"] == len(before)
    check()
    assert {name: identities(out)[name] for name in before} == before
    assert not list(out.glob(".tmp-*"))


@pytest.mark.parametrize("victim", ["decoder", "worker"])
def test_a_process_is_killed_and_the_run_goes_on(batch, work, tmp_path, victim):
    words, check = work
    driver = batch.start(*words)
    killed = 0
    former = None
    while killed < 5 and driver.poll() is None:
        worker = worker_of(driver.pid)
        children = [pid for pid, _ in children_of(worker)] if worker else []
        target = worker if victim == "worker" else (children[-1] if children else None)
        if target is None or target == former:
            continue
        try:
            kill(target)
        except ProcessLookupError:
            continue
        former = target
        killed += 1
        count = shards_in(tmp_path / "out")
        becomes_true(lambda count=count: shards_in(tmp_path / "out") > count or driver.poll() is not None)
    assert driver.wait(timeout=120) == 0, words_of(driver)
    driver.stdout.close()
    assert killed >= 3
    check()


def test_what_is_damaged_is_computed_again(batch, work, tmp_path):
    words, check = work
    out = tmp_path / "out"
    batch(*words)
    good = {path.name: path.read_bytes() for path in out.glob("shard-*")}
    before = identities(out)
    names = sorted(good)
    (out / names[0]).write_bytes(good[names[0]][:-1000])
    (out / names[1]).write_bytes(b"")
    (out / names[2]).write_bytes(good[names[3]])  # another shard's
    half = len(good[names[4]]) // 2
    (out / names[4]).write_bytes(good[names[4]][:half])
    (out / names[5]).unlink()
    garbled = bytearray(good[names[6]])
    garbled[-200:-100] = b"\xff" * 100
    (out / names[6]).write_bytes(bytes(garbled))
    (out / ".tmp-dead-shard-0000001.parquet").write_bytes(b"of a process that died")
    assert batch(*words).result["kept"] == 3
    check()
    assert {path.name: path.read_bytes() for path in out.glob("shard-*")} == good
    untouched = {names[3], names[7], names[8]}
    assert {n: i for n, i in identities(out).items() if n in untouched} == {n: before[n] for n in untouched}
    assert not list(out.glob(".tmp-*"))


def test_what_does_not_fit_is_refused(batch, work, library, tmp_path, program):
    words, _ = work
    batch(*words)
    before = identities(tmp_path / "out")
    refusal = batch(*words, "--explain", status=2).stderr
    assert "options.explain was false, is true" in refusal
    assert "model.name" in batch(*words, "--model", "", status=2).stderr
    other = (program.parent / "../../models/attributes.safetensors").resolve()
    assert "model." in batch(*words, "--model", other, status=2).stderr
    manifest = tmp_path / "m.parquet"
    batch("manifest", library, "--out", manifest, "--files-per-shard", "4")
    assert "manifest.digest" in batch(*words, status=2).stderr
    (tmp_path / "out" / "run.json").write_text("{")
    assert "damaged" in batch(*words, status=2).stderr
    assert identities(tmp_path / "out") == before


def test_shards_that_stay_bad_end_with_status_3(batch, work, tmp_path):
    """Part of the manifest has been damaged: the others are computed, and that one when it is mended."""
    words, check = work
    manifest = tmp_path / "m.parquet"
    whole = manifest.read_bytes()
    place = pq.read_metadata(manifest).row_group(4).column(0).data_page_offset
    manifest.write_bytes(whole[:place] + bytes(40) + whole[place + 40 :])
    run = batch(*words, status=3)
    assert [bad["shard"] for bad in run.result["bad"]] == [4]
    assert "tried again" in run.stderr
    manifest.write_bytes(whole)
    assert batch(*words).result["kept"] == 8
    check()
