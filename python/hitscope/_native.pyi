"""The native half of hitscope: use it through the package `hitscope`."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

import numpy
import numpy.typing
from numpy.typing import NDArray


features_version: int = 1

class Frames:
    """
    The Spectral DNA of a track: compact series, about 43 frames a second.

    Every array is a read-only view of the native buffer: nothing is copied, and it stays valid when the track is
    gone. Values are bytes; `scales` says what they mean: value = minimum + (maximum - minimum) * byte / 255.
    `in_units` does that sum. Source: docs/formats.md, Spectral DNA.
    """

    def __len__(self) -> int: ...

    @property
    def hop_seconds(self) -> float:
        """float: seconds from one frame to the next (512 / 22,050)."""

    @property
    def values(self) -> Annotated[NDArray[numpy.uint8], dict(shape=(None, None), writable=False)]:
        """
        numpy.ndarray of uint8, shape (39, frames): all series, in the order of `names`.
        """

    @property
    def scales(self) -> Annotated[NDArray[numpy.float32], dict(shape=(None, None), writable=False)]:
        """
        numpy.ndarray of float32, shape (39, 2): minimum and maximum of each series.
        """

    @property
    def rms(self) -> Annotated[NDArray[numpy.uint8], dict(shape=(None,), writable=False)]:
        """numpy.ndarray of uint8, shape (frames,): level, full scale."""

    @property
    def centroid(self) -> Annotated[NDArray[numpy.uint8], dict(shape=(None,), writable=False)]:
        """
        numpy.ndarray of uint8, shape (frames,): spectral centroid, log2 of Hz.
        """

    @property
    def onset(self) -> Annotated[NDArray[numpy.uint8], dict(shape=(None,), writable=False)]:
        """numpy.ndarray of uint8, shape (frames,): strength of what begins."""

    @property
    def chroma(self) -> Annotated[NDArray[numpy.uint8], dict(shape=(None, None), writable=False)]:
        """numpy.ndarray of uint8, shape (12, frames): pitch classes, C first."""

    @property
    def bands(self) -> Annotated[NDArray[numpy.uint8], dict(shape=(None, None), writable=False)]:
        """
        numpy.ndarray of uint8, shape (24, frames): mel-spaced bands, low to high.
        """

    names: Final[list[str]] = ...
    """list of str: what the 39 series are, in order."""

    def in_units(self) -> Annotated[NDArray[numpy.float32], dict(shape=(None, None))]:
        """
        All series in their own units.

        Returns
        -------
        numpy.ndarray of float32, shape (39, frames)
            A copy: rms at full scale, centroid as log2 of Hz, onset and bands as docs/formats.md states.
        """

    @staticmethod
    def from_bytes(data: bytes) -> Frames:
        """
        Frames from the bytes of an HDNA file.

        Parameters
        ----------
        data : bytes
            What `to_bytes`, ``hitscope analyze --frames`` or ``GET /v1/analyses/{id}/dna`` gave.

        Raises
        ------
        CorruptError
            Wrong magic, version or size.
        """

    def to_bytes(self) -> bytes:
        """The binary form, magic HDNA (docs/formats.md)."""

    def to_svg(self, view: str = 'helix') -> str:
        """
        A still picture, a whole SVG document.

        Parameters
        ----------
        view : {"helix", "ring", "lanes"}
        """

class TempoCandidate:
    """A tempo that the rhythm may have."""

    @property
    def bpm(self) -> float:
        """float: beats a minute."""

    @property
    def score(self) -> float:
        """float: share of the rhythmic evidence, 0 to 1."""

    def __repr__(self) -> str: ...

class KeyCandidate:
    """A key that the track may be in."""

    @property
    def key(self) -> int:
        """int: pitch class, 0 = C to 11 = B."""

    @property
    def mode(self) -> int:
        """int: 1 major, 0 minor."""

    @property
    def score(self) -> float:
        """float: 0 to 1."""

    def __repr__(self) -> str: ...

class Features:
    """
    What is measured of a track. Unknown is None, never a stand-in.

    Loudness is measured at the file's own rate and channels (ITU-R BS.1770-4, EBU Tech 3342); everything else on
    mono at 22,050 Hz with librosa's framing and definitions (n_fft 2048, hop 512, centred, Hann).
    """

    @property
    def tempo_bpm(self) -> float | None:
        """float or None: beats a minute, 40 to 250."""

    @property
    def tempo_confidence(self) -> float | None:
        """float or None: 0 to 1."""

    @property
    def tempo_candidates(self) -> list[TempoCandidate]:
        """list of TempoCandidate: best first."""

    @property
    def onset_rate_hz(self) -> float | None:
        """float or None: what begins, a second."""

    @property
    def key(self) -> int | None:
        """int or None: pitch class, 0 = C to 11 = B."""

    @property
    def mode(self) -> int | None:
        """int or None: 1 major, 0 minor."""

    @property
    def key_name(self) -> str | None:
        """str or None: such as A minor."""

    @property
    def camelot(self) -> str | None:
        """str or None: on the Camelot wheel, such as 8A."""

    @property
    def open_key(self) -> str | None:
        """str or None: in Open Key notation, such as 1m."""

    @property
    def key_confidence(self) -> float | None:
        """float or None: 0 to 1."""

    @property
    def key_candidates(self) -> list[KeyCandidate]:
        """list of KeyCandidate: best first."""

    @property
    def tuning_cents(self) -> float | None:
        """float or None: distance from A = 440 Hz, in cents."""

    @property
    def chroma(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)] | None:
        """
        numpy.ndarray of float64, shape (12,), or None: mean strength of each pitch class, C first.
        """

    @property
    def integrated_lufs(self) -> float | None:
        """float or None: integrated loudness, LUFS."""

    @property
    def loudness_range_lu(self) -> float | None:
        """float or None: loudness range, LU."""

    @property
    def true_peak_dbtp(self) -> float | None:
        """float or None: true peak, dBTP; only when asked for."""

    @property
    def rms(self) -> float | None:
        """float or None: mean of the frames' RMS, full scale."""

    @property
    def rms_std(self) -> float | None:
        """float or None: their standard deviation."""

    @property
    def spectral_centroid_hz(self) -> float | None:
        """float or None: Hz."""

    @property
    def spectral_bandwidth_hz(self) -> float | None:
        """float or None: Hz."""

    @property
    def spectral_rolloff_hz(self) -> float | None:
        """float or None: Hz below which 85 % of the energy lies."""

    @property
    def zero_crossing_rate(self) -> float | None:
        """float or None: crossings a sample."""

    @property
    def mfcc(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)] | None:
        """
        numpy.ndarray of float64, shape (20,), or None: means of the mel cepstrum.
        """

    @property
    def duration_ms(self) -> float:
        """float: milliseconds."""

