"""Pictures of what hitscope measured and judged, with matplotlib: `pip install hitscope[plot]`.

Each function draws on the axes it is given, or on new ones, and returns them. Nothing is drawn that was not
measured. Colours are Okabe and Ito's, which people with any colour vision can tell apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D

from hitscope import _native

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from hitscope._native import Frames, JudgedTrack, Track, Verdict

__all__ = ["helix", "reliability", "ring", "roc", "strip", "waterfall"]

BLUE, VERMILION, GREEN, ORANGE, GREY = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#666666"
PITCHES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")


def _frames(track: Track | Frames) -> Frames:
    if isinstance(track, _native.Frames):
        return track
    if track.frames is None:
        raise ValueError("the track has no frames: analyze(..., frames=True)")
    return track.frames


def _means(series: NDArray[Any], cells: int) -> NDArray[np.float64]:
    """Each row averaged over at most `cells` runs of frames, 0 to 1."""
    n = series.shape[-1]
    starts = np.linspace(0, n, min(cells, n), endpoint=False).astype(int)
    sums = np.add.reduceat(series.astype(np.float64), starts, axis=-1)
    counts = np.diff(np.append(starts, n))
    means: NDArray[np.float64] = sums / counts / 255.0
    return means


def _seconds(frames: Frames) -> float:
    return len(frames) * frames.hop_seconds


def strip(track: Track | Frames, ax: Axes | None = None) -> Axes:
    """The Spectral DNA as lanes over time: bands, pitch classes, then level, onsets and centroid as lines.

    Parameters
    ----------
    track : Track or Frames
        Measured with ``frames=True``.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
        x in seconds.

    Raises
    ------
    ValueError
        The track has no frames.
    """
    frames = _frames(track)
    if ax is None:
        _, ax = plt.subplots(figsize=(10, 5), layout="constrained")
    end = _seconds(frames)
    cells = 1200
    ax.imshow(
        _means(frames.bands, cells), extent=(0, end, 4.1, 7), aspect="auto", origin="lower", cmap="magma"
    )
    ax.imshow(
        _means(frames.chroma, cells), extent=(0, end, 2.1, 4), aspect="auto", origin="lower", cmap="viridis"
    )
    lanes = [(frames.rms, BLUE, 1.4), (frames.onset, VERMILION, 0.7), (frames.centroid, GREEN, 0.0)]
    for series, colour, floor in lanes:
        heights = _means(series, cells)
        times = (np.arange(heights.size) + 0.5) * end / heights.size
        ax.fill_between(times, floor, floor + 0.6 * heights, color=colour, linewidth=0)
    ax.set(xlim=(0, end), ylim=(0, 7), xlabel="seconds")
    ax.set_yticks(
        [5.55, 3.05, 1.7, 1.0, 0.3], ["24 bands", "12 pitch classes", "level", "onsets", "centroid"]
    )
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    return ax


def ring(track: Track | Frames, ax: Axes | None = None) -> Axes:
    """The Spectral DNA as a ring: the angle is time, clockwise from the top; level outside, then bands, then
    pitch classes.

    Parameters
    ----------
    track : Track or Frames
        Measured with ``frames=True``.
    ax : matplotlib.projections.polar.PolarAxes, optional

    Returns
    -------
    matplotlib.axes.Axes
        Polar.

    Raises
    ------
    ValueError
        The track has no frames, or the axes are not polar.
    """
    frames = _frames(track)
    if ax is None:
        _, ax = plt.subplots(figsize=(6, 6), subplot_kw={"projection": "polar"}, layout="constrained")
    if ax.name != "polar":
        raise ValueError('ring draws on polar axes: subplot_kw={"projection": "polar"}')
    bands, chroma, level = (_means(s, 720) for s in (frames.bands, frames.chroma, frames.rms))
    edges = np.linspace(0, 2 * np.pi, bands.shape[1] + 1)
    ax.pcolormesh(edges, np.linspace(0.25, 0.52, 13), chroma, cmap="viridis", rasterized=True)
    ax.pcolormesh(edges, np.linspace(0.55, 0.95, 25), bands, cmap="magma", rasterized=True)
    angles = (edges[:-1] + edges[1:]) / 2
    ax.fill_between(angles, 1.0, 1.0 + 0.25 * level, color=BLUE, linewidth=0)
    ax.set(ylim=(0, 1.28), yticks=[])
    ax.set_theta_zero_location("N")  # type: ignore[attr-defined]
    ax.set_theta_direction(-1)  # type: ignore[attr-defined]
    quarters = np.arange(4) / 4
    ax.set_xticks(2 * np.pi * quarters, [_clock(share * _seconds(frames)) for share in quarters])
    ax.spines["polar"].set_visible(False)
    ax.grid(False)
    return ax


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def helix(track: Track | Frames, ax: Axes | None = None, *, turns: float = 6.0) -> Axes:
    """The Spectral DNA as a helix, still: two strands around an axis, time to the right.

    One strand is as thick as the track is loud, the other as far out as its spectral centroid is high. Rungs
    stand where something begins, in the colour of the strongest pitch class there.

    Parameters
    ----------
    track : Track or Frames
        Measured with ``frames=True``.
    ax : matplotlib.axes.Axes, optional
    turns : float
        Of the strands, over the whole track; they mean nothing.

    Returns
    -------
    matplotlib.axes.Axes
        x in seconds.

    Raises
    ------
    ValueError
        The track has no frames.
    """
    frames = _frames(track)
    if ax is None:
        _, ax = plt.subplots(figsize=(10, 4), layout="constrained")
    cells = 600
    level, centroid, onset, chroma = (
        _means(s, cells) for s in (frames.rms, frames.centroid, frames.onset, frames.chroma)
    )
    end = _seconds(frames)
    times = (np.arange(level.size) + 0.5) * end / level.size
    phase = 2 * np.pi * turns * times / end
    reach = 0.35 + 0.65 * centroid
    loud, bright = np.sin(phase) * 0.7, -np.sin(phase) * reach

    strength = onset * (onset >= np.quantile(onset, 0.6))
    at = np.flatnonzero(strength > 0)
    strongest = chroma.argmax(axis=0)[at]
    circle = plt.get_cmap("hsv")(np.arange(12) / 12.0)
    circle[:, :3] *= 0.82  # to be seen on white
    colours = circle[strongest]
    colours[:, 3] = 0.25 + 0.75 * strength[at] / max(float(strength.max()), 1e-9)
    rungs = [[(times[i], loud[i]), (times[i], bright[i])] for i in at]
    ax.add_collection(LineCollection(rungs, colors=colours, linewidths=1.4))
    half = 0.02 + 0.13 * level
    ax.fill_between(times, loud - half, loud + half, color=BLUE, linewidth=0)
    ax.plot(times, bright, color=VERMILION, linewidth=2)
    ax.set(xlim=(0, end), ylim=(-1.15, 1.15), yticks=[], xlabel="seconds")
    ax.spines[["top", "right", "left"]].set_visible(False)
    handles = [
        Line2D([], [], color=BLUE, linewidth=6, label="as thick as loud"),
        Line2D([], [], color=VERMILION, linewidth=2, label="as far out as bright"),
    ]
    handles += [
        Line2D([], [], color=to_hex(circle[i]), linewidth=2, label=PITCHES[i]) for i in np.unique(strongest)
    ]
    ax.legend(
        handles=handles, ncols=min(len(handles), 14), loc="lower center", bbox_to_anchor=(0.5, 1.0),
        frameon=False, fontsize="small", handlelength=1.2, columnspacing=1.0,
    )  # fmt: skip
    return ax


def waterfall(verdict: Verdict | JudgedTrack, ax: Axes | None = None) -> Axes:
    """What moved the probability, from what is known of any track to the verdict on this one.

    Parameters
    ----------
    verdict : Verdict or JudgedTrack
        With an explanation: ``explain(...)`` or ``predict(..., explain=True)``.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
        x is the probability of a hit.

    Raises
    ------
    ValueError
        There is no explanation.
    """
    judged = verdict.verdict if isinstance(verdict, _native.JudgedTrack) else verdict
    parts = judged.explanation
    if not parts:
        raise ValueError("the verdict has no explanation: predict(..., explain=True)")
    if ax is None:
        _, ax = plt.subplots(figsize=(8, 1.2 + 0.42 * len(parts)), layout="constrained")
    edges = judged.base_rate + np.concatenate([[0.0], np.cumsum([p.contribution for p in parts])])
    for row, part in enumerate(parts):
        start, stop = edges[row], edges[row + 1]
        ax.barh(row, stop - start, left=start, height=0.62, color=GREEN if stop >= start else VERMILION)
        if row + 1 < len(parts):
            ax.plot([stop, stop], [row - 0.31, row + 1.31], color=GREY, linewidth=0.8)
        right = max(start, stop)
        ax.annotate(
            f"{100 * part.contribution:+.1f}", (right, row), (4, 0), textcoords="offset points", va="center",
            fontsize="small",
        )  # fmt: skip
    ax.axvline(judged.base_rate, color=GREY, linestyle=":", linewidth=1)
    ax.set_yticks(range(len(parts)), [f"{p.feature} = {p.value:.4g}" for p in parts])
    ax.invert_yaxis()
    low, high = float(edges.min()), float(edges.max())
    room = max(high - low, 0.02)
    ax.set(
        xlim=(low - 0.06 * room, high + 0.16 * room),
        xlabel=f"probability of a hit: from {edges[0]:.2f} (nothing known) to {judged.probability:.2f}; "
        "bars in points",
    )
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def reliability(
    labels: ArrayLike | Mapping[str, Any],
    probabilities: ArrayLike | None = None,
    ax: Axes | None = None,
    *,
    bins: int = 10,
) -> Axes:
    """What was stated against what came: a calibrated model's points lie on the diagonal.

    Parameters
    ----------
    labels : array-like of 0 and 1, shape (n,), or an answer of `hitscope.evaluate`
        From an answer, the first table's bins are drawn as they stand there.
    probabilities : array-like of float, shape (n,), optional
    ax : matplotlib.axes.Axes, optional
    bins : int
        Of equal width, for arrays.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        Arrays of different lengths, or values outside 0 to 1.
    """
    name = ""
    if hasattr(labels, "keys"):
        name, table = _first_table(labels)
        filled = table["reliability"]
        stated = np.array([b["probability"] for b in filled])
        share = np.array([b["share_of_hits"] for b in filled])
        rows = np.array([b["rows"] for b in filled])
    else:
        hits, p = _scored(labels, probabilities)
        index = np.minimum((p * bins).astype(int), bins - 1)
        rows = np.bincount(index, minlength=bins)
        some = rows > 0
        stated = np.bincount(index, p, bins)[some] / rows[some]
        share = np.bincount(index, hits, bins)[some] / rows[some]
        rows = rows[some]
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 5), layout="constrained")
    ax.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="as stated")
    ax.plot(stated, share, color=BLUE, linewidth=1)
    ax.scatter(stated, share, s=12 + 120 * rows / rows.max(), color=BLUE, label="area: tracks", zorder=3)
    _unit_square(ax, "stated probability", "share of hits", name)
    return ax


def roc(labels: ArrayLike, scores: ArrayLike, ax: Axes | None = None) -> Axes:
    """Hits called hits against flops called hits, over all thresholds.

    Parameters
    ----------
    labels : array-like of 0 and 1, shape (n,)
    scores : array-like of float, shape (n,)
        Greater is more of a hit.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        Arrays of different lengths, or of one class only.
    """
    hits, s = _scored(labels, scores, unit=False)
    order = np.argsort(-s, kind="stable")
    last = np.append(np.flatnonzero(np.diff(s[order])), s.size - 1)  # equal scores share a threshold
    y = np.concatenate([[0], np.cumsum(hits[order])[last]]) / hits.sum()
    x = np.concatenate([[0], np.cumsum(1 - hits[order])[last]]) / (1 - hits).sum()
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 5), layout="constrained")
    area = float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))
    ax.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="a coin, 0.5")
    ax.plot(x, y, color=BLUE, linewidth=2, label=f"AUC {area:.3f}")
    _unit_square(ax, "flops called hits", "hits called hits", "")
    return ax


def _scored(
    labels: ArrayLike | Mapping[str, Any], values: ArrayLike | None, unit: bool = True
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    hits = np.asarray(labels, dtype=np.float64)
    scores = np.asarray(values, dtype=np.float64)
    if hits.ndim != 1 or hits.shape != scores.shape:
        raise ValueError("there is not one value for each label")
    if set(np.unique(hits)) != {0.0, 1.0}:
        raise ValueError("labels are 0 and 1, and both are needed")
    if unit and not ((scores >= 0) & (scores <= 1)).all():
        raise ValueError("probabilities lie between 0 and 1")
    return hits, scores


def _first_table(answer: Any) -> tuple[str, Any]:
    tables = answer["tables"]
    name = next(iter(tables))
    return name, tables[name]


def _unit_square(ax: Axes, x: str, y: str, title: str) -> None:
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel=x, ylabel=y, aspect="equal", title=title)
    ax.legend(frameon=False, loc="upper left")
    ax.spines[["top", "right"]].set_visible(False)
