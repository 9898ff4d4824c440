"""Render music whose key is known, and sounds that have none, to learn src/features/key_weights.h from.

usage: render.py OUT [--count N] [--seed S] [--workers W]

Writes OUT/NNNN.wav (mono, 22,050 Hz) and OUT/truth.csv (path,group,weight,key,mode; see train.py). Needs mma,
fluidsynth with the FluidR3 and TimGM6mb sound fonts, abc2midi and espeak-ng (Debian), and music21, mido, numpy, scipy,
soxr, soundfile (PyPI). Item i depends on the seed and i alone.

Every item with a key is moved to a random key, so no tonic is learned, and treated as recordings are: an excerpt
from the beginning, the middle or the end, detuned, with noise, filters, reverberation and saturation.
"""

import argparse
import concurrent.futures
import csv
import functools
import glob
import os
import random
import re
import subprocess
import sys
import tempfile

import mido
import numpy as np
import soundfile
import soxr
from scipy.signal import butter, fftconvolve, lfilter

RATE_HZ = 22050
TICKS = 480
SOUND_FONTS = ["/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/sounds/sf2/TimGM6mb.sf2"]
PITCH = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
NAMES = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
DRUMS = 9  # the MIDI channel

# Styles that the reference material was made with, and mere metronomes: never learned from.
LEFT_OUT = re.compile(
    r"boneym|softrock|countryblues|tango|lighttango|bvfunk|mambo|jazzrock|folkrock|trance|shuffleboggie|"
    r"twist|merengue|metronome.*|none"
)

INTERVALS = {
    "": [0, 4, 7],
    "m": [0, 3, 7],
    "7": [0, 4, 7, 10],
    "m7": [0, 3, 7, 10],
    "M7": [0, 4, 7, 11],
    "dim": [0, 3, 6],
    "5": [0, 7],
}
MAJOR_CHORDS = {
    "I": (0, ""),
    "ii": (2, "m"),
    "iii": (4, "m"),
    "IV": (5, ""),
    "V": (7, ""),
    "vi": (9, "m"),
    "bVII": (10, ""),
    "V7": (7, "7"),
    "iv": (5, "m"),
    "II": (2, ""),
    "III": (4, ""),
    "I7": (0, "7"),
    "IV7": (5, "7"),
    "VI7": (9, "7"),
    "ii7": (2, "m7"),
    "vi7": (9, "m7"),
    "Imaj7": (0, "M7"),
    "IVmaj7": (5, "M7"),
}
MINOR_CHORDS = {
    "i": (0, "m"),
    "iv": (5, "m"),
    "v": (7, "m"),
    "V": (7, ""),
    "V7": (7, "7"),
    "VI": (8, ""),
    "III": (3, ""),
    "VII": (10, ""),
    "ii0": (2, "dim"),
    "bII": (1, ""),
    "IV": (5, ""),
    "i7": (0, "m7"),
    "iv7": (5, "m7"),
    "VI7": (8, "M7"),
}
# Loops that popular songs are built on.
MAJOR_LOOPS = """I V vi IV|I V vi IV|I vi IV V|I IV V IV|I IV V V|I IV I V|I iii IV V|I ii IV V|I bVII IV I|I V IV V|I IV vi V|
I vi ii7 V7|ii7 V7 Imaj7 Imaj7|Imaj7 vi7 ii7 V7|I V vi iii IV I IV V|I I IV I V IV I V|I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7|
I IV iv I|I II IV I|I III vi IV|I vi iii IV|I IV ii V|I V ii IV|I I V V|I bVII|I IV|I V I V I IV V I|IV V I I|I VI7 ii7 V7|
I vi I vi IV V I I|IV I V vi|I iii vi IV""".replace("\n", "").split("|")
MINOR_LOOPS = """i VI III VII|i VI III VII|i VII VI V|i VII VI VII|i iv v i|i iv V7 i|i VI VII i|i VI iv V|i iv VII III|i iv i V7|
i III VII iv|i VII iv i|i v VI iv|i i VI VI|i i i i VII VII VI VI|i bII|i IV|i VI VII VII|i7 iv7 i7 v|i III VI V|iv i V i|
ii0 V7 i i|i iv ii0 V7|VI VII i i|i V7 i V7 iv i V7 i|i VI|i VII|i7 IV|i v|VI iv i V|i III iv VI|i iv III VII|
i VII III VI""".replace("\n", "").split("|")


