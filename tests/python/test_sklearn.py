"""The estimators keep scikit-learn's contract, and agree with its own where both do the same."""

import pickle

import numpy as np
import pytest
import sklearn.ensemble
import sklearn.neighbors
import sklearn.tree
from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

import hitscope
import hitscope.sklearn as hs

# What cannot hold, and why. scikit-learn lists the first for its own forest.
WEIGHTS = "check_sample_weight_equivalence_on_dense_data"
EXPECTED = {
    "RandomForestClassifier": {
        WEIGHTS: "weights steer the bootstrap's draw: a row of weight 2 and two equal rows draw different "
        "samples from the same seed",
    },
    "XGBoostClassifier": {
        WEIGHTS: "libxgboost sums gradients in float32, so that a row of weight 2 and two equal rows differ "
        "in the last bits, by more than the check's 1e-7",
    },
}
CLASSIFIERS = [getattr(hs, name) for name in hs.__all__ if name.endswith("Classifier")]


@parametrize_with_checks(
    [getattr(hs, name)() for name in hs.__all__],
    expected_failed_checks=lambda estimator: EXPECTED.get(type(estimator).__name__, {}),
)
def test_scikit_learn_s_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def rows():
    x, y = make_classification(
        n_samples=400, n_features=8, n_informative=4, n_clusters_per_class=2, flip_y=0.1, random_state=5
    )
    return x.astype(np.float32), np.where(y == 1, "hit", "flop")


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_they_work_in_pipelines_and_searches(kind, rows):
    model = make_pipeline(hs.StandardScaler(), kind())
    assert cross_val_score(model, *rows, cv=3, scoring="roc_auc").mean() > 0.7
    name = "n_neighbors" if kind is hs.KNeighborsClassifier else "max_depth"
    search = GridSearchCV(kind(), {name: [1, 3]}, cv=3).fit(*rows)
    assert search.best_params_[name] in (1, 3)


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_a_pickle_predicts_the_same_and_is_checked(kind, rows):
    model = kind().fit(*rows)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict_proba(rows[0]), model.predict_proba(rows[0]))
    learnt = model._fitted.to_bytes()
    with pytest.raises(hitscope.ModelInvalidError):
        type(model._fitted).from_bytes(learnt[:-3])


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_more_than_two_classes_are_refused(kind):
    with pytest.raises(ValueError, match="binary"):
        kind().fit(np.arange(12.0).reshape(6, 2), [0, 1, 2, 0, 1, 2])


@pytest.mark.parametrize("kind", [hs.RandomForestClassifier, hs.AdaBoostClassifier])
def test_threads_do_not_change_the_model(kind, rows):
    one, two = (kind(random_state=3, n_jobs=n).fit(*rows).predict_proba(rows[0]) for n in (1, 2))
    assert np.array_equal(one, two)


def test_neighbours_are_scikit_learn_s(rows):
    for weights in ("uniform", "distance"):
        ours = hs.KNeighborsClassifier(7, weights=weights).fit(*rows)
        theirs = sklearn.neighbors.KNeighborsClassifier(7, weights=weights).fit(*rows)
        fresh = rows[0] + np.float32(0.05)
        assert np.allclose(ours.predict_proba(fresh), theirs.predict_proba(fresh), atol=1e-6)


def test_a_tree_is_as_good_as_scikit_learn_s(rows):
    ours = hs.DecisionTreeClassifier(max_depth=4).fit(*rows)
    theirs = sklearn.tree.DecisionTreeClassifier(max_depth=4, random_state=0).fit(*rows)
    assert ours.score(*rows) == pytest.approx(theirs.score(*rows), abs=0.01)


def test_adaboost_is_scikit_learn_s(rows):
    ours = hs.AdaBoostClassifier(30).fit(*rows)
    theirs = sklearn.ensemble.AdaBoostClassifier(n_estimators=30).fit(*rows)
    assert np.allclose(ours.predict_proba(rows[0]), theirs.predict_proba(rows[0]), atol=1e-4)


def test_a_scaler_is_scikit_learn_s(rows):
    from sklearn.preprocessing import StandardScaler

    ours, theirs = hs.StandardScaler().fit(rows[0]), StandardScaler().fit(rows[0].astype(np.float64))
    assert np.allclose(ours.mean_, theirs.mean_)
    assert np.allclose(ours.scale_, theirs.scale_)
    assert np.allclose(ours.transform(rows[0]), theirs.transform(rows[0]), atol=1e-5)
    assert np.array_equal(hs.StandardScaler(with_mean=False, with_std=False).fit_transform(rows[0]), rows[0])


def test_the_out_of_bag_score_is_honest(rows):
    forest = hs.RandomForestClassifier(200, oob_score=True, class_weight="balanced").fit(*rows)
    assert 0.7 < forest.oob_score_ < forest.score(*rows)
    assert forest.oob_decision_function_.shape == (400, 2)
    with pytest.raises(ValueError, match="bootstrap"):
        hs.RandomForestClassifier(oob_score=True, bootstrap=False).fit(*rows)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (hs.DecisionTreeClassifier, {"criterion": "luck"}),
        (hs.DecisionTreeClassifier, {"max_depth": 0}),
        (hs.DecisionTreeClassifier, {"max_features": 1.5}),
        (hs.DecisionTreeClassifier, {"random_state": -1}),
        (hs.RandomForestClassifier, {"n_estimators": 0}),
        (hs.RandomForestClassifier, {"n_jobs": 0}),
        (hs.AdaBoostClassifier, {"learning_rate": -1.0}),
        (hs.XGBoostClassifier, {"max_depth": 0}),
        (hs.XGBoostClassifier, {"subsample": 2.0}),
        (hs.KNeighborsClassifier, {"n_neighbors": 1000}),
        (hs.KNeighborsClassifier, {"weights": "luck"}),
    ],
)
def test_parameters_out_of_range_are_value_errors(kind, wrong, rows):
    with pytest.raises(ValueError):  # noqa: PT011  # ours and the native side's, each with words of its own
        kind(**wrong).fit(*rows)
