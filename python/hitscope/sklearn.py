"""The learners of hitscope as scikit-learn estimators: `pip install hitscope[sklearn]`.

They train the very structures that a bundle serves, on any numbers, in pipelines, searches and
cross-validation. What holds for all:

- Two classes. Labels may be anything that sorts; the greater one is the positive class.
- Values are float32 inside, as scikit-learn's own trees see them; no NaN, at most 64 columns.
- Deterministic: the same rows and ``random_state`` give the same model, whatever ``n_jobs``. ``random_state``
  is a whole number or a NumPy generator; None stands for 0.
- A fitted estimator pickles as plain bytes, which are checked when they are read.
- No ``feature_importances_``: the structures keep no impurities. ``sklearn.inspection`` has
  ``permutation_importance``, which says more.

>>> from hitscope.sklearn import RandomForestClassifier  # doctest: +SKIP
>>> cross_val_score(make_pipeline(StandardScaler(), RandomForestClassifier()), X, y)  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_random_state, compute_class_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from hitscope import _native

if TYPE_CHECKING:
    from numpy.random import RandomState
    from numpy.typing import ArrayLike, NDArray

    Seed = int | RandomState | None

__all__ = [
    "AdaBoostClassifier",
    "DecisionTreeClassifier",
    "KNeighborsClassifier",
    "RandomForestClassifier",
    "StandardScaler",
    "XGBoostClassifier",
]

_MOST_COLUMNS = 64


def _seed(random_state: Seed) -> int:
    if random_state is None:
        return 0
    if isinstance(random_state, int | np.integer):
        if random_state < 0:
            raise ValueError(f"random_state is not negative, not {random_state}")
        return int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def _threads(n_jobs: int | None) -> int:
    """joblib's convention: None is one, -1 is one a processor."""
    if n_jobs is None:
        return 1
    if n_jobs == 0:
        raise ValueError("n_jobs == 0 has no meaning")
    return 0 if n_jobs < 0 else int(n_jobs)


def _whole(name: str, value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} is a whole number of at least {least}, not {value!r}")
    return int(value)


def _depth(value: int | None) -> int:
    return 0 if value is None else _whole("max_depth", value, 1)


def _columns(value: int | float | str | None, n_features: int) -> int:
    """How many columns a node looks at; 0 is all of them for a tree, the square root for a forest."""
    if value is None:
        return n_features
    if value == "sqrt":
        return max(1, int(np.sqrt(n_features)))
    if value == "log2":
        return max(1, int(np.log2(n_features)))
    if isinstance(value, float | np.floating):
        if not 0 < value <= 1:
            raise ValueError(f"max_features as a share is above 0 and at most 1, not {value}")
        return max(1, int(value * n_features))
    return min(_whole("max_features", value, 1), n_features)


class _BinaryClassifier(ClassifierMixin, BaseEstimator):
    """What the classifiers share: checking, labels to 0 and 1 and back, probabilities."""

    _fitted: Any

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def _checked(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None
    ) -> tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.float64] | None]:
        rows, y = validate_data(self, X, y, dtype=np.float32, order="C")
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if kind != "binary":
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        if rows.shape[1] > _MOST_COLUMNS:
            raise ValueError(f"at most {_MOST_COLUMNS} columns are supported, not {rows.shape[1]}")
        self.classes_, encoded = np.unique(y, return_inverse=True)
        weights: NDArray[np.float64] | None = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
            if not np.any(weights):
                raise ValueError("every sample weight is zero")
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} can't train when only one class is present: y has 1 class"
            )
        return rows, encoded.astype(np.uint8), weights

    def _rows(self, X: ArrayLike) -> NDArray[np.float32]:
        check_is_fitted(self)
        rows: NDArray[np.float32] = validate_data(self, X, dtype=np.float32, order="C", reset=False)
        return rows

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities of the two classes, in the order of ``classes_``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        numpy.ndarray of float64, shape (n_samples, 2)
        """
        rows = self._rows(X)
        positive = self._fitted.probability(rows)
        return np.column_stack([1 - positive, positive])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The class of each row: the greater one where its probability is above one half.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        numpy.ndarray of shape (n_samples,)
        """
        rows = self._rows(X)
        positive = self._fitted.probability(rows)
        labels: NDArray[Any] = self.classes_[(positive > 0.5).astype(np.intp)]
        return labels

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_fitted")


