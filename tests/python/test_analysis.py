"""`hitscope.analyze` and `hitscope.predict` on audio: equal to the command line, and gentle with memory."""

import gc
import json
import os
import signal
import threading
import weakref

import numpy as np
import pytest
from conftest import tune, wav_bytes

import hitscope
from hitscope import _native
from hitscope._analysis import run, settings_of

PLAIN = settings_of(False, False, 0, 0, None)


def lines(text):
    return text.splitlines()


# --- equality with the command line ---


def test_demo_tracks_are_measured_as_by_the_command_line(program, demo_tracks):
    printed = lines(program("analyze", *demo_tracks, "--format", "jsonl", "--true-peak"))
    assert [hitscope.analyze(track, true_peak=True).to_json() for track in demo_tracks] == printed


def test_demo_tracks_are_judged_as_by_the_command_line(program, demo_tracks):
    printed = lines(program("predict", *demo_tracks, "--format", "jsonl", "--explain"))
    judged = [hitscope.predict(track, explain=True) for track in demo_tracks]
    assert [track.to_json() for track in judged] == printed
    assert [track.to_dict() for track in judged] == [json.loads(line) for line in printed]


def test_the_readable_layout_is_the_command_line_s(program, demo_tracks):
    printed = program("predict", demo_tracks[0], "--format", "json")
    track = hitscope.predict(demo_tracks[0])
    assert f"[\n  {track.to_json(readable=True, indent=2)}\n]\n" == printed


def test_a_track_in_words_is_the_command_line_s(program, demo_tracks):
    printed = program("predict", demo_tracks[0], "--format", "text")
    assert hitscope.predict(demo_tracks[0]).to_text() == printed


def test_bytes_are_measured_as_standard_input_is(program, demo_tracks):
    content = demo_tracks[0].read_bytes()
    printed = program("analyze", "-", "--format", "jsonl", input=content).rstrip("\n")
    for form in (content, bytearray(content), memoryview(content)):
        assert hitscope.analyze(form).to_json() == printed


def test_reference_files_are_measured_as_by_the_command_line(program, shared):
    files = sorted((shared / "audio" / "librosa").rglob("*.ogg"))[:4]
    files += sorted((shared / "audio" / "flac_test_files").rglob("*.flac"))[:12]
    assert files
    printed = lines(program("analyze", *files, "--format", "jsonl", "--jobs", "2"))
    assert [entry.to_json() for entry in hitscope.analyze_many(files, jobs=2)] == printed


def test_odd_files_end_as_on_the_command_line(program, odd_files):
    printed = lines(program("predict", *odd_files, "--format", "jsonl", "--jobs", "2"))
    assert [entry.to_json() for entry in hitscope.predict_many(odd_files, jobs=2)] == printed


def test_frames_are_those_of_the_command_line(program, demo_tracks, tmp_path):
    program("analyze", demo_tracks[0], "--frames", tmp_path)
    written = (tmp_path / f"{demo_tracks[0].stem}.hdna").read_bytes()
    frames = hitscope.analyze(demo_tracks[0], frames=True).frames
    assert frames.to_bytes() == written
    assert np.array_equal(hitscope.Frames.from_bytes(written).values, frames.values)


# --- attributes ---


def test_attributes_say_what_the_dictionary_says(demo_tracks):
    track = hitscope.predict(demo_tracks[0], explain=True)
    whole = track.to_dict()
    features = whole["features"]
    for name in features.keys() - {"chroma", "mfcc", "tempo_candidates", "key_candidates"}:
        assert getattr(track.features, name) == features[name], name
    assert track.features.chroma.tolist() == features["chroma"]
    assert track.features.mfcc.tolist() == features["mfcc"]
    assert [(c.bpm, c.score) for c in track.features.tempo_candidates] == [
        (c["bpm"], c["score"]) for c in features["tempo_candidates"]
    ]
    for name in whole["audio"].keys() - {"warnings"}:
        assert getattr(track.audio, name) == whole["audio"][name], name
    assert track.warnings == whole["audio"]["warnings"]
    assert track.sha256 == whole["source"]["sha256"]
    assert {name: e.value for name, e in track.estimates.items()} == {
        name: e["value"] for name, e in whole["estimates"].items()
    }
    verdict = whole["verdict"]
    assert track.verdict.to_dict() == verdict
    for name in ("label", "votes_for_hit", "tier", "probability", "base_rate"):
        assert getattr(track.verdict, name) == verdict[name]
    assert list(track.verdict.probability_interval) == verdict["probability_interval"]
    assert [v.model for v in track.verdict.votes] == [v["model"] for v in verdict["votes"]]
    assert [c.contribution for c in track.verdict.explanation] == [
        c["contribution"] for c in verdict["explanation"]
    ]
    assert track.explanation_text


def test_a_measured_track_can_be_judged_later(demo_tracks):
    track = hitscope.analyze(demo_tracks[0])
    assert track.verdict is None
    assert hitscope.predict(track).to_json() == hitscope.predict(demo_tracks[0]).to_json()
    assert track.verdict is None, "the measured track stays as it is"


