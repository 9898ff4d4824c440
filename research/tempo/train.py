"""Learn src/features/tempo_weights.h: which rhythmic evidence speaks for a written tempo.

usage: train.py EVIDENCE.csv TRUTH.csv [--out tempo_weights.h] [--report GROUP] [--units N,...] [--decay L,...]

EVIDENCE.csv: what hitscope-tempo-evidence prints for the training renders (see README.md).
TRUTH.csv: path,group,source,tempo_bpm; an empty tempo means that the file has none (noise, speech, lone clicks).

A candidate is right when it lies within 4 % of the written tempo. Its log odds are a linear function of the evidence
plus a layer of a few tanh units; a file's candidates and "none of them" share one probability, as in src/features/tempo.cpp,
and the loss is the logarithm of that of the right answer. Size and weight decay are chosen by log loss in
cross-validation over the sources (a style, a score, a tune, a texture): what is tested has not been heard in training.
The standardisation of the evidence and the calibration (the log odds are stretched and shifted so that the confidence
of held-out answers is their rate of success) are folded into the weights. A slower or faster rendering of the same rhythm
is an equally good example, so each time a file is seen its tempo is shifted by up to a fifth of an octave. Files count so
that their tempi are spread as those that people prefer: log-normal around 120 BPM (Moelants 2002, Preferred tempo
reconsidered), whatever the renderer's choice was.
"""

import argparse
import csv
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

FOLDS = 5
EPOCHS = 40
BATCH = 64
RATE = 3e-3
SHIFT = 0.2  # octaves
PREFERRED_BPM = 120
SPREAD = 0.33  # octaves
DROPPED = 0.1  # of the evidence, each time
STRETCHES = np.linspace(0.4, 1.6, 25)
SHIFTS = np.linspace(-1.5, 1.5, 13)
TEMPO = -4  # where in the evidence log2(bpm / 120) is; its square follows


def right(bpm, want):
    return want > 0 and abs(bpm - want) <= 0.04 * want


def octave(bpm, want):
    return any(right(bpm, want * k) for k in (1, 2, 3, 1 / 2, 1 / 3))


def load(evidence_path, truth_path):
    """(path, group, source, tempo) of each file; candidates' tempi, evidence, presence and rightness as arrays."""
    candidates = {}
    with open(evidence_path) as lines:
        for line in lines:
            path, *values = line.rstrip("\n").split(",")
            candidates.setdefault(path, []).append([float(v) for v in values])
    with open(truth_path) as rows:
        files = [
            (
                r["path"],
                r["group"],
                r["source"] if r["group"] != "none" else r["path"],
                float(r["tempo_bpm"] or 0),
            )
            for r in csv.DictReader(rows)
        ]
    most = max(map(len, candidates.values()))
    size = len(next(iter(candidates.values()))[0]) - 1
    bpm = np.zeros((len(files), most))
    evidence = np.zeros((len(files), most, size), np.float32)
    for i, file in enumerate(files):
        for k, (tempo, *values) in enumerate(candidates.get(file[0], [])):
            bpm[i, k], evidence[i, k] = tempo, values
    wanted = np.array([f[3] for f in files])[:, None]
    hits = (wanted > 0) & (bpm > 0) & (np.abs(bpm - wanted) <= 0.04 * wanted)
    return files, bpm, evidence, bpm > 0, hits


def weights_of(files):
    """How much each file counts, so that the tempi are spread as those that people prefer (Moelants 2002)."""
    octaves = np.log2(np.array([f[3] or PREFERRED_BPM for f in files]) / PREFERRED_BPM)
    known = np.array([f[3] > 0 for f in files])
    there = np.exp(-0.5 * ((octaves[:, None] - octaves[known]) / 0.1) ** 2).mean(1) / 0.1
    weights = np.where(known, np.exp(-0.5 * (octaves / SPREAD) ** 2) / SPREAD / there, 1.0)
    return np.clip(weights, 0.2, 2)


