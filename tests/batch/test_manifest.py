"""Manifests: what counts as a track, in which order, in which shards; and their digests."""

import io
import os
from pathlib import Path

import batching
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hitscope.batch import Entry, Manifest, ManifestError, Storage, expand, write_manifest
from hitscope.batch.manifest import expected_work_s, packed
from hitscope.batch.storage import local_path, local_url
from hitscope.batch.walk import SourceError, read_list


@pytest.fixture
def tree(tmp_path):
    """Names whose order shows: a subfolder stands where its name does among the files."""
    for name in ("b/2.flac", "b/10.mp3", "a.wav", "c.MP3", "b.ogg", ".hidden.mp3", "cover.jpg", ".git/x.mp3"):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")
    return tmp_path / "tree"


def found(*sources, **options):
    return [entry.url for entry in expand([str(source) for source in sources], Storage(), **options)]


def below(tree, *names):
    return [str(tree / name) for name in names]


def test_folders_are_walked_in_the_order_of_names(tree):
    assert found(tree) == below(tree, "a.wav", "b/10.mp3", "b/2.flac", "b.ogg", "c.MP3")
    assert found(tree, every_file=True)[-1] == str(tree / "cover.jpg")


def test_what_a_folder_before_held_is_not_listed_again(tree):
    assert found(tree, tree / "b", tree / "a.wav") == found(tree)
    assert found(tree / "b", tree / "a.wav") == below(tree, "b/10.mp3", "b/2.flac", "a.wav")


def test_patterns(tree):
    assert found(tree / "**" / "*.mp3") == below(tree, "b/10.mp3")
    assert found(tree / "*.[wo]*") == below(tree, "a.wav", "b.ogg")
    assert found(tree / "b" / "?.flac") == below(tree, "b/2.flac")
    (tree / "[live].mp3").write_bytes(b"")
    assert found(tree / "[live].mp3") == below(tree, "[live].mp3"), "a name that looks like a pattern"


def test_what_a_folder_before_left_out_can_be_named_beside_it(tree, monkeypatch):
    monkeypatch.chdir(tree)
    (tree / "b" / "odd.dat").write_bytes(b"")
    (tree / "link").symlink_to(tree / "b")
    first = found(tree)
    assert found(tree, tree / "cover.jpg") == [*first, *below(tree, "cover.jpg")]
    assert found(tree, tree / ".hidden.mp3") == [*first, *below(tree, ".hidden.mp3")]
    assert found(tree, tree / ".git") == [*first, *below(tree, ".git/x.mp3")]
    assert found(tree, tree / "link") == [*first, *below(tree, "link/10.mp3", "link/2.flac")]
    assert found(tree, tree / "**" / "*.dat") == [*first, *below(tree, "b/odd.dat")]
    assert found(tree, tree / "**" / "*") == [*first, *below(tree, "b/odd.dat", "cover.jpg")]
    assert found(tree / "b", tree / "**" / "*.mp3") == below(tree, "b/10.mp3", "b/2.flac")
    assert found(tree, "b/*.mp3", "link/*.mp3") == [*first, *below(tree, "link/10.mp3")]
    everything = found(tree, every_file=True)
    assert found(tree, tree / "cover.jpg", tree / "**" / "*", every_file=True) == everything
    with pytest.raises(SourceError):
        found(tree, tree / "b" / "missing.mp3")


def test_links_to_folders_are_not_followed(tree):
    (tree / "b" / "round").symlink_to(tree)
    (tree / "z.mp3").symlink_to(tree / "a.wav")
    assert found(tree)[-1] == str(tree / "z.mp3")
    assert len(found(tree)) == 6


