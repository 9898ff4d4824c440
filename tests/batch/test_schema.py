"""Rows and reports: what goes in comes out, and what no column can hold is said."""

import json
import subprocess

import batching
import pytest

from hitscope.batch.schema import SCHEMA, UnknownReport, failed_row, report_of, row_of, table_of


@pytest.fixture(scope="module")
def report(program):
    """One demo track's, explained."""
    track = min((program.parent / "demo").glob("*.flac"))
    command = [program, "predict", "--explain", "--true-peak", "--format", "jsonl", track]
    run = subprocess.run(command, capture_output=True, check=True, env=batching.environment())
    return json.loads(run.stdout)


def there_and_back(*rows):
    return [report_of(row) for row in table_of(list(rows), {}).to_pylist()]


def test_a_report_survives(report):
    url = report["path"]
    assert there_and_back(row_of(url, report)) == [report]
    assert report["features"]["true_peak_dbtp"] is not None
    assert report["verdict"]["explanation"]


def test_what_is_unknown_survives(report):
    unknown = json.loads(json.dumps(report))
    for name in ("tempo_bpm", "key", "mode", "key_name", "chroma", "integrated_lufs"):
        unknown["features"][name] = None
    unknown["features"]["tempo_candidates"] = []
    unknown["verdict"] = None
    unknown["estimates"] = {}
    assert there_and_back(row_of(report["path"], unknown)) == [unknown]


def test_a_failure_survives():
    error = {"type": "corrupt", "title": "It is broken.", "detail": None}
    assert there_and_back(failed_row("/x.mp3", "crash", error)) == [{"path": "/x.mp3", "error": error}]


def test_every_column_of_a_good_row_is_known_to_the_schema(report):
    assert row_of("/x", report).keys() <= set(SCHEMA.names)


@pytest.mark.parametrize(
    ("part", "words"), [("features", "of features"), ("audio", "of audio"), ("", "of the report")]
)
def test_a_report_of_a_newer_program_is_refused(report, part, words):
    newer = json.loads(json.dumps(report))
    (newer[part] if part else newer)["danceability_2"] = 1
    with pytest.raises(UnknownReport, match=f"danceability_2 {words}"):
        row_of("/x", newer)