class Audio:
    """What the file is, as the decoder saw it. Unknown is None."""

    @property
    def container(self) -> str | None:
        """str or None: mp3, wav, flac, ogg, mp4, ..."""

    @property
    def codec(self) -> str | None:
        """str or None: mp3, pcm_s16le, flac, vorbis, opus, aac, ..."""

    @property
    def sample_rate_hz(self) -> int:
        """int: Hz."""

    @property
    def channels(self) -> int:
        """int."""

    @property
    def duration_s(self) -> float:
        """float: seconds decoded."""

    @property
    def bit_rate_bps(self) -> float | None:
        """float or None: bits a second."""

class Estimate:
    """
    An attribute on the tables' scale, regressed from sound: not a measurement.
    """

    @property
    def name(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def value(self) -> float:
        """float: in `unit`; shares are 0 to 1."""

    @property
    def r2(self) -> float:
        """float: share of variance explained on held-out tracks."""

    @property
    def rmse(self) -> float:
        """float: in `unit`, on held-out tracks."""

    def __repr__(self) -> str: ...

class Vote:
    """What one of the five models says."""

    @property
    def model(self) -> str:
        """str: random_forest, xgboost, adaboost, knn or decision_tree."""

    @property
    def label(self) -> str:
        """str: HIT or FLOP."""

    @property
    def probability(self) -> float:
        """float: the model's own probability of a hit."""

    def __repr__(self) -> str: ...

class Contribution:
    """What one feature adds to the probability, as a Shapley value."""

    @property
    def feature(self) -> str: ...

    @property
    def value(self) -> float:
        """float: the track's value, in the feature's own unit."""

    @property
    def contribution(self) -> float:
        """
        float: its share of probability - base rate; all contributions add up to that.
        """

    @property
    def percentile(self) -> float:
        """float: where the value lies in training, 0 to 1."""

    def __repr__(self) -> str: ...

class ModelSummary:
    """The bundle that gave a verdict. Unknown is None."""

    @property
    def name(self) -> str | None: ...

    @property
    def version(self) -> str | None: ...

    @property
    def trained_on(self) -> str | None: ...

    @property
    def event(self) -> str | None:
        """str or None: what HIT means."""

    @property
    def auc_grouped(self) -> float | None:
        """float or None: AUC on artists it never learnt from."""

    @property
    def ece(self) -> float | None:
        """float or None: expected calibration error."""

class Verdict:
    """What the five models say of one track, and what that is worth."""

    @property
    def label(self) -> str:
        """str: HIT or FLOP, the majority of five."""

    @property
    def votes_for_hit(self) -> int:
        """int: 0 to 5."""

    @property
    def tier(self) -> str:
        """
        str: ULTRA HIT (5 votes), POTENTIAL (3, 4), RISKY (1, 2) or TOTAL FLOP (0).
        """

    @property
    def probability(self) -> float:
        """float: calibrated probability of a hit."""

    @property
    def probability_interval(self) -> tuple[float, float]:
        """
        tuple of two floats: how well the calibration is known (5 % and 95 % quantiles).
        """

    @property
    def base_rate(self) -> float:
        """float: the probability for a track of which nothing is known."""

    @property
    def votes(self) -> list[Vote]:
        """list of five Vote."""

    @property
    def explanation(self) -> list[Contribution]:
        """list of Contribution, largest first; empty unless asked for."""

    @property
    def model(self) -> ModelSummary | None:
        """ModelSummary or None: the bundle that gave it."""

    def to_json(self, *, readable: bool = False) -> str:
        """
        The verdict as the command line writes it.

        Parameters
        ----------
        readable : bool
            Broken and indented, instead of one line.
        """

    def to_dict(self) -> dict[str, Any]:
        """`to_json`, parsed."""

    def __repr__(self) -> str: ...

class Track:
    """
    One track, measured.

    `to_json` and `to_dict` give what ``hitscope analyze`` prints of the same file, to the last bit.
    """

    @property
    def path(self) -> str:
        """str: as it was given; "-" for bytes and arrays."""

    @property
    def title(self) -> str | None:
        """str or None: from the file's tags."""

    @property
    def sha256(self) -> str | None:
        """
        str or None: of the encoded bytes, 64 hexadecimal digits; None for an array.
        """

    @property
    def audio(self) -> Audio:
        """Audio: container, codec, rate, channels, duration."""

    @property
    def features(self) -> Features:
        """Features: the measurements."""

    @property
    def warnings(self) -> list[str]:
        """
        list of str: damage, clipping, DC, ...: what a person should know of the file and its signal.
        """

    @property
    def estimates(self) -> dict[str, Estimate]:
        """
        dict of Estimate by name: attributes regressed from sound; empty without a verdict.
        """

    @property
    def frames(self) -> Frames | None:
        """Frames or None: the Spectral DNA, when it was asked for."""

    @property
    def verdict(self) -> Verdict | None:
        """Verdict or None: what the models say; None until `predict`."""

    @property
    def error(self) -> None:
        """None: a track that failed is a `Failure`."""

    def to_json(self, *, readable: bool = False, indent: int = 0) -> str:
        """
        The track as the command line writes it.

        Parameters
        ----------
        readable : bool
            Broken and indented, as ``--format json``; else one line, as ``--format jsonl``.
        indent : int
            Columns before every line but the first, when readable.
        """

    def to_dict(self) -> dict[str, Any]:
        """`to_json`, parsed: unknown is None."""

    def to_csv(self) -> str:
        """
        One row of the command line's CSV, without a line end; `csv_header` has the names.
        """

    def to_text(self, *, width: int = 88) -> str:
        """The track in words, as the command line shows it."""

    def __repr__(self) -> str: ...

class JudgedTrack(Track):
    """A track with its verdict."""

    @property
    def verdict(self) -> Verdict:
        """Verdict: what the models say."""

    @property
    def explanation_text(self) -> str:
        """str: the explanation as a paragraph; empty unless it was asked for."""

    def __repr__(self) -> str: ...

def csv_header() -> str:
    """The names of the columns of `Track.to_csv`, separated by commas."""

def failure_json(path: bytes, type: str, title: str, detail: str, readable: bool) -> str:
    """A failed track as the command line writes it."""

def failure_csv(path: bytes, type: str, title: str) -> str:
    """A failed track as a row of CSV."""

class Bundle:
    """
    Everything that is served: scaler, five models, calibration, estimators, card.

    Made by `load_bundle`. Safe to use from many threads.
    """

    @property
    def path(self) -> str:
        """str: the file it was read from."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def event(self) -> str:
        """str: what HIT means, in one sentence."""

    @property
    def feature_names(self) -> list[str]:
        """list of str: its inputs, by the tables' names."""

    @property
    def input_names(self) -> set[str]:
        """
        set of str: every name that a row of attributes may use: features, their sources, estimators' inputs.
        """

    @property
    def card(self) -> dict[str, Any]:
        """
        dict: what ``hitscope model show --format json`` prints: features, estimators, data, metrics.
        """

    @property
    def metrics(self) -> dict[str, Any] | None:
        """
        dict or None: quality by protocol, as ``hitscope evaluate --format json`` prints it.
        """

    def judge_track(self, track: Track, *, explain: bool = False) -> JudgedTrack:
        """
        The track with estimates and a verdict; the given one stays as it is.

        Raises
        ------
        NoSignalError
            Neither loudness nor tempo nor key could be measured.
        """

    def judge_row(self, names: Sequence[str], values: Sequence[float], *, explain: bool = False) -> Verdict:
        """
        The verdict on one row of attributes.

        Parameters
        ----------
        names : list of str
            Names of attributes (``tempo``) or of measurements (``tempo_bpm``).
        values : list of float
            One a name; NaN is unknown.
        explain : bool
            With Shapley values.
        """

    def judge_rows(self, names: Sequence[str], rows: Annotated[NDArray[numpy.float64], dict(shape=(None, None), order='C', device='cpu', writable=False)], *, jobs: int = 0) -> Annotated[NDArray[numpy.float64], dict(shape=(None, None))]:
        """
        The verdicts on many rows of attributes, as numbers.

        Parameters
        ----------
        names : list of str
            What the columns are, as for `judge_row`.
        rows : numpy.ndarray of float64, shape (rows, columns), C order
            NaN is unknown.
        jobs : int
            Threads; 0 is one a processor.

        Returns
        -------
        numpy.ndarray of float64, shape (rows, 9)
            Votes for a hit, probability, the two ends of its interval, the five models' probabilities.
        """

    def __repr__(self) -> str: ...

def load_bundle(name_or_path: bytes, own_folder: bytes) -> Bundle:
    """A bundle by name or path, both as the system's bytes."""

class Stop:
    """A flag that stops analyses in other threads."""

    def __init__(self) -> None: ...

    def ask(self) -> None:
        """From now on, they stop."""

    @property
    def asked(self) -> bool: ...

class Settings:
    """What a call may ask for and allows."""

    def __init__(self, *, frames: bool, true_peak: bool, max_seconds: float, max_bytes: int, timeout_s: float) -> None: ...

def analyze_file(path: bytes, settings: Settings, bundle: Bundle | None, explain: bool, stop: Stop | None) -> Track:
    """Measures a file, and judges it where there is a bundle."""

def analyze_bytes(data: bytes | bytearray | memoryview, settings: Settings, bundle: Bundle | None, explain: bool, stop: Stop | None) -> Track:
    """The same of the bytes of a file, which are not copied."""

def analyze_samples(samples: numpy.typing.NDArray[Any], sample_rate_hz: int, settings: Settings, bundle: Bundle | None, explain: bool, stop: Stop | None) -> Track:
    """
    The same of samples in memory, which are not copied: float32 or float64 at full scale 1, or int16.
    """

def train(data: list[bytes], columns: list[tuple[str, str]], recipe: str, out: bytes, report: bytes, jobs: int, progress: Callable[[str, int, int], object] | None) -> dict[str, Any]:
    """What ``hitscope train`` does; see `hitscope.train`."""

def evaluate(data: list[bytes], columns: list[tuple[str, str]], recipe: str, protocol: bytes, report: bytes, jobs: int, progress: Callable[[str, int, int], object] | None) -> str:
    """
    What ``hitscope evaluate --format json`` prints; see `hitscope.evaluate`.
    """

class Trees:
    """A fitted sum of trees."""

    def probability(self, rows: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.float64], dict(shape=(None,))]:
        """
        Probability of class 1 for each row; float32, shape (rows, columns), no NaN.
        """

    def value(self, rows: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.float64], dict(shape=(None,))]:
        """The sum of leaves for each row, before the link."""

    @property
    def n_trees(self) -> int: ...

    @property
    def n_nodes(self) -> int: ...

    def to_bytes(self) -> bytes: ...

    @staticmethod
    def from_bytes(data: bytes) -> Trees: ...

    def __getstate__(self) -> bytes: ...

    def __setstate__(self, arg: bytes, /) -> None: ...

