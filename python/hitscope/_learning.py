"""Training and judging models on tables: `train` and `evaluate`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Literal

from hitscope import _native

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeAlias

    PathLike: TypeAlias = "str | os.PathLike[str]"
    Progress: TypeAlias = "Callable[[str, int, int], object]"


def _files(data: PathLike | Sequence[PathLike]) -> list[bytes]:
    if isinstance(data, str | os.PathLike):
        return [os.fsencode(data)]
    return [os.fsencode(path) for path in data]


def _pairs(columns: Mapping[str, str] | None) -> list[tuple[str, str]]:
    return list((columns or {}).items())


def train(
    data: PathLike | Sequence[PathLike],
    out: PathLike,
    *,
    recipe: str | os.PathLike[str] = "audio",
    columns: Mapping[str, str] | None = None,
    report: PathLike | None = None,
    jobs: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Trains a bundle on tables and writes it, as ``hitscope train`` does.

    Parameters
    ----------
    data : path or sequence of paths
        Tables as CSV.
    out : path
        The bundle, ``NAME.safetensors``; its card is written beside it as ``NAME.md``.
    recipe : str or path
        A recipe by name (``"audio"``, ``"attributes"``, ``"seed13"``, ...) or a TOML file.
    columns : mapping of str to str, optional
        Our names to the tables' own, such as ``{"tempo": "BPM"}``.
    report : path, optional
        A folder for ``report.md`` with plots and ``report.json``.
    jobs : int
        Threads; 0 is one a processor. The bundle does not depend on it.
    progress : callable, optional
        Called with what is being done, and how much of how much is: ``progress("training", 3, 11)``.

    Returns
    -------
    dict
        ``path``, ``card``, ``auc_grouped`` and ``ece``; ``tables``: what each stage did to the rows;
        ``evaluation``: as `evaluate` gives it.

    Raises
    ------
    HitscopeError
        `RecipeInvalidError`, `TableInvalidError`, `NotFoundError`, `UnreadableError`.
    KeyboardInterrupt
        At Ctrl-C, when the step at hand is done.
    """
    where = b"" if report is None else os.fsencode(report)
    return _native.train(
        _files(data), _pairs(columns), os.fspath(recipe), os.fsencode(out), where, jobs, progress
    )


def evaluate(
    data: PathLike | Sequence[PathLike],
    *,
    recipe: str | os.PathLike[str] = "audio",
    protocol: Literal["random", "grouped", "transfer"] | str = "grouped",
    columns: Mapping[str, str] | None = None,
    report: PathLike | None = None,
    jobs: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Judges a recipe by a protocol, as ``hitscope evaluate`` does.

    Parameters
    ----------
    data, recipe, columns, report, jobs, progress
        As for `train`.
    protocol : str
        ``"random"``: a random share of the rows is held out (which leaks, where songs have copies);
        ``"grouped"``: by artist; ``"transfer"``: each table in turn; ``"split=FILE.csv"``: a split made
        elsewhere.

    Returns
    -------
    dict
        What ``hitscope evaluate --format json`` prints: ``recipe``, ``protocol``, ``rows``, ``models``,
        ``baselines``, ``tables``; each score with its interval beside it (``auc``, ``auc_ci``).

    Raises
    ------
    HitscopeError
        `RecipeInvalidError`, `TableInvalidError`, `NotFoundError`, `UnreadableError`.
    ValueError
        There is no such protocol.
    KeyboardInterrupt
        At Ctrl-C, when the step at hand is done.
    """
    where = b"" if report is None else os.fsencode(report)
    how = os.fsencode(protocol)
    text = _native.evaluate(_files(data), _pairs(columns), os.fspath(recipe), how, where, jobs, progress)
    answer: dict[str, Any] = json.loads(text)
    return answer
