"""Bundles and rows of attributes, beside what the command line says of the same."""

import csv
import io
import json
import math

import numpy as np
import pandas as pd
import pytest

import hitscope


@pytest.mark.parametrize("name", ["default", "attributes"])
def test_the_card_is_the_command_line_s(program, name):
    shown = json.loads(program("model", "show", name, "--format", "json"))
    bundle = hitscope.load_bundle(name)
    assert {**bundle.card, "path": None} == {**shown, "path": None}
    assert bundle.metrics == shown["metrics"]
    assert (bundle.name, bundle.event) == (shown["name"], shown["event"])
    assert bundle.feature_names == [feature["name"] for feature in shown["features"]]


def test_a_bundle_goes_by_path_too(tmp_path):
    source = hitscope.load_bundle("default")
    copy = tmp_path / "copy.safetensors"
    with open(source.path, "rb") as file:
        copy.write_bytes(file.read())
    assert hitscope.load_bundle(copy).card["features"] == source.card["features"]
    assert hitscope.load_bundle(str(copy)).path == str(copy)


def test_a_folder_of_the_user_s_comes_first(tmp_path, monkeypatch):
    with open(hitscope.load_bundle("attributes").path, "rb") as file:
        (tmp_path / "default.safetensors").write_bytes(file.read())
    monkeypatch.setenv("HITSCOPE_MODELS", str(tmp_path))
    assert hitscope.load_bundle("default").path == str(tmp_path / "default.safetensors")


def test_what_is_no_bundle_is_refused(tmp_path):
    with pytest.raises(hitscope.NotFoundError):
        hitscope.load_bundle("no-such-model")
    with pytest.raises(hitscope.NotFoundError):
        hitscope.load_bundle(tmp_path / "none.safetensors")
    with open(hitscope.load_bundle("default").path, "rb") as file:
        content = bytearray(file.read())
    content[len(content) // 2] ^= 1
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(content)
    with pytest.raises(hitscope.ModelInvalidError):
        hitscope.load_bundle(damaged)


def test_a_bundle_written_anew_is_read_anew(tmp_path):
    path = tmp_path / "mine.safetensors"
    for name in ("default", "attributes"):
        with open(hitscope.load_bundle(name).path, "rb") as file:
            path.write_bytes(file.read())
        assert hitscope.load_bundle(path).name == name


def test_a_table_is_judged_as_by_the_command_line(program, table):
    printed = list(csv.DictReader(io.StringIO(program("predict", "--attributes", table, "--format", "csv"))))
    frame = pd.read_csv(table)
    judged = hitscope.predict(frame)
    assert list(judged["label"]) == [row["label"] for row in printed]
    assert list(judged["votes_for_hit"]) == [int(row["votes_for_hit"]) for row in printed]
    assert list(judged["probability"]) == [float(row["probability"]) for row in printed]
    assert (judged["probability_low"] <= judged["probability"]).all()
    assert hitscope.predict(frame, jobs=1).equals(judged)


def test_a_row_is_judged_as_in_its_table(table):
    frame = pd.read_csv(table).head(5).set_index(pd.Index(list("abcde")))
    judged = hitscope.predict(frame)
    assert list(judged.index) == list("abcde")
    for index, row in frame.iterrows():
        verdict = hitscope.predict(row.to_dict() | {"artist": 1.0})
        assert verdict.probability == judged.loc[index, "probability"]
        by_model = {vote.model: vote.probability for vote in verdict.votes}
        assert all(judged.loc[index, f"probability_{model}"] == p for model, p in by_model.items())


def test_unknown_values_are_averaged_over_not_made_up():
    known = {"tempo": 124.0, "loudness": -7.0}
    spelled_out = [known | {"energy": None}, known | {"energy": math.nan}, known]
    assert len({hitscope.predict(row).probability for row in spelled_out}) == 1
    frame = pd.DataFrame([known | {"energy": np.nan}])
    assert hitscope.predict(frame).loc[0, "probability"] == hitscope.predict(known).probability


def test_measured_names_serve_the_default_model(demo_tracks):
    track = hitscope.predict(demo_tracks[0])
    measured = {
        name: value
        for name, value in track.to_dict()["features"].items()
        if isinstance(value, int | float) and name in hitscope.load_bundle().input_names
    }
    for name in ("chroma", "mfcc"):
        values = getattr(track.features, name)
        measured[f"{name}_mean"] = sum(values.tolist()) / len(values)
        measured |= {f"{name}_{i}": float(value) for i, value in enumerate(values)}
    assert hitscope.predict(measured, model="default").probability == track.verdict.probability


def test_rows_of_nothing_known_are_refused():
    with pytest.raises(hitscope.TableInvalidError, match="known are"):
        hitscope.predict({"colour": 3.0})
    with pytest.raises(hitscope.TableInvalidError):
        hitscope.predict(pd.DataFrame({"colour": [3.0]}))
    with pytest.raises(TypeError):
        hitscope.explain(pd.DataFrame({"tempo": [120.0]}))
    with pytest.raises(TypeError):
        hitscope.predict(pd.DataFrame({"tempo": [120.0]}), explain=True)


def test_a_row_can_be_explained():
    verdict = hitscope.explain({"tempo_bpm": 124.0, "duration_ms": 200e3}, model="default")
    moved = sum(part.contribution for part in verdict.explanation)
    assert moved == pytest.approx(verdict.probability - verdict.base_rate, abs=1e-9)