class Neighbours:
    """Training rows, ready to be searched."""

    def probability(self, rows: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.float64], dict(shape=(None,))]:
        """Share of class 1 among the neighbours of each row."""

    def to_bytes(self) -> bytes: ...

    @staticmethod
    def from_bytes(data: bytes) -> Neighbours: ...

    def __getstate__(self) -> bytes: ...

    def __setstate__(self, arg: bytes, /) -> None: ...

class Scaler:
    """Mean and deviation of each column."""

    def __init__(self, mean: Sequence[float], scale: Sequence[float]) -> None: ...

    @property
    def mean(self) -> list[float]: ...

    @property
    def scale(self) -> list[float]: ...

    def apply(self, rows: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.float32], dict(shape=(None, None))]:
        """(x - mean) / scale, float32."""

    def __getstate__(self) -> tuple[list[float], list[float]]: ...

    def __setstate__(self, arg: tuple[Sequence[float], Sequence[float]], /) -> None: ...

def fit_decision_tree(x: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], y: Annotated[NDArray[numpy.uint8], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, *, criterion: str, max_depth: int, min_samples_split: int, min_samples_leaf: int, max_features: int, seed: int) -> Trees: ...

def fit_random_forest(x: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], y: Annotated[NDArray[numpy.uint8], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, *, n_estimators: int, criterion: str, max_depth: int, min_samples_split: int, min_samples_leaf: int, max_features: int, bootstrap: bool, class_weight: Sequence[float], oob_score: bool, jobs: int, seed: int) -> tuple[Trees, Annotated[NDArray[numpy.float64], dict(shape=(None,))], float]: ...

def fit_adaboost(x: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], y: Annotated[NDArray[numpy.uint8], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, *, n_estimators: int, learning_rate: float, max_depth: int, jobs: int, seed: int) -> Trees: ...

def fit_xgboost(x: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], y: Annotated[NDArray[numpy.uint8], dict(shape=(None,), order='C', device='cpu', writable=False)], weight: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, *, n_estimators: int, max_depth: int, learning_rate: float, min_child_weight: float, subsample: float, colsample_bytree: float, reg_lambda: float, jobs: int, seed: int) -> Trees: ...

def fit_knn(x: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)], y: Annotated[NDArray[numpy.uint8], dict(shape=(None,), order='C', device='cpu', writable=False)], *, k: int, distance_weights: bool) -> Neighbours: ...

def fit_scaler(x: Annotated[NDArray[numpy.float32], dict(shape=(None, None), order='C', device='cpu', writable=False)]) -> Scaler: ...