class DecisionTreeClassifier(_BinaryClassifier):
    """A single classification tree (CART), as scikit-learn's with ``splitter="best"``.

    Parameters
    ----------
    criterion : {"gini", "entropy"}
    max_depth : int, optional
        None grows until every leaf is pure or too small to split.
    min_samples_split, min_samples_leaf : int
        They count rows, not weights.
    max_features : int, float, {"sqrt", "log2"}, optional
        Columns looked at in each node: a number, a share, or all.
    random_state : int or RandomState, optional
        Decides between splits of equal gain, and which columns a node looks at.

    Attributes
    ----------
    classes_ : numpy.ndarray of shape (2,)
    n_features_in_ : int
    """

    def __init__(
        self,
        *,
        criterion: Literal["gini", "entropy"] = "gini",
        max_depth: int | None = None,
        min_samples_split: int = 2,
        min_samples_leaf: int = 1,
        max_features: int | float | Literal["sqrt", "log2"] | None = None,
        random_state: Seed = None,
    ) -> None:
        self.criterion = criterion
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> DecisionTreeClassifier:
        """Grows the tree.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Two classes.
        sample_weight : array-like of shape (n_samples,), optional
            A row of weight w counts as w copies of itself.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            More or fewer than two classes, NaN, a parameter out of range.
        """
        _check_criterion(self.criterion)
        x, labels, weights = self._checked(X, y, sample_weight)
        self._fitted = _native.fit_decision_tree(
            x,
            labels,
            weights,
            criterion=self.criterion,
            max_depth=_depth(self.max_depth),
            min_samples_split=_whole("min_samples_split", self.min_samples_split, 2),
            min_samples_leaf=_whole("min_samples_leaf", self.min_samples_leaf, 1),
            max_features=_columns(self.max_features, x.shape[1]),
            seed=_seed(self.random_state),
        )
        return self


