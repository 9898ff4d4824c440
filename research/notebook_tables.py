"""The tables that MusicPredictor_Pipeline.ipynb reads: the reference tables where they are, else small ones made
up here.

`find` looks for the reference tables in $HITSCOPE_SHARED/data (default: `shared` beside the checkout). They are
their makers' and no part of the project. Where one of them is missing, six small tables with the same names and
columns are made up from a seed, with the same flaws put in on purpose: songs that stand under several genres,
popularity 0, genres of unequal fame, artists whose name decides more than their sound. Nothing learned from them
says anything of music; they are there so that every step of the notebook can run, and be tested, anywhere.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
NAMES = {
    "spotify_tracks": "spotify_tracks_114k.csv",
    "tidytuesday": "tidytuesday_spotify_songs_32833.csv",
    "hit_predictor": "hit_predictor_41k.csv",
    "musicoset": "musicoset_songs_20405.csv",
    "librosa_plus_spotify": "librosa_plus_spotify_3932.csv",
    "lufs_vs_spotify": "lufs_vs_spotify_loudness.csv",
}
COLUMNS = {
    "spotify_tracks": """
        index track_id artists album_name track_name popularity duration_ms explicit danceability energy key
        loudness mode speechiness acousticness instrumentalness liveness valence tempo time_signature
        track_genre
    """,
    "tidytuesday": """
        track_id track_name track_artist track_popularity track_album_id track_album_name
        track_album_release_date playlist_name playlist_id playlist_genre playlist_subgenre danceability
        energy key loudness mode speechiness acousticness instrumentalness liveness valence tempo
        duration_ms
    """,
    "hit_predictor": """
        track artist uri danceability energy key loudness mode speechiness acousticness instrumentalness
        liveness valence tempo duration_ms time_signature chorus_hit sections target decade
    """,
    "musicoset": """
        song_id song_name billboard artists popularity explicit song_type duration_ms key mode
        time_signature acousticness danceability energy instrumentalness liveness loudness speechiness
        valence tempo weeks_on_chart song_rank_entry artist_id n_artists_collab artist_prior_n_songs
        artist_avg_longevity_prior artist_avg_peak_rank_prior
    """,
    "librosa_plus_spotify": """
        track_name track_pop artist artist_pop album danceability energy key loudness mode speechiness
        acousticness instrumentalness liveness valence tempo id duration_ms time_signature artist_name
        total_likes_count number_of_videos chroma_stft rmse spec_cent spec_bw rolloff zcr mfcc
    """,
    "lufs_vs_spotify": """
        spotify_id integrated_lufs spotify_loudness_db
    """,
}
ATTRIBUTES = [
    "tempo", "loudness", "key", "mode", "energy", "duration_ms", "danceability", "acousticness",
    "instrumentalness", "speechiness", "liveness", "valence", "time_signature",
]  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """Where each table lies, and whether it is the real one."""

    real: bool
    paths: dict[str, Path]

    def read(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.paths[name], low_memory=False)

    @property
    def charts(self) -> list[Path]:
        """The four that say who was listened to."""
        return [self.paths[name] for name in list(NAMES)[:4]]

    @property
    def all(self) -> list[Path]:
        """Those and the two that hold measured audio."""
        return list(self.paths.values())


def find(folder: Path, seed: int = 20) -> Tables:
    """The reference tables, or made-up ones written into `folder`."""
    data = Path(os.environ.get("HITSCOPE_SHARED") or ROOT.parent / "shared") / "data"
    paths = {name: data / file for name, file in NAMES.items()}
    if all(path.is_file() for path in paths.values()):
        return Tables(True, paths)
    return Tables(False, make_up(folder, seed))


def make_up(folder: Path, seed: int) -> dict[str, Path]:
    """Writes the six small tables; the same seed writes the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    tables = {
        "spotify_tracks": _spotify_tracks(random),
        "tidytuesday": _tidytuesday(random),
        "hit_predictor": _hit_predictor(random),
        "musicoset": _musicoset(random),
        "librosa_plus_spotify": _librosa_plus_spotify(random),
        "lufs_vs_spotify": _lufs_vs_spotify(random),
    }
    paths = {}
    for name, table in tables.items():
        paths[name] = folder / NAMES[name]
        table = table.reindex(columns=COLUMNS[name].split())  # what nothing here reads stays empty
        table.to_csv(paths[name], index=False, lineterminator="\n")
    return paths


