"""Several files, formats, and exit statuses: one failing file never stops the others."""

import csv
import io
import json
import shutil

import pytest


@pytest.fixture
def folder(tmp_path, demo_tracks):
    """A good track, a text file that claims to be one, and another good track in a subfolder."""
    shutil.copy(demo_tracks[0], tmp_path / "a.flac")
    (tmp_path / "b.mp3").write_text("This is no music.\n" * 100)
    (tmp_path / "inner").mkdir()
    shutil.copy(demo_tracks[0], tmp_path / "inner" / "c.flac")
    return tmp_path


def test_one_failing_file_does_not_stop_the_others(hitscope, folder):
    run = hitscope(
        "analyze", folder / "a.flac", folder / "b.mp3", folder / "inner" / "c.flac", "--format", "json"
    )
    first, broken, last = json.loads(run.stdout)
    assert run.returncode == 1
    assert first["features"] == last["features"]
    assert broken["error"]["type"] == "unsupported-format"
    assert set(broken["error"]) == {"type", "title", "detail"}
    assert "features" not in broken


def test_a_missing_file_says_so(hitscope, tmp_path):
    run = hitscope("analyze", tmp_path / "nothing.mp3", "--format", "json")
    assert run.returncode == 1
    assert json.loads(run.stdout)[0]["error"]["type"] == "not-found"


def test_json_lines(hitscope, folder):
    run = hitscope("analyze", folder / "a.flac", folder / "b.mp3", "--format", "jsonl")
    lines = [json.loads(line) for line in run.stdout.decode().splitlines()]
    assert [("error" in line) for line in lines] == [False, True]


def test_csv_has_one_row_a_track(hitscope, folder):
    run = hitscope("analyze", folder / "a.flac", folder / "inner" / "c.flac", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(run.stdout.decode())))
    assert [row["path"] for row in rows] == [str(folder / "a.flac"), str(folder / "inner" / "c.flac")]
    assert float(rows[0]["tempo_bpm"]) > 0
    assert rows[0]["integrated_lufs"] == rows[1]["integrated_lufs"]


def test_folders_are_walked_on_request(hitscope, folder):
    (folder / "cover.txt").write_text("Not audio, and it does not claim to be.\n" * 50)
    run = hitscope("analyze", folder, "--recursive", "--format", "jsonl")
    paths = [json.loads(line)["path"] for line in run.stdout.decode().splitlines()]
    assert [path[len(str(folder)) + 1 :] for path in paths] == ["a.flac", "inner/c.flac"]
    assert run.returncode == 0, "what is not audio is passed over in a folder, whatever its name"
    assert b"2 " in run.stderr, "... but counted"


def test_a_list_of_files(hitscope, folder):
    (folder / "list.txt").write_text(f"{folder / 'a.flac'}\n{folder / 'inner' / 'c.flac'}\n")
    run = hitscope("analyze", "--files-from", folder / "list.txt", "--format", "jsonl")
    assert run.returncode == 0
    assert len(run.stdout.splitlines()) == 2


def test_json_is_the_default_in_a_pipe(hitscope, folder):
    run = hitscope("analyze", folder / "a.flac")
    assert json.loads(run.stdout)[0]["features"]["tempo_bpm"] > 0


def test_stdout_is_the_result_alone(hitscope, folder):
    quiet = hitscope("analyze", folder / "a.flac", "--format", "json", "--progress", "never")
    loud = hitscope("analyze", folder / "a.flac", "--format", "json", "--progress", "always")
    assert quiet.stdout == loud.stdout
    assert quiet.stderr == b""
    assert loud.stderr != b""


def test_frames_are_written_on_request(hitscope, folder):
    frames = folder / "frames"
    run = hitscope("analyze", folder / "a.flac", "--frames", frames, "--format", "json")
    assert run.returncode == 0, run.stderr.decode()
    (written,) = frames.iterdir()
    assert written.read_bytes().startswith(b"HDNA")


@pytest.mark.parametrize(
    "arguments",
    [["analyze"], ["analyze", "x.mp3", "--format", "xml"], ["sing"], ["predict", "--no-such-option"], []],
    ids=["no file", "unknown format", "unknown command", "unknown option", "nothing at all"],
)
def test_wrong_usage_is_status_2_and_explained(hitscope, arguments):
    run = hitscope(*arguments)
    assert run.returncode == 2
    assert run.stdout == b""
    assert run.stderr


@pytest.mark.parametrize(
    "command", [[], ["analyze"], ["predict"], ["train"], ["evaluate"], ["model"], ["doctor"]]
)
def test_help(hitscope, command):
    run = hitscope(*command, "--help")
    assert run.returncode == 0
    assert b"--" in run.stdout


def test_options_come_from_the_environment_too(hitscope, folder):
    run = hitscope("analyze", folder / "a.flac", environment={"HITSCOPE_FORMAT": "csv"})
    assert run.stdout.startswith(b"path,")


def test_a_model_that_is_none_is_refused(hitscope, folder):
    (folder / "fake.safetensors").write_bytes(b"\xff" * 4096)
    run = hitscope("predict", folder / "a.flac", "--model", folder / "fake.safetensors", "--format", "json")
    assert run.returncode == 1
    assert run.stdout == b"", "no report without a verdict that was asked for"
    assert b"safetensors" in run.stderr
