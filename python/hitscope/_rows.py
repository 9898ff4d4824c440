"""Rows of attributes instead of audio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hitscope.errors import TableInvalidError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from hitscope._native import Bundle, Verdict

MODELS = ("random_forest", "xgboost", "adaboost", "knn", "decision_tree")


def _known(names: Iterable[object], bundle: Bundle) -> list[str]:
    """Those of the names that the bundle or its estimators can use, in their order."""
    usable = bundle.input_names
    known = [name for name in names if isinstance(name, str) and name in usable]
    if not known:
        raise TableInvalidError(
            "None of the attributes is known to this model.", "known are " + ", ".join(sorted(usable))
        )
    return known


def predict_row(row: Mapping[str, float | None], bundle: Bundle, explain: bool) -> Verdict:
    names = _known(row.keys(), bundle)
    values = [np.nan if row[name] is None else float(row[name]) for name in names]  # type: ignore[arg-type]
    return bundle.judge_row(names, values, explain=explain)


def predict_rows(table: pd.DataFrame, bundle: Bundle, jobs: int) -> pd.DataFrame:
    import pandas as pd

    names = _known(table.columns, bundle)
    rows = np.ascontiguousarray(table[names].to_numpy(dtype=np.float64, na_value=np.nan))
    numbers = bundle.judge_rows(names, rows, jobs=jobs)
    votes = numbers[:, 0].astype(np.int64)
    columns = {
        "label": np.where(votes * 2 > len(MODELS), "HIT", "FLOP"),
        "votes_for_hit": votes,
        "probability": numbers[:, 1],
        "probability_low": numbers[:, 2],
        "probability_high": numbers[:, 3],
    }
    columns.update({f"probability_{model}": numbers[:, 4 + i] for i, model in enumerate(MODELS)})
    return pd.DataFrame(columns, index=table.index)
