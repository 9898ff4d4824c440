"""Many tracks at once: `analyze_many` and `predict_many`."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Literal, overload

from hitscope import _native
from hitscope._analysis import FOUR_GIB, FOUR_HOURS_S, bundle_of, run, settings_of
from hitscope.errors import HitscopeError, InternalError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    import pandas as pd
    import pyarrow as pa

    from hitscope._native import Bundle, Settings, Stop, Track

# What the columns of the CSV are, where they are not float64.
_TEXTS = frozenset({
    "path", "source_kind", "title", "sha256", "container", "codec", "warnings", "key_name", "camelot",
    "open_key", "label", "tier", "engine_version", "error_type", "error_title",
})  # fmt: skip
_WHOLE = frozenset({"sample_rate_hz", "channels", "key", "mode", "votes_for_hit", "features_version"})


class Failure:
    """A track that could not be measured or judged: an entry beside the others, as on the command line.

    Attributes
    ----------
    path : str
        As it was given.
    error : HitscopeError
        Why, by its class.
    features, frames, verdict : None
        So that a loop may ask without looking first.
    """

    features: None = None
    frames: None = None
    verdict: None = None

    def __init__(self, path: str, error: HitscopeError) -> None:
        self.path = path
        self.error = error

    def to_json(self, *, readable: bool = False) -> str:
        """The failure as the command line writes it."""
        error = self.error
        path = os.fsencode(self.path)
        return _native.failure_json(path, error.type, error.title, error.detail, readable)

    def to_dict(self) -> dict[str, Any]:
        """`to_json`, parsed."""
        import json

        parsed: dict[str, Any] = json.loads(self.to_json())
        return parsed

    def to_csv(self) -> str:
        """One row of the command line's CSV, without a line end."""
        return _native.failure_csv(os.fsencode(self.path), self.error.type, self.error.title)

    def __repr__(self) -> str:
        return f"<Failure {self.path!r}, {self.error.type}: {self.error.title}>"


class Tracks(Sequence["Track | Failure"]):
    """Tracks and failures in the order of their paths.

    Attributes
    ----------
    done : list of Track
        Those that were measured.
    failed : list of Failure
        Those that were not.
    """

    def __init__(self, entries: Iterable[Track | Failure]) -> None:
        self._entries = list(entries)

    @overload
    def __getitem__(self, index: int) -> Track | Failure: ...
    @overload
    def __getitem__(self, index: slice) -> Tracks: ...
    def __getitem__(self, index: int | slice) -> Track | Failure | Tracks:
        return Tracks(self._entries[index]) if isinstance(index, slice) else self._entries[index]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Track | Failure]:
        return iter(self._entries)

    @property
    def done(self) -> list[Track]:
        return [entry for entry in self._entries if not isinstance(entry, Failure)]

    @property
    def failed(self) -> list[Failure]:
        return [entry for entry in self._entries if isinstance(entry, Failure)]

    def to_csv(self) -> str:
        """What ``hitscope analyze --format csv`` prints: a header and a row a track."""
        return "".join(f"{line}\n" for line in [_native.csv_header(), *(e.to_csv() for e in self)])

    def to_pandas(self) -> pd.DataFrame:
        """A row a track, failures included, with the columns of the command line's CSV.

        Returns
        -------
        pandas.DataFrame
            Numbers are float64, whole ones Int64 and texts strings; unknown is NA. Candidates and frames are
            left out.
        """
        import pandas as pd

        columns = self._columns()
        types = dict.fromkeys(columns, "float64")
        types |= dict.fromkeys(_TEXTS, "string") | dict.fromkeys(_WHOLE, "Int64")
        return pd.DataFrame(columns, dtype="object").astype(types)

    def to_arrow(self) -> pa.Table:
        """The same as an Arrow table: float64, int64 and string columns, unknown is null."""
        import pyarrow as pa

        types = dict.fromkeys(_TEXTS, pa.string()) | dict.fromkeys(_WHOLE, pa.int64())
        columns = self._columns()
        return pa.table(
            {name: pa.array(values, type=types.get(name, pa.float64())) for name, values in columns.items()}
        )

    def _columns(self) -> dict[str, list[str | int | float | None]]:
        """The columns of the CSV, each value as what it is; unknown is None."""
        names, *rows = csv.reader(io.StringIO(self.to_csv()))
        kinds: list[Callable[[str], str | int | float]] = [
            str if name in _TEXTS else int if name in _WHOLE else float for name in names
        ]
        return {
            name: [kind(row[i]) if row[i] else None for row in rows]
            for i, (name, kind) in enumerate(zip(names, kinds, strict=True))
        }

    def __repr__(self) -> str:
        return f"<Tracks: {len(self.done)} done, {len(self.failed)} failed>"


