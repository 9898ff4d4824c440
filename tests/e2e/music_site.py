"""A web site with music on it, good and bad, for the tests of fetching: on loopback, at a free port.

Every path is one kind of answer that sites on the open Internet give:

==================  ==========================================================================
/song.mp3          a track, with its length
/page.html          a page with a title and an <audio> element
/hls/list.m3u8      an HLS stream of three segments of MPEG audio
/hls/inside.m3u8    one whose segments are said to be at an address inside
/redirect/N         N redirects, the last one to the track
/redirect-to?u=U    a redirect to U
/feed.xml           a podcast feed with one episode; /feed3.xml: three
/album.html         a page with three tracks
/slow               a track, a few bytes at a time
/endless            bytes without end, said to be audio
/huge               says to have 8 GiB
/text.mp3           says to be MP3, and is text
/picture.png        a picture
/status/N           that status
/drop               closes the connection before it answers
/cookie             the track for who brings the right cookie, 403 for others
==================  ==========================================================================
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

COOKIE = "session=opensesame"

_PAGE = """<!doctype html><html><head>
<title>{title}</title><meta property="og:title" content="{title}"></head>
<body><h1>{title}</h1>{audio}</body></html>"""

_FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>
<title>A show of nights</title><link>{base}/</link><description>Music at night.</description>
{items}</channel></rss>"""

_ITEM = """<item><title>Night {n}</title><guid isPermaLink="false">night-{n}</guid>
<link>{base}/song.mp3?n={n}</link>
<enclosure url="{base}/song.mp3?n={n}" length="{length}" type="audio/mpeg"/></item>"""


class MusicSite:
    """Serves ``song`` in all the ways above; ``seen`` lists the paths asked for, in order."""

    def __init__(self, song: Path, segments: list[bytes]) -> None:
        self.song = song.read_bytes()
        self.segments = segments
        self.seen: list[str] = []
        self.stop = threading.Event()
        site = self

        class Handler(_Handler):
            music = site

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self.thread.start()

    def close(self) -> None:
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class _Handler(BaseHTTPRequestHandler):
    music: MusicSite
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        site = self.music
        where = urlsplit(self.path)
        site.seen.append(where.path)
        with contextlib.suppress(ConnectionError):
            self._answer(where.path, parse_qs(where.query))

    def _answer(self, path: str, query: dict[str, list[str]]) -> None:
        site = self.music
        host = f"http://{self.headers.get('Host', f'127.0.0.1:{site.port}')}"
        audio = '<audio src="/song.mp3" controls></audio>'
        if path == "/song.mp3":
            self._send(site.song, "audio/mpeg")
        elif path == "/page.html":
            self._send(
                _PAGE.format(title="Song of the night", audio=audio).encode(), "text/html; charset=utf-8"
            )
        elif path == "/album.html":
            tracks = "".join(f'<audio src="/song.mp3?n={n}" controls></audio>' for n in range(3))
            self._send(_PAGE.format(title="Three nights", audio=tracks).encode(), "text/html; charset=utf-8")
        elif path in ("/hls/list.m3u8", "/hls/inside.m3u8"):
            inside = "http://127.0.0.1:9/" if path == "/hls/inside.m3u8" else ""
            lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:11", "#EXT-X-MEDIA-SEQUENCE:0"]
            for n in range(len(site.segments)):
                lines += ["#EXTINF:10.0,", f"{inside}segment{n}.mp3"]
            self._send("\n".join([*lines, "#EXT-X-ENDLIST", ""]).encode(), "application/vnd.apple.mpegurl")
        elif found := re.fullmatch(r"/hls/segment(\d+)\.mp3", path):
            self._send(site.segments[int(found[1])], "audio/mpeg")
        elif found := re.fullmatch(r"/redirect/(\d+)", path):
            left = int(found[1])
            self._redirect("/song.mp3" if left <= 1 else f"/redirect/{left - 1}")
        elif path == "/redirect-to":
            self._redirect(query["u"][0])
        elif path in ("/feed.xml", "/feed3.xml"):
            numbers = range(1, 4 if path == "/feed3.xml" else 2)
            items = "".join(_ITEM.format(n=n, base=host, length=len(site.song)) for n in numbers)
            self._send(_FEED.format(base=host, items=items).encode(), "application/rss+xml")
        elif path == "/slow":
            self._trickle(len(site.song))
        elif path == "/endless":
            self._endless()
        elif path == "/huge":
            self._head(200, "audio/mpeg", 8 << 30)
            if self.command == "GET":
                self.wfile.write(site.song)
            self.close_connection = True
        elif path == "/text.mp3":
            self._send(b"This is not music.\n" * 2000, "audio/mpeg")
        elif path == "/picture.png":
            self._send(b"\x89PNG\r\n\x1a\n" + bytes(2000), "image/png")
        elif found := re.fullmatch(r"/status/(\d+)", path):
            self._send(b"no", "text/plain", int(found[1]))
        elif path == "/drop":
            self.close_connection = True
        elif path == "/cookie":
            if COOKIE in self.headers.get("Cookie", ""):
                self._send(site.song, "audio/mpeg")
            else:
                self._send(b"who are you?", "text/plain", 403)
        else:
            self._send(b"nothing here", "text/plain", 404)

    def _head(self, status: int, content_type: str, length: int | None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        if length is None:
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _send(self, body: bytes, content_type: str, status: int = 200) -> None:
        self._head(status, content_type, len(body))
        if self.command == "GET":
            self.wfile.write(body)

    def _redirect(self, to: str) -> None:
        self.send_response(302)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _trickle(self, length: int) -> None:
        self._head(200, "audio/mpeg", length)
        if self.command == "HEAD":
            return
        for at in range(0, length, 2000):
            if self.music.stop.wait(0.05):
                return
            self.wfile.write(self.music.song[at : at + 2000])
            self.wfile.flush()

    def _endless(self) -> None:
        self._head(200, "audio/mpeg", None)
        if self.command == "HEAD":
            return
        block = bytes(64 * 1024)
        while not self.music.stop.is_set():
            self.wfile.write(block)


@contextlib.contextmanager
def music_site(song: Path, segments: list[bytes] | None = None) -> Iterator[MusicSite]:
    """A running site; closed at the end, whatever still hangs on it."""
    site = MusicSite(song, segments or [song.read_bytes()])
    try:
        yield site
    finally:
        site.close()


if __name__ == "__main__":  # for tests in other languages: serves until its standard input ends
    with music_site(Path(sys.argv[1])) as running:
        print(running.base, flush=True)
        sys.stdin.read()
