"""Measuring and judging tracks: `analyze`, `predict`, `explain`, `load_bundle`."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, cast, overload

from hitscope import _native
from hitscope._paths import MODELS, file_bytes, is_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import pandas as pd
    from numpy.typing import NDArray

    from hitscope._native import Bundle, JudgedTrack, Settings, Stop, Track, Verdict
    from hitscope._paths import Source

FOUR_HOURS_S = 4 * 3600.0
FOUR_GIB = 4 << 30


def settings_of(
    frames: bool, true_peak: bool, max_seconds: float, max_bytes: int, timeout: float | None
) -> Settings:
    return _native.Settings(
        frames=frames,
        true_peak=true_peak,
        max_seconds=max_seconds,
        max_bytes=max_bytes,
        timeout_s=timeout or 0.0,
    )


def run(
    source: Source,
    sr: float | None,
    settings: Settings,
    bundle: Bundle | None = None,
    explain: bool = False,
    stop: Stop | None = None,
) -> Track:
    """Measures any kind of source, and judges it where there is a bundle: then a `JudgedTrack`."""
    if is_path(source):
        path = file_bytes(cast("str | os.PathLike[str]", source))
        return _native.analyze_file(path, settings, bundle, explain, stop)
    if isinstance(source, bytes | bytearray | memoryview):
        return _native.analyze_bytes(source, settings, bundle, explain, stop)
    if not hasattr(source, "__array_interface__") and not hasattr(source, "__dlpack__"):
        raise TypeError(f"a track is a path, bytes or an array of samples, not {type(source).__name__}")
    if sr is None:
        raise TypeError("samples need their sample rate: sr=44100")
    if int(sr) != sr:
        raise ValueError(f"the sample rate is a whole number of Hz, not {sr}")
    samples = cast("NDArray[Any]", source)
    return _native.analyze_samples(samples, int(sr), settings, bundle, explain, stop)


def analyze(
    source: Source,
    sr: float | None = None,
    *,
    frames: bool = False,
    true_peak: bool = False,
    max_seconds: float = FOUR_HOURS_S,
    max_bytes: int = FOUR_GIB,
    timeout: float | None = None,
) -> Track:
    """Measures a track: tempo, key, loudness, spectrum, each with what is known of it.

    The interpreter is free while it works, and Ctrl-C stops it. The result does not depend on how the samples
    arrived: an array of a file's samples at the file's own rate gives the file's measurements.

    Parameters
    ----------
    source : path, bytes or numpy.ndarray
        A file; the bytes of a file (not copied); or samples of shape ``(n,)`` or ``(n, channels)``, float32
        or float64 at full scale 1, or int16, in any memory layout (not copied).
    sr : int, optional
        Sample rate of the array in Hz, 4,000 to 384,000. Needed for arrays, ignored otherwise.
    frames : bool
        Keep the Spectral DNA: ``track.frames``.
    true_peak : bool
        Measure the true peak, which costs more than all else together.
    max_seconds, max_bytes : float, int
        More is refused; 0 is no limit.
    timeout : float, optional
        Limit of wall time in seconds.

    Returns
    -------
    Track
        ``track.to_json()`` is what ``hitscope analyze --format jsonl`` prints of the same file.

    Raises
    ------
    HitscopeError
        By its classes: `NotFoundError`, `UnreadableError`, `UnsupportedFormatError`, `CorruptError`,
        `TooShortError`, `TooLongError`, `TooLargeError`, `TimeoutExceededError`.
    TypeError, ValueError
        The array has another type or shape, or no sample rate.

    Examples
    --------
    >>> track = hitscope.analyze("song.flac", frames=True)  # doctest: +SKIP
    >>> track.features.tempo_bpm, track.features.key_name  # doctest: +SKIP
    (124.0, 'A minor')
    """
    return run(source, sr, settings_of(frames, true_peak, max_seconds, max_bytes, timeout))


# A bundle is some megabytes and never changes: those used last stay loaded, by file and its state.
@lru_cache(maxsize=4)
def _loaded(path: bytes, _state: tuple[int, int]) -> Bundle:
    return _native.load_bundle(path, os.fsencode(MODELS))


def load_bundle(name_or_path: str | os.PathLike[str] = "default") -> Bundle:
    """A bundle by name or path: everything that votes, with its card.

    Parameters
    ----------
    name_or_path : str or path
        ``"default"`` judges audio, ``"attributes"`` rows of 13 attributes; both are in the package. A name is
        looked up in ``$HITSCOPE_MODELS`` first. Anything else is a path.

    Returns
    -------
    Bundle
        With ``card`` and ``metrics``, as ``hitscope model show --format json`` prints them.

    Raises
    ------
    NotFoundError, UnreadableError, ModelInvalidError
        Not there, not readable, or damaged, foreign or newer than this program.
    """
    name = os.fsencode(name_or_path)
    try:
        state = os.stat(name)
    except OSError:  # a name, or nothing: the native side tells which
        return _native.load_bundle(name, os.fsencode(MODELS))
    return _loaded(name, (state.st_mtime_ns, state.st_size))


def bundle_of(model: str | os.PathLike[str] | Bundle) -> Bundle:
    return model if isinstance(model, _native.Bundle) else load_bundle(model)


@overload
def predict(
    source: pd.DataFrame,
    sr: None = None,
    *,
    model: str | os.PathLike[str] | Bundle | None = None,
    jobs: int = 0,
) -> pd.DataFrame: ...
@overload
def predict(
    source: Mapping[str, float | None],
    sr: None = None,
    *,
    model: str | os.PathLike[str] | Bundle | None = None,
    explain: bool = False,
) -> Verdict: ...
@overload
def predict(
    source: Source | Track,
    sr: float | None = None,
    *,
    model: str | os.PathLike[str] | Bundle | None = None,
    explain: bool = False,
    frames: bool = False,
    true_peak: bool = False,
    max_seconds: float = FOUR_HOURS_S,
    max_bytes: int = FOUR_GIB,
    timeout: float | None = None,
) -> JudgedTrack: ...
def predict(
    source: Source | Track | Mapping[str, float | None] | pd.DataFrame,
    sr: float | None = None,
    *,
    model: str | os.PathLike[str] | Bundle | None = None,
    explain: bool = False,
    frames: bool = False,
    true_peak: bool = False,
    max_seconds: float = FOUR_HOURS_S,
    max_bytes: int = FOUR_GIB,
    timeout: float | None = None,
    jobs: int = 0,
) -> JudgedTrack | Verdict | pd.DataFrame:
    """Measures a track (unless that is done) and lets the five models vote on it.

    Parameters
    ----------
    source : path, bytes, numpy.ndarray, Track, mapping or pandas.DataFrame
        A track as for `analyze`, or one that is measured already; or attributes instead of audio: one row as
        a mapping from name to value, many rows as a DataFrame. Names are the tables' (``tempo``,
        ``loudness``, ``energy``, ...); NaN, None and what is absent are unknown and averaged over.
    sr : int, optional
        Sample rate of an array in Hz.
    model : str, path or Bundle, optional
        By default ``"default"`` for audio and ``"attributes"`` for attributes.
    explain : bool
        With Shapley values: ``verdict.explanation``. 20 ms with ``default``, a second with ``attributes``.
    frames, true_peak, max_seconds, max_bytes, timeout
        As for `analyze`.
    jobs : int
        Threads for a DataFrame; 0 is one a processor.

    Returns
    -------
    JudgedTrack
        For audio: a track with ``verdict`` and ``estimates``.
    Verdict
        For a mapping.
    pandas.DataFrame
        For a DataFrame: its index, and the columns ``label``, ``votes_for_hit``, ``probability``,
        ``probability_low``, ``probability_high`` and ``probability_MODEL`` for each of the five.

    Raises
    ------
    HitscopeError
        Those of `analyze` and `load_bundle`; `NoSignalError` for silence; `TableInvalidError` for attributes
        of which none is known here.
    """
    if isinstance(source, _native.Track):
        return bundle_of(model or "default").judge_track(source, explain=explain)
    if not is_path(source) and hasattr(source, "iloc"):
        from hitscope._rows import predict_rows

        if explain:
            raise TypeError("one row at a time is explained: a mapping, such as row.to_dict()")
        return predict_rows(cast("pd.DataFrame", source), bundle_of(model or "attributes"), jobs)
    if hasattr(source, "keys"):
        from hitscope._rows import predict_row

        row = cast("Mapping[str, Any]", source)
        return predict_row(row, bundle_of(model or "attributes"), explain)
    settings = settings_of(frames, true_peak, max_seconds, max_bytes, timeout)
    track = run(source, sr, settings, bundle_of(model or "default"), explain)
    return cast("JudgedTrack", track)


def explain(
    source: Source | Track | Mapping[str, float | None],
    sr: float | None = None,
    *,
    model: str | os.PathLike[str] | Bundle | None = None,
) -> Verdict:
    """The verdict on a track with what moved it: ``verdict.explanation``, exact Shapley values.

    The contributions add up to ``verdict.probability - verdict.base_rate``.

    Parameters
    ----------
    source, sr, model
        As for `predict`, but for DataFrames.

    Returns
    -------
    Verdict

    Raises
    ------
    HitscopeError
        Those of `predict`.
    """
    if hasattr(source, "iloc"):
        raise TypeError("one row at a time is explained: a mapping, such as row.to_dict()")
    if hasattr(source, "keys"):
        return predict(cast("Mapping[str, float | None]", source), model=model, explain=True)
    return predict(source, sr, model=model, explain=True).verdict
