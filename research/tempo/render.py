"""Render music of known tempo to learn from, and sounds that have none.

usage: render.py mma|scores|none|all FOLDER [--count N] [--seed N]

Writes FOLDER/GROUP/*.mp3 and FOLDER/truth.csv with the columns path,group,tempo_bpm (see README.md for what
has to be installed). Same seed, same renders.
"""

import argparse
import array
import csv
import math
import pathlib
import random
import re
import subprocess
import warnings
import wave

SOUND_FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
STYLES = "/usr/share/mma/lib"
ROOTS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
MAJOR = [(0, ""), (2, "m"), (4, "m"), (5, ""), (7, "7"), (9, "m"), (11, "dim")]
MINOR = [(0, "m"), (2, "dim"), (3, ""), (5, "m"), (7, "7"), (8, ""), (10, "")]
MAJOR_PROGRESSIONS = [[0, 4, 5, 3], [0, 5, 3, 4], [1, 4, 0, 0], [0, 3, 4, 0], [0, 5, 1, 4], [0, 2, 3, 4]]
MINOR_PROGRESSIONS = [[0, 3, 4, 0], [0, 5, 2, 6], [0, 6, 5, 4], [0, 3, 6, 2], [0, 0, 3, 4]]
COMPOSERS = [
    "joplin",
    "mozart",
    "haydn",
    "beethoven",
    "bach",
    "schumann_robert",
    "handel",
    "corelli",
    "schubert",
    "ryansMammoth",
    "oneills1850",
    "airdsAirs",
]
PROGRAMS = [
    0,
    0,
    0,
    6,
    24,
    48,
    73,
    40,
    19,
]  # piano most often; harpsichord, guitar, strings, flute, violin, organ


def run(*command):
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def render_midi(midi, mp3, seconds):
    wav = midi.with_suffix(".wav")
    run("fluidsynth", "-ni", "-q", "-g", "0.5", "-r", "44100", "-F", str(wav), SOUND_FONT, str(midi))
    if not wav.exists():
        return False
    done = run(
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-i",
        str(wav),
        "-t",
        str(seconds),
        "-ac",
        "1",
        "-b:a",
        "128k",
        str(mp3),
    )
    wav.unlink()
    return done


