"""Render music of known tempo to learn src/features/tempo_weights.h from, and sounds that have none.

usage: render.py OUT [--first I] [--count N] [--seed S] [--seconds A,B] [--groups NAME,... | --only NAME] [--workers W]

Writes OUT/NNNN.wav or .mp3 (mono, 22,050 Hz) and OUT/truth.csv (path,group,source,tempo_bpm). Needs mma, fluidsynth
with the FluidR3 and TimGM6mb sound fonts, abc2midi, espeak-ng and ffmpeg (Debian), and music21, mido, numpy, scipy and
soundfile (PyPI). Item i depends on the seed and i alone.

The tempo is that of the quarter note, in simple metres. What is played is taken from styles and scores or made up, at a
tempo of our choice, more or less evenly, and treated as recordings are.
"""

import argparse
import concurrent.futures
import csv
import functools
import glob
import math
import os
import random
import re
import subprocess
import sys
import tempfile

import mido
import numpy as np
import soundfile
from scipy.signal import butter, fftconvolve, lfilter

RATE_HZ = 22050
TICKS = 480  # a quarter note
SOUND_FONTS = ["/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/sounds/sf2/TimGM6mb.sf2"]
DRUMS = 9  # the MIDI channel
KICK, SNARE, CLAP, CLOSED, OPEN, RIDE, CRASH, STICK, CLAVE, SHAKER, CONGA = (
    36,
    38,
    39,
    42,
    46,
    51,
    49,
    37,
    75,
    70,
    63,
)

# Styles and tunes that the reference material was made with, metronomes, and metres whose beat is no quarter.
LEFT_OUT_STYLES = re.compile(
    r"(boneym|softrock|countryblues|tango|lighttango|bvfunk|mambo|jazzrock|folkrock|trance|shuffleboggie|"
    r"twist|merengue|metronome.*|none|.*(6-8|68|12-8|128|9-8|5-4|54|7-8|jig).*)$",
    re.I,
)
LEFT_OUT_TUNES = re.compile(r"rac+oon|rodney|scotland the brave|service|white cockade|westland", re.I)
ROOTS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
MAJOR = [(0, ""), (2, "m"), (4, "m"), (5, ""), (7, ""), (9, "m"), (10, "")]
MINOR = [(0, "m"), (3, ""), (5, "m"), (7, ""), (8, ""), (10, ""), (7, "m")]
MAJOR_LOOPS = ["0454", "0534", "1400", "0340", "0514", "0234", "0", "04", "03", "05310434", "0033004334"]
MINOR_LOOPS = ["0230", "0415", "0543", "0215", "0034", "0", "05", "04", "02540230", "0545", "0606"]
COMPOSERS = (
    "joplin mozart haydn beethoven schumann_robert schumann_clara handel corelli schubert cpebach weber chopin "
    "beach monteverdi bach"
).split()
# Ensembles, as General MIDI programs from bass to treble.
KEYBOARDS = [[0], [0], [0], [1], [4], [6], [19], [11]]
PLUCKED = [[24], [25], [46], [45], [26], [105]]
ENSEMBLES = [
    [48],
    [49],
    [42, 41, 40],
    [70, 71, 73],
    [58, 60, 56],
    [52],
    [48, 0],
    [32, 24, 73],
    [33, 0, 40],
    [21],
]
BAND = [[33, 0], [33, 27], [34, 29], [33, 30], [38, 81], [39, 80], [32, 26], [38, 50], [33, 4, 61], [87, 90]]


class Item:
    """One file under way: its random numbers and its scratch names."""

    def __init__(self, seed, index, folder, out, seconds=(24, 55)):
        self.rng = random.Random(seed * 100003 + index)
        self.noise = np.random.default_rng([seed, index])
        self.scratch = os.path.join(folder, f"item{index}")
        self.out = out
        self.name = f"{index}"
        self.seconds = self.rng.uniform(*seconds)

    def tempo(self, centre, octaves, least=48, most=220):
        return round(min(most, max(least, centre * 2 ** self.rng.gauss(0, octaves))))


def run(*command):
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=False)


