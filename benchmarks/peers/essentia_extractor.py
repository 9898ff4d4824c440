"""Essentia's MusicExtractor on one file, its defaults.

usage: essentia_extractor.py FILE
"""

import sys

import essentia
import essentia.standard

essentia.log.infoActive = False
essentia.log.warningActive = False
features, _ = essentia.standard.MusicExtractor()(sys.argv[1])
print(features["rhythm.bpm"], features["tonal.key_temperley.key"], features["tonal.key_temperley.scale"])
