"""A private PostgreSQL cluster made with Debian's programs, in a temporary folder, on a free port."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from serving import wait_until


def find_programs():
    """The newest version's folder of programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postgres:
    """PostgreSQL refuses to run as root: then it runs as the package's user."""

    def __init__(self, programs):
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="hitscope_e2e_pg_"))
        self.port = free_port()
        self.databases = 0
        self.owner = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.log = open(self.folder / "log", "wb")  # noqa: SIM115
        options = ["--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "-U", "hitscope", "--auth=trust"]
        self._run("initdb", "-D", self.folder / "data", *options)
        self.process = self._start()
        wait_until(self._answers, what="PostgreSQL's start")

    def _command(self, program, *arguments):
        return [self.programs / program, *map(os.fspath, arguments)]

    def _run(self, program, *arguments):
        command = self._command(program, *arguments)
        subprocess.run(command, check=True, cwd=self.folder, stdout=self.log, stderr=self.log, **self.owner)

    def _start(self):
        settings = [
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.folder}",
            "max_connections=60",
        ]
        arguments = ["-D", self.folder / "data", "-p", str(self.port)]
        for setting in settings:
            arguments += ["-c", setting]
        command = self._command("postgres", *arguments)
        return subprocess.Popen(command, cwd=self.folder, stdout=self.log, stderr=self.log, **self.owner)

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        command = self._command("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port))
        return subprocess.run(command, check=False).returncode == 0

    def new_database(self):
        self.databases += 1
        name = f"history_{self.databases}"
        self.query("postgres", f"CREATE DATABASE {name}")
        return name, f"postgresql://hitscope@127.0.0.1:{self.port}/{name}"

    def query(self, database, sql):
        """What psql prints: rows of fields parted by '|', without heads."""
        command = self._command(
            "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "hitscope", "-At", "-c", sql, database
        )
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout.strip()

    def check(self, database):
        """Nothing where PostgreSQL's own check of tables and indexes finds nothing."""
        options = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "hitscope", "--install-missing"]
        command = self._command("pg_amcheck", *options, "--heapallindexed", database)
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/").stdout

    def end(self):
        self.process.send_signal(signal.SIGINT)  # "fast": it does not wait for clients
        self.process.wait(timeout=60)
        self.log.close()
        shutil.rmtree(self.folder)
