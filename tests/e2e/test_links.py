"""Links, from the command line and through the server: real yt-dlp against a site of ours on loopback.

The site's address and port are the only ones granted; everything else on loopback stays refused.
"""

import json
import os
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from music_site import COOKIE, MusicSite
from serving import PATIENCE_S, children_of, is_alive, wait_until

LIMITS = ("--max-seconds", "600")
CANARY = "canary-5f1d9c2e7b"


@pytest.fixture(scope="module")
def song(render, tmp_path_factory):
    path = tmp_path_factory.mktemp("site") / "song.mp3"
    path.write_bytes(render("mp3", 8, "--title", "A tag of the file"))
    return path


@pytest.fixture(scope="module")
def site(song):
    whole = song.read_bytes()
    third = len(whole) // 3
    site = MusicSite(song, [whole[:third], whole[third : 2 * third], whole[2 * third :]])
    yield site
    site.close()


@pytest.fixture
def allowed(site):
    return ("--network", "allow-list", "--network-allow", f"127.0.0.1:{site.port}")


@pytest.fixture(scope="module")
def links(start_server, site):
    return start_server(
        "--network", "allow-list", "--network-allow", f"127.0.0.1:{site.port}", "--fetch-timeout", "40"
    )


def leftovers():
    """Folders of fetching that somebody forgot."""
    return sorted(Path(os.environ.get("TMPDIR", "/tmp")).glob("hitscope-??????"))


# ---- what works


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/song.mp3", "song"),
        ("/page.html", "Song of the night (1)"),
        ("/hls/list.m3u8", "list"),
        ("/redirect/4", "song"),
        ("/feed.xml", "Night 1"),
    ],
)
def test_the_command_line_hears_links(hitscope, site, song, allowed, path, title):
    [report] = hitscope.reports("predict", *allowed, f"{site.base}{path}")
    assert "error" not in report, report
    assert report["verdict"]["label"] in ("HIT", "FLOP")
    assert (report["source"]["kind"], report["source"]["title"]) == ("url", title)
    [of_file] = hitscope.reports("predict", song)
    assert report["source"]["sha256"] == of_file["source"]["sha256"], "the very bytes"
    assert report["features"] == of_file["features"]


@pytest.mark.parametrize(
    "path", ["/song.mp3?server", "/page.html", "/hls/list.m3u8", "/redirect/4", "/feed.xml"]
)
def test_the_server_hears_links_and_tells_how_it_goes(links, site, path):
    visitor = links.visitor()
    identity = visitor.post("/v1/analyses/url", json={"url": site.base + path}).json()["id"]
    analysis = wait_until(
        lambda: (found := visitor.analysis(identity))["state"] not in ("queued", "running") and found,
        what="the end",
    )
    assert analysis["state"] == "done", analysis["error"]
    assert analysis["source"]["kind"] == "url"
    assert analysis["source"]["url"] == site.base + path
    assert analysis["source"]["site"]["title"] == analysis["name"]
    assert analysis["source"]["bytes"] == len(site.song)
    assert analysis["result"]["verdict"]["votes_for_hit"] in range(6)
    assert links.spooled() == []
    assert list((links.data / "fetch").iterdir()) == []


def test_bytes_are_told_as_they_come(links, site):
    visitor = links.visitor()
    identity = visitor.post("/v1/analyses/url", json={"url": site.base + "/slow", "name": "mine"}).json()[
        "id"
    ]

    def fetching():
        progress = visitor.analysis(identity)["progress"]
        return progress and progress["stage"] == "fetching" and progress["bytes"] > 0 and progress

    progress = wait_until(fetching, what="the first bytes")
    assert progress["total"] == len(site.song)
    assert progress["bytes"] < progress["total"]
    assert visitor.analysis(identity)["name"] == "mine"
    assert visitor.delete(f"/v1/analyses/{identity}").status_code == 204