def played(item, tracks, bpm):
    """tracks: (program, [(start, length in beats, pitch, velocity)]), program None for drums; as samples."""
    rng, length = item.rng, item.seconds * bpm / 60
    loose_s = rng.choice([0, 0, 0.004, 0.01, 0.02])
    # The tempo wanders around the written one: a slow curve, and a breath at the end of some phrases, whose time is
    # not made up for.
    depth = rng.choice([0, 0, 0, 0.01, 0.02, 0.03])
    period = rng.choice([8, 16, 16, 32]) * rng.uniform(0.8, 1.2)
    grid = np.arange(0, length + 8, 0.25)
    pace = 1 + depth * np.sin(2 * np.pi * (grid / period + rng.random()))
    if depth > 0 and rng.random() < 0.5:
        pace = np.where(grid % 16 > 14, pace * (1 + 3 * depth), pace)
    times = np.concatenate([[0], np.cumsum(0.25 * 60 / bpm * pace)])
    grid = np.append(grid, grid[-1] + 0.25)
    song = mido.MidiFile(ticks_per_beat=TICKS)  # at 120 beats a minute: 960 ticks a second
    channel = 0
    for program, notes in tracks:
        track, events = mido.MidiTrack(), []
        channel = channel + 1 if channel + 1 != DRUMS else channel + 2
        to = DRUMS if program is None else channel % 16
        track.append(
            mido.Message(
                "program_change",
                channel=to,
                program=rng.choice([0, 0, 8, 16, 25]) if program is None else program,
            )
        )
        late = rng.gauss(0, loose_s)
        for start, lasts, pitch, velocity in notes:
            if start < length and 0 <= pitch < 128:
                on, off = np.interp([start, start + lasts], grid, times)
                on = max(0, on + late + rng.gauss(0, loose_s))
                events.append((int(on * 960), int(max(1, min(127, velocity))), int(pitch)))
                events.append((int(max(on + 0.03, off) * 960) - 1, 0, int(pitch)))
        now = 0
        for at, velocity, pitch in sorted(events):
            track.append(
                mido.Message("note_on", channel=to, note=pitch, velocity=velocity, time=max(0, at - now))
            )
            now = max(at, now)
        song.tracks.append(track)
    song.save(item.scratch + ".mid")
    return synthesise(item)


def synthesise(item):
    raw = item.scratch + ".raw"
    dry = [] if item.rng.random() < 0.3 else ["-R", "0", "-C", "0"]
    command = ["fluidsynth", "-ni", "-g", "0.5", "-r", str(RATE_HZ), "-T", "raw", "-O", "s16", *dry]
    run(*command, "-F", raw, item.rng.choice(SOUND_FONTS), item.scratch + ".mid")
    return np.fromfile(raw, "<i2").reshape(-1, 2).mean(1)[: int(item.seconds * RATE_HZ)] / 32768


# Styles


@functools.cache
def grooves():
    found = []
    for path in sorted(glob.glob("/usr/share/mma/lib/*/*.mma")):
        text = open(path, errors="replace").read()
        names = re.findall(r"^\s*DefGroove\s+(\S+)", text, re.M)
        names = [n for n in names if not re.search(r"intro|end|fill|metronome", n, re.I)]
        beats = {int(n) for n in re.findall(r"^\s*time\s+(\d+)\s*$", text, re.M | re.I)}
        if names and not LEFT_OUT_STYLES.match(os.path.basename(path)[:-4]) and not beats - {2, 3, 4}:
            found.append((os.path.basename(path)[:-4], names, max(beats, default=4)))
    return found


