"""`hitscope predict`: the demo tracks get a verdict, and the JSON keeps its contract."""

import json

import pytest

MODELS = {"random_forest", "xgboost", "adaboost", "knn", "decision_tree"}
TIERS = {5: "ULTRA HIT", 4: "POTENTIAL", 3: "POTENTIAL", 2: "RISKY", 1: "RISKY", 0: "TOTAL FLOP"}


def test_every_demo_track_gets_a_verdict(hitscope, demo_tracks):
    run = hitscope("predict", *demo_tracks, "--format", "json")
    assert run.returncode == 0, run.stderr.decode()
    reports = json.loads(run.stdout)
    assert [report["path"] for report in reports] == [str(track) for track in demo_tracks]
    assert all(report["verdict"] for report in reports)


def test_five_models_vote_and_the_tier_follows_from_the_votes(demo_report):
    verdict = demo_report["verdict"]
    assert {vote["model"] for vote in verdict["votes"]} == MODELS
    hits = sum(vote["label"] == "HIT" for vote in verdict["votes"])
    assert verdict["votes_for_hit"] == hits
    assert verdict["tier"] == TIERS[hits]
    assert verdict["label"] == ("HIT" if hits >= 3 else "FLOP")
    assert all(0 <= vote["probability"] <= 1 for vote in verdict["votes"])


def test_the_probability_lies_within_its_interval(demo_report):
    verdict = demo_report["verdict"]
    low, high = verdict["probability_interval"]
    assert 0 <= low <= verdict["probability"] <= high <= 1


def test_the_verdict_names_the_model_and_how_good_it_is(demo_report):
    model = demo_report["verdict"]["model"]
    assert set(model) >= {"name", "version", "trained_on", "auc_grouped", "ece"}
    assert model["name"] == "default"
    assert 0.5 < model["auc_grouped"] < 0.8, "what audio alone can tell"


@pytest.mark.parametrize("name", ["energy", "loudness_db"])
def test_estimates_carry_their_own_worth(demo_report, name):
    estimate = demo_report["estimates"][name]
    assert estimate["value"] is not None
    assert 0 < estimate["r2"] <= 1


def test_audio_and_source_are_described(demo_report, demo_tracks):
    audio = demo_report["audio"]
    assert audio["container"].lower() == "flac"
    assert audio["sample_rate_hz"] > 0
    assert audio["channels"] in (1, 2)
    assert audio["warnings"] == []
    assert demo_report["source"]["kind"] == "file"
    assert len(demo_report["source"]["sha256"]) == 64
    assert demo_report["features"]["duration_ms"] == pytest.approx(audio["duration_s"] * 1000, abs=1)


def test_every_promised_feature_is_measured_on_music(demo_report):
    features = demo_report["features"]
    numbers = [
        "tempo_bpm",
        "tempo_confidence",
        "key",
        "mode",
        "key_confidence",
        "tuning_cents",
        "integrated_lufs",
        "loudness_range_lu",
        "rms",
        "rms_std",
        "spectral_centroid_hz",
        "spectral_bandwidth_hz",
        "spectral_rolloff_hz",
        "zero_crossing_rate",
        "onset_rate_hz",
        "duration_ms",
    ]
    missing = [name for name in numbers if not isinstance(features[name], int | float)]
    assert not missing
    assert features["true_peak_dbtp"] is None, "measured only when asked for"
    assert len(features["chroma"]) == 12
    assert len(features["mfcc"]) == 20
    assert features["key"] in range(12)
    assert features["mode"] in (0, 1)
    assert features["key_name"]
    assert features["camelot"]
    assert features["open_key"]
    assert {"bpm", "score"} <= set(features["tempo_candidates"][0])
    assert {"key", "mode", "score"} <= set(features["key_candidates"][0])


def test_the_engine_signs_its_work(hitscope, demo_report):
    version = hitscope("--version").stdout.decode()
    assert demo_report["engine"]["version"] in version
    assert demo_report["engine"]["features_version"]


def test_explanation_on_request(hitscope, demo_tracks):
    (plain,) = hitscope.reports("predict", demo_tracks[0])
    (explained,) = hitscope.reports("predict", demo_tracks[0], "--explain")
    explanation = explained["verdict"]["explanation"]
    assert explanation
    assert all({"feature", "value", "contribution"} <= set(part) for part in explanation)
    assert explained["verdict"]["votes"] == plain["verdict"]["votes"]


def test_same_bytes_out_whatever_the_number_of_jobs(hitscope, demo_tracks):
    one = hitscope("predict", *demo_tracks, "--format", "json", "--jobs", "1")
    two = hitscope("predict", *demo_tracks, "--format", "json", "--jobs", "2")
    assert one.stdout == two.stdout


def test_standard_input_is_a_file_too(hitscope, demo_tracks, demo_report):
    with open(demo_tracks[0], "rb") as track:
        run = hitscope("predict", "-", "--format", "json", stdin=track)
    (report,) = json.loads(run.stdout)
    assert report["features"] == demo_report["features"]
    assert report["verdict"] == demo_report["verdict"]


def test_text_is_for_people(hitscope, demo_tracks, demo_report):
    text = hitscope("predict", demo_tracks[0], "--format", "text").stdout.decode()
    assert demo_report["verdict"]["tier"] in text
    assert demo_report["features"]["key_name"] in text
    assert "\x1b" not in text, "no colours into a pipe"