def test_an_explanation_adds_up(demo_tracks):
    verdict = hitscope.explain(demo_tracks[0])
    moved = sum(part.contribution for part in verdict.explanation)
    assert moved == pytest.approx(verdict.probability - verdict.base_rate, abs=1e-9)


# --- arrays ---


def features_of(samples, rate):
    return hitscope.analyze(samples, sr=rate).to_dict()["features"]


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_an_array_is_measured_as_the_file_that_holds_it(channels):
    rate = 44100
    pcm = (tune(rate=rate, channels=channels) * 32767).astype(np.int16)
    from_file = hitscope.analyze(wav_bytes(pcm, rate)).to_dict()["features"]
    assert features_of(pcm, rate) == from_file
    assert features_of((pcm / 32768).astype(np.float32), rate) == from_file
    assert features_of(pcm / 32768, rate) == from_file


def test_no_memory_layout_changes_the_result():
    samples = tune(channels=2).astype(np.float32)
    expected = features_of(samples, 22050)
    assert features_of(np.asfortranarray(samples), 22050) == expected
    assert features_of(np.repeat(samples, 3, axis=0)[::3], 22050) == expected
    assert features_of(samples[::-1].copy()[::-1], 22050) == expected
    assert features_of(np.ascontiguousarray(samples.T).T, 22050) == expected
    assert features_of(samples[:, :1], 22050) == features_of(samples[:, 0], 22050)
    frozen = samples.copy()
    frozen.flags.writeable = False
    assert features_of(frozen, 22050) == expected


def test_an_array_has_no_file_about_it():
    track = hitscope.analyze(tune(), sr=22050)
    assert track.path == "-"
    assert track.sha256 is None
    assert track.audio.container is None
    assert track.to_dict()["source"]["sha256"] is None


@pytest.mark.parametrize(
    ("samples", "sr", "error"),
    [
        (np.zeros(9000), None, TypeError),
        (np.zeros(9000), 22050.5, ValueError),
        (np.zeros(9000, dtype=np.int32), 22050, TypeError),
        (np.zeros(9000, dtype=np.complex64), 22050, TypeError),
        (np.zeros((2, 2, 2)), 22050, ValueError),
        (np.zeros(()), 22050, ValueError),
        ([0.0, 0.1], 22050, TypeError),
        (None, None, TypeError),
        (np.zeros((2, 9000)), 22050, hitscope.UnsupportedFormatError),
        (np.zeros(9000), 100, hitscope.UnsupportedFormatError),
        (np.zeros(9000), -1, hitscope.UnsupportedFormatError),
        (np.zeros(0), 22050, hitscope.TooShortError),
        (np.zeros(100), 22050, hitscope.TooShortError),
    ],
)
def test_what_is_no_track_is_refused(samples, sr, error):
    with pytest.raises(error):
        hitscope.analyze(samples, sr=sr)


def test_samples_that_are_no_numbers_are_said_so():
    samples = tune()
    samples[100:200] = np.nan
    assert any(
        "not" in warning or "NaN" in warning for warning in hitscope.analyze(samples, sr=22050).warnings
    )


# --- frames: views, not copies ---


def test_frames_are_read_only_views_of_one_buffer():
    frames = hitscope.analyze(tune(), sr=22050, frames=True).frames
    values = frames.values
    assert values.shape == (39, len(frames))
    assert values.dtype == np.uint8
    rows = {"rms": [0], "centroid": [1], "onset": [2], "chroma": range(3, 15), "bands": range(15, 39)}
    for name, of in rows.items():
        view = getattr(frames, name)
        assert np.shares_memory(view, values), name
        assert not view.flags.owndata
        assert not view.flags.writeable
        assert np.array_equal(np.atleast_2d(view), values[list(of)])
    assert values.__array_interface__["data"] == frames.values.__array_interface__["data"]
    with pytest.raises(ValueError, match="read-only"):
        values[0, 0] = 1


def test_frames_outlive_their_track():
    track = hitscope.analyze(tune(), sr=22050, frames=True)
    gone = weakref.ref(track) if hasattr(type(track), "__weakref__") else None
    chroma, features = track.frames.chroma, track.features
    copy = chroma.copy()
    del track
    gc.collect()
    assert gone is None or gone() is None
    hitscope.analyze(tune(), sr=22050, frames=True)  # would take the memory over
    assert np.array_equal(chroma, copy)
    assert features.duration_ms == pytest.approx(4000)


def test_frames_in_units_follow_their_scales():
    frames = hitscope.analyze(tune(), sr=22050, frames=True).frames
    low, high = frames.scales[:, :1], frames.scales[:, 1:]
    expected = low + (high - low) * frames.values.astype(np.float32) / 255
    assert np.allclose(frames.in_units(), expected, rtol=1e-6)
    assert len(frames.names) == 39