class Network:
    def __init__(self, evidence, present, units, rng):
        self.mean = evidence[present].mean(0)
        self.scale = evidence[present].std(0) + 1e-6
        n = evidence.shape[2]
        self.p = {
            "linear": np.zeros(n),
            "intercept": np.array(-1.0),
            "inputs": rng.normal(0, 1 / np.sqrt(n), (n, units)),
            "intercepts": np.zeros(units),
            "outputs": rng.normal(0, 0.1, units),
        }

    def log_odds(self, evidence):
        x = (evidence - self.mean) / self.scale
        return self.forward(x)[0]

    def forward(self, x):
        hidden = np.tanh(x @ self.p["inputs"] + self.p["intercepts"])
        return x @ self.p["linear"] + hidden @ self.p["outputs"] + self.p["intercept"], hidden

    def gradient(self, x, present, hits, weights, decay):
        score, hidden = self.forward(x)
        odds = np.exp(np.clip(np.where(present, score, -30), -30, 30))
        probability = odds / (1 + odds.sum(1, keepdims=True))
        among = (odds * hits).sum(1, keepdims=True)
        target = np.where(among > 0, odds * hits / np.maximum(among, 1e-30), 0)
        d = ((probability - target) * present * weights[:, None] / len(x)).ravel()
        x, hidden = x.reshape(len(d), -1), hidden.reshape(len(d), self.p["outputs"].size)
        inner = d[:, None] * self.p["outputs"] * (1 - hidden**2)
        return {
            "linear": x.T @ d + decay * self.p["linear"],
            "intercept": d.sum(),
            "inputs": x.T @ inner + decay * self.p["inputs"],
            "intercepts": inner.sum(0),
            "outputs": hidden.T @ d + decay * self.p["outputs"],
        }


