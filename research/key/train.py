"""Learn src/features/key_weights.h: what speaks for a key, and what for none.

usage: train.py EVIDENCE.csv TRUTH.csv [--out key_weights.h] [--report GROUP]

EVIDENCE.csv: what hitscope-key-evidence prints for the training renders (see README.md).
TRUTH.csv: path,group,weight,key,mode; empty key and mode mean that the file has none (noise, speech, drums, chance).

The model is a softmax over 25 answers, 24 keys and "none". A key's score is linear in the shapes turned to its
tonic, with one set of weights for all major and one for all minor keys; the score of "none" is linear in the
clarity. Its probabilities are the confidence, so the loss is their logarithm on held-out files (five folds), and
the strength of the ridge is chosen by it.
"""

import argparse
import csv

import numpy as np
from scipy.optimize import minimize

SHAPES = 12
CLARITY = 8
NONE = 24
RIDGES = (5e-5, 1e-4, 2e-4)
CLARITY_RIDGE = 1e-4


def load(evidence_path, truth_path):
    truth = {row["path"]: row for row in csv.DictReader(open(truth_path))}
    names, groups, weights, answers, shapes, clarity = [], [], [], [], [], []
    for line in open(evidence_path):
        path, *values = line.rsplit(",", SHAPES * 12 + CLARITY)
        row = truth.get(path)
        if row is None:
            continue
        values = np.array([float(v) for v in values])
        names.append(path)
        groups.append(row["group"])
        weights.append(float(row["weight"]))
        answers.append(NONE if row["key"] == "" else 2 * int(row["key"]) + 1 - int(row["mode"]))
        shapes.append(values[: SHAPES * 12].reshape(SHAPES, 12))
        clarity.append(values[SHAPES * 12 :])
    shapes = np.array(shapes)
    turned = np.stack([np.roll(shapes, -key, 2).reshape(len(shapes), -1) for key in range(12)], 1)
    return names, np.array(groups), np.array(weights), np.array(answers), turned, np.array(clarity)


def scores(parameters, turned, clarity):
    """One row of 25 scores a file: C major, C minor, C# major ... B minor, none."""
    features = turned.shape[2]
    weights = parameters[: 2 * features].reshape(2, features)
    keys = (turned.reshape(-1, features) @ weights.T).reshape(len(turned), 12, 2)
    keys[:, :, 1] += parameters[2 * features]
    none = clarity @ parameters[2 * features + 1 : -1] + parameters[-1]
    return np.concatenate([keys.reshape(len(turned), 24), none[:, None]], 1)