def test_lists(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = b"# a comment\n/music/a.mp3\t123\t61.5\r\n\nb c.mp3\ns3://bucket/key with # and %\t7\n"
    here = str(tmp_path / "b c.mp3")
    assert list(read_list(io.BytesIO(lines))) == [
        Entry("/music/a.mp3", 123, 61.5),
        Entry(here),
        Entry("s3://bucket/key with # and %", 7),
    ]
    assert list(read_list(io.BytesIO(b"b c.mp3\0/x\ny.mp3\0"))) == [Entry(here), Entry("/x\ny.mp3")]
    with pytest.raises(SourceError, match="Line 2"):
        list(read_list(io.BytesIO(b"a\nb\tmuch\n")))
    assert found("-", stdin=io.BytesIO(b"/a.mp3")) == ["/a.mp3"]


def test_lists_are_read_in_blocks():
    names = [f"/music/{i}.mp3" for i in range(20_000)]
    assert [e.url for e in read_list(io.BytesIO("\n".join(names).encode()))] == names


def test_names_that_are_not_utf8_survive(tmp_path):
    raw = os.fsencode(tmp_path) + b"/caf\xe9 100%.mp3"
    Path(os.fsdecode(raw)).write_bytes(b"")
    (url,) = found(tmp_path)
    assert url == local_url(raw)
    assert url.startswith("file:///")
    url.encode("utf-8")
    assert local_path(url) == raw


def test_patterns_find_names_that_are_not_utf8(tmp_path):
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    raw = [folder + name for name in (b"/a*.mp3", b"/line\nend.mp3", b"/\xff.mp3")]
    for path in raw:
        Path(os.fsdecode(path)).write_bytes(b"")
    assert [local_path(url) for url in found(tmp_path / "**" / "*.mp3")] == raw
    assert [local_path(url) for url in found(tmp_path / "caf?" / "?.mp3")] == raw[2:]
    assert [local_path(url) for url in found(os.fsdecode(folder) + "/*.mp3")] == raw
    assert [local_path(url) for url in found(os.fsdecode(raw[0]))] == raw[:1], "it is a file, and no pattern"
    assert [local_path(url) for url in found(tmp_path, os.fsdecode(folder))] == raw


def test_a_folder_whose_name_is_not_utf8_holds_manifests_and_results(batch, tone, tmp_path):
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    os.mkdir(folder)
    manifest, out = f"{folder}/m %.parquet", f"{folder}/out"
    assert batch("manifest", tone, "--out", manifest).result["files"] == 1
    assert batch("run", "--manifest", manifest, "--out", out, "--jobs", "1").result["ok"] == 1
    (Path(out) / ".tmp-of a%20dead process").write_bytes(b"")
    assert batch("run", "--manifest", manifest, "--out", out, "--jobs", "1").result["kept"] == 1
    assert sorted(os.listdir(out)) == ["run.json", "shard-0000000.parquet"]
    assert "missing" in batch("run", "--manifest", f"{folder}/missing", "--out", out, status=2).stderr


def test_sources_that_are_not_there(tmp_path):
    for source in ("missing", "missing/*.mp3"):
        with pytest.raises(SourceError):
            found(tmp_path / source)


def test_a_folder_that_cannot_be_listed_does_not_stop_the_others(tree, monkeypatch):
    from hitscope.batch import walk

    scan = os.scandir
    monkeypatch.setattr(
        walk.os,
        "scandir",
        lambda path: (_ for _ in ()).throw(PermissionError(13, "no")) if path.endswith(b"/b") else scan(path),
    )
    notes = []
    urls = [entry.url for entry in expand([str(tree)], Storage(), on_unreadable=notes.append)]
    assert urls == below(tree, "a.wav", "b.ogg", "c.MP3")
    assert len(notes) == 1


def test_shards_are_packed_by_files_and_by_work():
    short = [Entry(f"/{i}.mp3", duration_s=10) for i in range(25)]
    assert [len(shard) for shard in packed(short, 10, 1e9)] == [10, 10, 5]
    long = [Entry(f"/{i}.mp3", duration_s=3600) for i in range(5)]
    each = expected_work_s(long[0])
    assert [len(shard) for shard in packed(long, 1000, 2.5 * each)] == [2, 2, 1]
    assert [len(shard) for shard in packed(long, 1000, each / 2)] == [1] * 5, "never an empty shard"


def test_work_is_guessed_from_what_is_known():
    assert expected_work_s(Entry("/a.mp3", duration_s=60)) < expected_work_s(Entry("/a.mp3", duration_s=600))
    assert expected_work_s(Entry("/a.wav", size=10**7)) < expected_work_s(Entry("/a.mp3", size=10**7))
    assert expected_work_s(Entry("/a.mp3", size=10**12)) == expected_work_s(Entry("/a.mp3", size=10**13))


def written(path, entries, **options):
    return write_manifest(entries, str(path), Storage(), **options)


def test_what_is_written_is_read(tmp_path):
    entries = [Entry(f"/{i}.mp3", i * 100, 1.5 * i) for i in range(7)] + [Entry("s3://b/é")]
    facts = written(tmp_path / "m.parquet", entries, files_per_shard=3)
    manifest = Manifest(str(tmp_path / "m.parquet"), Storage())
    assert (manifest.files, manifest.shards, manifest.digest) == (8, 3, facts.digest)
    assert [manifest.rows_of(i) for i in range(3)] == [3, 3, 2]
    assert [entry for i in range(3) for entry in manifest.entries_of(i)] == entries
    assert [path.name for path in tmp_path.iterdir()] == ["m.parquet"]


def test_the_digest_tells_rows_and_shards(tmp_path):
    entries = [Entry(f"/{i}.mp3", 5) for i in range(4)]
    digests = {
        written(tmp_path / "1", entries).digest,
        written(tmp_path / "2", entries[::-1]).digest,
        written(tmp_path / "3", entries, files_per_shard=2).digest,
        written(tmp_path / "4", [*entries[:3], Entry("/3.mp3", 6)]).digest,
        written(tmp_path / "5", [*entries[:3], Entry("/3.mp3", 5, 1.0)]).digest,
    }
    assert len(digests) == 5
    assert written(tmp_path / "6", entries).digest in digests
    assert (tmp_path / "1").read_bytes() == (tmp_path / "6").read_bytes()


def test_parquet_of_others_is_a_manifest_too(tmp_path):
    entries = [Entry(f"/{i}.mp3", 5) for i in range(4)]
    ours = written(tmp_path / "ours", entries)
    table = pa.table({"note": ["x"] * 4, "size": [5] * 4, "url": [e.url for e in entries]})
    pq.write_table(table, tmp_path / "theirs")
    theirs = Manifest(str(tmp_path / "theirs"), Storage())
    assert theirs.entries_of(0) == entries
    assert theirs.digest == ours.digest
    pq.write_table(table.drop_columns("url"), tmp_path / "none")
    (tmp_path / "text").write_text("no Parquet")
    for name in ("none", "text"):
        with pytest.raises(ManifestError):
            Manifest(str(tmp_path / name), Storage())


def test_a_manifest_that_fails_leaves_nothing(tmp_path):
    def entries():
        yield Entry("/a.mp3")
        raise SourceError("gone")

    with pytest.raises(SourceError):
        written(tmp_path / "m.parquet", entries())
    with pytest.raises(ManifestError, match="no tracks"):
        written(tmp_path / "m.parquet", [])
    assert list(tmp_path.iterdir()) == []


def test_the_command(batch, tree, tmp_path):
    out = tmp_path / "m.parquet"
    listed = tmp_path / "list"
    listed.write_text("/music/x.mp3\n")
    run = batch("manifest", tree, "-", "--files-from", listed, "--out", out, input="/music/y.mp3\n")
    assert run.result["files"] == 7
    assert batching.urls_of(out) == [*found(tree), "/music/y.mp3", "/music/x.mp3"]
    assert run.result["digest"] == Manifest(str(out), Storage()).digest
    assert "no such" in batch("manifest", tmp_path / "missing", "--out", out, status=2).stderr
    assert "Nothing to list" in batch("manifest", "--out", out, status=2).stderr
    assert "no tracks" in batch("manifest", tree / "*.none", "--out", out, status=2).stderr