class Item:
    """One file under way: its random numbers, its scratch names and what is known of it."""

    def __init__(self, seed, index, folder):
        self.rng = random.Random(seed * 100003 + index)
        self.noise = np.random.default_rng([seed, index])
        self.scratch = os.path.join(folder, f"item{index}")
        self.key = self.rng.randrange(12)
        self.major = self.rng.random() < 0.52

    def midi(self):
        return self.scratch + ".mid"


def run(*command):
    return subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=False
    )


def write_midi(path, tracks, bpm):
    """tracks: (channel, program, [(start, length in beats, pitch, velocity)])."""
    song = mido.MidiFile(ticks_per_beat=TICKS)
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
    song.tracks.append(head)
    for channel, program, notes in tracks:
        track = mido.MidiTrack()
        track.append(mido.Message("program_change", channel=channel, program=program, time=0))
        events = []
        for start, length, pitch, velocity in notes:
            if 0 <= pitch < 128:
                events.append((int(start * TICKS), velocity, pitch))
                events.append((int((start + length) * TICKS) - 1, 0, pitch))
        now = 0
        for at, velocity, pitch in sorted(events):
            velocity = int(max(0, min(127, velocity)))
            track.append(
                mido.Message("note_on", channel=channel, note=pitch, velocity=velocity, time=max(0, at - now))
            )
            now = max(at, now)
        song.tracks.append(track)
    song.save(path)


def notes_of(path):
    song, notes = mido.MidiFile(path), []
    for track in song.tracks:
        now, open_notes = 0, {}
        for message in track:
            now += message.time
            if message.type not in ("note_on", "note_off"):
                continue
            name = (message.channel, message.note)
            if message.type == "note_on" and message.velocity > 0:
                open_notes[name] = now
            elif name in open_notes:
                start = open_notes.pop(name)
                notes.append(
                    (start / song.ticks_per_beat, (now - start) / song.ticks_per_beat, message.note, 90)
                )
    return sorted(notes)


def synthesise(item):
    raw = item.scratch + ".raw"
    run(
        "fluidsynth",
        "-ni",
        "-g",
        "0.5",
        "-r",
        str(RATE_HZ),
        "-T",
        "raw",
        "-O",
        "s16",
        "-F",
        raw,
        item.rng.choice(SOUND_FONTS),
        item.midi(),
    )
    return np.fromfile(raw, "<i2").reshape(-1, 2).mean(1) / 32768


def progression(rng, major):
    chords, loops = (MAJOR_CHORDS, MAJOR_LOOPS) if major else (MINOR_CHORDS, MINOR_LOOPS)
    first = rng.choice(loops).split()
    second = rng.choice(loops).split() if rng.random() < 0.6 else first
    if rng.random() < 0.35:  # a walk through the key instead, with a cadence
        pool = ["I", "ii", "iii", "IV", "V", "vi"] if major else ["i", "III", "iv", "v", "VI", "VII", "V"]
        second = [rng.choice(pool) for _ in range(4)] + (["V", "I"] if major else ["V", "i"])
    names = first * 2 + second * rng.choice([1, 2]) + first * 2
    return [chords[name] for name in names][:24]


def melody(rng, chords, key, major, beats, octave, chromatic):
    scale = [0, 2, 4, 5, 7, 9, 11] if major else [0, 2, 3, 5, 7, 8, 10 if rng.random() < 0.75 else 11]
    if rng.random() < 0.4:
        scale = [0, 2, 4, 7, 9] if major else [0, 3, 5, 7, 10]
    pitch, notes, now = key + 12 * octave, [], 0
    for degree, quality in chords:
        end = now + beats
        while now < end - 1e-6:
            length = min(rng.choice([0.5, 0.5, 1, 1, 1.5, 2]), end - now)
            reach = [p for p in range(pitch - 7, pitch + 8) if 12 * octave - 4 <= p <= 12 * octave + 20]
            if rng.random() >= 0.15 and reach:
                triad = {(key + degree + i) % 12 for i in INTERVALS[quality]}
                in_scale = {(key + step) % 12 for step in scale}
                weights = [
                    (4 * (p % 12 in triad) + (2 if p % 12 in in_scale else chromatic)) / (1 + abs(p - pitch))
                    for p in reach
                ]
                pitch = rng.choices(reach, weights)[0]
                notes.append((now, length * 0.95, pitch, rng.randint(75, 110)))
            now += length
    return notes


