"""What all tests of the batch share. Everything that is no fixture is in batching.py."""

import os
import shutil

import pytest
from batching import POISON, PROGRAM, Batch, write_poison, write_tone


@pytest.fixture(scope="session")
def program():
    assert PROGRAM.is_file(), f"{PROGRAM} is not built: script/build"
    return PROGRAM


@pytest.fixture
def batch(program):
    return Batch(HITSCOPE_DEBUG_MARKERS="true")


@pytest.fixture(scope="session")
def tone(tmp_path_factory):
    path = tmp_path_factory.mktemp("tone") / "tone.wav"
    write_tone(path)
    return path


@pytest.fixture
def library(tmp_path, tone):
    """Twenty-four short tracks in two folders."""
    folder = tmp_path / "library"
    for part in ("a", "b"):
        (folder / part).mkdir(parents=True)
        for i in range(12):
            shutil.copy(tone, folder / part / f"track {i:02}.wav")
    return folder


@pytest.fixture(scope="module")
def big_library(program, tmp_path_factory):
    """Four hundred tracks, five of them poison; the others are the demo renders, again and again."""
    folder = tmp_path_factory.mktemp("library")
    demo = sorted((program.parent / "demo").glob("*.flac"))
    assert demo, "the demo tracks are rendered by the build (target demo_tracks)"
    first = [shutil.copy(track, folder / f"{i:03} {track.name}") for i, track in enumerate(demo)]
    for i in range(len(first), 400 - len(POISON)):
        os.link(first[i % len(demo)], folder / f"{i:03} {demo[i % len(demo)].name}")
    write_poison(folder)
    return folder
