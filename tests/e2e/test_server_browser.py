"""A page of another origin, in a real browser, tries what pages can try against a server on this machine:
nothing changes there, and the page learns nothing."""

import functools
import http.server
import json
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest
from serving import wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGE = Path(__file__).with_name("hostile_page.html").read_text(encoding="utf-8")


class HostileSite(http.server.ThreadingHTTPServer):
    """Shows the page, and takes its account of what it could do."""

    def __init__(self):
        self.page = b""
        self.report = None
        super().__init__(("127.0.0.1", 0), functools.partial(HostileSite.Handler, self))

    class Handler(http.server.BaseHTTPRequestHandler):
        def __init__(self, site, *arguments):
            self.site = site
            super().__init__(*arguments)

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(self.site.page)

        def do_POST(self):
            self.site.report = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass


class Browser:
    """Headless Chromium with a profile of its own, so that a cookie it gets it keeps."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="hitscope_e2e_browser_")

    def command(self, *rest):
        return [
            CHROMIUM,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            f"--user-data-dir={self.profile}",
            # Names that the attacker owns lead to this machine, as with a rebound DNS entry.
            "--host-resolver-rules=MAP *.example 127.0.0.1",
            *rest,
        ]

    def visit(self, address, until):
        """Stays on the page until the answer of `until` is true, and gives that."""
        with open(Path(self.profile) / "log.txt", "ab") as log:
            process = subprocess.Popen(
                self.command(address), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            return wait_until(until, 90, "the page's account")
        finally:
            process.terminate()
            process.wait(timeout=30)

    def dump(self, address, *options):
        """The page as it is after its scripts have run, on stdout."""
        command = self.command(*options, "--dump-dom", address)
        return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)

    def end(self):
        shutil.rmtree(self.profile, ignore_errors=True)


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("Chromium (Debian's package chromium) is not installed")
    browser = Browser()
    yield browser
    browser.end()


@pytest.fixture(scope="module")
def target(start_server):
    return start_server()


def try_everything(browser, site, page_host, target_address, victim):
    """What a page of `page_host` says it could do to `target_address`."""
    site.page = PAGE.replace("{{TARGET}}", target_address).replace("{{VICTIM}}", victim).encode()
    site.report = None
    return browser.visit(f"http://{page_host}:{site.server_port}/", lambda: site.report)


@pytest.fixture(scope="module")
def site():
    site = HostileSite()
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    yield site
    site.shutdown()
    thread.join()
    site.server_close()


# Where the page is, and by which name it reaches the server: another port of the same machine, another name
# of it, a name of the attacker's that was rebound, and that name for both (then the page is of the server's
# own origin but for the port).
PLACES = [
    ("127.0.0.1", "127.0.0.1"),
    ("localhost", "localhost"),
    ("localhost", "127.0.0.1"),
    ("127.0.0.1", "localhost"),
    ("evil.example", "127.0.0.1"),
    ("evil.example", "localhost"),
    ("evil.example", "evil.example"),
    ("evil.example", "rebound.example"),
]


@pytest.mark.parametrize(("page_host", "server_host"), PLACES)
def test_a_page_of_another_origin_can_do_nothing(browser, site, target, short_track, page_host, server_host):
    owner = target.visitor()
    victim = owner.upload(short_track(), wait=60).json()["id"]
    made = figure(owner, "hitscope_analyses_total")
    report = try_everything(browser, site, page_host, f"http://{server_host}:{target.port}", victim)
    assert len(report) == 21
    assert {name: found for name, found in report.items() if found not in ("refused", "opaque")} == {}
    assert owner.analysis(victim)["state"] == "done"
    assert figure(owner, "hitscope_analyses_total") == made, "an analysis was made"
    assert target.spooled() == []


def figure(visitor, name):
    """The sum over a counter's labels."""
    lines = visitor.get("/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def test_the_same_page_finds_an_open_door(browser, site, start_server, short_track):
    """What the test above rests on: where its origin is let in, the page says what it could do."""
    target = start_server("--allow-origin", f"http://127.0.0.1:{site.server_port}")
    victim = target.visitor().upload(short_track(), wait=60).json()["id"]
    report = try_everything(browser, site, "127.0.0.1", target.url, victim)
    assert report["read the history"].startswith("read: 200")
    assert report["upload and read"].startswith("read: 202")
    assert report["delete"].startswith("read: 404"), "... but it is a visitor of its own"
    assert figure(target.visitor(), "hitscope_analyses_total") > 1


@pytest.mark.parametrize("path", ["/", "/v1/analyses", "/healthz"])
def test_a_rebound_name_shows_nothing(browser, target, path):
    """The other half of rebinding: the browser holds the server for a part of the attacker's own site."""
    dump = browser.dump(f"http://evil.example:{target.port}{path}")
    assert '"type": "forbidden"' in dump.stdout
    assert '"analyses"' not in dump.stdout
    assert "<script" not in dump.stdout


def test_the_dashboard_works_in_the_same_browser(browser, target):
    """Its scripts run, and nothing that its own policy forbids is asked for."""
    for path in ("/", "/docs"):
        run = browser.dump(target.url + path, "--enable-logging=stderr", "--virtual-time-budget=5000")
        assert "hitscope" in run.stdout
        assert "Content Security Policy" not in run.stderr, run.stderr
        assert "Uncaught" not in run.stderr, run.stderr
