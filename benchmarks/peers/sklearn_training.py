"""Times the fit of the same five models by scikit-learn and XGBoost on the training part of a split.

usage: sklearn_training.py TABLE.csv SPLIT.csv

The counterpart of ../split_training.cpp: outside the clock the imports, reading the table, choosing the rows;
inside it scaling and the fits, on all processors (n_jobs=-1 where a model has it). Prints one JSON object:
{"all_five": seconds, "random_forest": seconds, "accuracy": {model: share of the test part}}.
"""

import json
import sys
import time

import pandas
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

FEATURES = ["tempo", "loudness", "key", "mode", "energy"]
MODELS = {
    "random_forest": RandomForestClassifier(n_estimators=100, random_state=42, n_jobs=-1),
    "xgboost": XGBClassifier(n_estimators=100, max_depth=6, learning_rate=0.3),
    "adaboost": AdaBoostClassifier(n_estimators=100, random_state=42),
    "knn": KNeighborsClassifier(n_neighbors=5, n_jobs=-1),
    "decision_tree": DecisionTreeClassifier(max_depth=10, random_state=42),
}

table = pandas.read_csv(sys.argv[1]).set_index("index")
split = pandas.read_csv(sys.argv[2])
parts = dict(list(split.groupby("part", sort=False)))
train, test = parts["train"], parts["test"]
raw = table.loc[train["index"], FEATURES]

seconds = {}
begun = time.perf_counter()
scaler = StandardScaler().fit(raw)
rows = scaler.transform(raw)
scaling = time.perf_counter() - begun
for name, model in MODELS.items():
    begun = time.perf_counter()
    model.fit(rows, train["hit"])
    seconds[name] = time.perf_counter() - begun

test_rows = scaler.transform(table.loc[test["index"], FEATURES])
accuracy = {name: round(model.score(test_rows, test["hit"]), 4) for name, model in MODELS.items()}
print(
    json.dumps(
        {
            "all_five": scaling + sum(seconds.values()),
            "random_forest": scaling + seconds["random_forest"],
            "accuracy": accuracy,
        }
    )
)