def train(evidence, present, hits, weights, units, decay, seed):
    rng = np.random.default_rng(seed)
    network = Network(evidence, present, units, rng)
    scaled = ((evidence - network.mean) / network.scale).astype(np.float32)
    slope = {name: np.zeros_like(value) for name, value in network.p.items()}  # Adam's two moments
    square = {name: np.zeros_like(value) for name, value in network.p.items()}
    step, steps = 0, EPOCHS * -(-len(scaled) // BATCH)
    for _ in range(EPOCHS):
        order = rng.permutation(len(scaled))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            x = scaled[batch]
            octaves = x[:, :, TEMPO] * network.scale[TEMPO] + network.mean[TEMPO]
            octaves += rng.uniform(-SHIFT, SHIFT, (len(batch), 1))
            for power in (1, 2):
                at = TEMPO + power - 1
                x[:, :, at] = (octaves**power - network.mean[at]) / network.scale[at]
            x *= (rng.random((len(batch), 1, x.shape[2])) > DROPPED) / (1 - DROPPED)
            gradient = network.gradient(x, present[batch], hits[batch], weights[batch], decay)
            step += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for name, g in gradient.items():
                slope[name] = 0.9 * slope[name] + 0.1 * g
                square[name] = 0.99 * square[name] + 0.01 * g**2
                spread = np.sqrt(square[name] / (1 - 0.99**step)) + 1e-8
                network.p[name] = network.p[name] - rate * slope[name] / (1 - 0.9**step) / spread
    return network


def judge(files, bpm, present, log_odds, stretch=1.0, shift=0.0):
    """(group, right, right up to the octave, confidence, has a tempo) as src/features/tempo.cpp answers."""
    odds = np.where(present, np.exp(np.clip(stretch * log_odds + shift, -40, 40)), 0)
    probability = odds / (1 + odds.sum(1, keepdims=True))
    out = []
    for i, (_, group, _, want) in enumerate(files):
        best = int(np.argmax(probability[i]))
        confidence = probability[i, best]
        heard = bpm[i, best] if confidence >= 0.05 else 0.0
        out.append((group, right(heard, want), octave(heard, want) if want else False, confidence, want > 0))
    return out


def log_loss(scores):
    return -np.mean([np.log(np.clip(s[3] if s[1] else 1 - s[3], 1e-6, 1)) for s in scores])


def summary(scores):
    lines = []
    for group in [*dict.fromkeys(s[0] for s in scores), "with tempo"]:
        of = [s for s in scores if s[0] == group or (group == "with tempo" and s[4])]
        sure = [s for s in of if s[3] >= 0.8]
        lines.append(
            f"{group:12s} n={len(of):4d} acc1={np.mean([s[1] for s in of]):.4f} acc2={np.mean([s[2] for s in of]):.4f} "
            f"sure={len(sure) / len(of):.3f} right={np.mean([s[1] for s in sure]) if sure else float('nan'):.3f} "
            f"log loss={log_loss(of):.4f} median confidence={np.median([s[3] for s in of]):.3f}"
        )
    return "\n".join(lines)


def folds_of(files):
    names = sorted({f[1] + f[2] for f in files})
    np.random.default_rng(1).shuffle(names)
    fold = {name: i % FOLDS for i, name in enumerate(names)}
    return np.array([fold[f[1] + f[2]] for f in files])


def cross_validate(files, bpm, evidence, present, hits, units, decay):
    folds, weights, log_odds = folds_of(files), weights_of(files), np.zeros(bpm.shape)
    for fold in range(FOLDS):
        inside, outside = folds != fold, folds == fold
        network = train(evidence[inside], present[inside], hits[inside], weights[inside], units, decay, fold)
        log_odds[outside] = network.log_odds(evidence[outside])
    stretch, shift = min(
        ((a, b) for a in STRETCHES for b in SHIFTS),
        key=lambda ab: log_loss(judge(files, bpm, present, log_odds, *ab)),
    )
    return stretch, shift, judge(files, bpm, present, log_odds, stretch, shift)


def fold_in(network, stretch, shift):
    """The parameters for evidence as it comes."""
    p, scale, mean = network.p, network.scale, network.mean
    linear = p["linear"] / scale
    inputs = p["inputs"] / scale[:, None]
    return (
        stretch * linear,
        stretch * (p["intercept"] - linear @ mean) + shift,
        inputs.T,
        p["intercepts"] - mean @ inputs,
        stretch * p["outputs"],
    )


def listed(values):
    return "{" + ", ".join(f"{v:.5g}" for v in values) + "}"


def header(count, units, decay, parameters):
    linear, intercept, inputs, intercepts, outputs = parameters
    rows = ",\n    ".join("{" + listed(row) + "}" for row in inputs)
    return f"""// Generated by research/tempo/train.py; do not edit.
// Learned from {count} files; {units} units, weight decay {decay}.
#pragma once

#include <array>

#include "features/tempo_evidence.h"

namespace hitscope {{

inline constexpr std::size_t kTempoUnits = {units};
inline constexpr double kTempoIntercept = {intercept:.6g};
inline constexpr std::array<double, kTempoEvidence> kTempoWeights = {listed(linear)};
inline constexpr std::array<double, kTempoUnits> kTempoUnitWeights = {listed(outputs)};
inline constexpr std::array<double, kTempoUnits> kTempoUnitIntercepts = {listed(intercepts)};
inline constexpr std::array<std::array<double, kTempoEvidence>, kTempoUnits> kTempoUnitInputs = {{{{
    {rows}}}}};

}}  // namespace hitscope
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("evidence")
    parser.add_argument("truth")
    parser.add_argument("--out")
    parser.add_argument("--report", default="", help="a group that is only reported, never learned from")
    parser.add_argument("--units", default="0,8,16")
    parser.add_argument("--decay", default="0.002,0.005,0.01")
    options = parser.parse_args()
    files, *arrays = load(options.evidence, options.truth)
    held = np.array([f[1] == options.report for f in files])
    learned = [f for f in files if f[1] != options.report]
    held_out, arrays = [a[held] for a in arrays], [a[~held] for a in arrays]

    chosen = None
    for units in map(int, options.units.split(",")):
        for decay in map(float, options.decay.split(",")):
            stretch, shift, scores = cross_validate(learned, *arrays, units, decay)
            loss, accuracy = log_loss(scores), np.mean([s[1] for s in scores if s[4]])
            print(f"{units} units, decay {decay}: log loss {loss:.4f}, accuracy 1 {accuracy:.4f}, stretch {stretch:.2f}, shift {shift:.2f}")  # fmt: skip
            if chosen is None or loss < chosen[0]:
                chosen = (loss, units, decay, stretch, shift, scores)
    _, units, decay, stretch, shift, scores = chosen
    print(f"chosen {units} units, decay {decay}; cross-validated:\n{summary(scores)}")
    network = train(*arrays[1:], weights_of(learned), units, decay, 0)
    if held.any():
        log_odds = network.log_odds(held_out[1])
        reported = [f for f in files if f[1] == options.report]
        print(f"held out:\n{summary(judge(reported, held_out[0], held_out[2], log_odds, stretch, shift))}")
    if options.out:
        with open(options.out, "w") as out:
            out.write(header(len(learned), units, decay, fold_in(network, stretch, shift)))


if __name__ == "__main__":
    main()