def test_the_predecessors_field_is_a_link(links, site):
    answer = links.visitor().post(
        "/predict", files={"youtube_url": (None, site.base + "/page.html"), "model_name": (None, "KNN")}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["trackName"] == "Song of the night (1)"


def test_a_playlist_is_offered_not_taken(hitscope, links, site, allowed):
    [report] = hitscope.reports("predict", *allowed, site.base + "/feed3.xml")
    assert report["error"]["type"] == "url-playlist"
    assert "--playlist" in report["error"]["detail"]
    visitor = links.visitor()
    for path in ("/feed3.xml", "/album.html"):
        identity = visitor.post("/v1/analyses/url", json={"url": site.base + path}).json()["id"]
        error = wait_until(lambda i=identity: visitor.analysis(i)["error"], what="the error")
        assert error["type"] == "url-playlist"
        assert [entry["url"].split("/", 3)[3] for entry in error["entries"]] == [
            f"song.mp3?n={n}" for n in (range(1, 4) if path == "/feed3.xml" else range(3))
        ]


def test_a_playlist_is_taken_when_asked_for(hitscope, site, allowed):
    reports = hitscope.reports("analyze", *allowed, "--playlist", site.base + "/feed3.xml")
    assert [report.get("error") for report in reports] == [None] * 3
    assert len({report["source"]["sha256"] for report in reports}) == 1


# ---- what cannot work


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/status/404", "url-unreachable"),
        ("/status/410", "url-unreachable"),
        ("/status/429", "url-unreachable"),
        ("/status/500", "url-unreachable"),
        ("/status/401", "url-needs-login"),
        ("/drop", "url-unreachable"),
        ("/text.mp3", "unsupported-format"),
        ("/picture.png", "unsupported-format"),
        ("/huge", "too-large"),
        ("/hls/inside.m3u8", "url-blocked"),
        ("/redirect-to?u=http://127.0.0.1:1/", "url-blocked"),
        ("/redirect-to?u=http://169.254.169.254/latest/meta-data/", "url-blocked"),
        ("/redirect-to?u=file:///etc/passwd", "*"),
    ],
)
def test_each_failure_has_its_type(hitscope, site, allowed, path, kind):
    [report] = hitscope.reports("predict", *allowed, "--max-bytes", "50MB", site.base + path)
    error = report["error"]
    assert error["type"] == kind or (kind == "*" and error["type"].startswith(("url-", "unsupported"))), error
    assert "root:" not in json.dumps(report)
    assert leftovers() == []


def test_endless_bytes_end_at_the_limit(hitscope, site, allowed):
    [report] = hitscope.reports("predict", *allowed, "--max-bytes", "3MB", site.base + "/endless")
    assert report["error"]["type"] == "too-large"
    assert leftovers() == []


def test_a_slow_site_is_given_up(hitscope, site, allowed):
    begun = time.monotonic()
    [report] = hitscope.reports("predict", *allowed, "--fetch-timeout", "4", site.base + "/slow")
    assert report["error"]["type"] == "timeout", report
    assert time.monotonic() - begun < 30
    assert leftovers() == []


@pytest.mark.parametrize("mode", ["off", "public"])
def test_without_a_grant_loopback_is_refused(hitscope, site, mode):
    before = len(site.seen)
    [report] = hitscope.reports("predict", "--network", mode, site.base + "/song.mp3")
    assert report["error"]["type"] == "url-blocked"
    assert len(site.seen) == before, "nothing was asked of it"


def test_options_that_make_no_sense_are_said(hitscope, start_server, tmp_path):
    for option in (
        ("--network-allow", "http://x/"),
        ("--resolve", "nonsense"),
        ("--cookies", tmp_path / "missing.txt"),
        ("--yt-dlp", "/nonexistent"),
    ):
        [report] = hitscope.reports("predict", *option, "http://example.org/")
        assert report["error"]["type"].startswith("url-"), (option, report)
        assert report["error"]["title"]
    assert hitscope("predict", "--network", "everywhere", "http://example.org/").returncode == 2


def test_a_server_that_fetches_nothing_says_so(start_server):
    visitor = start_server("--network", "off").visitor()
    answer = visitor.post("/v1/analyses/url", json={"url": "https://example.org/a.mp3"})
    assert (answer.status_code, answer.json()["type"]) == (403, "url-blocked")


# ---- what is left behind


def processes_of(server):
    """All processes below the server, grandchildren too."""
    found, frontier = [], [server.pid]
    while frontier:
        frontier = [child for pid in frontier for child in children_of(pid)]
        found += frontier
    return found


@contextmanager
def running(visitor, url):
    identity = visitor.post("/v1/analyses/url", json={"url": url}).json()["id"]

    def has_bytes():
        progress = visitor.analysis(identity)["progress"]
        return progress and progress.get("bytes", 0) > 0

    wait_until(has_bytes, what="the first bytes")
    yield identity


def test_a_deleted_download_leaves_nothing(links, site):
    visitor = links.visitor()
    quiet = set(processes_of(links))
    with running(visitor, site.base + "/slow") as identity:
        its = set(processes_of(links)) - quiet
        assert its, "yt-dlp runs"
        assert list((links.data / "fetch").iterdir())
        assert visitor.delete(f"/v1/analyses/{identity}").status_code == 204
    wait_until(lambda: not any(is_alive(pid) for pid in its), what="the end of its processes")
    wait_until(lambda: not list((links.data / "fetch").iterdir()), what="the end of its folder")
    assert links.spooled() == []


def test_a_killed_server_takes_its_downloads_with_it_and_begins_them_again(start_server, site):
    server = start_server("--network", "allow-list", "--network-allow", f"127.0.0.1:{site.port}")
    visitor = server.visitor()
    with running(visitor, site.base + "/slow") as identity:
        its = set(processes_of(server))
        server.kill()
    wait_until(lambda: not any(is_alive(pid) for pid in its), what="the end of its processes")
    server.start()
    analysis = wait_until(
        lambda: (found := visitor.analysis(identity))["state"] not in ("queued", "running") and found,
        timeout_s=2 * PATIENCE_S,
        what="the end",
    )
    assert analysis["state"] == "done", analysis["error"]
    assert list((server.data / "fetch").iterdir()) == []


