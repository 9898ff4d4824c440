"""deploy/nginx.conf and deploy/Caddyfile really in front of the program, with TLS, on ports of their own:
uploads go through while they arrive, events come when they happen, the visitor's address and the scheme are
told truly.

A proxy is the one that script/bootstrap unpacks into build/proxies, or one in PATH; where there is neither,
its tests are skipped. The files are used as they are but for what a test machine cannot have: ports below
1024, the name, and a certificate that somebody trusts.
"""

import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager

import pytest
import requests
from conftest import DEPLOY, ROOT, free_port, wait_until
from serving import read_events

PLACES = f"{ROOT}/build/proxies/usr/sbin:{ROOT}/build/proxies/usr/bin:{os.environ['PATH']}:/usr/sbin"
NAME = "music.example"
PATIENCE_S = 60


def certificate(folder):
    command = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"),
        *("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "fullchain.pem", folder / "privkey.pem"


class Proxy:
    """Reached as a browser reaches it: by its name, by TLS, with its certificate checked."""

    def __init__(self, process, port, plain_port, trusted):
        self.process, self.port, self.plain_port = process, port, plain_port
        self.url = f"https://{NAME}:{port}"
        self.trusted = trusted
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = os.fspath(trusted)

    def request(self, method, path, **options):
        return self.session.request(method, self.url + path, **{"timeout": PATIENCE_S, **options})

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def upload(self, content, name="track.wav", wait=None):
        parameters = {} if wait is None else {"wait": wait}
        return self.request("POST", "/v1/analyses", files={"file": (name, content)}, params=parameters)

    def open(self):
        """A connection below HTTP."""
        context = ssl.create_default_context(cafile=os.fspath(self.trusted))
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        return context.wrap_socket(plain, server_hostname=NAME)

    def answers(self):
        assert self.process.poll() is None, "the proxy ended"
        try:
            return self.get("/healthz", timeout=5).status_code in (200, 503)
        except OSError:
            return False


@contextmanager
def resolving(name, address):
    """A name's address for this process, as a line of /etc/hosts would set it."""
    former = socket.getaddrinfo

    def look_up(host, *rest, **options):
        return former(address if host == name else host, *rest, **options)

    socket.getaddrinfo = look_up
    try:
        yield
    finally:
        socket.getaddrinfo = former


def start_nginx(folder, server, plain_port, port):
    chain, key = certificate(folder)
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for written, here in (
        ("listen 80;", f"listen 127.0.0.1:{plain_port};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("server 127.0.0.1:8080;", f"server 127.0.0.1:{server.port};"),
        (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", os.fspath(chain)),
        (f"/etc/letsencrypt/live/{NAME}/privkey.pem", os.fspath(key)),
    ):
        assert site.count(written) == 1, written
        site = site.replace(written, here)
    (folder / "hitscope.conf").write_text(site, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{}} http {{ access_log off; {temporary} include {folder}/hitscope.conf; }}",
        encoding="utf-8",
    )
    program = shutil.which("nginx", path=PLACES)
    checked = subprocess.run([program, "-t", "-c", main], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    # nginx 1.25 and later would rather have `http2 on`, which 1.22 of Debian 12 does not know.
    warnings = [line for line in checked.stderr.splitlines() if "[warn]" in line and "http2" not in line]
    assert warnings == []
    return subprocess.Popen([program, "-c", main], stderr=subprocess.DEVNULL), chain


def start_caddy(folder, server, plain_port, port):
    chain, key = certificate(folder)
    site = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    for written, here in (
        ("grace_period 10s", f"grace_period 1s\n\tadmin off\n\thttp_port {plain_port}\n\thttps_port {port}"),
        (f"{NAME} {{\n", f"{NAME} {{\n\ttls {chain} {key}\n\tbind 127.0.0.1\n"),
        ("reverse_proxy 127.0.0.1:8080", f"reverse_proxy 127.0.0.1:{server.port}"),
    ):
        assert site.count(written) == 1, written
        site = site.replace(written, here)
    file = folder / "Caddyfile"
    file.write_text(site, encoding="utf-8")
    program = shutil.which("caddy", path=PLACES)
    command = [program, "run", "--config", file, "--adapter", "caddyfile"]
    home = {**os.environ, "HOME": os.fspath(folder), "XDG_DATA_HOME": os.fspath(folder)}
    checked = subprocess.run(
        [program, "validate", "--config", file, "--adapter", "caddyfile"],
        capture_output=True, text=True, check=False, env=home,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=home), chain


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request, server, tmp_path_factory):
    kind = request.param
    if shutil.which(kind, path=PLACES) is None:
        pytest.skip(f"{kind} is not installed")
    start = {"nginx": start_nginx, "caddy": start_caddy}[kind]
    plain_port, port = free_port(), free_port()
    process, chain = start(tmp_path_factory.mktemp(kind), server, plain_port, port)
    proxy = Proxy(process, port, plain_port, chain)
    try:
        with resolving(NAME, "127.0.0.1"):
            wait_until(proxy.answers, what=f"{kind}'s start")
            yield proxy
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def server(module_server):
    return module_server("--allow-host", NAME, "--behind-proxy")


def test_a_track_goes_through(proxy, demo_track):
    answer = proxy.upload(demo_track.read_bytes(), name=demo_track.name, wait=60)
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "done"
    assert proxy.get("/v1/analyses").json()["analyses"]


def test_the_cookie_goes_by_tls_alone(proxy):
    proxy.session.cookies.clear()
    cookie = proxy.get("/v1/analyses").headers["Set-Cookie"]
    assert "; Secure" in cookie
    assert "; HttpOnly" in cookie
    assert proxy.get("/").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_without_tls_one_is_sent_to_it(proxy):
    answer = requests.get(
        f"http://127.0.0.1:{proxy.plain_port}/v1/models?x=1",
        headers={"Host": NAME}, allow_redirects=False, timeout=PATIENCE_S,
    )  # fmt: skip
    assert answer.status_code in (301, 308)
    target = answer.headers["Location"].replace(f":{proxy.port}", "")
    assert target == f"https://{NAME}/v1/models?x=1"


def test_other_names_are_refused(proxy):
    answer = proxy.get("/v1/models", headers={"Host": "evil.example"})
    assert answer.status_code in (200, 400, 403, 404, 421)
    assert "default" not in answer.text  # no answer of the API


def test_a_visitor_cannot_choose_an_address(proxy, server):
    """The log's address is the proxy's truth, not the header that the visitor sent."""
    proxy.get("/v1/analyses?q=address", headers={"X-Forwarded-For": "203.0.113.7"})
    wait_until(lambda: '"client":"127.0.0.1"' in server.log_text(), what="the log's line")
    assert "203.0.113.7" not in server.log_text()


def test_numbers_are_not_for_visitors(proxy, server):
    # This machine may read them, as the one that watches does; others are refused by the same lines.
    assert "hitscope_now" in proxy.get("/metrics").text


def test_events_come_when_they_happen(proxy, demo_track):
    """A stream's events are read while the track is still being measured, not in one piece at the end."""
    proxy.get("/v1/analyses")
    with proxy.get("/v1/events", stream=True, headers={"Accept": "text/event-stream"}) as stream:
        assert stream.status_code == 200
        # Bytes that nobody sent before: what is known already is answered without being measured.
        content = demo_track.read_bytes()[:-2] + proxy.port.to_bytes(2, "little")
        sent = threading.Thread(target=proxy.upload, args=(content, "other.flac"))
        sent.start()
        kinds = []
        for event in read_events(stream.iter_lines(chunk_size=1)):
            kinds.append(event.type)
            if event.type in ("done", "failed"):
                break
        sent.join()
    assert "done" in kinds or "failed" in kinds
    assert len(kinds) > 2


def test_an_upload_is_passed_on_while_it_arrives(proxy, server):
    """Half of a body is sent, the rest kept back: the server's spool grows, so nothing waits in the proxy."""
    boundary, half = "frontier", b"\x01" * (1 << 20)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'.encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    length = len(head) + 2 * len(half) + len(tail)
    with proxy.open() as connection:
        connection.sendall(
            f"POST /v1/analyses HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {length}\r\n"
            f"Content-Type: multipart/form-data; boundary={boundary}\r\nConnection: close\r\n\r\n".encode()
            + head + half
        )  # fmt: skip
        spool = server.data / "spool"

        def arrived():
            return sum(path.stat().st_size for path in spool.iterdir() if path.is_file()) >= len(half) // 2

        wait_until(arrived, what="half of the upload in the spool")
        connection.sendall(half + tail)
        assert connection.recv(12).startswith(b"HTTP/1.1 202")


def test_a_stream_that_was_left_is_let_go(proxy, server):
    """A visitor who closes the page must not keep a place at the server."""

    def streams():
        text = server.visitor().get("/metrics").text
        return re.search(r'^hitscope_now\{what="event_streams"\} (\d+)', text, re.M)[1]

    wait_until(lambda: streams() == "0", what="the end of earlier streams")
    with proxy.get("/v1/events", stream=True, headers={"Accept": "text/event-stream"}):
        wait_until(lambda: streams() == "1", what="the stream")
    wait_until(lambda: streams() == "0", what="the stream's end")


def test_too_many_requests_are_slowed_down(proxy, request):
    if "nginx" not in request.node.name:
        pytest.skip("the Caddyfile limits no rates: Debian's Caddy has no module for it")
    statuses = [proxy.request("POST", "/v1/predictions", json={}).status_code for _ in range(160)]
    assert 429 in statuses
    assert statuses[0] != 429