def _songs(
    random: np.random.Generator, rows: int, prefix: str, artists: int, genres: int = 12
) -> pd.DataFrame:
    """Songs with 13 attributes, an artist, a genre and a popularity that hangs on sound a little only."""
    artist = random.integers(artists, size=rows)
    genre_of_artist = random.integers(genres, size=artists)
    fame = random.normal(0, 1, artists)
    genre = genre_of_artist[artist]
    loudness = random.normal(-8, 3.5, rows)
    energy = np.clip(0.65 + 0.04 * (loudness + 8) + random.normal(0, 0.18, rows), 0.001, 0.999)
    duration = np.clip(random.normal(220e3, 55e3, rows), 40e3, 900e3)
    wish = 0.45 * (loudness + 8) / 3.5 - 0.35 * (duration - 220e3) / 55e3
    wish += 0.8 * fame[artist] + 1.3 * np.sin(genre * 2.4) + random.normal(0, 1, rows)
    shares = random.beta(1.2, 2.5, size=(rows, 4))
    songs = pd.DataFrame(
        {
            "track_id": [f"{prefix}{i:06d}" for i in range(rows)],
            "artist": [f"{prefix} artist {a}" for a in artist],
            "title": [f"{prefix} song {i}" for i in range(rows)],
            "genre": [f"genre {g}" for g in genre],
            "popularity": np.clip(28 + 16 * wish, 0, 100).astype(int),
            "tempo": np.round(random.uniform(60, 190, rows), 3),
            "loudness": np.round(np.minimum(loudness, 0.5), 3),
            "key": random.integers(12, size=rows),
            "mode": (random.uniform(size=rows) < 0.63).astype(int),
            "energy": np.round(energy, 3),
            "duration_ms": duration.astype(int),
            "danceability": np.round(np.clip(random.normal(0.57, 0.17, rows), 0, 1), 3),
            "acousticness": np.round(np.clip(0.9 - energy + random.normal(0, 0.2, rows), 0, 1), 3),
            "valence": np.round(np.clip(0.2 + 0.5 * energy + random.normal(0, 0.2, rows), 0, 1), 3),
            "time_signature": np.where(random.uniform(size=rows) < 0.9, 4, 3),
        }
    )
    for i, name in enumerate(("instrumentalness", "speechiness", "liveness")):
        songs[name] = np.round(shares[:, i], 3)
    songs["wish"] = wish
    return songs


def _spotify_tracks(random: np.random.Generator) -> pd.DataFrame:
    songs = _songs(random, 1900, "s", 380)
    once = random.uniform(size=len(songs))
    second = songs[once < 0.45].copy()  # the same track under another genre
    second["genre"] = [f"genre {g}" for g in random.integers(12, size=len(second))]
    third = second.sample(frac=0.4, random_state=1).copy()
    third["genre"] = [f"genre {g}" for g in random.integers(12, size=len(third))]
    release = songs[once > 0.9].copy()  # another release of the same song, which nobody lists
    release["track_id"] = "r" + release["track_id"]
    release["popularity"] = 0
    copies = songs.sample(12, random_state=2)  # whole rows twice
    table = pd.concat([songs, second, third, release, copies]).sort_values(
        ["genre", "track_id"], kind="stable"
    )
    table = table.reset_index(drop=True)
    table["index"] = table.index
    table["explicit"] = False
    return table.rename(columns={"artist": "artists", "title": "track_name", "genre": "track_genre"})


def _tidytuesday(random: np.random.Generator) -> pd.DataFrame:
    songs = _songs(random, 700, "t", 200, genres=6)
    names = {"title": "track_name", "artist": "track_artist", "genre": "playlist_genre"}
    return songs.rename(columns={**names, "popularity": "track_popularity"})


def _hit_predictor(random: np.random.Generator) -> pd.DataFrame:
    songs = _songs(random, 700, "h", 250)
    songs["target"] = (songs["wish"] > songs["wish"].median()).astype(int)
    return songs.rename(columns={"title": "track", "track_id": "uri"})


def _musicoset(random: np.random.Generator) -> pd.DataFrame:
    songs = _songs(random, 700, "m", 250)
    songs["song_type"] = "Solo"
    return songs.rename(columns={"track_id": "song_id", "title": "song_name", "artist": "artists"})


def _librosa_plus_spotify(random: np.random.Generator) -> pd.DataFrame:
    songs = _songs(random, 400, "l", 120)
    level = songs["loudness"].to_numpy() + random.normal(0, 1.5, len(songs))
    bright = songs["energy"].to_numpy() + random.normal(0, 0.12, len(songs))
    songs["artist_name"] = songs["artist"]
    songs = songs.rename(columns={"title": "track_name", "popularity": "track_pop", "track_id": "id"})
    measured = pd.DataFrame(
        {
            "chroma_stft": np.round(random.uniform(0.25, 0.5, len(songs)), 5),
            "rmse": np.round(10 ** (level / 20) * 0.45, 6),
            "spec_cent": np.round(900 + 2200 * np.clip(bright, 0.05, 1.2), 3),
            "spec_bw": np.round(1200 + 1500 * np.clip(bright, 0.05, 1.2), 3),
            "rolloff": np.round(1800 + 4600 * np.clip(bright, 0.05, 1.2), 3),
            "zcr": np.round(0.03 + 0.09 * np.clip(bright, 0.05, 1.2), 6),
            "mfcc": np.round(random.normal(2, 3, len(songs)), 5),
        }
    )
    return pd.concat([songs, measured], axis=1)


def _lufs_vs_spotify(random: np.random.Generator) -> pd.DataFrame:
    loudness = np.minimum(random.normal(-8, 3.5, 300), 0)
    return pd.DataFrame(
        {
            "spotify_id": [f"x{i}" for i in range(len(loudness))],
            "integrated_lufs": np.round(loudness - 2 + random.normal(0, 1.2, len(loudness)), 4),
            "spotify_loudness_db": np.round(loudness, 3),
        }
    )