def test_a_hundred_links_keep_processes_and_memory_bounded(links, site):
    visitor = links.visitor()
    before = len(processes_of(links))
    ids = [
        visitor.post("/v1/analyses/url", json={"url": f"{site.base}/song.mp3?many={n}"}).json()["id"]
        for n in range(100)
    ]
    most_processes = most_memory = 0

    def forty_are_done():
        nonlocal most_processes, most_memory
        most_processes = max(most_processes, len(processes_of(links)) - before)
        most_memory = max(most_memory, links.rss_bytes())
        return len(visitor.history(state="done", limit=100)) >= 40

    wait_until(forty_are_done, timeout_s=3 * PATIENCE_S, what="the fortieth result")
    for identity in ids:
        visitor.delete(f"/v1/analyses/{identity}")
    assert most_processes >= 4, "four fetchers were at work at once"
    assert most_processes <= 4 * 2 + 4, "each with one yt-dlp and what it starts, besides two decoders"
    assert most_memory < 200 << 20
    wait_until(lambda: not list((links.data / "fetch").iterdir()), what="the end of all folders")


# ---- cookies


def netscape(value, expires=2_000_000_000):
    name, _, _ = COOKIE.partition("=")
    return f"# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t{expires}\t{name}\t{value}\n"


def test_cookies_open_doors(hitscope, site, allowed, tmp_path):
    [shut] = hitscope.reports("predict", *allowed, site.base + "/cookie")
    assert shut["error"]["type"] == "url-unreachable"
    good = netscape(COOKIE.partition("=")[2])
    [by_environment] = hitscope.reports(
        "predict", *allowed, site.base + "/cookie", environment={"YT_COOKIES": good}
    )
    assert "error" not in by_environment, by_environment
    file = tmp_path / "cookies.txt"
    file.write_text(good)
    [by_file] = hitscope.reports("predict", *allowed, "--cookies", file, site.base + "/cookie")
    assert "error" not in by_file, by_file


@pytest.mark.parametrize(
    ("text", "word"), [("session=x", "Netscape"), (netscape("x", expires=1_000_000_000), "expired")]
)
def test_cookies_that_are_no_good_are_told(hitscope, site, allowed, text, word):
    [report] = hitscope.reports(
        "predict", *allowed, site.base + "/song.mp3", environment={"YT_COOKIES": text}
    )
    assert report["error"]["type"] == "url-needs-login"
    assert word in report["error"]["title"]


def test_cookies_are_seen_nowhere(start_server, site):
    server = start_server(
        "--network",
        "allow-list",
        "--network-allow",
        f"127.0.0.1:{site.port}",
        "--log-level",
        "debug",
        environment={"YT_COOKIES": netscape(CANARY)},
    )
    visitor = server.visitor()
    seen = []

    def look():
        for pid in [server.pid, *processes_of(server)]:
            for what in ("cmdline", "environ"):
                try:
                    seen.append(Path(f"/proc/{pid}/{what}").read_bytes())
                except OSError:
                    continue

    with running(visitor, site.base + "/slow") as identity:
        look()
        [folder] = (server.data / "fetch").iterdir()
        assert folder.stat().st_mode & 0o077 == 0
        assert (folder / "cookies.txt").stat().st_mode & 0o077 == 0
        assert CANARY in (folder / "cookies.txt").read_text(), "lent to the one child"
        for pid in set(processes_of(server)):
            limit = Path(f"/proc/{pid}/limits").read_text()
            if "yt-dlp" in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                assert any(
                    line.split()[4] == "0" for line in limit.splitlines() if line.startswith("Max core file")
                ), limit
        visitor.delete(f"/v1/analyses/{identity}")
    for path in ("/cookie", "/status/401", "/song.mp3?canary"):
        answer = visitor.post("/v1/analyses/url", json={"url": site.base + path}, params={"wait": 60})
        seen.append(answer.content)
    seen.append(json.dumps(visitor.get("/v1/analyses").json()).encode())
    wait_until(lambda: not list((server.data / "fetch").iterdir()), what="the end of all folders")
    server.end()
    for path in server.folder.rglob("*"):
        if path.is_file():
            seen.append(path.read_bytes())
    assert len(seen) > 10
    assert not [text[:200] for text in seen if CANARY.encode() in text]


# ---- doctor


def test_doctor_tells_whether_links_can_be_fetched(hitscope):
    def finding(*options):
        checks = json.loads(hitscope("doctor", "--format", "json", *options).stdout)["checks"]
        return next(check for check in checks if check["name"] == "links")

    works = finding()
    assert works["works"], works
    assert "yt-dlp 20" in works["detail"]
    assert "deno" in works["detail"] or "node" in works["detail"]
    assert not finding("--yt-dlp", "/nonexistent")["works"]
    assert "switched off" in finding("--network", "off")["detail"]
    assert hitscope("doctor", "--network", "off").returncode == 0, "links are no need of everyone"