def mma(folder, count, rng):
    styles = []
    for path in sorted(pathlib.Path(STYLES).glob("*/*.mma")):
        grooves = re.findall(r"^DefGroove\s+(\S+)", path.read_text(errors="replace"), re.M)
        grooves = [g for g in grooves if not re.search(r"intro|end|fill|plus|sus|arp", g, re.I)]
        styles += grooves[:1]
    rng.shuffle(styles)
    for number, groove in enumerate(styles[:count]):
        tempo = round(min(190, max(70, 118 * 2 ** rng.gauss(0, 0.35))))
        key, minor = rng.randrange(12), rng.random() < 0.4
        degrees = rng.sample(MINOR_PROGRESSIONS if minor else MAJOR_PROGRESSIONS, 2)
        chords = []
        for phrase in range(20):
            for degree in degrees[phrase // 2 % 2]:
                step, quality = (MINOR if minor else MAJOR)[degree]
                chords.append(ROOTS[(key + step) % 12] + quality)
        bars = max(8, min(len(chords), int(45 * tempo / 240) + 2))
        source = folder / f"{number:03d}_{re.sub(r'[^A-Za-z0-9]', '', groove)}.mma"
        lines = [f"Tempo {tempo}", f"Groove {groove}", *(f"{i + 1} {c}" for i, c in enumerate(chords[:bars]))]
        source.write_text("\n".join(lines) + "\n")
        midi, mp3 = source.with_suffix(".mid"), source.with_suffix(".mp3")
        if run("mma", str(source), "-f", str(midi)) and midi.exists() and render_midi(midi, mp3, 50):
            yield mp3, tempo


def scores(folder, count, rng):
    from music21 import corpus, instrument, stream, tempo  # slow to import, and not needed by the others

    warnings.filterwarnings("ignore")
    paths = [(c, p) for c in COMPOSERS for p in sorted(map(str, corpus.getComposer(c)))]
    rng.shuffle(paths)
    number = 0
    for composer, path in paths:
        if number >= count:
            return
        try:
            score = corpus.parse(path)
            if isinstance(score, stream.Opus):
                score = rng.choice(list(score.scores))
            metre = next(iter(score.recurse().getElementsByClass("TimeSignature")), None)
            if metre is None or (metre.denominator == 8 and metre.numerator % 3 == 0):
                continue  # in compound metres the quarter note is not the beat
            for kind in (tempo.TempoIndication, instrument.Instrument):
                for element in list(score.recurse().getElementsByClass(kind)):
                    element.activeSite.remove(element)
            for part in score.parts:
                voice = instrument.Instrument()
                voice.midiProgram = rng.choice(PROGRAMS)
                part.insert(0, voice)
            bpm = round(min(180, max(56, 112 * 2 ** rng.gauss(0, 0.33))))
            score.parts[0].insert(0, tempo.MetronomeMark(number=bpm))
            midi = folder / f"{number:03d}_{composer}.mid"
            score.write("midi", str(midi))
        except Exception as error:  # music21 cannot read all of its own corpus
            print(f"left out {path}: {error!r:.80}")
            continue
        if render_midi(midi, midi.with_suffix(".mp3"), 60):
            number += 1
            yield midi.with_suffix(".mp3"), bpm


def write_clicks(path, rng, seconds=20, rate_hz=22050):
    """Clicks at the times of a Poisson process, one to eight a second on average."""
    samples = array.array("h", bytes(2 * seconds * rate_hz))
    clicks_per_second, now = rng.choice([1, 2, 4, 8]), 0.0
    while (now := now + rng.expovariate(clicks_per_second)) < seconds - 0.01:
        start = int(now * rate_hz)
        for i in range(150):
            samples[start + i] = int(20000 * math.exp(-i / 30) * math.sin(0.6 * i))
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, rate_hz, 0, "NONE", ""))
        out.writeframes(samples.tobytes())
    return True


def none(folder, count, rng):
    text = "".join(
        p.read_text(errors="replace")
        for p in sorted(pathlib.Path("/usr/share/common-licenses").glob("[AGL]*"))
    )
    for number in range(count):
        path = folder / f"{number:03d}.wav"
        kind = number % 4
        if kind == 0:
            noise = rng.choice(["whitenoise", "pinknoise", "brownnoise"])
            done = run(
                "sox",
                "-n",
                "-r",
                "44100",
                "-c",
                "1",
                str(path),
                "synth",
                str(rng.uniform(15, 60)),
                noise,
                "vol",
                "0.3",
            )
        elif kind == 1:
            start = rng.randrange(len(text) - 1000)
            done = run(
                "espeak-ng",
                "-v",
                rng.choice(["en", "en-us", "de", "fr", "es", "it"]),
                "-s",
                str(rng.randrange(120, 200)),
                "-w",
                str(path),
                text[start : start + rng.randrange(300, 900)],
            )
        elif kind == 2:
            done = write_clicks(path, rng)
        else:
            done = run(
                "sox",
                "-n",
                "-r",
                "22050",
                "-c",
                "1",
                str(path),
                "synth",
                "15",
                "sine",
                str(rng.uniform(80, 2000)),
                "vol",
                "0.3",
            )
        if done:
            yield path, ""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["mma", "scores", "none", "all"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=200, help="renders a group")
    parser.add_argument("--seed", type=int, default=20261123)
    options = parser.parse_args()
    groups = {"mma": mma, "scores": scores, "none": none}
    options.folder.mkdir(parents=True, exist_ok=True)
    with open(options.folder / "truth.csv", "w", newline="") as out:
        table = csv.writer(out)
        table.writerow(["path", "group", "tempo_bpm"])
        for name in groups if options.what == "all" else [options.what]:
            folder = options.folder / name
            folder.mkdir(exist_ok=True)
            for path, bpm in groups[name](folder, options.count, random.Random(f"{options.seed}{name}")):
                table.writerow([path, name, bpm])
                out.flush()


if __name__ == "__main__":
    main()
