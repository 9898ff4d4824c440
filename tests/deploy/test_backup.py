"""Backups as deploy/GUIDE.md tells them, made while the server works, and gone back to: with the guide's
own commands where they can run here, that is without the `docker exec` before them."""

import re
import shutil
import subprocess
import sys
import threading

import pytest
from conftest import DEPLOY, PROGRAM
from serving import Visitor

GUIDE = (DEPLOY / "GUIDE.md").read_text(encoding="utf-8")


def told(pattern):
    """What the guide says there; it must say it once."""
    (found,) = re.findall(pattern, GUIDE)
    return found


class Uploads(threading.Thread):
    """A visitor who sends one track after the other until told to stop."""

    def __init__(self, visitor, content):
        super().__init__()
        self.visitor, self.content = visitor, content
        self.sent, self.enough = [], threading.Event()

    def run(self):
        while not self.enough.is_set():
            number = len(self.sent).to_bytes(4, "little")
            answer = self.visitor.upload(self.content[:-4] + number, wait=60)
            self.sent.append(answer.json()["id"])


def with_a_history(server, content):
    """A visitor with two tracks that are done, and who goes on sending."""
    visitor = server.visitor()
    done = [visitor.ended(visitor.upload(content[:-1] + bytes([n])).json()["id"])["id"] for n in range(2)]
    return visitor, done, Uploads(visitor, content)


def known_again(server, visitor):
    again = Visitor(server, cookie=f"hitscope_visitor={visitor.cookie}")
    return {record["id"]: record["state"] for record in again.history()}


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """Two seconds of music; its last bytes make it one that was never sent before."""
    path = tmp_path_factory.mktemp("song") / "song.wav"
    options = ["--duration", "2", "--channels", "1", "--rate", "22050", "-o", path]
    subprocess.run([PROGRAM.parent / "hitscope-synth", *options], check=True, capture_output=True)
    return path.read_bytes()


def test_back_to_a_backup_of_sqlite(module_server, content, tmp_path):
    server = module_server("--workers", "1")
    visitor, done, uploads = with_a_history(server, content)
    uploads.start()
    try:
        program = told(r'docker exec hitscope python3 -c "(.+)"\n').replace('\\"', '"')
        program = program.replace("/data/history.sqlite", str(server.data / "history.sqlite"))
        program = program.replace("/data/backup.sqlite", str(tmp_path / "backup.sqlite"))
        subprocess.run([sys.executable, "-c", program], check=True)
        shutil.copy(server.data / "visitor.key", tmp_path)
    finally:
        uploads.enough.set()
        uploads.join()
    server.kill()

    # The volume is another one, with a history that is to be replaced.
    other = module_server("--workers", "1")
    assert other.visitor().upload(content[:-2] + b"xy").status_code == 202
    other.end()
    command = told(r"--entrypoint sh hitscope -c \\\n  '(.+)'\n")
    command = command.replace("/data", str(other.data)).replace("/backup/", f"{tmp_path}/")
    subprocess.run(["sh", "-eu", "-c", command], check=True)
    other.start()
    states = known_again(other, visitor)
    assert set(done) <= states.keys() <= {*done, *uploads.sent}
    # What was not done has lost its audio and says so.
    assert set(states.values()) <= {"done", "interrupted"}
    assert all(states[identity] == "done" for identity in done)
    assert (other.data / "visitor.key").stat().st_mode & 0o077 == 0


def test_back_to_a_backup_of_postgresql(module_server, postgres, content, tmp_path):
    name, url = postgres.new_database()
    server = module_server("--workers", "1", "--database", url)
    visitor, done, uploads = with_a_history(server, content)
    where = ["-h", "127.0.0.1", "-p", str(postgres.port)]
    dump = tmp_path / "hitscope.dump"
    uploads.start()
    try:
        words = told(r"exec -T postgres (pg_dump .+) hitscope >hitscope\.dump\n").split()
        with open(dump, "wb") as file:
            command = [postgres.programs / words[0], *where, *words[1:], name]
            subprocess.run(command, check=True, stdout=file)
        shutil.copy(server.data / "visitor.key", tmp_path)
    finally:
        uploads.enough.set()
        uploads.join()
    later = visitor.upload(content[:-3] + b"xyz", wait=60).json()["id"]
    server.end()

    words = told(r"exec -T postgres (pg_restore .+) --dbname hitscope <hitscope\.dump\n").split()
    with open(dump, "rb") as file:
        command = [postgres.programs / words[0], *where, *words[1:], "--dbname", name]
        subprocess.run(command, check=True, stdin=file)
    assert (server.data / "visitor.key").read_bytes() == (tmp_path / "visitor.key").read_bytes()
    server.start()
    states = known_again(server, visitor)
    assert set(done) <= states.keys()
    assert later not in states
    assert all(states[identity] == "done" for identity in done)
