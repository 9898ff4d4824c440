"""Learn src/features/tempo_weights.h: which rhythmic evidence speaks for a written tempo.

usage: train.py EVIDENCE.csv TRUTH.csv [--out tempo_weights.h] [--report GROUP]

EVIDENCE.csv: what hitscope-tempo-evidence prints for the training renders (see README.md).
TRUTH.csv: path,group,tempo_bpm; an empty tempo means that the file has none (noise, speech, lone clicks).

A candidate is right when it lies within 4 % of the written tempo. The model is logistic regression over all
candidates, its regularisation chosen by accuracy in cross-validation over files; the features are standardised
for the fit and the standardisation is folded into the weights, as is the calibration: the log odds are
stretched and shifted so that the confidence of held-out answers is their rate of success. A slower or faster rendering of the same rhythm is an equally
good example, so each file counts again with its tempo shifted by up to a fifth of an octave.
"""

import argparse
import csv

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler


def load(evidence_path, truth_path):
    truth = {
        row["path"]: (row["group"], float(row["tempo_bpm"] or 0)) for row in csv.DictReader(open(truth_path))
    }
    files = {}
    for line in open(evidence_path):
        path, *values = line.rsplit(",", EVIDENCE + 1)
        files.setdefault(path, []).append([float(v) for v in values])
    return [(path, *truth[path], np.array(files.get(path, []))) for path in truth]


EVIDENCE = 4 * (13 + 12) + 2
SHIFTS = 3


def right(bpm, want):
    return abs(bpm - want) <= 0.04 * want


def octave(bpm, want):
    return any(right(bpm, want * k) for k in (1, 2, 3, 1 / 2, 1 / 3))


def rows(files, rng):
    x, y, groups = [], [], []
    for index, (_, _, want, candidates) in enumerate(files):
        for shift in [0.0, *rng.uniform(-0.2, 0.2, SHIFTS)]:
            for bpm, *evidence in candidates:
                evidence = np.array(evidence)
                evidence[-2] += shift
                evidence[-1] = evidence[-2] ** 2
                x.append(evidence)
                y.append(want > 0 and right(bpm, want))
                groups.append(index)
    return np.array(x), np.array(y), np.array(groups)


def fit(x, y, c):
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=c, max_iter=5000).fit(scaler.transform(x), y)
    weights = model.coef_[0] / scaler.scale_
    return weights, model.intercept_[0] - weights @ scaler.mean_


def answer(weights, intercept, candidates):
    """(bpm, confidence) as src/features/tempo.cpp computes them."""
    if not len(candidates):
        return 0.0, 0.0
    odds = np.exp(candidates[:, 1:] @ weights + intercept)
    best = int(np.argmax(odds))
    return candidates[best, 0], odds[best] / (1 + odds.sum())


def score(files, weights, intercept):
    out = []
    for _, group, want, candidates in files:
        bpm, confidence = answer(weights, intercept, candidates)
        out.append(
            (group, want > 0 and right(bpm, want), want > 0 and octave(bpm, want), confidence, want > 0)
        )
    return out


def log_loss(scores):
    return -np.mean([np.log(np.clip(s[3] if s[1] else 1 - s[3], 1e-6, 1)) for s in scores])


def calibrate(folds):
    """The stretch and shift of the log odds with the least loss on held-out answers."""
    return min(
        ((a, b) for a in np.linspace(0.4, 3, 27) for b in np.linspace(-4, 3, 29)),
        key=lambda ab: log_loss(
            [s for w, i, held_out in folds for s in score(held_out, ab[0] * w, ab[0] * i + ab[1])]
        ),
    )


def summary(scores):
    lines = []
    for group in dict.fromkeys(s[0] for s in scores):
        of = [s for s in scores if s[0] == group]
        sure = [s for s in of if s[3] >= 0.8]
        lines.append(
            f"{group:12s} n={len(of):4d} acc1={np.mean([s[1] for s in of]):.3f} acc2={np.mean([s[2] for s in of]):.3f} "
            f"sure={len(sure):3d} right={np.mean([s[1] for s in sure]) if sure else float('nan'):.3f} "
            f"median confidence={np.median([s[3] for s in of]):.3f}"
        )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("evidence")
    parser.add_argument("truth")
    parser.add_argument("--out")
    parser.add_argument("--report", default="", help="a group that is only reported, never learned from")
    options = parser.parse_args()
    files = load(options.evidence, options.truth)
    held = [f for f in files if f[1] == options.report]
    files = [f for f in files if f[1] != options.report]
    x, y, groups = rows(files, np.random.default_rng(0))

    chosen = None
    for c in (0.001, 0.003, 0.01, 0.03, 0.1):
        folds = []
        for train, test in GroupKFold(5).split(x, y, groups):
            folds.append((*fit(x[train], y[train], c), [files[i] for i in np.unique(groups[test])]))
        stretch, shift = calibrate(folds)
        scores = [
            s
            for weights, intercept, held_out in folds
            for s in score(held_out, stretch * weights, stretch * intercept + shift)
        ]
        accuracy = np.mean([s[1] for s in scores if s[4]])
        loss = log_loss(scores)
        print(
            f"C={c}: accuracy 1 {accuracy:.4f}, log loss {loss:.4f}, stretch {stretch:.2f}, shift {shift:.2f}"
        )
        if chosen is None or (accuracy, -loss) > chosen[:2]:
            chosen = (accuracy, -loss, c, stretch, shift, scores)
    _, _, c, stretch, shift, scores = chosen
    print(f"chosen C={c}; cross-validated:\n{summary(scores)}")
    weights, intercept = fit(x, y, c)
    weights, intercept = stretch * weights, stretch * intercept + shift
    if held:
        print(f"held out:\n{summary(score(held, weights, intercept))}")
        for path, _, want, candidates in held:
            bpm, confidence = answer(weights, intercept, candidates)
            if not right(bpm, want):
                print(f"  {path[-60:]} written {want} heard {bpm:.1f} confidence {confidence:.2f}")
    if options.out:
        values = ",\n    ".join(
            ", ".join(f"{w:.6g}" for w in weights[i : i + 8]) for i in range(0, EVIDENCE, 8)
        )
        with open(options.out, "w") as out:
            out.write(
                "// Generated by research/tempo/train.py; do not edit.\n"
                f"// Learned from {len(files)} files; logistic regression, C = {c}.\n"
                '#pragma once\n\n#include <array>\n\n#include "features/tempo_evidence.h"\n\nnamespace hitscope {\n\n'
                f"inline constexpr double kTempoIntercept = {intercept:.6g};\n"
                f"inline constexpr std::array<double, kTempoEvidence> kTempoWeights = {{\n    {values}}};\n\n"
                "}  // namespace hitscope\n"
            )


if __name__ == "__main__":
    main()
