"""What a Python program does for the same question: FastAPI, five models of scikit-learn and XGBoost in
memory.

usage: fastapi_app.py PORT TABLE.csv SPLIT.csv

uvicorn with one worker, with uvloop and httptools. The models are trained once, at the start, on the training
part of the split, and asked one row at a time on one thread, which is their fastest way. Prints "ready" when
it serves. GET /constant answers a constant of the size of an answer; POST /predict answers five features with
five votes.
"""

import sys
import warnings
from contextlib import asynccontextmanager

import numpy as np
import pandas
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
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
    "knn": KNeighborsClassifier(n_neighbors=5),
    "decision_tree": DecisionTreeClassifier(max_depth=10, random_state=42),
}
scaler = StandardScaler()


def train(table_file, split_file):
    table = pandas.read_csv(table_file).set_index("index")
    split = pandas.read_csv(split_file)
    rows = split[split["part"] == "train"]
    scaled = scaler.fit_transform(table.loc[rows["index"], FEATURES].to_numpy())
    for model in MODELS.values():
        model.fit(scaled, rows["hit"])
    for name in ("random_forest", "xgboost"):
        MODELS[name].set_params(n_jobs=1)


@asynccontextmanager
async def lifespan(_):
    print("ready", flush=True)
    yield


app = FastAPI(lifespan=lifespan)


class Question(BaseModel):
    tempo: float
    loudness: float
    key: float
    mode: float
    energy: float


def verdict(probabilities):
    votes = [
        {"model": name, "label": "HIT" if value >= 0.5 else "FLOP", "probability": value}
        for name, value in probabilities.items()
    ]
    hits = sum(vote["label"] == "HIT" for vote in votes)
    label = "HIT" if hits > 2 else "FLOP"
    return {
        "label": label,
        "votes_for_hit": hits,
        "probability": sum(probabilities.values()) / 5,
        "votes": votes,
    }


CONSTANT = verdict(dict.fromkeys(MODELS, 0.4321))


@app.get("/constant")
async def constant():
    return CONSTANT


@app.post("/predict")
async def predict(question: Question):
    row = scaler.transform(np.array([[getattr(question, name) for name in FEATURES]]))
    return verdict({name: float(model.predict_proba(row)[0, 1]) for name, model in MODELS.items()})


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    train(sys.argv[2], sys.argv[3])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), workers=1, log_level="error", access_log=False)
