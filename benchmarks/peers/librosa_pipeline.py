"""What a Python program does for the same answer: librosa and pyloudnorm on one file.

usage: librosa_pipeline.py [--warm] FILE

Loads the file, then integrated loudness at its own rate, and at 22,050 Hz mono the tempo, RMS, centroid and
constant-Q chroma. --warm runs it twice and prints the CPU seconds of the second run, imports and
just-in-time compilation paid for.
"""

import sys
import time

import librosa
import numpy as np
import pyloudnorm
import soundfile


def pipeline(path: str) -> dict:
    samples, rate = soundfile.read(path, always_2d=True)
    loudness = pyloudnorm.Meter(rate).integrated_loudness(samples)
    mono = librosa.resample(np.mean(samples, axis=1), orig_sr=rate, target_sr=22050, res_type="soxr_hq")
    return {
        "lufs": loudness,
        "tempo": float(librosa.feature.tempo(y=mono, sr=22050)[0]),
        "rms": float(librosa.feature.rms(y=mono).mean()),
        "centroid": float(librosa.feature.spectral_centroid(y=mono, sr=22050).mean()),
        "chroma": librosa.feature.chroma_cqt(y=mono, sr=22050).mean(axis=1).tolist(),
    }


def main() -> None:
    warm = "--warm" in sys.argv
    result = pipeline(sys.argv[-1])
    if warm:
        started = time.process_time()
        result = pipeline(sys.argv[-1])
        print(time.process_time() - started)
    else:
        print(result)


main()
