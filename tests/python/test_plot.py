"""Every picture draws what was measured, on the axes it is given, and says so when it cannot."""

import matplotlib as mpl
import numpy as np
import pytest
from conftest import tune

mpl.use("Agg")

import matplotlib.pyplot as plt
from sklearn.metrics import roc_auc_score

import hitscope
from hitscope import plot


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def track():
    return hitscope.predict(tune(), 22050, frames=True, explain=True)


def painted(axes):
    """The share of the figure's pixels that are not white."""
    axes.figure.canvas.draw()
    pixels = np.asarray(axes.figure.canvas.buffer_rgba())[..., :3]
    return (pixels < 250).any(axis=-1).mean()


@pytest.mark.parametrize("name", ["helix", "ring", "strip"])
def test_dna_is_drawn_from_a_track_or_its_frames(track, name):
    draw = getattr(plot, name)
    assert painted(draw(track)) > 0.05
    assert painted(draw(track.frames)) > 0.05
    with pytest.raises(ValueError, match="frames=True"):
        draw(hitscope.analyze(tune(), sr=22050))


def test_a_picture_goes_where_it_is_asked_to(track):
    _, axes = plt.subplots()
    assert plot.strip(track, axes) is axes
    with pytest.raises(ValueError, match="polar"):
        plot.ring(track, axes)


def test_a_waterfall_ends_at_the_probability(track):
    axes = plot.waterfall(track)
    bars = axes.patches
    assert len(bars) == len(track.verdict.explanation)
    assert bars[0].get_x() == pytest.approx(track.verdict.base_rate)
    assert bars[-1].get_x() + bars[-1].get_width() == pytest.approx(track.verdict.probability)
    assert painted(plot.waterfall(track.verdict)) > 0.02
    with pytest.raises(ValueError, match="explain=True"):
        plot.waterfall(hitscope.predict(tune(), 22050))


def test_roc_has_scikit_learn_s_area_with_ties():
    random = np.random.default_rng(1)
    labels = random.integers(2, size=500)
    scores = np.round(labels * 0.3 + random.uniform(size=500), 1)
    axes = plot.roc(labels, scores)
    (text,) = [t.get_text() for t in axes.get_legend().get_texts() if "AUC" in t.get_text()]
    assert text == f"AUC {roc_auc_score(labels, scores):.3f}"


def test_reliability_counts_what_came():
    labels = np.array([0, 0, 0, 1, 1, 1, 1, 0])
    stated = np.array([0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9])
    line = plot.reliability(labels, stated, bins=2).lines[1]
    assert np.allclose(line.get_xdata(), [0.1, 0.9])
    assert np.allclose(line.get_ydata(), [0.25, 0.75])


def test_reliability_reads_an_evaluation(table):
    answer = hitscope.evaluate(table, recipe="attributes", protocol="random")
    bins = next(iter(answer["tables"].values()))["reliability"]
    line = plot.reliability(answer).lines[1]
    assert list(line.get_ydata()) == [b["share_of_hits"] for b in bins]


@pytest.mark.parametrize(
    ("labels", "values"), [([0, 1], [0.5]), ([0, 0], [0.1, 0.2]), ([0, 1], [0.5, 1.5]), ([0, 2], [0.1, 0.2])]
)
def test_values_that_make_no_picture_are_refused(labels, values):
    with pytest.raises(ValueError):  # noqa: PT011  # each in words of its own
        plot.reliability(labels, values)