def _one(path: str, settings: Settings, bundle: Bundle | None, explain: bool, stop: Stop) -> Track | Failure:
    try:
        return run(path, None, settings, bundle, explain, stop)
    except HitscopeError as error:
        return Failure(path, error)
    except MemoryError:
        return Failure(path, TooLargeError("There is not enough memory for this track."))
    except Exception as error:  # whatever it is, it is this file's: the others go on
        return Failure(path, InternalError("An unexpected defect stopped the analysis.", str(error)))


def _bar(progress: bool | Literal["auto"], total: int) -> Any:
    if progress == "auto":
        import sys

        progress = sys.stderr.isatty()
    if progress:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return None
        return tqdm(total=total, unit="track", dynamic_ncols=True)
    return None


def many(
    paths: Iterable[str | os.PathLike[str]],
    jobs: int,
    progress: bool | Literal["auto"],
    settings: Settings,
    bundle: Bundle | None,
    explain: bool,
) -> Tracks:
    names = [os.fspath(path) for path in paths]
    workers = jobs if jobs > 0 else len(os.sched_getaffinity(0))
    stop = _native.Stop()
    bar = _bar(progress, len(names))
    pool = ThreadPoolExecutor(max_workers=max(1, min(workers, len(names) or 1)))
    try:
        waiting: set[Future[Track | Failure]] = set()
        futures = [pool.submit(_one, name, settings, bundle, explain, stop) for name in names]
        waiting.update(futures)
        while waiting:
            # The timeout lets Ctrl-C in, which a wait without end would hold off on some systems.
            finished, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            if bar is not None:
                bar.update(len(finished))
        return Tracks(future.result() for future in futures)
    finally:
        stop.ask()
        pool.shutdown(wait=True, cancel_futures=True)
        if bar is not None:
            bar.close()


def analyze_many(
    paths: Iterable[str | os.PathLike[str]],
    *,
    jobs: int = 0,
    progress: bool | Literal["auto"] = "auto",
    frames: bool = False,
    true_peak: bool = False,
    max_seconds: float = FOUR_HOURS_S,
    max_bytes: int = FOUR_GIB,
    timeout: float | None = None,
) -> Tracks:
    """Measures many tracks on some threads; one failing file never stops the others.

    Parameters
    ----------
    paths : iterable of paths
        Files.
    jobs : int
        Threads; 0 is one a processor. The result does not depend on it.
    progress : bool or "auto"
        A bar by tqdm, where that is installed; "auto": on a terminal.
    frames, true_peak, max_seconds, max_bytes, timeout
        As for `analyze`, for each track.

    Returns
    -------
    Tracks
        A `Track` or a `Failure` for each path, in their order; ``to_pandas()``, ``to_arrow()``.

    Raises
    ------
    KeyboardInterrupt
        At Ctrl-C, as soon as the tracks at hand have reached their next block.

    Examples
    --------
    >>> library = hitscope.analyze_many(Path("Music").rglob("*.mp3"), jobs=4)  # doctest: +SKIP
    >>> library.to_pandas().groupby("key_name").tempo_bpm.median()  # doctest: +SKIP
    """
    settings = settings_of(frames, true_peak, max_seconds, max_bytes, timeout)
    return many(paths, jobs, progress, settings, None, False)


def predict_many(
    paths: Iterable[str | os.PathLike[str]],
    *,
    model: str | os.PathLike[str] | Bundle = "default",
    explain: bool = False,
    jobs: int = 0,
    progress: bool | Literal["auto"] = "auto",
    frames: bool = False,
    true_peak: bool = False,
    max_seconds: float = FOUR_HOURS_S,
    max_bytes: int = FOUR_GIB,
    timeout: float | None = None,
) -> Tracks:
    """`analyze_many` with a verdict on each track.

    Parameters
    ----------
    model, explain
        As for `predict`.
    paths, jobs, progress, frames, true_peak, max_seconds, max_bytes, timeout
        As for `analyze_many`.

    Returns
    -------
    Tracks

    Raises
    ------
    HitscopeError
        Those of `load_bundle`. Failures of single tracks are entries of the result.
    KeyboardInterrupt
        At Ctrl-C.
    """
    settings = settings_of(frames, true_peak, max_seconds, max_bytes, timeout)
    return many(paths, jobs, progress, settings, bundle_of(model), explain)
