"""What deploy/ brings, tried out: the image really built and run, the proxies really in front of the
program, and every file that a person would only find wrong on the day it is needed.

The image is the one that HITSCOPE_IMAGE names (a folder written by `script/image --to`), or is built from
build/release. The tests of it are those marked `image`; script/test runs them on request.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from container import Container, Image, missing  # noqa: E402
from postgres import Postgres, find_programs, free_port  # noqa: E402
from serving import Server, Visitor, wait_until  # noqa: E402

PROGRAM = Path(os.environ.get("HITSCOPE_PROGRAM", ROOT / "build" / "release" / "hitscope"))
DEPLOY = ROOT / "deploy"


def pytest_configure(config):
    config.addinivalue_line("markers", "image: needs the container image, which takes minutes to build")


@pytest.fixture(scope="session")
def serve_options():
    """The variables that `hitscope serve` reads, told by itself."""
    asked = subprocess.run([PROGRAM, "serve", "--help"], capture_output=True, text=True, check=True)
    return set(re.findall(r"\(Env:(HITSCOPE_[A-Z_]+)\)", asked.stdout))


@pytest.fixture(scope="session")
def demo_track():
    return next(iter(sorted((PROGRAM.parent / "demo").glob("*.flac"))))


@pytest.fixture(scope="module")
def module_server(tmp_path_factory):
    """Starts `hitscope serve` with these arguments over a folder of its own; all end with the module."""
    servers = []

    def start(*arguments, **options):
        servers.append(Server(PROGRAM, tmp_path_factory.mktemp("server"), *arguments, **options))
        return servers[-1].start()

    yield start
    for server in servers:
        server.kill()


@pytest.fixture(scope="session")
def postgres():
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server (Debian's package postgresql) is not installed")
    cluster = Postgres(programs)
    yield cluster
    cluster.end()


@pytest.fixture(scope="session")
def image():
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    folder = os.environ.get("HITSCOPE_IMAGE")
    if folder is None:
        folder = ROOT / "build" / "image" / "test"
        command = [ROOT / "script" / "image", "--from-build", "--tag", "hitscope:test", "--to", folder]
        subprocess.run(command, check=True)
    return Image(folder)


class Running:
    """A container that serves; looks to a `Visitor` like the server it holds."""

    def __init__(self, container, port):
        self.container = container
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def is_ready(self):
        try:
            return Visitor(self, cookie="").get("/readyz").status_code == 200
        except OSError:
            assert self.container.is_running(), self.container.log.read_text(encoding="utf-8")[-2000:]
            return False

    def wait(self):
        wait_until(self.is_ready, what="the container's server")
        return self


@pytest.fixture
def volume(tmp_path_factory):
    folder = tmp_path_factory.mktemp("volume")
    for parent in folder.parents[:3]:
        if parent.owner() == "root" and parent.name.startswith("pytest"):
            parent.chmod(0o755)
    os.chown(folder, 1000, 1000)
    return folder


@pytest.fixture
def run_image(image, volume, tmp_path_factory):
    """Starts the image over `volume` on a free port; whatever still runs is ended with the test."""
    started = []

    def run(environment=None, arguments=None, wait=True, **options):
        port = free_port()
        settings = {"HITSCOPE_HOST": "127.0.0.1", "HITSCOPE_PORT": str(port)} | (environment or {})
        folder = tmp_path_factory.mktemp("bundle")
        container = Container(image, folder, volume, settings, arguments, **options)
        started.append(container)
        running = Running(container.start(), port)
        return running.wait() if wait else running

    yield run
    for container in started:
        container.end()
