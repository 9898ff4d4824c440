"""How true the measurements are, on real recordings with known answers (needs the reference material)."""

import csv
import json
import re

import pytest

# What the project promises; the scoring tools are the reference material's own.
LEAST_KEY_EXACT = 0.80
LEAST_TEMPO_ACCURACY_2 = 0.80
LEAST_LOUDNESS_WITHIN_A_TENTH = 0.95
MOST_MEDIAN_ERROR = 0.002


@pytest.fixture(scope="module")
def scores(shared, shared_results, shared_tool):
    truth = shared / "audio" / "ground_truth.csv"
    return json.loads(shared_tool("score_audio.py", shared_results, truth, "--root", shared / "audio"))


def test_tempo(scores):
    assert scores["tempo"]["acc2"] >= LEAST_TEMPO_ACCURACY_2


def test_key(scores):
    assert scores["key"]["exact"] >= LEAST_KEY_EXACT


def test_loudness(scores):
    assert scores["lufs"]["within_0.1"] >= LEAST_LOUDNESS_WITHIN_A_TENTH


def test_rms_and_centroid_agree_with_librosa(shared, shared_results, shared_tool):
    golden = shared / "golden" / "librosa.csv"
    printed = shared_tool("parity_librosa.py", shared_results, golden, "--root", shared / "audio")
    medians = dict(re.findall(r"^(\w+) +n= *\d+ median=([\d.]+)", printed, re.MULTILINE))
    assert float(medians["rms"]) <= MOST_MEDIAN_ERROR
    assert float(medians["spectral_centroid_hz"]) <= MOST_MEDIAN_ERROR


ERROR_TYPES = {
    "unreadable",
    "unsupported-format",
    "corrupt",
    "too-short",
    "too-long",
    "too-large",
    "no-signal",
}


def test_every_odd_file_gets_a_result_or_a_typed_error(hitscope, shared):
    with open(shared / "audio" / "odd_expect.csv", encoding="utf-8") as table:
        names = [row["path"] for row in csv.DictReader(table)]
    wrong = []
    for name in names:
        # One process a file: a crash or a hang is then that file's.
        run = hitscope("predict", shared / "audio" / name, "--format", "json", timeout_s=10)
        if run.returncode not in (0, 1):
            wrong.append((name, run.returncode))
            continue
        (report,) = json.loads(run.stdout)
        if run.returncode == 0 and not report["features"]:
            wrong.append((name, "no features"))
        if run.returncode == 1 and report["error"]["type"] not in ERROR_TYPES:
            wrong.append((name, report["error"]))
    assert not wrong
