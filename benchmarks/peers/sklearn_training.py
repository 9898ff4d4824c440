"""The same five models by scikit-learn and XGBoost: read the table, fit on one split, score it.

usage: sklearn_training.py TABLE.csv SPLIT.csv
"""

import sys

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
scaler = StandardScaler().fit(table.loc[train["index"], FEATURES])
train_rows, test_rows = (scaler.transform(table.loc[part["index"], FEATURES]) for part in (train, test))
for name, model in MODELS.items():
    model.fit(train_rows, train["hit"])
    print(name, round(model.score(test_rows, test["hit"]), 4))
