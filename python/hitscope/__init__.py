"""hitscope hears a track, measures it, lets five models vote on whether it finds an audience, and shows why.

>>> import hitscope
>>> track = hitscope.predict("song.mp3")  # doctest: +SKIP
>>> track.features.tempo_bpm, track.verdict.probability  # doctest: +SKIP
(124.0, 0.34)

Nothing is loaded before it is used: the native module, NumPy and pandas come in with the first name that
needs them. Every error of hitscope's own is a `hitscope.HitscopeError` (`hitscope.errors`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from hitscope.errors import *  # noqa: F403  # light, and wanted in every except clause
from hitscope.errors import __all__ as _errors

if TYPE_CHECKING:
    from hitscope._analysis import analyze as analyze
    from hitscope._analysis import explain as explain
    from hitscope._analysis import load_bundle as load_bundle
    from hitscope._analysis import predict as predict
    from hitscope._learning import evaluate as evaluate
    from hitscope._learning import train as train
    from hitscope._many import Failure as Failure
    from hitscope._many import Tracks as Tracks
    from hitscope._many import analyze_many as analyze_many
    from hitscope._many import predict_many as predict_many
    from hitscope._native import Audio as Audio
    from hitscope._native import Bundle as Bundle
    from hitscope._native import Contribution as Contribution
    from hitscope._native import Estimate as Estimate
    from hitscope._native import Features as Features
    from hitscope._native import Frames as Frames
    from hitscope._native import JudgedTrack as JudgedTrack
    from hitscope._native import Track as Track
    from hitscope._native import Verdict as Verdict
    from hitscope._native import Vote as Vote

# Where each public name lives.
_HOME = {
    name: f"hitscope.{module}"
    for module, names in {
        "_analysis": "analyze explain load_bundle predict",
        "_learning": "evaluate train",
        "_many": "Failure Tracks analyze_many predict_many",
        "_native": "Audio Bundle Contribution Estimate Features Frames JudgedTrack Track Verdict Vote "
        "__version__",
    }.items()
    for name in names.split()
}

__all__ = [*_HOME, *(name for name in _errors if name != "error_of")]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'hitscope' has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
