"""How true the measurements are, on real recordings with known answers (needs the reference material)."""

import csv
import json
import re

import pytest

# What the project promises; the scoring tools are the reference material's own.
LEAST_KEY_EXACT, LEAST_KEY_MIREX = 0.94, 0.96
LEAST_TEMPO_ACCURACY_1, LEAST_TEMPO_ACCURACY_2 = 0.80, 0.95
LEAST_RIGHT_WHERE_SURE = 0.90
MOST_MEDIAN_ERROR, MOST_95TH_PERCENTILE = 0.001, 0.01
MOST_CHROMA_MEDIAN, MOST_CHROMA_95TH = 0.03, 0.15


@pytest.fixture(scope="module")
def scores(shared, shared_results, shared_tool):
    truth = shared / "audio" / "ground_truth.csv"
    return json.loads(shared_tool("score_audio.py", shared_results, truth, "--root", shared / "audio"))


def test_tempo(scores):
    assert scores["tempo"]["acc1"] >= LEAST_TEMPO_ACCURACY_1
    assert scores["tempo"]["acc2"] >= LEAST_TEMPO_ACCURACY_2


def test_confident_tempi_are_right(shared, shared_results):
    with open(shared / "audio" / "ground_truth.csv", encoding="utf-8") as table:
        truth = {row["path"]: float(row["tempo_bpm"]) for row in csv.DictReader(table) if row["tempo_bpm"]}
    sure = []
    with open(shared_results, encoding="utf-8") as results:
        for line in results:
            report = json.loads(line)
            written = truth.get(report["path"].removeprefix(f"{shared / 'audio'}/"))
            features = report.get("features")
            if written and features and (features["tempo_confidence"] or 0) >= 0.8:
                sure.append(abs(features["tempo_bpm"] - written) <= 0.04 * written)
    assert len(sure) >= 20
    assert sum(sure) / len(sure) >= LEAST_RIGHT_WHERE_SURE


def test_key(scores):
    assert scores["key"]["exact"] >= LEAST_KEY_EXACT
    assert scores["key"]["mirex"] >= LEAST_KEY_MIREX


def test_loudness(scores):
    assert scores["lufs"]["within_0.1"] == 1


def test_measurements_agree_with_librosa(shared, shared_results, shared_tool):
    golden = shared / "golden" / "librosa.csv"
    printed = shared_tool("parity_librosa.py", shared_results, golden, "--root", shared / "audio")
    line = re.compile(r"^(\w+)\b.*? median=([\d.]+) p95=([\d.]+)", re.MULTILINE)
    errors = {name: (float(median), float(p95)) for name, median, p95 in line.findall(printed)}
    for name in (
        "rms",
        "spectral_centroid_hz",
        "spectral_bandwidth_hz",
        "spectral_rolloff_hz",
        "zero_crossing_rate",
    ):
        assert errors[name][0] <= MOST_MEDIAN_ERROR, name
        assert errors[name][1] <= MOST_95TH_PERCENTILE, name
    assert errors["chroma"][0] <= MOST_CHROMA_MEDIAN
    assert errors["chroma"][1] <= MOST_CHROMA_95TH


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
