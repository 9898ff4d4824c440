"""Runs an unpacked image as a container, with crun and what Debian's container tools bring, and no daemon.

It is what `docker run --read-only --cap-drop ALL --security-opt no-new-privileges` makes of the image: its
own user, entry point and environment, namespaces for processes, mounts, names and IPC, a root that nobody
can write, no capability, no_new_privs, and the system calls of /usr/share/containers/seccomp.json (Podman's
default, in Debian's golang-github-containers-common) without those that Docker's default withholds. The
network is the machine's own, so that a test reaches the server on 127.0.0.1; cgroups, so limits of memory
and processor, are left out.
"""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

PROFILE = Path("/usr/share/containers/seccomp.json")
NAMESPACES = ("pid", "ipc", "uts", "mount")
# What Docker's default profile gives only to a process with a capability, and Podman's to all: above all,
# namespaces of one's own. clone3 "is not implemented", so that libc takes clone, whose flags can be seen.
NOT_IN_DOCKER = {
    *("add_key", "bpf", "chroot", "clone", "clone3", "fsconfig", "fsmount", "fsopen", "fspick", "kcmp"),
    *("keyctl", "mount", "mount_setattr", "move_mount", "open_tree", "perf_event_open", "pidfd_getfd"),
    *("pivot_root", "process_madvise", "request_key", "setns", "umount", "umount2", "unshare"),
    "userfaultfd",
}
NAMESPACE_FLAGS = 0x7E020000
CAPABILITY_SETS = ("bounding", "effective", "permitted", "inheritable", "ambient")


def missing():
    """Why no container can run here, or None."""
    if os.geteuid() != 0:
        return "containers are run by root here"
    if shutil.which("crun") is None or not PROFILE.is_file():
        return "crun and its default profile are not installed: script/bootstrap image"
    command = ["unshare", "--mount", "--pid", "--fork", "true"]
    probe = subprocess.run(command, capture_output=True, check=False)
    return None if probe.returncode == 0 else "this machine allows no namespaces"


def only_calls(names):
    """A profile that allows these system calls and refuses all others, as systemd's SystemCallFilter does."""
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": errno.EPERM,
        "architectures": ["SCMP_ARCH_X86_64"],
        "syscalls": [{"names": sorted(names), "action": "SCMP_ACT_ALLOW"}],
    }


def seccomp():
    """The default profile as an OCI runtime takes it: for x86-64, without what a capability would add."""
    profile = json.loads(PROFILE.read_text(encoding="utf-8"))
    calls = []
    for rule in profile["syscalls"]:
        includes, excludes = rule.get("includes", {}), rule.get("excludes", {})
        if includes.get("caps") or "amd64" not in includes.get("arches", ["amd64"]):
            continue
        if "amd64" in excludes.get("arches", []):
            continue
        call = {key: rule[key] for key in ("action", "errnoRet") if rule.get(key) is not None}
        call["names"] = [name for name in rule["names"] if name not in NOT_IN_DOCKER]
        fields = ("index", "value", "valueTwo", "op")
        if rule.get("args"):
            call["args"] = [{key: one[key] for key in fields if key in one} for one in rule["args"]]
        if call["names"]:
            calls.append(call)
    no_flags = {"index": 0, "value": NAMESPACE_FLAGS, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}
    calls.append({"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [no_flags]})
    calls.append({"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.ENOSYS})
    return {
        "defaultAction": profile["defaultAction"],
        "defaultErrnoRet": errno.EPERM,
        "architectures": ["SCMP_ARCH_X86_64"],
        "syscalls": calls,
    }


class Image:
    """A folder that `script/image --to` wrote: the root, and what the image says of itself."""

    def __init__(self, folder):
        self.root = Path(folder) / "root"
        described = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))
        self.config = described["Docker"]["config"]
        self.layers = json.loads(described["Manifest"])["layers"]

    @property
    def environment(self):
        return dict(entry.split("=", 1) for entry in self.config["Env"])


class Container:
    """One run of an image; the folder `data` is its volume and outlives it."""

    def __init__(self, image, folder, data, environment=None, arguments=None, volumes=(), profile=None):
        self.image = image
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.name = f"hitscope-test-{os.getpid()}-{self.folder.name}"
        self.words, self.log = self.folder / "stdout.txt", self.folder / "stderr.txt"
        self.process = None
        command = [*image.config["Entrypoint"], *(arguments or image.config["Cmd"])]
        variables = image.environment | (environment or {})
        mounts = [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {
                "destination": "/dev",
                "type": "tmpfs",
                "source": "tmpfs",
                "options": ["nosuid", "strictatime", "mode=755", "size=64k"],
            },
        ]
        mounts += [
            {"destination": target, "type": "bind", "source": os.fspath(source), "options": ["rbind", mode]}
            for source, target, mode in [(data, "/data", "rw"), *volumes]
        ]
        user, _, group = image.config["User"].partition(":")
        bundle = {
            "ociVersion": "1.0.2",
            "process": {
                "user": {"uid": int(user), "gid": int(group)},
                "args": command,
                "env": [f"{name}={value}" for name, value in variables.items()],
                "cwd": image.config["WorkingDir"],
                "capabilities": {name: [] for name in CAPABILITY_SETS},
                "noNewPrivileges": True,
            },
            "root": {"path": os.fspath(image.root), "readonly": True},
            "hostname": "hitscope",
            "mounts": mounts,
            "linux": {
                "namespaces": [{"type": kind} for kind in NAMESPACES],
                "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
                "readonlyPaths": ["/proc/sys", "/proc/bus", "/proc/fs", "/proc/irq"],
                "seccomp": profile or seccomp(),
            },
        }
        self.bundle = bundle
        (self.folder / "config.json").write_text(json.dumps(bundle, indent=1), encoding="utf-8")

    def _crun(self, *words):
        # A machine with both kinds of cgroups at once is refused by crun, also where none is asked for: it
        # runs in a mount namespace that hides the second kind.
        hide = "umount -l /sys/fs/cgroup/unified 2>/dev/null; exec crun "
        state = self.folder / "state"
        options = f"--root {state} --cgroup-manager=disabled "
        return ["unshare", "--mount", "sh", "-c", hide + options + " ".join(words)]

    def start(self):
        with open(self.words, "wb") as out, open(self.log, "ab") as err:
            self.process = subprocess.Popen(
                self._crun("run", "--bundle", str(self.folder), self.name),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        return self

    def run(self):
        """Starts it, waits for its end: (status, stdout, stderr)."""
        self.start()
        status = self.process.wait(timeout=120)
        return status, self.words.read_text(encoding="utf-8"), self.log.read_text(encoding="utf-8")

    def execute(self, *command):
        """One more process in the running container, with the same user, rights and variables."""
        process = self.folder / "process.json"
        process.write_text(json.dumps(self.bundle["process"] | {"args": list(command)}), encoding="utf-8")
        return subprocess.run(
            self._crun("exec", "--process", str(process), self.name),
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    def processes(self):
        """All of the container, its first process first; crun itself is not of it."""
        found, queue = [], [self.process.pid]
        while queue:
            pid = queue.pop(0)
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                children = [int(word) for word in task.read_text().split()]
                found += children
                queue += children
        return found

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number=signal.SIGTERM):
        os.kill(self.processes()[0], number)

    def end(self):
        """SIGTERM as `docker stop` sends it; returns the exit status."""
        if not self.is_running():
            return self.process.returncode
        self.signal()
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait()
            raise


def pss_kib(pid):
    """Its own memory and its share of what it has in common with others."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    sys.exit(f"the kernel tells no Pss of {pid}")