def test_without_asking_there_are_no_frames():
    assert hitscope.analyze(tune(), sr=22050).frames is None
    assert hitscope.predict(tune(), 22050, frames=True).frames is not None


@pytest.mark.parametrize("view", ["helix", "ring", "lanes"])
def test_frames_draw_themselves(view):
    frames = hitscope.analyze(tune(), sr=22050, frames=True).frames
    assert frames.to_svg(view).startswith("<svg")


def test_an_unknown_view_and_damaged_frames_are_refused():
    frames = hitscope.analyze(tune(), sr=22050, frames=True).frames
    with pytest.raises(ValueError, match="helix"):
        frames.to_svg("cube")
    with pytest.raises(hitscope.CorruptError):
        hitscope.Frames.from_bytes(frames.to_bytes()[:-1])


# --- errors ---


def test_errors_are_classes_with_the_command_line_s_words(program, tmp_path):
    song = wav_bytes((tune() * 32767).astype(np.int16), 22050)
    broken = {
        "empty.wav": (b"", hitscope.HitscopeError),
        "text.mp3": (b"These are words, not sound.\n" * 40, hitscope.UnsupportedFormatError),
        "head.wav": (song[:44], hitscope.HitscopeError),
        "noise.bin": (np.random.default_rng(3).bytes(5000), hitscope.HitscopeError),
        "short.wav": (song[: 44 + 200], hitscope.TooShortError),
    }
    for name, (content, kind) in broken.items():
        path = tmp_path / name
        path.write_bytes(content)
        printed = json.loads(program("analyze", path, "--format", "jsonl"))["error"]
        with pytest.raises(kind) as caught:
            hitscope.analyze(path)
        assert caught.value.type == type(caught.value).type == printed["type"], name
        assert caught.value.title == printed["title"]
        assert (caught.value.detail or None) == printed["detail"]


def test_limits_are_errors_of_their_own(tmp_path):
    path = tmp_path / "song.wav"
    path.write_bytes(wav_bytes((tune() * 32767).astype(np.int16), 22050))
    with pytest.raises(hitscope.TooLargeError):
        hitscope.analyze(path, max_bytes=1000)
    with pytest.raises(hitscope.TooLargeError):
        hitscope.analyze(path.read_bytes(), max_bytes=1000)
    with pytest.raises(hitscope.TooLongError):
        hitscope.analyze(path, max_seconds=2)
    with pytest.raises(hitscope.TooLongError):
        hitscope.analyze(tune(), sr=22050, max_seconds=2)
    with pytest.raises(TimeoutError) as caught:
        hitscope.analyze(endless(), sr=22050, max_seconds=0, timeout=0.01)
    assert isinstance(caught.value, hitscope.HitscopeError)


def test_a_missing_file_is_python_s_error_too(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        hitscope.analyze(tmp_path / "gone.mp3")
    assert isinstance(caught.value, hitscope.NotFoundError)
    with pytest.raises(hitscope.UnreadableError):
        hitscope.analyze(tmp_path)


def test_addresses_are_not_fetched():
    with pytest.raises(hitscope.UrlUnreachableError):
        hitscope.analyze("https://example.org/song.mp3")


def test_silence_has_no_verdict():
    silence = np.zeros(44100)
    assert hitscope.analyze(silence, sr=22050).features.tempo_bpm is None
    with pytest.raises(hitscope.NoSignalError):
        hitscope.predict(silence, 22050)


def test_a_path_of_any_bytes_works(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff\xfe.wav"
    with open(path, "wb") as file:
        file.write(wav_bytes((tune() * 32767).astype(np.int16), 22050))
    name = os.fsdecode(path)
    assert hitscope.analyze(name).path == name


# --- threads and Ctrl-C ---


def endless():
    """Four hours of sound in four bytes: nothing here waits for its end."""
    return np.broadcast_to(np.float32(0.25), (4 * 3600 * 22050,))


def test_another_thread_works_while_one_analyses(demo_tracks):
    stop = _native.Stop()
    begun = threading.Event()
    ended = []

    def listen():
        begun.set()
        try:
            run(endless(), 22050, PLAIN, stop=stop)
        except hitscope.HitscopeError as error:
            ended.append(error.type)

    thread = threading.Thread(target=listen)
    thread.start()
    begun.wait()
    # Were the interpreter held, nothing below would run before the four hours are through.
    assert hitscope.analyze(demo_tracks[0]).features.tempo_bpm
    assert thread.is_alive()
    stop.ask()
    thread.join()
    assert ended == ["interrupted"]


def test_many_threads_get_the_same_result(demo_tracks):
    expected = hitscope.predict(demo_tracks[0]).to_json()
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(hitscope.predict(demo_tracks[0]).to_json()))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_control_c_stops_one_analysis():
    ready = threading.Event()

    def press():
        ready.wait()
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012  # the key is pressed only where it is expected
        ready.set()
        hitscope.analyze(endless(), sr=22050, max_seconds=0)
    thread.join()
