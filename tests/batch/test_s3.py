"""Manifest, tracks and output on S3, spoken by moto's server on this machine; an upload is killed."""

import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import batching
import pyarrow.parquet as pq
import pytest
from batching import Batch, becomes_true, kill
from moto.server import ThreadedMotoServer
from pyarrow import fs as pafs

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(endpoint):
    """The bucket `music`, empty."""
    system = pafs.S3FileSystem(
        access_key="test",
        secret_key="test",
        region="us-east-1",
        endpoint_override=endpoint,
        allow_bucket_creation=True,
        allow_bucket_deletion=True,
    )
    system.create_dir("music")
    yield system
    system.delete_dir("music")


@pytest.fixture
def remote(program, endpoint):
    return Batch(HITSCOPE_DEBUG_MARKERS="true", AWS_ENDPOINT_URL=endpoint, **CREDENTIALS)


def put(s3, key, data):
    with s3.open_output_stream(f"music/{key}") as stream:
        stream.write(data)


def rows_of(s3, folder):
    infos = s3.get_file_info(pafs.FileSelector(f"music/{folder}"))
    paths = sorted(info.path for info in infos if info.base_name.startswith("shard-"))
    return [row for path in paths for row in pq.read_table(path, filesystem=s3).to_pylist()]


@pytest.fixture
def tracks(s3, tone, tmp_path):
    """Ten tracks with poison under odd keys; what each url must come to."""
    batching.write_poison(tmp_path)
    expected = {}
    for i in range(10):
        key = f"in/{'ab'[i % 2]}/track #{i} 100%?é+.wav"
        put(s3, key, tone.read_bytes())
        expected[f"s3://music/{key}"] = ("ok", None)
    for name, outcome in batching.POISON.items():
        put(s3, f"in/b/{name}", (tmp_path / name).read_bytes())
        expected[f"s3://music/in/b/{name}"] = outcome
    put(s3, "in/cover.jpg", b"no track")
    return expected


def test_everything_on_s3(remote, s3, tracks):
    made = remote("manifest", "s3://music/in", "--out", "s3://music/m.parquet", "--files-per-shard", "4")
    assert made.result["files"] == 15
    urls = pq.read_table("music/m.parquet", filesystem=s3).column("url").to_pylist()
    assert urls == sorted(tracks, key=str.encode)

    put(s3, "in/a/late.wav", b"")
    s3.delete_file("music/" + urls[2].removeprefix("s3://music/"))
    tracks[urls[2]] = ("error", "not-found")
    words = (
        "run",
        "--manifest",
        "s3://music/m.parquet",
        "--out",
        "s3://music/out",
        "--jobs",
        "2",
        *batching.LIMITS,
    )
    assert remote(*words).result["ok"] == 9
    rows = rows_of(s3, "out")
    assert [row["url"] for row in rows] == urls
    assert batching.outcomes_of(rows) == tracks
    times = {info.path: info.mtime for info in s3.get_file_info(pafs.FileSelector("music/out"))}
    assert len(times) == 5
    assert remote(*words).result["kept"] == 4
    assert {info.path: info.mtime for info in s3.get_file_info(pafs.FileSelector("music/out"))} == times
    assert "explain" in remote(*words, "--explain", status=2).stderr


def test_the_same_numbers_as_from_a_local_file(remote, s3, tone, tmp_path):
    put(s3, "in/tone.wav", tone.read_bytes())
    remote("manifest", "s3://music/in/*.wav", tone, "--out", tmp_path / "m.parquet")
    remote("run", "--manifest", tmp_path / "m.parquet", "--out", tmp_path / "out")
    there, here = batching.rows_of(tmp_path / "out")
    assert there.pop("url") == "s3://music/in/tone.wav"
    assert here.pop("url") == str(tone)
    assert there == here
    assert there["status"] == "ok"


def test_objects_are_refused_by_size_before_they_fill_the_disk(remote, s3, tmp_path):
    put(s3, "in/large.wav", bytes(3_000_000))
    remote("manifest", "s3://music/in/large.wav", "--out", tmp_path / "m.parquet")
    remote("run", "--manifest", tmp_path / "m.parquet", "--out", tmp_path / "out", "--max-bytes", "1MB")
    (row,) = batching.rows_of(tmp_path / "out")
    assert (row["status"], row["error_type"]) == ("error", "too-large")


def test_what_is_not_there_is_refused(remote, s3, tmp_path):
    assert (
        "no such object"
        in remote("manifest", "s3://music/none", "--out", tmp_path / "m.parquet", status=2).stderr
    )
    remote("run", "--manifest", "s3://music/none.parquet", "--out", tmp_path / "out", status=2)


