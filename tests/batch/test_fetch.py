"""What storage does while a track is fetched: it fails, comes back, or is slow. No S3 is needed."""

import io
import time

import pytest

from hitscope.batch import Entry, fetch
from hitscope.batch.fetch import Unreachable, fetched

LIMIT_S = 0.2


class Slow(io.BytesIO):
    """Bytes come, a few at a time."""

    def read(self, _size=-1):
        time.sleep(LIMIT_S / 5)
        return b"12345"


class Weather:
    """Storage that does one thing after the other, and its last for ever."""

    def __init__(self, *acts):
        self.acts = list(acts)

    def open_stream(self, _url):
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        return act()


def outage():
    """As pyarrow says it: later than a track's time, and without a number."""
    time.sleep(1.5 * LIMIT_S)
    raise OSError("AWS Error NETWORK_CONNECTION: curlCode: 7, Couldn't connect to server")


def hiccup():
    raise OSError("AWS Error SLOW_DOWN")


def outcome_of(*acts):
    entries = [Entry("s3://music/a.wav")]
    (track,) = fetched(entries, Weather(*acts), max_bytes=0, timeout_s=LIMIT_S, spool=None)
    track.close()
    return track.failure and (track.failure[0], track.failure[1]["type"])


def test_an_outage_longer_than_a_tracks_time_is_no_timeout():
    with pytest.raises(Unreachable, match=r"a\.wav.*connect"):
        outcome_of(outage)


def test_only_bytes_that_come_slowly_are_a_timeout(monkeypatch):
    monkeypatch.setattr(fetch, "_PAUSE_S", 0.75 * LIMIT_S)
    assert outcome_of(Slow) == ("timeout", "timeout")
    assert outcome_of(hiccup, hiccup, lambda: io.BytesIO(b"12345")) is None, "pauses take none of its time"
    with pytest.raises(Unreachable):
        outcome_of(hiccup)