def drum_beat(rng, bars, beats=4):
    style, hits = rng.choice(["four", "rock", "break", "half"]), []
    for bar in range(bars):
        for beat in range(beats):
            at = bar * beats + beat
            if (
                style == "four"
                or (style in ("rock", "break") and beat % 2 == 0)
                or (style == "half" and beat == 0)
            ):
                hits.append((at, 0.2, 36, 100 + rng.randint(-8, 8)))
            if (style != "half" and beat % 2 == 1) or (style == "half" and beat == 2):
                hits.append((at, 0.2, rng.choice([38, 39, 40]), 95 + rng.randint(-8, 8)))
            for half in (0, 0.5):
                hits.append((at + half, 0.1, 42 if rng.random() < 0.9 else 46, 60 + rng.randint(-15, 15)))
            if style == "break" and rng.random() < 0.4:
                hits.append((at + 0.75, 0.2, 36, 85))
        if bar % 8 == 0:
            hits.append((bar * beats, 1, 49, 80))
    return hits


def arranged(item):
    """A pop or electronic arrangement: chords, bass, a tune, drums."""
    rng, key = item.rng, item.key
    chords, beats = progression(rng, item.major), rng.choice([2, 4, 4])
    bpm = rng.choice([rng.uniform(70, 110), rng.uniform(118, 132), rng.uniform(132, 176)])
    style = rng.choice(["pad", "arpeggio", "stab", "guitar", "ballad"])
    programs = {
        "pad": [16, 48, 50, 88, 89, 90, 91, 94, 95],
        "arpeggio": [4, 5, 12, 46, 80, 81],
        "stab": [4, 17, 61, 62, 63, 81],
        "guitar": [24, 25, 26, 27, 29, 30],
        "ballad": [0, 1, 4],
    }[style]
    comping, bass = [], []
    line, pedal = rng.choice(["root", "offbeat", "octaves", "fifths", "pedal"]), 28 + (key - 28) % 12
    grid, push = (
        rng.choice([0.5, 1, 2]),
        rng.choice([[0, 1, 2, 3], [0.5, 1.5, 2.5, 3.5], [0, 1.5, 3], [0, 0.75, 1.5, 2.25, 3]]),
    )
    for i, (degree, quality) in enumerate(chords):
        now = i * beats
        if style != "ballad" and quality in ("", "m") and rng.random() < 0.12:
            quality = "5"
        low = rng.randint(0, 2)
        pitches = [
            48 + (key + degree + step) % 12 + 12 * (n < low) for n, step in enumerate(INTERVALS[quality])
        ]
        if style == "pad":
            comping += [(now, beats, p, 80) for p in pitches]
        elif style == "arpeggio":
            comping += [
                (now + x, 0.25, pitches[n % len(pitches)] + 12 * (n // len(pitches) % 2), 85)
                for n, x in enumerate(np.arange(0, beats, 0.25))
            ]
        else:
            comping += [
                (now + x, 0.45, p, 88 + rng.randint(-8, 8)) for x in push if x < beats for p in pitches
            ]
        root = pedal if line == "pedal" else 28 + (key + degree - 28) % 12
        if line in ("root", "pedal"):
            bass += [(now + x, 0.45, root, 100) for x in np.arange(0, beats, grid)]
        elif line == "offbeat":
            bass += [(now + x, 0.4, root, 100) for x in np.arange(0.5, beats, 1)]
        elif line == "octaves":
            bass += [(now + x, 0.4, root + 12 * (n % 2), 100) for n, x in enumerate(np.arange(0, beats, 0.5))]
        else:
            bass += [
                (now + x, 0.9, root + 7 * (n % 2) * (quality != "dim"), 100)
                for n, x in enumerate(np.arange(0, beats, 1))
            ]
    tracks = [(0, rng.choice(programs), comping)]
    if rng.random() < 0.9:
        tracks.append((1, rng.choice([32, 33, 34, 35, 38, 39, 87]), bass))
    if rng.random() < 0.7:
        tracks.append(
            (
                2,
                rng.choice([0, 11, 30, 52, 53, 54, 56, 65, 73, 80, 81, 84, 85]),
                melody(rng, chords, key, item.major, beats, rng.choice([4, 5, 5]), rng.choice([0.02, 0.1])),
            )
        )
    if rng.random() < 0.75:
        tracks.append((DRUMS, 0, drum_beat(rng, len(chords) * beats // 4 + 1)))
    write_midi(item.midi(), tracks, bpm)
    return synthesise(item)


def rock(item):
    """Riffs of power chords, loud drums: the third is left to the tune, or to nobody."""
    rng, key = item.rng, item.key
    degrees = [0, 2, 4, 5, 7, 9, 10] if item.major else [0, 1, 3, 5, 7, 8, 10]
    weights = [5, 1, 1, 3, 3, 1, 2] if item.major else [5, rng.choice([0, 1.5]), 2, 2, 1.5, 2, 2]
    riff = rng.choices(degrees, weights, k=rng.choice([4, 8]))
    riff[0] = 0
    riff *= rng.choice([3, 4])
    tonic, pedal, guitar, bass = 40 + (key - 40) % 12, rng.random() < 0.5, [], []
    for bar, degree in enumerate(riff):
        root, strokes = 40 + (key + degree - 40) % 12, rng.choice([4, 8, 16])
        for i in range(strokes):
            at, length = 4 * bar + 4 * i / strokes, 3.6 / strokes
            if pedal and i % 4 != 0 and rng.random() < 0.8:
                guitar.append((at, length, tonic, rng.randint(60, 100)))
            else:
                guitar += [(at, length, root, 90), (at, length, root + 7, 90)]
                if item.major and degree in (0, 5, 7) and rng.random() < 0.3:
                    guitar.append((at, length, root + 4, 85))
            bass.append((at, length, root - 12, 95))
    tracks = [(0, rng.choice([29, 30, 30, 81, 84]), guitar), (1, rng.choice([33, 34, 38]), bass)]
    if rng.random() < 0.6:
        tracks.append(
            (
                2,
                rng.choice([29, 30, 52, 91]),
                melody(rng, [(d, "5") for d in riff], key, item.major, 4, 5, 0.06),
            )
        )
    hits = drum_beat(rng, len(riff))
    if rng.random() < 0.6:
        hits += [(i * 0.25, 0.1, 36, 115) for i in range(len(riff) * 16) if rng.random() < 0.7]
    tracks.append((DRUMS, rng.choice([0, 16]), [(at, length, pitch, 127) for at, length, pitch, _ in hits]))
    write_midi(item.midi(), tracks, rng.uniform(90, 210))
    samples = synthesise(item)
    return np.tanh(samples / rms(samples) * rng.uniform(0.5, 2.5)) if rng.random() < 0.5 else samples


@functools.cache
def grooves():
    found = []
    for path in sorted(glob.glob("/usr/share/mma/lib/stdlib/*.mma")):
        if LEFT_OUT.fullmatch(os.path.basename(path)[:-4]):
            continue
        lines = open(path, errors="ignore").read().splitlines()
        names = [line.split()[1] for line in lines if line.startswith("DefGroove")]
        beats = [
            int(m.group(1)) for line in lines if (m := re.match(r"\s*time\s+(\d+)\s*$", line, re.IGNORECASE))
        ]
        names = [name for name in names if not re.search("Intro|End|Fill", name)]
        if names:
            found.append((names, beats[0] if beats else 4))
    return found


def accompaniment(item):
    """An accompaniment by MMA, sometimes with a tune on top."""
    rng = item.rng
    names, beats = rng.choice(grooves())
    chords = progression(rng, item.major)
    lines = [f"Tempo {rng.randint(80, 160)}", f"Groove {rng.choice(names)}"]
    for i, (degree, quality) in enumerate(chords):
        if i == len(chords) // 2:
            lines.append(f"Groove {rng.choice(names)}")
        lines.append(f"{i + 1} {NAMES[(item.key + degree) % 12]}{quality}")
    with open(item.scratch + ".mma", "w") as out:
        out.write("\n".join(lines) + "\n")
    run("mma", item.scratch + ".mma", "-f", item.midi())
    if rng.random() < 0.5:
        song = mido.MidiFile(item.midi())
        tune = melody(rng, chords, item.key, item.major, beats, 5, 0.03)
        write_midi(
            item.scratch + "tune.mid",
            [(14, rng.choice([0, 11, 22, 26, 40, 56, 65, 66, 71, 73, 75]), tune)],
            120,
        )
        track = mido.MidiFile(item.scratch + "tune.mid").tracks[1]
        for message in track:
            message.time = int(message.time * song.ticks_per_beat / TICKS)
        song.tracks.append(track)
        song.save(item.midi())
    return synthesise(item)


@functools.cache
def tunes():
    """(text, tonic, major) of the folk tunes in music21's corpus that end on their tonic, by their K: field."""
    found = {True: [], False: []}
    for folder in ("ryansMammoth", "oneills1850", "airdsAirs"):
        for path in sorted(glob.glob(os.path.join(corpus(), folder, "*.abc"))):
            for text in re.split(r"(?m)^(?=X:)", open(path, errors="ignore").read()):
                fields = re.findall(r"(?m)^K:\s*([A-G])([b#]?)\s*([A-Za-z]*)", text)
                if len(fields) != 1:
                    continue
                letter, accidental, mode = fields[0]
                mode = mode.lower()[:3]
                if mode in ("", "maj", "m", "min"):
                    found[mode in ("", "maj")].append(
                        (text, (PITCH[letter] + {"": 0, "b": -1, "#": 1}[accidental]) % 12)
                    )
    return found


def folk(item):
    """A tune on one instrument, or with simple chords."""
    rng = item.rng
    while True:
        text, tonic = rng.choice(tunes()[item.major])
        with open(item.scratch + ".abc", "w") as out:
            out.write(text if text.startswith("X") else "X:1\n" + text)
        run("abc2midi", item.scratch + ".abc", "-o", item.midi())
        written = [name for name in glob.glob(item.scratch + "*.mid")]
        notes = notes_of(written[0]) if written else []
        for name in written:
            os.remove(name)
        if len(notes) >= 30 and notes[-1][2] % 12 == tonic:
            break
    shift = (item.key - tonic + 6) % 12 - 6
    notes = [(at, length, pitch + shift, velocity) for at, length, pitch, velocity in notes][
        : rng.choice([90, 150, 260, 999])
    ]
    tracks = [
        (
            0,
            rng.choice(
                [
                    0,
                    6,
                    13,
                    21,
                    22,
                    23,
                    24,
                    25,
                    40,
                    41,
                    45,
                    46,
                    71,
                    72,
                    73,
                    74,
                    75,
                    78,
                    104,
                    105,
                    107,
                    109,
                    110,
                ]
            ),
            notes,
        )
    ]
    if rng.random() < 0.6:
        triads = (
            [(0, "", 1.2), (5, "", 1), (7, "", 1.05), (9, "m", 0.7), (2, "m", 0.6)]
            if item.major
            else [
                (0, "m", 1.2),
                (5, "m", 0.8),
                (7, "", 0.7),
                (10, "", 1),
                (3, "", 0.8),
                (8, "", 0.7),
                (7, "m", 0.6),
            ]
        )
        end, step, chords, bass = notes[-1][0] + notes[-1][1], rng.choice([2, 4]), [], []
        for at in np.arange(0, end, step):
            sounding = [(pitch - item.key) % 12 for start, _, pitch, _ in notes if at <= start < at + step]
            fit = [
                (sum((p - degree) % 12 in INTERVALS[quality] for p in sounding) + 0.5) * weight
                for degree, quality, weight in triads
            ]
            degree, quality, _ = triads[0 if at + step >= end else int(np.argmax(fit))]
            bass.append((at, step * 0.45, 36 + (item.key + degree) % 12, 85))
            chords += [
                (at + step / 2, step * 0.4, 48 + (item.key + degree + i) % 12, 70) for i in INTERVALS[quality]
            ]
        tracks += [(1, rng.choice([0, 21, 24, 25, 33]), chords), (2, rng.choice([0, 32, 33, 58]), bass)]
    write_midi(item.midi(), tracks, rng.uniform(100, 150))
    return synthesise(item)


def corpus():
    import music21  # slow to load, and the workers that render other things do without

    return os.path.join(os.path.dirname(music21.__file__), "corpus")


def convert_scores(folder):
    """Scores of music21's corpus as MIDI, with the key that their signature and last bass note agree on."""
    import music21

    index = os.path.join(folder, "index.csv")
    if os.path.exists(index):
        return
    os.makedirs(folder, exist_ok=True)
    paths = random.Random(5).sample(sorted(glob.glob(os.path.join(corpus(), "bach", "*.mxl"))), 130)
    for name in (
        "beach",
        "beethoven",
        "chopin",
        "corelli",
        "cpebach",
        "handel",
        "haydn",
        "joplin",
        "mozart",
        "schubert",
        "schumann_clara",
        "schumann_robert",
        "weber",
    ):
        paths += sorted(glob.glob(os.path.join(corpus(), name, "**", "*.*x[lm]l"), recursive=True))[:12]
    rows = []
    for number, path in enumerate(paths):
        try:
            score = music21.converter.parse(path)
            signature = next(iter(score.flatten().getElementsByClass("KeySignature"))).sharps
            notes = [n for n in score.flatten().notes if not n.duration.isGrace]
            end = max(n.offset + n.duration.quarterLength for n in notes)
            last = (
                min(
                    p.midi
                    for n in notes
                    if n.offset + n.duration.quarterLength >= end - 0.01
                    for p in n.pitches
                )
                % 12
            )
            major = last == signature * 7 % 12
            if major or last == (signature * 7 + 9) % 12:
                midi = os.path.join(folder, f"{number}.mid")
                score.write("midi", midi)
                rows.append((midi, last, int(major)))
        except Exception as error:  # a score that music21 cannot unfold is no loss
            print("left out:", os.path.basename(path), str(error)[:80], file=sys.stderr)
    with open(index, "w") as out:
        csv.writer(out).writerows(rows)


def score(item, folder):
    """A classical score on an ensemble or a keyboard."""
    rng = item.rng
    with open(os.path.join(folder, "index.csv")) as rows:
        pool = [row for row in csv.reader(rows) if int(row[2]) == item.major]
    path, tonic, _ = rng.choice(pool)
    shift = (item.key - int(tonic) + 6) % 12 - 6
    notes = [(at, length, pitch + shift, velocity) for at, length, pitch, velocity in notes_of(path)]
    middle, end, bpm = np.median([n[2] for n in notes]), max(n[0] + n[1] for n in notes), rng.uniform(70, 120)
    excerpt = bpm * rng.uniform(25, 50) / 60
    if end > excerpt * 1.2:
        begin = 0 if rng.random() < 0.7 else end - excerpt
        notes = [
            (at - begin, length, pitch, velocity)
            for at, length, pitch, velocity in notes
            if begin <= at < begin + excerpt
        ]
    family = rng.choice([[0], [0], [6], [19], [48], [49], [24], [40, 41, 42], [73, 71, 70], [52], [61], [21]])
    voice = lambda pitch: (2 if pitch > middle + 7 else 1 if pitch > middle - 5 else 0) % len(family)
    write_midi(
        item.midi(),
        [(i, program, [n for n in notes if voice(n[2]) == i]) for i, program in enumerate(family)],
        bpm,
    )
    return synthesise(item)


def phrase(item):
    """A scale, an arpeggio, a chord or a cadence of simple tones, and nothing else."""
    rng = item.rng
    scale = (
        [0, 2, 4, 5, 7, 9, 11, 12]
        if item.major
        else rng.choice([[0, 2, 3, 5, 7, 8, 10, 12], [0, 2, 3, 5, 7, 8, 11, 12]])
    )
    third, sixth = (4, 9) if item.major else (3, 8)
    triad = [0, third, 7]
    events = rng.choice(
        [
            [[x] for x in scale],
            [[x] for x in scale + scale[-2::-1]],
            [[x] for x in triad + [12] + triad[::-1]] * rng.randint(1, 4),
            [triad] * rng.randint(2, 8),
            [triad, [5, sixth, 12], [7, 11, 14], triad] * rng.randint(1, 3),
        ]
    )
    base = rng.choice([48, 60, 60, 72]) + item.key - 12 * (item.key > 6)
    partials, decay, each_s = rng.choice([1, 8, 8]), rng.choice([0, 0, 3]), rng.uniform(0.2, 1)
    t = np.arange(int(each_s * RATE_HZ)) / RATE_HZ
    ramp = np.clip(np.minimum(t, each_s - t) / 0.005, 0, 1)
    parts = []
    for event in events:
        tone = np.zeros(len(t))
        for step in event:
            hz = 440 * 2 ** ((base + step - 69) / 12)
            for h in range(1, partials + 1):
                if h * hz < 10000:
                    tone += np.sin(2 * np.pi * h * hz * t) / h**1.5 * np.exp(-decay * t * h**0.5)
        parts.append(tone * ramp)
    silence = [np.zeros(rng.randint(0, 2 * RATE_HZ)) for _ in range(2)] if rng.random() < 0.3 else [[], []]
    return np.concatenate([silence[0], *parts, silence[1]]) * 0.15


def drum_kit(item):
    """Drums of sines and noise, tuned or not, in a pattern or quickening."""
    rng, noise, kit = item.rng, item.noise, []
    for _ in range(rng.randint(1, 5)):
        n = int(RATE_HZ * rng.uniform(0.05, 0.6))
        t, decay, hz = np.arange(n) / RATE_HZ, rng.uniform(4, 40), rng.uniform(150, 400)
        kind = rng.choice(["snare", "snare", "kick", "tom", "hat", "rim", "clap"])
        if kind == "snare":
            body = np.sin(2 * np.pi * hz * t) + 0.6 * np.sin(2 * np.pi * hz * rng.uniform(1.4, 1.9) * t)
            hit = (
                body * np.exp(-decay * t) * rng.uniform(0.1, 1.2)
                + noise.standard_normal(n) * np.exp(-t * rng.uniform(8, 40)) * 0.5
            )
        elif kind in ("kick", "tom"):
            low = rng.uniform(40, 80) if kind == "kick" else rng.uniform(70, 250)
            sweep = low * (1 + rng.uniform(0.3, 3) * np.exp(-t * rng.uniform(20, 80)))
            hit = np.sin(2 * np.pi * np.cumsum(sweep) / RATE_HZ) * np.exp(-decay / 2 * t)
        elif kind == "rim":
            hit = np.sin(2 * np.pi * rng.uniform(400, 1800) * t) * np.exp(
                -60 * t
            ) + 0.3 * noise.standard_normal(n) * np.exp(-80 * t)
        else:
            hit = noise.standard_normal(n) * np.exp(-t * (25 if kind == "clap" else 2 * decay))
        kit.append(hit * rng.uniform(0.3, 1))
    samples = np.zeros(int(RATE_HZ * rng.uniform(5, 35)))

    def strike(hit, at):
        n = min(len(hit), len(samples) - at)
        samples[at : at + n] += hit[:n] * rng.uniform(0.6, 1)

    if rng.random() < 0.25:
        at, gap = 0, rng.uniform(0.3, 1)
        while at < len(samples):
            strike(kit[0], at)
            at += max(int(gap * RATE_HZ), 800)
            gap *= rng.uniform(0.95, 1)
    else:
        step, pattern = 15 / rng.uniform(70, 180), [[rng.random() < 0.4 for _ in range(16)] for _ in kit]
        pattern[0][0] = True
        for i in range(int(len(samples) / RATE_HZ / step)):
            for hit, beats in zip(kit, pattern):
                if beats[i % 16] or rng.random() < 0.03:
                    strike(hit, int(i * step * RATE_HZ))
    return samples * 0.2


def speech(item):
    rng = item.rng
    words = "when the light fails over open water nobody asks who left first but everyone counts the boats again before supper".split()
    text = " ".join(rng.choice(words) for _ in range(rng.randint(15, 80)))
    run(
        "espeak-ng",
        "-v",
        rng.choice(["en", "en-us", "de", "fr", "it", "es"]) + rng.choice(["", "+f2", "+f4", "+m3", "+m5"]),
        "-s",
        str(rng.randint(110, 190)),
        "-p",
        str(rng.randint(10, 80)),
        "-w",
        item.scratch + ".wav",
        text,
    )
    samples, rate = soundfile.read(item.scratch + ".wav")
    return soxr.resample(samples, rate, RATE_HZ)


def glides(item):
    """A voice-like tone that never rests on a pitch."""
    rng, noise = item.rng, item.noise
    n = int(RATE_HZ * rng.uniform(8, 40))
    points = int(4 * n / RATE_HZ) + 2
    bend = np.interp(np.linspace(0, points - 1, n), np.arange(points), noise.normal(0, 0.25, points))
    phase = 2 * np.pi * np.cumsum(rng.uniform(90, 230) * 2**bend) / RATE_HZ
    loud = np.interp(
        np.linspace(0, points - 1, n),
        np.arange(points),
        (noise.uniform(0, 1, points) > 0.35) * noise.uniform(0.3, 1, points),
    )
    return sum(np.sin(h * phase) / h**1.2 for h in range(1, 20)) * loud * 0.1


def unpitched(item):
    rng, noise = item.rng, item.noise
    n = int(RATE_HZ * rng.uniform(8, 40))
    t = np.arange(n) / RATE_HZ
    kind = rng.choice(["white", "coloured", "clicks", "bursts", "hum"])
    if kind == "coloured":
        spectrum = np.fft.rfft(noise.standard_normal(n))
        coloured = np.fft.irfft(
            spectrum / np.maximum(1, np.arange(len(spectrum))) ** rng.uniform(0.3, 1.1), n
        )
        return coloured / coloured.std() * 0.1
    if kind == "clicks":
        samples, gap, length = np.zeros(n), int(RATE_HZ * rng.uniform(0.2, 1)), rng.randint(20, 400)
        click = np.sin(2 * np.pi * rng.uniform(500, 5000) * t[:length]) * np.exp(
            -np.arange(length) / length * 5
        )
        for at in range(0, n - length, gap):
            samples[at : at + length] += click
        return samples * 0.3
    if kind == "bursts":
        return (
            noise.standard_normal(n)
            * (np.sin(2 * np.pi * rng.uniform(0.3, 4) * t) > rng.uniform(-0.5, 0.8))
            * 0.1
        )
    hum = rng.uniform(0, 0.4) * np.sin(2 * np.pi * rng.uniform(40, 3000) * t) if kind == "hum" else 0
    return (noise.standard_normal(n) * 0.5 + hum) * 0.1


def played_drums(item):
    rng = item.rng
    hits = (
        drum_beat(rng, 16)
        if rng.random() < 0.5
        else [
            (i * 0.5, 0.2, rng.randint(35, 70), rng.randint(50, 110)) for i in range(80) if rng.random() < 0.8
        ]
    )
    write_midi(item.midi(), [(DRUMS, rng.choice([0, 8, 16, 24, 25, 40]), hits)], rng.uniform(80, 170))
    return synthesise(item)


def chance(item):
    """Notes drawn by chance: pitched, but in no key."""
    rng = item.rng
    notes = [(i * 0.5, 0.5, rng.randint(40, 88), 90) for i in range(100)] + [
        (i * 2, 2, rng.randint(30, 60), 80) for i in range(25)
    ]
    write_midi(item.midi(), [(0, rng.choice([0, 11, 48, 56, 73]), notes)], rng.uniform(70, 140))
    return synthesise(item)


def rms(samples):
    return float(np.sqrt(np.mean(samples**2) + 1e-12))


def treat(item, samples):
    """What happens to music on its way to a file."""
    rng = item.rng
    length = int(RATE_HZ * rng.uniform(15, 50))
    if len(samples) > length:
        begin = rng.choices([0, len(samples) - length, rng.randint(0, len(samples) - length)], [4, 3, 3])[0]
        samples = samples[begin : begin + length]
    cents = rng.gauss(0, 6) if rng.random() < 0.6 else rng.uniform(-45, 45)
    samples = soxr.resample(samples, RATE_HZ, RATE_HZ / 2 ** (cents / 1200), quality="HQ")
    level = rms(samples)
    if rng.random() < 0.25:
        samples = samples + item.noise.standard_normal(len(samples)) * level * 10 ** (
            -rng.uniform(8, 40) / 20
        )
    if rng.random() < 0.3:
        samples = lfilter(*butter(2, rng.uniform(1500, 7000), fs=RATE_HZ), samples)
    if rng.random() < 0.15:
        samples = lfilter(*butter(2, rng.uniform(60, 220), "high", fs=RATE_HZ), samples)
    if rng.random() < 0.3:
        tail = int(RATE_HZ * rng.uniform(0.3, 1.8))
        room = item.noise.standard_normal(tail) * np.exp(-6.9 * np.arange(tail) / tail)
        samples = (
            samples
            + fftconvolve(samples, room * rng.uniform(0.2, 0.8) / np.sqrt((room**2).sum()))[: len(samples)]
        )
    if rng.random() < 0.3:
        samples = np.tanh(samples / level * rng.uniform(0.2, 1.5)) * level
    return samples


# group: (share, weight in the fit, makers). Riffs leave the mode open more often than real songs: half weight.
GROUPS = {
    "folk": (13, 1, [folk]),
    "scores": (17, 1, [score]),
    "mma": (18, 1, [accompaniment]),
    "arranged": (19, 1, [arranged]),
    "rock": (9, 0.5, [rock]),
    "phrases": (6, 1, [phrase]),
    "none": (18, 1, [drum_kit, drum_kit, played_drums, unpitched, unpitched, speech, glides, chance]),
}


def make(seed, index, folder, scratch):
    item = Item(seed, index, scratch)
    group = item.rng.choices(list(GROUPS), [share for share, _, _ in GROUPS.values()])[0]
    _, weight, makers = GROUPS[group]
    maker = item.rng.choice(makers)
    samples = maker(item, os.path.join(folder, "scores")) if maker is score else maker(item)
    if group not in ("none", "phrases"):
        samples = treat(item, samples)
    if len(samples) < 2 * RATE_HZ:
        raise ValueError("too short")
    path = os.path.join(folder, f"{index:04d}.wav")
    soundfile.write(
        path, samples / max(np.abs(samples).max(), 1e-6) * item.rng.uniform(0.1, 0.9), RATE_HZ, "PCM_16"
    )
    key = ("", "") if group == "none" else (item.key, int(item.major))
    return (path, group, weight, *key)


def attempt(seed, index, folder):
    with tempfile.TemporaryDirectory() as scratch:
        try:
            return make(seed, index, folder, scratch)
        except Exception as error:  # one that fails is left out, and said
            print(f"item {index}: {error!r}"[:200], file=sys.stderr)
            return None


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    convert_scores(os.path.join(options.out, "scores"))
    with (
        concurrent.futures.ProcessPoolExecutor(options.workers) as pool,
        open(os.path.join(options.out, "truth.csv"), "w") as out,
    ):
        table = csv.writer(out)
        table.writerow(["path", "group", "weight", "key", "mode"])
        indices = range(options.count)
        for row in pool.map(
            attempt, [options.seed] * options.count, indices, [options.out] * options.count, chunksize=8
        ):
            if row:
                table.writerow(row)
                out.flush()


if __name__ == "__main__":
    main()
