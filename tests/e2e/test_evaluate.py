"""`hitscope evaluate` on the best-known random split (needs the reference material)."""

import csv
import json

import pytest

TOLERANCE = {
    "knn": 0.003,
    "adaboost": 0.003,
    "decision_tree": 0.003,
    "xgboost": 0.006,
    "random_forest": 0.005,
}


@pytest.fixture(scope="module")
def evaluation(hitscope, shared):
    run = hitscope(
        "evaluate",
        "--data", shared / "data" / "spotify_tracks_114k.csv",
        "--recipe", "seed5",
        "--protocol", f"split={shared / 'golden' / 'seed_split.csv'}",
        "--format", "json",
        timeout_s=600,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr.decode()
    return json.loads(run.stdout)


@pytest.mark.parametrize("model", sorted(TOLERANCE))
def test_accuracy_is_that_of_scikit_learn_and_xgboost(evaluation, shared, model):
    with open(shared / "golden" / "sklearn_scores.csv", encoding="utf-8") as table:
        golden = {row["model"]: row for row in csv.DictReader(table) if row["features"] == "5"}
    expected = float(golden[model]["accuracy"])
    assert evaluation["models"][model]["accuracy"] == pytest.approx(expected, abs=TOLERANCE[model])


def test_votes_are_scored_too(evaluation):
    for vote in ("hard_vote", "soft_vote", "consensus"):
        assert 0.5 < evaluation["models"][vote]["accuracy"] < 1
    assert evaluation["protocol"]
    assert evaluation["rows"]