class RandomForestClassifier(_BinaryClassifier):
    """Breiman's random forest, as scikit-learn's.

    Row and class weights steer the bootstrap's draw, as in scikit-learn from 1.9 on.

    Parameters
    ----------
    n_estimators : int
        Trees.
    criterion, max_depth, min_samples_split, min_samples_leaf
        As for `DecisionTreeClassifier`, of each tree.
    max_features : int, float, {"sqrt", "log2"}, optional
        Columns looked at in each node.
    bootstrap : bool
        Each tree sees as many rows as there are, drawn with replacement.
    class_weight : {"balanced"} or dict, optional
    oob_score : bool
        Ask each row those trees that did not see it.
    n_jobs : int, optional
        Threads; None is one, -1 one a processor. The forest does not depend on it.
    random_state : int or RandomState, optional

    Attributes
    ----------
    classes_ : numpy.ndarray of shape (2,)
    n_features_in_ : int
    oob_score_ : float
        With ``oob_score``: the share of rows labelled rightly.
    oob_decision_function_ : numpy.ndarray of shape (n_samples, 2)
        With ``oob_score``: the probabilities; NaN for a row that every tree saw.
    """

    def __init__(
        self,
        n_estimators: int = 100,
        *,
        criterion: Literal["gini", "entropy"] = "gini",
        max_depth: int | None = None,
        min_samples_split: int = 2,
        min_samples_leaf: int = 1,
        max_features: int | float | Literal["sqrt", "log2"] | None = "sqrt",
        bootstrap: bool = True,
        class_weight: Literal["balanced"] | dict[Any, float] | None = None,
        oob_score: bool = False,
        n_jobs: int | None = None,
        random_state: Seed = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.criterion = criterion
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.bootstrap = bootstrap
        self.class_weight = class_weight
        self.oob_score = oob_score
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> RandomForestClassifier:
        """Grows the forest; parameters and errors as for `DecisionTreeClassifier.fit`."""
        _check_criterion(self.criterion)
        if self.oob_score and not self.bootstrap:
            raise ValueError("oob_score needs bootstrap=True: without, every tree sees every row")
        x, labels, weights = self._checked(X, y, sample_weight)
        classes = (1.0, 1.0)
        if self.class_weight is not None:
            given = compute_class_weight(
                self.class_weight, classes=self.classes_, y=self.classes_[labels], sample_weight=weights
            )
            classes = (float(given[0]), float(given[1]))
        self._fitted, oob, accuracy = _native.fit_random_forest(
            x,
            labels,
            weights,
            n_estimators=_whole("n_estimators", self.n_estimators, 1),
            criterion=self.criterion,
            max_depth=_depth(self.max_depth),
            min_samples_split=_whole("min_samples_split", self.min_samples_split, 2),
            min_samples_leaf=_whole("min_samples_leaf", self.min_samples_leaf, 1),
            max_features=_columns(self.max_features, x.shape[1]),
            bootstrap=bool(self.bootstrap),
            class_weight=classes,
            oob_score=bool(self.oob_score),
            jobs=_threads(self.n_jobs),
            seed=_seed(self.random_state),
        )
        if self.oob_score:
            self.oob_score_ = accuracy
            self.oob_decision_function_ = np.column_stack([1 - oob, oob])
        return self


class AdaBoostClassifier(_BinaryClassifier):
    """AdaBoost by SAMME over decision trees, stumps by default, as scikit-learn's.

    Its probabilities crowd around one half: they rank, they are not calibrated.

    Parameters
    ----------
    n_estimators : int
        Rounds at most; boosting ends early with a tree that is perfect or no better than chance.
    learning_rate : float
        Above 0.
    max_depth : int
        Of each tree.
    n_jobs : int, optional
        Threads for stumps; None is one, -1 one a processor.
    random_state : int or RandomState, optional
        Decides between splits of equal gain in trees deeper than stumps.

    Attributes
    ----------
    classes_ : numpy.ndarray of shape (2,)
    n_features_in_ : int
    """

    def __init__(
        self,
        n_estimators: int = 50,
        *,
        learning_rate: float = 1.0,
        max_depth: int = 1,
        n_jobs: int | None = None,
        random_state: Seed = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> AdaBoostClassifier:
        """Boosts; parameters and errors as for `DecisionTreeClassifier.fit`.

        Raises
        ------
        ValueError
            Also: the first tree is no better than chance.
        """
        x, labels, weights = self._checked(X, y, sample_weight)
        self._fitted = _native.fit_adaboost(
            x,
            labels,
            weights,
            n_estimators=_whole("n_estimators", self.n_estimators, 1),
            learning_rate=float(self.learning_rate),
            max_depth=_whole("max_depth", self.max_depth, 1),
            jobs=_threads(self.n_jobs),
            seed=_seed(self.random_state),
        )
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """The weighted vote of the trees, twice its mean: above 0 is the greater class.

        Returns
        -------
        numpy.ndarray of float64, shape (n_samples,)
        """
        rows = self._rows(X)
        values: NDArray[np.float64] = self._fitted.value(rows)
        return values


class XGBoostClassifier(_BinaryClassifier):
    """Gradient boosting by the real XGBoost (``tree_method="hist"``), served by hitscope's own trees.

    Parameters have XGBoost's names and defaults; ``base_score`` is always 0.5.

    Parameters
    ----------
    n_estimators, max_depth : int
    learning_rate, min_child_weight, subsample, colsample_bytree, reg_lambda : float
    n_jobs : int, optional
        Threads; None is one, -1 one a processor. XGBoost's sums may depend on it in their last bits.
    random_state : int or RandomState, optional
        Matters where ``subsample`` or ``colsample_bytree`` is below 1.

    Attributes
    ----------
    classes_ : numpy.ndarray of shape (2,)
    n_features_in_ : int
    """

    def __init__(
        self,
        n_estimators: int = 100,
        *,
        max_depth: int = 6,
        learning_rate: float = 0.3,
        min_child_weight: float = 1.0,
        subsample: float = 1.0,
        colsample_bytree: float = 1.0,
        reg_lambda: float = 1.0,
        n_jobs: int | None = None,
        random_state: Seed = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.learning_rate = learning_rate
        self.min_child_weight = min_child_weight
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.reg_lambda = reg_lambda
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> XGBoostClassifier:
        """Boosts; parameters and errors as for `DecisionTreeClassifier.fit`."""
        x, labels, weights = self._checked(X, y, sample_weight)
        self._fitted = _native.fit_xgboost(
            x,
            labels,
            weights,
            n_estimators=_whole("n_estimators", self.n_estimators, 1),
            max_depth=_whole("max_depth", self.max_depth, 1),
            learning_rate=float(self.learning_rate),
            min_child_weight=float(self.min_child_weight),
            subsample=float(self.subsample),
            colsample_bytree=float(self.colsample_bytree),
            reg_lambda=float(self.reg_lambda),
            jobs=_threads(self.n_jobs),
            seed=_seed(self.random_state),
        )
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """The margin (log-odds) of the greater class.

        Returns
        -------
        numpy.ndarray of float64, shape (n_samples,)
        """
        rows = self._rows(X)
        values: NDArray[np.float64] = self._fitted.value(rows)
        return values


class KNeighborsClassifier(_BinaryClassifier):
    """k nearest neighbours by exact Euclidean distance, as scikit-learn's.

    Standardise first (`StandardScaler`): distances mix the columns' units.

    Parameters
    ----------
    n_neighbors : int
        1 to 256, and no more than there are rows.
    weights : {"uniform", "distance"}

    Attributes
    ----------
    classes_ : numpy.ndarray of shape (2,)
    n_features_in_ : int
    """

    def __init__(self, n_neighbors: int = 5, *, weights: Literal["uniform", "distance"] = "uniform") -> None:
        self.n_neighbors = n_neighbors
        self.weights = weights

    def fit(self, X: ArrayLike, y: ArrayLike) -> KNeighborsClassifier:
        """Orders the rows for the search; parameters and errors as for `DecisionTreeClassifier.fit`."""
        if self.weights not in ("uniform", "distance"):
            raise ValueError(f'weights is "uniform" or "distance", not {self.weights!r}')
        x, labels, _ = self._checked(X, y, None)
        self._fitted = _native.fit_knn(
            x,
            labels,
            k=_whole("n_neighbors", self.n_neighbors, 1),
            distance_weights=self.weights == "distance",
        )
        return self


class StandardScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """(x - mean) / deviation, column by column, as scikit-learn's.

    A column that is constant but for rounding noise becomes 0. The result is float32, which is what the
    learners see.

    Parameters
    ----------
    with_mean, with_std : bool
        Subtract the mean; divide by the deviation.

    Attributes
    ----------
    mean_, scale_ : numpy.ndarray of float64, shape (n_features,)
    n_features_in_ : int
    """

    def __init__(self, *, with_mean: bool = True, with_std: bool = True) -> None:
        self.with_mean = with_mean
        self.with_std = with_std

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def fit(self, X: ArrayLike, y: object = None) -> StandardScaler:
        """Finds mean and deviation.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored

        Returns
        -------
        self
        """
        x = validate_data(self, X, dtype=np.float32, order="C")
        found = _native.fit_scaler(x)
        mean = found.mean if self.with_mean else [0.0] * x.shape[1]
        scale = found.scale if self.with_std else [1.0] * x.shape[1]
        self._fitted = _native.Scaler(mean, scale)
        self.mean_ = np.array(mean)
        self.scale_ = np.array(scale)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """The rows standardised.

        Returns
        -------
        numpy.ndarray of float32, shape (n_samples, n_features)
        """
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float32, order="C", reset=False)
        scaled: NDArray[np.float32] = self._fitted.apply(rows)
        return scaled

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_fitted")


def _check_criterion(criterion: str) -> None:
    if criterion not in ("gini", "entropy"):
        raise ValueError(f'criterion is "gini" or "entropy", not {criterion!r}')