class Gate(ThreadingHTTPServer):
    """A proxy that passes whole requests on, and holds the upload of a shard until its client is dead."""

    daemon_threads = True

    def __init__(self, endpoint):
        super().__init__(("127.0.0.1", 0), _Passage)
        self.target = endpoint.removeprefix("http://")
        self.held = threading.Event()
        self.opened = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Passage(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def _pass_on(self):
        body = self._body()
        if self.command == "PUT" and "/shard-0000001" in self.path:
            self.server.held.set()
            self.server.opened.wait(300)
            self.close_connection = True
            return
        connection = HTTPConnection(self.server.target)
        unsaid = ("expect", "transfer-encoding", "content-length")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in unsaid}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(data))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        connection.close()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on

    def log_message(self, *_words):
        pass


def test_a_killed_upload_leaves_no_shard(remote, s3, endpoint, tracks):
    remote("manifest", "s3://music/in/a", "--out", "s3://music/m.parquet", "--files-per-shard", "2")
    words = ("run", "--manifest", "s3://music/m.parquet", "--out", "s3://music/out", "--jobs", "1")
    gate = Gate(endpoint)
    behind = Batch(AWS_ENDPOINT_URL=gate.url, **CREDENTIALS)
    driver = behind.start(*words)
    try:
        assert becomes_true(gate.held.is_set)
        kill(driver.pid)
        driver.wait(timeout=60)
    finally:
        driver.kill()
        driver.stdout.close()
        gate.opened.set()
        gate.shutdown()
        gate.server_close()
    names = {info.base_name for info in s3.get_file_info(pafs.FileSelector("music/out"))}
    assert names == {"run.json", "shard-0000000.parquet"}
    assert remote(*words).result["kept"] == 1
    urls = pq.read_table("music/m.parquet", filesystem=s3).column("url").to_pylist()
    assert [(row["url"], row["status"]) for row in rows_of(s3, "out")] == [(url, "ok") for url in urls]


def test_urls_that_cannot_name_an_object_are_rows(remote, s3, tone, tmp_path):
    put(s3, "in/tone.wav", tone.read_bytes())
    odd = ["s3://music/a//x.mp3", "s3:///key.mp3", "s3://music", "s3://music/", "s3://music/in/", "s3://"]
    listed = tmp_path / "list"
    listed.write_text("\n".join([*odd, "s3://music/in/tone.wav"]))
    remote("manifest", "--files-from", listed, "--out", tmp_path / "m.parquet")
    words = ("run", "--manifest", tmp_path / "m.parquet", "--out")
    run = remote(*words, tmp_path / "out", "--retries", "0")
    assert (run.result["ok"], run.result["error"], run.result["bad"]) == (1, len(odd), [])
    rows = batching.rows_of(tmp_path / "out")
    assert batching.outcomes_of(rows) == {
        **dict.fromkeys(odd, ("error", "unreadable")),
        "s3://music/in/tone.wav": ("ok", None),
    }
    assert "cannot be used" in remote(*words, "s3://music/a//out", status=2).stderr
    assert "cannot be used" in remote("manifest", "s3://music/a//b", "--out", "m.parquet", status=2).stderr


def test_what_a_prefix_before_left_out_can_be_named_beside_it(remote, s3, tmp_path):
    for key in ("a.wav", "b/odd.bin", ".hidden/x.wav"):
        put(s3, f"in/{key}", b"12345")
    sources = [f"s3://music/in{rest}" for rest in ("", "/a.wav", "/b/odd.bin", "/b", "/.hidden", "/**/*")]
    remote("manifest", *sources, "--out", tmp_path / "m.parquet")
    expected = [f"s3://music/in/{key}" for key in ("a.wav", "b/odd.bin", ".hidden/x.wav", "b/odd.bin")]
    assert batching.urls_of(tmp_path / "m.parquet") == expected


def test_storage_that_does_not_answer_is_no_fault_of_the_track(remote, s3, tone, tmp_path):
    """Nothing is written of a shard whose tracks could not be asked for."""
    put(s3, "in/tone.wav", tone.read_bytes())
    remote("manifest", "s3://music/in", "--out", tmp_path / "m.parquet")
    words = ("run", "--manifest", tmp_path / "m.parquet", "--out", tmp_path / "out", "--retries", "0")
    run = remote(*words, "--s3-endpoint", "http://127.0.0.1:1", status=3)
    assert "s3://music/in/tone.wav" in run.result["bad"][0]["reason"]
    assert remote(*words).result["ok"] == 1
    words = ("run", "--manifest", tmp_path / "m.parquet", "--out", tmp_path / "short", "--timeout", "0.5")
    run = remote(*words, "--retries", "0", "--s3-endpoint", "http://127.0.0.1:1", status=3)
    assert run.result["bad"], "an outage longer than the time of a track is no timeout"
