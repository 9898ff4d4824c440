"""research/MusicPredictor_Pipeline.ipynb runs from clean, and its figures are those of `hitscope evaluate`.

It takes minutes, on the made-up tables and on the reference tables alike: with HITSCOPE_SLOW=1 only.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SHARED

SLOW = os.environ.get("HITSCOPE_SLOW") == "1"
NOTEBOOK = ROOT / "research" / "MusicPredictor_Pipeline.ipynb"


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("made-up", marks=pytest.mark.skipif(not SLOW, reason="HITSCOPE_SLOW=1")),
        pytest.param("reference", marks=pytest.mark.skipif(not SLOW, reason="HITSCOPE_SLOW=1")),
    ],
)
def executed(request, tmp_path_factory):
    """The page, and the figures that the notebook wrote down."""
    folder = tmp_path_factory.mktemp("notebook")
    shared = folder / "nowhere"
    if request.param == "reference":
        shared = SHARED
        if not (shared / "data" / "spotify_tracks_114k.csv").is_file():
            pytest.skip("the reference tables (HITSCOPE_SHARED) are not here")
    results = folder / "results.json"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HITSCOPE_")}
    environment |= {"HITSCOPE_SHARED": str(shared), "HITSCOPE_NOTEBOOK_RESULTS": str(results)}
    environment |= {"IPYTHONDIR": str(folder / "ipython"), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    command = [sys.executable, ROOT / "script" / "support" / "execute_notebook.py", folder / "page.html"]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=1800)
    assert run.returncode == 0, run.stderr[-4000:]
    page = (folder / "page.html").read_text(encoding="utf-8")
    return page, json.loads(results.read_text(encoding="utf-8")), request.param


def test_the_notebook_is_stored_without_outputs():
    stored = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    for cell in stored["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
    assert "widgets" not in stored["metadata"]


def test_it_says_first_which_data_it_runs_on(executed):
    page, results, which = executed
    assert results["real"] == (which == "reference")
    # In bold, as it is said: the code that may say it stands on the page too.
    assert ("<strong>This run is on made-up tables.</strong>" in page) == (which == "made-up")
    assert ("<strong>This run is on the reference tables</strong>" in page) == (which == "reference")
    assert ("84.5 % lies" in page) == (which == "reference")


def test_every_picture_is_there(executed):
    page, _, _ = executed
    assert len(re.findall(r'<img[^>]+src="data:image/png', page)) >= 15


def test_every_evaluation_equals_the_command_line_s(executed, program):
    _, results, _ = executed
    assert results["evaluations"].keys() == {"published", "each_once", "by_artist", "grouped", "transfer"}
    for name, asked in results["evaluations"].items():
        printed = program(
            "evaluate", "--data", *asked["data"], "--recipe", asked["recipe"], "--protocol",
            asked["protocol"], "--format", "json", timeout=3600,
        )  # fmt: skip
        assert asked["answer"] == json.loads(printed), name


def test_the_figures_in_the_text_are_the_evaluations_own(executed):
    _, results, which = executed
    told, asked = results["figures"], results["evaluations"]

    def score(name, model, score):
        return asked[name]["answer"]["models"][model][score]

    assert told["published_accuracy"] == score("published", "random_forest", "accuracy")
    assert told["forest_auc_each_once"] == score("each_once", "random_forest", "auc")
    assert told["forest_auc_by_artist"] == score("by_artist", "random_forest", "auc")
    assert told["consensus_auc_grouped"] == score("grouped", "consensus", "auc")
    assert told["consensus_auc_transfer"] == score("transfer", "consensus", "auc")
    assert told["genre_baseline_auc"] == asked["grouped"]["answer"]["baselines"]["genre"]["auc"]
    assert told["ece_consensus"] == score("grouped", "consensus", "ece")
    assert told["served_auc_grouped"] == results["trained"]["auc_grouped"]
    assert told["forest_on_known_tracks"] > told["forest_on_new_tracks"]
    if which == "reference":
        assert told["rows_with_energy"] == 110_495
        assert told["rows_balanced"] == 50_768
        assert told["rows_that_share_a_track_id"] == 40_900
        assert told["unique_track_ids"] == 89_741
        assert 0.25 < told["test_tracks_in_training"] < 0.35


def test_the_made_up_tables_are_the_same_every_time(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "research")
    import notebook_tables

    first = notebook_tables.make_up(tmp_path / "first", seed=20)
    second = notebook_tables.make_up(tmp_path / "second", seed=20)
    for name in notebook_tables.NAMES:
        assert first[name].read_bytes() == second[name].read_bytes()


def test_the_made_up_tables_have_the_reference_tables_columns(tmp_path, monkeypatch, shared):
    monkeypatch.syspath_prepend(ROOT / "research")
    import notebook_tables

    for name, path in notebook_tables.make_up(tmp_path, seed=20).items():
        reference = Path(shared, "data", notebook_tables.NAMES[name])
        with open(path, encoding="utf-8") as made, open(reference, encoding="utf-8") as real:
            assert made.readline().strip().split(",") == real.readline().strip().split(",")