def style(item):
    """An accompaniment by MMA, sometimes with a tune."""
    rng = item.rng
    item.name, names, beats = rng.choice(grooves())
    bpm = item.tempo(118, 0.4)
    chords = progression(rng)
    names = rng.sample(names, min(len(names), rng.choice([1, 1, 2])))
    bars = int(item.seconds * bpm / 60 / beats) + 2
    lines = [f"Tempo {bpm}"]
    for bar in range(bars):
        if bar % 8 == 0:
            lines.append(f"Groove {names[bar // 8 % len(names)]}")
        root, quality = chords[bar % len(chords)]
        lines.append(f"{bar + 1} {ROOTS[root % 12]}{quality}")
    with open(item.scratch + ".mma", "w") as out:
        out.write("\n".join(lines) + "\n")
    run("mma", item.scratch + ".mma", "-f", item.scratch + ".mid")
    if rng.random() < 0.4:
        song = mido.MidiFile(item.scratch + ".mid")
        track, now = mido.MidiTrack(), 0
        track.append(
            mido.Message("program_change", channel=14, program=rng.choice([0, 11, 22, 26, 40, 56, 65, 73]))
        )
        feel = rng.choice(["straight", "dotted", "triplets", "sixteenths"])
        for start, length, pitch, velocity in tune(
            rng, chords * (bars // len(chords) + 1), beats, feel, 72, 4
        ):
            for at, loud in ((start, velocity), (start + length * 0.9, 0)):
                at = int(at * song.ticks_per_beat)
                track.append(
                    mido.Message("note_on", channel=14, note=pitch, velocity=loud, time=max(0, at - now))
                )
                now = max(at, now)
        song.tracks.append(track)
        song.save(item.scratch + ".mid")
    return synthesise(item), bpm


# Scores


def corpus():
    import music21  # slow to load, and the workers that render other things do without

    return os.path.join(os.path.dirname(music21.__file__), "corpus")


def convert_scores(folder):
    """Scores of music21's corpus in simple metres as MIDI."""
    import music21

    if os.path.exists(os.path.join(folder, "done")):
        return
    os.makedirs(folder, exist_ok=True)
    for name in COMPOSERS:
        paths = sorted(glob.glob(os.path.join(corpus(), name, "**", "*.*"), recursive=True))
        paths = [p for p in paths if re.search(r"\.(mxl|xml|krn|musicxml)$", p)]
        random.Random(5).shuffle(paths)
        for number, path in enumerate(paths[: 40 if name == "bach" else 12]):
            try:
                score = music21.converter.parse(path)
                metres = list(score.recurse().getElementsByClass("TimeSignature"))
                if not metres or any(m.denominator == 8 or m.numerator in (6, 9, 12) for m in metres):
                    continue
                song = mido.MidiFile(ticks_per_beat=TICKS)
                song.tracks.append(mido.MidiTrack())
                events = []
                for note in score.flatten().stripTies().notes:
                    start, end = (int(TICKS * t) for t in (note.offset, note.offset + note.quarterLength))
                    if end > start:  # no grace note
                        events += [
                            (t, on, p.midi) for p in note.pitches for t, on in ((start, 90), (end - 1, 0))
                        ]
                now = 0
                for at, velocity, pitch in sorted(events):
                    message = mido.Message("note_on", note=pitch, velocity=velocity, time=at - now)
                    song.tracks[0].append(message)
                    now = at
                song.save(os.path.join(folder, f"{name}_{number}.mid"))
            except Exception as error:  # a score that music21 cannot unfold is no loss
                print("left out:", os.path.basename(path), str(error)[:80], file=sys.stderr)
    open(os.path.join(folder, "done"), "w").close()


@functools.cache
def tunes():
    """The folk tunes in simple metres of music21's corpus, in ABC."""
    found = []
    for folder in ("ryansMammoth", "oneills1850", "airdsAirs"):
        for path in sorted(glob.glob(os.path.join(corpus(), folder, "*.abc"))):
            for text in re.split(r"(?m)^(?=X:)", open(path, errors="ignore").read()):
                metre = re.search(r"(?m)^M:\s*(\S+)", text)
                if (
                    metre
                    and metre[1] in ("C", "C|", "2/4", "3/4", "4/4", "2/2")
                    and not LEFT_OUT_TUNES.search(text)
                ):
                    found.append((folder + str(len(found)), text if text.startswith("X") else "X:1\n" + text))
    return found


def notes_of(path):
    song, notes = mido.MidiFile(path), []
    for track in song.tracks:
        now, sounding = 0, {}
        for message in track:
            now += message.time
            if message.type not in ("note_on", "note_off"):
                continue
            name = (message.channel, message.note)
            if message.type == "note_on" and message.velocity > 0:
                sounding[name] = (now, message.velocity)
            elif name in sounding:
                start, velocity = sounding.pop(name)
                beat = song.ticks_per_beat
                notes.append((start / beat, (now - start) / beat, message.note, velocity))
    return sorted(notes)


def excerpt(item, notes, bpm):
    """From a random bar (of four beats) on, as long as the item shall be."""
    beats, end = item.seconds * bpm / 60, notes[-1][0]
    begin = 4 * item.rng.randint(0, int((end - beats) / 4)) if end > beats + 4 else 0
    transpose = item.rng.randint(-5, 5)
    accent = item.rng.choice([0, 0, 8, 16])
    return [
        (
            at - begin,
            length,
            pitch + transpose,
            min(velocity, 100) - accent * (at % 1 > 0.01) + item.rng.randint(-4, 4),
        )
        for at, length, pitch, velocity in notes
        if begin - 1e-6 <= at
    ]


def score(item):
    rng = item.rng
    path = rng.choice(sorted(glob.glob(os.path.join(item.out, "scores", "*.mid"))))
    item.name = os.path.basename(path)[:-4]
    bpm = item.tempo(104, 0.4)
    notes = excerpt(item, notes_of(path), bpm)
    family = rng.choice(KEYBOARDS + PLUCKED + ENSEMBLES)
    low, high = np.percentile([n[2] for n in notes], [33, 67])
    voice = lambda pitch: (0 if pitch < low else 1 if pitch < high else 2) % len(family)
    tracks = [(program, [n for n in notes if voice(n[2]) == i]) for i, program in enumerate(family)]
    return played(item, tracks, bpm), bpm


def folk(item):
    """A folk tune on one instrument, or with chords on the beats or between them."""
    rng = item.rng
    item.name, text = rng.choice(tunes())
    with open(item.scratch + ".abc", "w") as out:
        out.write(text)
    run("abc2midi", item.scratch + ".abc", "-o", item.scratch + ".mid")
    bpm = item.tempo(118, 0.33)
    notes = notes_of(item.scratch + ".mid")
    repeats = int(item.seconds * bpm / 60 / max(8, notes[-1][0])) + 1
    end = math.ceil((notes[-1][0] + notes[-1][1]) / 4) * 4
    notes = [
        (at + end * i, length, pitch, velocity)
        for i in range(repeats)
        for at, length, pitch, velocity in notes
    ]
    notes = excerpt(item, notes, bpm)
    tracks = [(rng.choice([0, 13, 21, 22, 24, 25, 40, 40, 46, 71, 73, 75, 105, 109, 110]), notes)]
    if rng.random() < 0.6:
        beats = 3 if "M:3/4" in text.replace(" ", "") else 2
        chords = [c for c in progression(rng) for _ in range(2)]
        bass, comping = accompaniment(
            rng, chords * 40, beats, rng.choice(["oompah", "blocks", "long", "strum"])
        )
        tracks += [(rng.choice([0, 32, 33]), bass), (rng.choice([0, 21, 24, 25]), comping)]
    return played(item, tracks, bpm), bpm


# Textures


def progression(rng):
    """Chords as (root pitch class, quality): a loop, or two in turn."""
    major, key = rng.random() < 0.55, rng.randrange(12)
    chords, loops = (MAJOR, MAJOR_LOOPS) if major else (MINOR, MINOR_LOOPS)
    names = rng.choice(loops) * 2 + rng.choice(loops) * rng.choice([0, 1, 2])
    chosen = [chords[int(name)] for name in names]
    if rng.random() < 0.25:  # no loop: what comes next is anyone's guess
        chosen = [rng.choice(chords) for _ in range(32)]
    return [((key + step) % 12, quality) for step, quality in chosen]


CELLS = {  # the ways to fill a beat (or two), by feel
    "straight": [[1], [1], [0.5, 0.5], [0.5, 0.5], [2], [1.5, 0.5]],
    "sixteenths": [[0.5, 0.5], [0.25] * 4, [0.25] * 4, [0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [1]],
    "dotted": [[0.75, 0.25], [0.75, 0.25], [1], [0.5, 0.5], [1.5, 0.5]],
    "triplets": [[1 / 3] * 3, [1 / 3] * 3, [2 / 3, 1 / 3], [1], [0.5, 0.5], [2]],
    "swing": [[2 / 3, 1 / 3], [2 / 3, 1 / 3], [1], [1 / 3] * 3, [4 / 3, 2 / 3]],
    "syncopated": [[0.5, 1, 0.5], [0.25, 0.5, 0.25], [0.75, 0.75, 0.5], [1], [0.5, 0.5], [1.5, 0.5]],
    "long": [[2], [4], [1], [3, 1], [1.5, 0.5]],
}


def tune(rng, chords, beats, feel, centre, motif_bars):
    """A tune whose rhythm repeats with its motif, bar by bar, with some variation."""

    def bar():
        durations, left = [], beats
        while left > 1e-6:
            cell = [
                c for c in rng.choice(CELLS[feel] + CELLS["straight"][:3] * (rng.random() < 0.3)) if c > 0
            ]
            if sum(cell) > left + 1e-6:
                cell = [left]
            durations += cell
            left -= sum(cell)
        return [(d, rng.random() < 0.1) for d in durations]

    motif = [bar() for _ in range(motif_bars)]
    vary, notes, pitch = rng.choice([0, 0.1, 0.3, 1]), [], centre
    for i, (root, quality) in enumerate(chords):
        now = i * beats
        for duration, rest in bar() if rng.random() < vary else motif[i % motif_bars]:
            triad = {root, (root + (3 if quality == "m" else 4)) % 12, (root + 7) % 12}
            reach = range(max(centre - 14, pitch - 7), min(centre + 14, pitch + 7) + 1)
            pitch = rng.choices(
                reach, [(6 if p % 12 in triad else 0.6) / (1 + abs(p - pitch)) for p in reach]
            )[0]
            if not rest:
                notes.append(
                    (now, duration * 0.95, pitch, 92 + 8 * (abs(now % beats) < 1e-6) + rng.randint(-6, 6))
                )
            now += duration
    return notes


# Positions of the notes within a bar of so many beats; the steps through the chord that they play.
FIGURES = {
    "alberti": (lambda beats: np.arange(0, beats, 0.5), [0, 2, 1, 2]),
    "alberti16": (lambda beats: np.arange(0, beats, 0.25), [0, 2, 1, 2]),
    "triplets": (lambda beats: np.arange(0, 3 * beats) / 3, [0, 1, 2]),
    "triplet wave": (lambda beats: np.arange(0, 3 * beats) / 3, [0, 1, 2, 3, 2, 1]),
    "triplet nocturne": (lambda beats: np.arange(0, 3 * beats) / 3, [0, 2, 4, 3, 4, 2]),
    "sextuplets": (lambda beats: np.arange(0, 6 * beats) / 6, [0, 1, 2, 3, 2, 1]),
    "eighth wave": (lambda beats: np.arange(0, beats, 0.5), [0, 1, 2, 3, 4, 3, 2, 1]),
    "threes": (lambda beats: np.arange(0, beats, 0.5), [0, 1, 2]),
    "sixteenth wave": (lambda beats: np.arange(0, beats, 0.25), [0, 1, 2, 3, 4, 3, 2, 1]),
    "sixteenth threes": (lambda beats: np.arange(0, beats, 0.25), [0, 1, 2]),
    "tremolo": (lambda beats: np.arange(0, beats, 0.125), [0, 2]),
}
RHYTHMS = {  # chords struck at these places of a bar of four
    "blocks": [0, 1, 2, 3],
    "eighths": [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5],
    "triplet blocks": [i / 3 for i in range(12)],
    "offbeats": [0.5, 1.5, 2.5, 3.5],
    "dotted": [0, 0.75, 1, 1.75, 2, 2.75, 3, 3.75],
    "shuffle": [0, 2 / 3, 1, 5 / 3, 2, 8 / 3, 3, 11 / 3],
    "tresillo": [0, 1.5, 3],
    "tresillo16": [0, 0.75, 1.5, 2, 2.75, 3.5],
    "long tresillo": [0, 0.75, 1.5, 2.25, 3, 3.5],
    "habanera": [0, 0.75, 1, 1.5, 2, 2.75, 3, 3.5],
    "strum": [0, 1, 1.5, 2.5, 3, 3.5],
    "half": [0, 2],
    "long": [0],
    "anticipated": [0, 1.5, 2.5, 3.5],
    "charleston": [0, 1.5],
    "swing charleston": [0, 5 / 3],
    "sixteenths": [i / 4 for i in range(16)],
    "gallop": [i + x for i in range(4) for x in (0, 0.5, 0.75)],
}


def accompaniment(rng, chords, beats, figure):
    """(bass, chords): notes of the two hands."""
    bass, comping = [], []
    every = rng.choice([beats, beats, beats / 2 if beats % 2 == 0 else beats, 1])
    accent, register = rng.choice([0, 0, 8, 18]), rng.choice([48, 48, 43, 55])
    for i, (root, quality) in enumerate(chords):
        now = i * beats
        low = 36 + (root - 36 + 4) % 12 - 4
        third = 3 if quality == "m" else 4
        tones = [register + (root - register) % 12 + step for step in (0, third, 7, 12, 12 + third, 19)]
        if figure in FIGURES:
            places, steps = FIGURES[figure]
            places = places(beats)
            for n, at in enumerate(places):
                loud = 74 + accent * (at % 1 < 0.01) + accent / 2 * (n == 0) + rng.randint(-5, 5)
                comping.append((now + at, 0.95 * beats / len(places), tones[steps[n % len(steps)]], loud))
            if rng.random() < 0.95 and figure != "triplet nocturne":
                bass += [(now + at, every * 0.9, low, 80) for at in np.arange(0, beats - 1e-6, every)]
        elif figure == "oompah":
            bass += [
                (now + at, 0.45, low + (7 if at else 0), 88)
                for at in ([0] if beats == 3 else range(0, beats, 2))
            ]
            after = [1, 2] if beats == 3 else range(1, beats, 2)
            comping += [(now + at, 0.4, tone, 74) for at in after for tone in tones[:3]]
        elif figure == "stride":
            bass += [(now + at / 2, 0.4, low + (7 if at % 4 else 0), 86) for at in range(0, 2 * beats, 2)]
            comping += [(now + at / 2, 0.4, tone, 76) for at in range(1, 2 * beats, 2) for tone in tones[:3]]
        else:
            places = [at for at in RHYTHMS[figure] if at < beats]
            for at in places:
                loud = 76 + accent * (at % 1 < 0.01) + rng.randint(-5, 5)
                comping += [(now + at, 0.45, tone, loud) for tone in tones[: rng.choice([2, 3, 3])]]
            bass += [(now + at, every * 0.9, low, 84) for at in np.arange(0, beats - 1e-6, every)]
    return bass, comping


FEEL_OF = {
    "triplets": "triplets,triplet wave,triplet nocturne,sextuplets,triplet blocks,triplets",
    "straight": "alberti,eighth wave,blocks,eighths,half,oompah,threes,tremolo,long,stride",
    "sixteenths": "alberti16,sixteenth wave,sixteenth threes,oompah,stride,eighths,gallop",
    "dotted": "dotted,habanera,blocks,half,oompah,alberti,shuffle",
    "swing": "shuffle,triplet blocks,blocks,swing charleston,half,oompah",
    "syncopated": "tresillo,tresillo16,long tresillo,anticipated,charleston,offbeats,strum,habanera",
    "long": "long,half,eighth wave,triplet wave,sextuplets,alberti,triplets,tremolo",
}


def texture(item):
    """One or two hands, or an ensemble, without drums."""
    rng = item.rng
    feel = rng.choices(list(FEEL_OF), [5, 3, 3, 2, 1, 3, 2])[0]
    figure = rng.choice(
        [f for f in FEEL_OF[feel].split(",") if f in FIGURES or f in RHYTHMS or f in ("oompah", "stride")]
    )
    if rng.random() < 0.15:
        figure = rng.choice([*FIGURES, *RHYTHMS])
    busy = figure in (
        "sextuplets",
        "tremolo",
        "alberti16",
        "sixteenth wave",
        "triplet wave",
        "triplet nocturne",
    )
    bpm = item.tempo(84 if busy else 104, 0.4, 44, 200)
    beats = rng.choice([4, 4, 4, 3, 2])
    chords = progression(rng)
    if rng.random() < 0.3:
        chords = [c for c in chords for _ in range(2)]
    chords *= int(item.seconds * bpm / 60 / beats / len(chords)) + 1
    item.name = f"texture {feel} {figure}"
    bass, comping = accompaniment(rng, chords, beats, figure)
    melody = tune(rng, chords, beats, feel if rng.random() < 0.7 else rng.choice(["long", "straight", "dotted"]),
                  rng.choice([69, 72, 76]), rng.choice([1, 2, 2, 4]))  # fmt: skip
    family = rng.choice(rng.choice([KEYBOARDS, KEYBOARDS, PLUCKED, ENSEMBLES]))
    parts = [bass, comping] + ([melody] if rng.random() < 0.75 else [])
    return played(item, [(family[min(i, len(family) - 1)], part) for i, part in enumerate(parts)], bpm), bpm


# Bands


def drums(rng, bars, beats, feel):
    """A pattern of one bar of eighths, triplets or sixteenths, and its fills."""
    kind = rng.choice(["four", "rock", "rock", "break", "half", "fast", "latin", "machine", "brushes"])
    if feel in ("swing", "triplets") and kind in ("break", "latin"):
        kind = "rock"
    sub = 3 if feel in ("swing", "triplets") else rng.choice([2, 2, 4, 1])
    hat = rng.choice([CLOSED, CLOSED, RIDE, OPEN, SHAKER, None])
    kicks = {
        "four": range(beats), "rock": [0, 2], "half": [0], "fast": range(beats), "latin": [0, 1.5, 2, 3.5],
        "machine": [0, 0.75, 2.5], "brushes": [0, 2], "break": [0, 2.5],
    }[kind]  # fmt: skip
    snares = {"half": [2], "four": [1, 3], "latin": [1.5, 3], "fast": [0.5, 1.5, 2.5, 3.5]}.get(kind, [1, 3])
    if beats == 3:
        kicks, snares = [0], rng.choice([[1, 2], [2]])
    extra = [x for x in np.arange(0, beats, 1 / max(sub, 2)) if rng.random() < 0.12]
    snare = STICK if kind == "brushes" else rng.choice([SNARE, SNARE, 40, CLAP])
    double = rng.random() < (0.5 if kind == "fast" else 0.06)
    hits = []
    for bar in range(bars):
        at = bar * beats
        if bar % 8 == 7 and rng.random() < 0.6:  # a fill
            hits += [
                (at + i / 4, 0.1, rng.choice([SNARE, 45, 47, 50]), rng.randint(80, 110))
                for i in range(4 * beats)
            ]
            continue
        hits += [(at + x, 0.2, KICK, 105 + rng.randint(-8, 8)) for x in [*kicks, *extra] if x < beats]
        hits += [(at + x, 0.2, snare, 100 + rng.randint(-8, 8)) for x in snares if x < beats]
        if double:
            hits += [(at + i / 4, 0.1, KICK, 108) for i in range(4 * beats)]
        if hat:
            for i in range(sub * beats):
                if feel == "swing" and i % 3 == 1:
                    continue
                hits.append((at + i / sub, 0.1, hat, 64 + 14 * (i % sub == 0) + rng.randint(-10, 10)))
        if kind == "latin":
            hits += [(at + x, 0.1, CLAVE, 85) for x in ([0, 1.5, 3] if bar % 2 else [1, 2]) if x < beats]
            hits += [(at + x, 0.1, CONGA, 70 + rng.randint(-10, 10)) for x in np.arange(0, beats, 0.5)]
        if bar % 8 == 0:
            hits.append((at, 1, CRASH, 85))
    return kind, hits


def band(item):
    """Drums with bass, chords or riffs, a tune: popular, electronic and game music."""
    rng = item.rng
    feel = rng.choices(
        ["straight", "sixteenths", "syncopated", "dotted", "swing", "triplets", "long"], [5, 4, 5, 2, 2, 2, 1]
    )[0]
    beats = rng.choice([4] * 9 + [3])
    chords = progression(rng)
    if rng.random() < 0.3:
        chords = [c for c in chords for _ in range(2)]
    figure = rng.choice([f for f in FEEL_OF[feel].split(",") if f in FIGURES or f in RHYTHMS])
    if rng.random() < 0.3:
        figure = rng.choice(["eighths", "sixteenths", "gallop", "tresillo", "long", "offbeats"])
    kind, hits = drums(rng, 160, beats, feel)
    centre = {"fast": 175, "half": 125, "four": 128, "break": 150, "brushes": 105}.get(kind, 118)
    bpm = item.tempo(centre, 0.3, 60, 220)
    item.name = f"band {feel} {figure} {kind}"
    chords *= int(item.seconds * bpm / 60 / beats / len(chords)) + 1
    bass, comping = accompaniment(rng, chords, beats, figure)
    if rng.random() < 0.4:  # the bass plays with the chords
        bass = sorted(
            {(at, length, min(n[2] for n in comping if n[0] == at) - 12, 96) for at, length, *_ in comping}
        )
    family = rng.choice(BAND)
    tracks = [(None, hits), (family[0], bass)]
    if rng.random() < 0.85:
        tracks.append((family[1], comping))
    if rng.random() < 0.65:
        tracks.append(
            (
                rng.choice([0, 11, 30, 52, 56, 65, 73, 80, 81, 84]),
                tune(rng, chords, beats, feel, 72, rng.choice([1, 2, 4])),
            )
        )
    for i in range(1, len(tracks)):  # parts enter and rest by eight bars
        if rng.random() < 0.3:
            program, notes = tracks[i]
            out = rng.choice([0, 1])
            tracks[i] = (program, [n for n in notes if int(n[0] // (8 * beats)) % 2 != out])
    if rng.random() < 0.08:
        tracks = tracks[:1]
    samples = played(item, tracks, bpm)
    return np.tanh(samples / rms(samples) * rng.uniform(0.5, 2.5)) if rng.random() < 0.3 else samples, bpm


# Clicks and drum machines


def pulse(item):
    """A metronome, or a bar of synthetic drums again and again."""
    rng, bpm = item.rng, item.tempo(119, 0.35)
    kind = rng.choice(["plain", "plain", "accented", "divided", "kit", "kit", "pattern"])
    item.name = f"pulse {kind}"
    rise = lambda n, hz: np.sin(2 * np.pi * hz * np.arange(n) / RATE_HZ)
    burst = lambda n: item.noise.standard_normal(n)

    def sound(what):
        n = int(
            RATE_HZ
            * {"click": 0.03, "beep": 0.08, "noise": 0.05, "kick": 0.25, "snare": 0.2, "hat": 0.06}[what]
        )
        fall = np.exp(-np.arange(n) / n * rng.choice([3, 5, 8]))
        if what == "kick":
            return fall * np.sin(2 * np.pi * np.cumsum(50 + 100 * np.exp(-np.arange(n) / 800)) / RATE_HZ)
        if what == "hat":
            return fall * np.diff(burst(n + 1)) * 0.2
        if what == "snare":
            return fall * (0.4 * burst(n) + rise(n, rng.uniform(160, 230)))
        return fall * (burst(n) * 0.4 if what == "noise" else rise(n, rng.uniform(400, 2500)))

    beats = rng.choice([4, 4, 4, 3])
    click, other = (
        sound(rng.choice(["click", "beep", "noise", "kick"])),
        sound(rng.choice(["click", "beep", "noise"])),
    )
    if kind == "kit":
        kicks = rng.choice([range(beats), [0, 2], [0, 2, 2.5], [0, 1.5, 2]])
        hats = np.arange(0, beats, rng.choice([1, 0.5, 0.5, 0.25]))
        bar = [(at, sound("kick"), 1) for at in kicks] + [(at, sound("hat"), 0.5) for at in hats]
        bar += [(at, sound("snare"), 0.8) for at in ([1, 3] if rng.random() < 0.7 else [])]
    elif kind == "pattern":
        places = [
            at / 4 for at in range(4 * beats) if at == 0 or rng.random() < (0.6 if at % 4 == 0 else 0.25)
        ]
        bar = [(at, rng.choice([click, other]), rng.uniform(0.5, 1)) for at in places]
    else:
        bar = [(at, click, 1 if at == 0 or kind != "accented" else 0.5) for at in range(beats)]
        if kind == "divided":
            parts = rng.choice([2, 2, 3, 4])
            bar += [(at / parts, other, 0.4) for at in range(parts * beats) if at % parts]
    samples = np.zeros(int(RATE_HZ * item.seconds))
    for begin in range(0, int(item.seconds * bpm / 60) + 1, beats):
        for at, hit, loud in bar:
            start = int((begin + at) * 60 / bpm * RATE_HZ)
            if at < beats and start + len(hit) < len(samples):
                samples[start : start + len(hit)] += loud * hit
    return samples, bpm


# Sounds without a tempo


def none(item):
    rng, noise = item.rng, item.noise
    kind = item.name = rng.choice(["noise", "speech", "speech", "clicks", "tone", "notes", "bursts"])
    n = int(RATE_HZ * item.seconds)
    if kind == "speech":
        text = "".join(
            open(p, errors="replace").read() for p in sorted(glob.glob("/usr/share/common-licenses/[AGL]*"))
        )
        start = rng.randrange(len(text) - 1000)
        voice = rng.choice(["en", "en-us", "de", "fr", "es", "it"]) + rng.choice(["", "+f2", "+f4", "+m3"])
        speed, path = str(rng.randrange(110, 200)), item.scratch + ".wav"
        run("espeak-ng", "-v", voice, "-s", speed, "-w", path, text[start : start + rng.randrange(200, 900)])
        samples, rate = soundfile.read(path)
        assert rate == RATE_HZ
        return samples[:n], ""
    if kind == "noise":
        spectrum = np.fft.rfft(noise.standard_normal(n))
        return np.fft.irfft(spectrum / np.maximum(1, np.arange(len(spectrum))) ** rng.choice([0, 0.5, 1])), ""
    if kind == "tone":
        return np.sin(2 * np.pi * rng.uniform(80, 2000) * np.arange(n) / RATE_HZ), ""
    times, rate = [0.1], rng.choice([1, 2, 4, 8])
    while times[-1] < item.seconds:
        times.append(times[-1] + rng.expovariate(rate))
    if kind == "notes":  # at times of a Poisson process
        return played(
            item, [(rng.choice([0, 11, 48, 24]), [(t, 1, rng.randint(40, 84), 90) for t in times])], 60
        ), ""
    samples, length = np.zeros(n), int(RATE_HZ * (0.02 if kind == "clicks" else rng.uniform(0.1, 0.5)))
    for t in times:
        at = int(t * RATE_HZ)
        if at + length < n:
            samples[at : at + length] += noise.standard_normal(length) * np.exp(
                -5 * np.arange(length) / length
            )
    return samples, ""


# What happens to music on its way to a file


def rms(samples):
    return float(np.sqrt(np.mean(samples**2) + 1e-12))


def treat(item, samples):
    rng, level = item.rng, rms(samples)
    if rng.random() < 0.2:
        samples = samples + item.noise.standard_normal(len(samples)) * level * 10 ** (
            -rng.uniform(8, 40) / 20
        )
    if rng.random() < 0.25:
        samples = lfilter(*butter(2, rng.uniform(1200, 7000), fs=RATE_HZ), samples)
    if rng.random() < 0.15:
        samples = lfilter(*butter(2, rng.uniform(60, 220), "high", fs=RATE_HZ), samples)
    if rng.random() < 0.3:
        tail = int(RATE_HZ * rng.uniform(0.3, 1.8))
        room = item.noise.standard_normal(tail) * np.exp(-6.9 * np.arange(tail) / tail)
        wet = fftconvolve(samples, room * rng.uniform(0.2, 0.9) / np.sqrt((room**2).sum()))[: len(samples)]
        samples = samples + wet
    if rng.random() < 0.2:  # soft attacks
        length = int(RATE_HZ * rng.uniform(0.01, 0.05))
        samples = (
            samples
            - lfilter(*butter(1, 1 / (2 * np.pi * length / RATE_HZ), "high", fs=RATE_HZ), samples) * 0.7
        )
    if rng.random() < 0.25:
        samples = np.tanh(samples / level * rng.uniform(0.2, 1.5)) * level
    return samples


GROUPS = {
    "mma": (26, style),
    "score": (14, score),
    "folk": (8, folk),
    "texture": (24, texture),
    "band": (20, band),
    "none": (8, none),
    "pulse": (0, pulse),
}


def make(seed, index, folder, scratch, wanted, only, seconds):
    item = Item(seed, index, scratch, folder, seconds)
    group = item.rng.choices(list(GROUPS), [share for share, _ in GROUPS.values()])[0]
    if group not in wanted and not only:
        return None
    group = only or group
    samples, bpm = GROUPS[group][1](item)
    if group not in ("none", "pulse") or (group == "pulse" and item.rng.random() < 0.3):
        samples = treat(item, samples)
    if len(samples) < 3 * RATE_HZ or not np.abs(samples).max() > 1e-4:
        raise ValueError(f"{group} {item.name}: too short or silent")
    path = os.path.join(folder, f"{index:05d}.wav")
    soundfile.write(path, samples / np.abs(samples).max() * item.rng.uniform(0.1, 0.9), RATE_HZ, "PCM_16")
    if item.rng.random() < 0.25:
        mp3 = path[:-3] + "mp3"
        rate = item.rng.choice(["48k", "64k", "96k", "128k"])
        run("ffmpeg", "-v", "error", "-y", "-i", path, "-b:a", rate, mp3)
        os.remove(path)
        path = mp3
    return (path, group, item.name, bpm)


def attempt(seed, index, folder, wanted, only, seconds):
    with tempfile.TemporaryDirectory() as scratch:
        try:
            return make(seed, index, folder, scratch, wanted, only, seconds)
        except Exception as error:  # one that fails is left out, and said
            print(f"item {index}: {error!r}"[:200], file=sys.stderr)
            return None


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--groups", default=",".join(GROUPS), help="pass over the items of others")
    parser.add_argument("--only", help="make every item one of this group")
    parser.add_argument("--seconds", default="24,55", help="shortest and longest")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    wanted = options.groups.split(",")
    seconds = tuple(map(float, options.seconds.split(",")))
    if "score" in wanted and options.only in (None, "score"):
        convert_scores(os.path.join(options.out, "scores"))
    truth = os.path.join(options.out, "truth.csv")
    more = os.path.exists(truth)
    with (
        concurrent.futures.ProcessPoolExecutor(options.workers) as pool,
        open(truth, "a", newline="") as out,
    ):
        table = csv.writer(out)
        if not more:
            table.writerow(["path", "group", "source", "tempo_bpm"])
        indices = range(options.first, options.first + options.count)
        every = [
            [value] * options.count for value in (options.seed, options.out, wanted, options.only, seconds)
        ]
        for row in pool.map(attempt, every[0], indices, *every[1:], chunksize=4):
            if row:
                table.writerow(row)
                out.flush()


if __name__ == "__main__":
    main()
