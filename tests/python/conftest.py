"""The Python package as a user has it: these tests run in a virtual environment with the wheel installed.

What the package says is compared with what the built program says of the same files. The program is the
release build's, or the one that HITSCOPE_PROGRAM names; the wheel, for what is told of itself, lies where
HITSCOPE_WHEEL says (script/test sets it).
"""

import csv
import io
import os
import signal
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("HITSCOPE_PROGRAM", ROOT / "build" / "release" / "hitscope"))
SHARED = Path(os.environ.get("HITSCOPE_SHARED", ROOT.parent / "shared")).resolve()
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("HITSCOPE_")}


@pytest.fixture(autouse=True)
def _no_settings_leak_in(monkeypatch):
    for name in os.environ:
        if name.startswith("HITSCOPE_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _an_interrupt_is_heard():
    """A shell starts what it puts in the background with SIGINT ignored, and Python keeps it so."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def program():
    """Calls the program and returns its standard output, whatever the exit status."""
    assert PROGRAM.is_file(), f"{PROGRAM} is not built: script/build"

    def call(*arguments, **options):
        command = [PROGRAM, *map(os.fspath, arguments)]
        given = {"timeout": 300} | ({} if "input" in options else {"stdin": subprocess.DEVNULL}) | options
        run = subprocess.run(command, capture_output=True, check=False, env=ENVIRONMENT, **given)
        return run.stdout.decode()

    return call


@pytest.fixture(scope="session")
def demo_tracks():
    tracks = sorted((PROGRAM.parent / "demo").glob("*.flac"))
    assert tracks, "the demo tracks are rendered by the build (target demo_tracks)"
    return tracks


@pytest.fixture(scope="session")
def shared():
    if not (SHARED / "audio").is_dir():
        pytest.skip("the reference material (HITSCOPE_SHARED) is not here")
    return SHARED


@pytest.fixture(scope="session")
def odd_files(shared):
    """Broken, strange and foreign files; those that take long are left out."""
    files = [path for path in sorted((shared / "audio" / "odd").rglob("*")) if path.is_file()]
    return [path for path in files if path.stat().st_size < 4 << 20]


def tune(seconds=4.0, rate=22050, channels=1):
    """A beat and a chord, float64 in +-0.7: enough for tempo, key and loudness."""
    t = np.arange(int(seconds * rate)) / rate
    chord = sum(np.sin(2 * np.pi * f * t) for f in (220.0, 261.63, 329.63)) / 6
    beat = np.sin(2 * np.pi * 60 * t) * np.exp(-12 * (t % 0.5))
    mono = 0.6 * chord + 0.4 * beat
    return mono if channels == 1 else np.stack([mono * (1 - 0.2 * c) for c in range(channels)], axis=1)


def wav_bytes(samples, rate):
    """16-bit WAV of int16 samples, (n,) or (n, channels)."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(samples, dtype="<i2").tobytes())
    return out.getvalue()


HEADER = [
    "track_id", "artist", "title", "popularity", "tempo", "loudness", "key", "mode", "energy", "duration_ms",
    "danceability", "acousticness", "instrumentalness", "speechiness", "liveness", "valence",
    "time_signature",
]  # fmt: skip


@pytest.fixture(scope="session")
def table(tmp_path_factory):
    """A small table to learn from, in which loud and long tracks are popular."""
    random = np.random.default_rng(7)
    rows = 700
    loudness = np.round(random.normal(-9, 3, rows), 3)
    duration = random.normal(210e3, 30e3, rows)
    tempo, energy = np.round(random.uniform(60, 180, rows), 3), np.round(random.uniform(size=rows), 4)
    shares = np.round(random.uniform(size=(rows, 6)), 4)
    wish = (loudness + 9) / 3 + (duration - 210e3) / 30e3 + random.normal(0, 1.2, rows)
    path = tmp_path_factory.mktemp("table") / "tracks.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for row in range(rows):
            shown = (tempo[row], loudness[row], random.integers(12), random.integers(2), energy[row])
            popularity = int(np.clip(15 + 12 * wish[row], 1, 100))
            names = (f"t{row}", f"artist {row % 140}", f"title {row}")
            out.writerow([*names, popularity, *shown, int(duration[row]), *shares[row], 4])
    return path