def probabilities(parameters, turned, clarity):
    s = scores(parameters, turned, clarity)
    e = np.exp(s - s.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def fit(turned, clarity, answers, weights, ridge):
    files, _, features = turned.shape
    share = weights / weights.sum()
    flat = turned.reshape(-1, features)

    def loss(parameters):
        p = probabilities(parameters, turned, clarity)
        keys, none = parameters[: 2 * features], parameters[2 * features + 1 : -1]
        value = -share @ np.log(np.maximum(p[np.arange(files), answers], 1e-300))
        value += ridge * keys @ keys + CLARITY_RIDGE * none @ none
        p[np.arange(files), answers] -= 1
        p *= share[:, None]
        of_keys = p[:, :24].reshape(files, 12, 2)
        gradient = np.concatenate(
            [
                (of_keys.reshape(-1, 2).T @ flat).ravel() + 2 * ridge * keys,
                [of_keys[:, :, 1].sum()],
                clarity.T @ p[:, NONE] + 2 * CLARITY_RIDGE * none,
                [p[:, NONE].sum()],
            ]
        )
        return value, gradient

    start = np.zeros(2 * features + 2 + clarity.shape[1])
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x


def mirex(answer, truth):
    (key, minor), (true_key, true_minor) = divmod(answer, 2), divmod(truth, 2)
    step = (key - true_key) % 12
    if minor == true_minor:
        return {0: 1.0, 5: 0.5, 7: 0.5}.get(step, 0.0)
    return 0.2 if step == 0 else 0.3 if step == (3 if true_minor else 9) else 0.0


def summary(groups, answers, p):
    lines = []
    for group in [*dict.fromkeys(groups), "ALL"]:
        at = np.flatnonzero((groups == group) | (group == "ALL"))
        best, confidence = p[at, :24].argmax(1), p[at, :24].max(1)
        sure = confidence >= 0.8
        keyed = answers[at] != NONE
        line = f"{group:10s} n={len(at):4d}"
        if keyed.any():
            line += f" exact={np.mean(best[keyed] == answers[at][keyed]):.3f}"
            line += f" mirex={np.mean([mirex(a, b) for a, b in zip(best[keyed], answers[at][keyed])]):.3f}"
        line += f" sure={sure.mean():.2f}"
        if sure.any():
            line += f" right={np.mean(best[sure] == answers[at][sure]):.3f}"
        lines.append(f"{line} median confidence={np.median(confidence):.2f}")
    return "\n".join(lines)


def rows(name, values):
    lines = []
    for block in values.reshape(SHAPES, 12):
        lines.append("    {" + ", ".join(f"{v:.5g}" for v in block) + "}")
    body = ",\n".join(lines)
    return f"inline constexpr std::array<std::array<double, 12>, KeyFeatures::shape_count> {name} = {{{{\n{body}}}}};\n"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("evidence")
    parser.add_argument("truth")
    parser.add_argument("--out")
    parser.add_argument("--report", default="", help="a group that is only reported, never learned from")
    options = parser.parse_args()
    names, groups, weights, answers, turned, clarity = load(options.evidence, options.truth)
    learn = groups != options.report
    centre, spread = clarity[learn].mean(0), clarity[learn].std(0)
    clarity = (clarity - centre) / spread

    fold = np.arange(len(names)) % 5
    chosen = None
    for ridge in RIDGES:
        p = np.zeros((len(names), 25))
        for f in range(5):
            train, test = learn & (fold != f), fold == f
            p[test] = probabilities(
                fit(turned[train], clarity[train], answers[train], weights[train], ridge),
                turned[test],
                clarity[test],
            )
        likelihood = np.maximum(p[np.arange(len(names)), answers][learn], 1e-12)
        loss = -np.average(np.log(likelihood), weights=weights[learn])
        print(f"ridge {ridge:g}: log loss {loss:.4f}")
        if chosen is None or loss < chosen[0]:
            chosen = (loss, ridge, p)
    _, ridge, p = chosen
    print(f"chosen {ridge:g}; cross-validated:\n{summary(groups[learn], answers[learn], p[learn])}")
    parameters = fit(turned[learn], clarity[learn], answers[learn], weights[learn], ridge)
    if not learn.all():
        held = ~learn
        p = probabilities(parameters, turned[held], clarity[held])
        print(f"held out:\n{summary(groups[held], answers[held], p)}")
        for name, truth, row in zip(np.array(names)[held], answers[held], p):
            if truth != NONE and row[:24].argmax() != truth:
                print(
                    f"  {name[-60:]} written {truth} heard {row[:24].argmax()} confidence {row[:24].max():.2f}"
                )
    if options.out:
        features = SHAPES * 12
        none = parameters[2 * features + 1 : -1] / spread
        none_bias = parameters[-1] - none @ centre
        with open(options.out, "w") as out:
            out.write(
                "// Generated by research/key/train.py; do not edit.\n"
                f"// Learned from {learn.sum()} files; ridge {ridge:g}. Rows in the order of KeyFeatures::Shape.\n"
                '#pragma once\n\n#include <array>\n\n#include "features/key_features.h"\n\nnamespace hitscope {\n\n'
                + rows("kMajorWeights", parameters[:features])
                + "\n"
                + rows("kMinorWeights", parameters[features : 2 * features])
                + "\n"
                + f"inline constexpr double kMinorBias = {parameters[2 * features]:.5g};\n\n"
                "inline constexpr std::array<double, KeyFeatures::clarity_count> kNoKeyWeights = {\n    "
                + ", ".join(f"{v:.5g}" for v in none)
                + "};\n"
                + f"inline constexpr double kNoKeyBias = {none_bias:.5g};\n\n"
                + "}  // namespace hitscope\n"
            )


if __name__ == "__main__":
    main()
