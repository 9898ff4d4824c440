"""Many tracks: order, failures, tables, Ctrl-C."""

import io
import json
import signal
import threading

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import tune, wav_bytes

import hitscope
from hitscope import _many


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Songs and what only looks like songs, in the order to be kept."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(4):
        pcm = (tune(seconds=2 + number) * 32767).astype(np.int16)
        (folder / f'{number} song, "quoted".wav').write_bytes(wav_bytes(pcm, 22050))
    (folder / "1 broken.mp3").write_bytes(b"not audio at all, but words\n" * 20)
    return [*sorted(folder.iterdir()), folder / "9 missing.wav"]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_one_failure_stops_no_other_and_order_is_kept(program, folder, jobs):
    tracks = hitscope.analyze_many(folder, jobs=jobs, progress=False)
    assert [entry.path for entry in tracks] == [str(path) for path in folder]
    printed = program("analyze", *folder, "--format", "jsonl").splitlines()
    assert [entry.to_json() for entry in tracks] == printed
    assert len(tracks.done) == 4
    assert [failure.error.type for failure in tracks.failed] == ["unsupported-format", "not-found"]
    assert tracks.failed[0].to_dict() == json.loads(printed[1])
    assert isinstance(tracks[1:3], hitscope.Tracks)
    assert all(entry.features is None and entry.frames is None for entry in tracks.failed)


def test_csv_is_the_command_line_s(program, folder):
    tracks = hitscope.predict_many(folder, progress=False)
    assert tracks.to_csv() == program("predict", *folder, "--format", "csv")


def test_pandas_and_arrow_hold_the_same(folder):
    tracks = hitscope.predict_many(folder, progress=False)
    frame = tracks.to_pandas()
    assert list(frame["path"]) == [str(path) for path in folder]
    for row, entry in enumerate(tracks):
        if isinstance(entry, hitscope.Failure):
            assert pd.isna(frame.loc[row, "tempo_bpm"])
            assert frame.loc[row, "error_type"] == entry.error.type
        else:
            assert frame.loc[row, "integrated_lufs"] == entry.features.integrated_lufs
            assert frame.loc[row, "probability"] == entry.verdict.probability
            assert frame.loc[row, "votes_for_hit"] == entry.verdict.votes_for_hit
    assert str(frame["key"].dtype) == "Int64"
    table = tracks.to_arrow()
    assert table.schema.field("tempo_bpm").type == pa.float64()
    assert table.column_names == list(frame.columns)
    for name in table.column_names:
        assert table[name].to_pylist() == [None if pd.isna(v) else v for v in frame[name]], name


def test_no_tracks_are_an_empty_table(program):
    tracks = hitscope.analyze_many([], progress=False)
    assert len(tracks) == 0
    assert tracks.to_pandas().shape[0] == 0
    assert tracks.to_arrow().num_rows == 0


def test_the_bar_counts_every_track(folder, capsys):
    hitscope.analyze_many(folder, progress=True)
    assert f"{len(folder)}/{len(folder)}" in capsys.readouterr().err


def test_without_a_terminal_there_is_no_bar(folder, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr", io.StringIO())
    hitscope.analyze_many(folder)
    assert capsys.readouterr().err == ""


def test_control_c_ends_all_threads(folder, monkeypatch):
    begun = []
    measure = _many.run

    def counted(path, *rest):
        begun.append(path)
        return measure(path, *rest)

    class Bar:
        """At the first finished track, the user presses Ctrl-C."""

        def update(self, _count):
            signal.raise_signal(signal.SIGINT)

        def close(self):
            pass

    monkeypatch.setattr(_many, "run", counted)
    monkeypatch.setattr(_many, "_bar", lambda _progress, _total: Bar())
    before = set(threading.enumerate())
    many = [folder[0]] * 2000
    with pytest.raises(KeyboardInterrupt):
        hitscope.analyze_many(many, jobs=2)
    assert len(begun) < len(many)
    assert set(threading.enumerate()) <= before, "no thread of its own is left"


def test_an_unknown_model_fails_before_any_track(folder):
    with pytest.raises(hitscope.NotFoundError):
        hitscope.predict_many(folder, model="no-such-model")
