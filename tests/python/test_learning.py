"""`train` and `evaluate`: the command line's bytes and figures."""

import json

import pytest

import hitscope


@pytest.fixture(scope="module")
def trained(table, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained") / "mine.safetensors"
    told = []
    answer = hitscope.train(table, out, recipe="attributes", jobs=2, progress=lambda *step: told.append(step))
    return out, answer, told


def test_training_gives_the_command_line_s_bytes(program, table, trained, tmp_path):
    out, answer, _ = trained
    program("train", "--data", table, "--recipe", "attributes", "--out", tmp_path / "mine.safetensors")
    assert out.read_bytes() == (tmp_path / "mine.safetensors").read_bytes()
    assert out.with_suffix(".md").read_bytes() == (tmp_path / "mine.md").read_bytes()
    assert answer["path"] == str(out)


def test_training_tells_what_it_did(trained):
    _, answer, told = trained
    assert answer["tables"][0]["stages"]
    assert answer["tables"][0]["stages"][0].keys() == {"name", "rows_in", "rows_out", "note"}
    assert 0.6 < answer["auc_grouped"] < 1
    assert answer["evaluation"]["models"].keys() >= {"knn", "consensus"}
    assert told
    assert all(isinstance(doing, str) and 0 <= done <= total for doing, done, total in told)


def test_a_trained_bundle_predicts(trained):
    bundle = hitscope.load_bundle(trained[0])
    loud_and_long = {"loudness": -3.0, "duration_ms": 280e3}
    quiet_and_short = {"loudness": -15.0, "duration_ms": 140e3}
    high = hitscope.predict(loud_and_long, model=bundle).probability
    assert high > hitscope.predict(quiet_and_short, model=bundle).probability


def test_evaluation_gives_the_command_line_s_figures(program, table, tmp_path):
    printed = program(
        "evaluate", "--data", table, "--recipe", "attributes", "--protocol", "random", "--format", "json"
    )
    report = tmp_path / "report"
    answer = hitscope.evaluate([table], recipe="attributes", protocol="random", report=report)
    assert answer == json.loads(printed)
    assert json.loads((report / "report.json").read_text(encoding="utf-8")) == answer


def test_columns_may_have_other_names(program, table, tmp_path):
    foreign = tmp_path / "foreign.csv"
    foreign.write_text(table.read_text(encoding="utf-8").replace("tempo", "BPM", 1), encoding="utf-8")
    with pytest.raises(hitscope.TableInvalidError):
        hitscope.evaluate(foreign, recipe="attributes", protocol="random")
    answer = hitscope.evaluate(foreign, recipe="attributes", protocol="random", columns={"tempo": "BPM"})
    assert answer["rows"] > 0


def test_what_cannot_be_learnt_from_is_refused(table, tmp_path):
    with pytest.raises(hitscope.NotFoundError):
        hitscope.evaluate(tmp_path / "none.csv")
    with pytest.raises(hitscope.HitscopeError):
        hitscope.evaluate(table, recipe="no-such-recipe")
    with pytest.raises(ValueError, match="protocol"):
        hitscope.evaluate(table, protocol="hopeful")
    with pytest.raises(hitscope.TableInvalidError):
        hitscope.evaluate(table, recipe="attributes", columns={"colour": "x"})


def test_whoever_watches_may_end_it(table):
    def enough(_doing, _done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hitscope.evaluate(table, recipe="attributes", progress=enough)
