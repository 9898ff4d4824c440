"""The files of deploy/ as far as they can be judged without running anything: form, names that exist,
promises that several of them make together."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import DEPLOY, ROOT

DOCKERFILES = [DEPLOY / "Dockerfile", DEPLOY / "space" / "Dockerfile"]
SPACE_COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
# What other programs read, or the start script turns into an option.
NOT_OPTIONS = {"HITSCOPE_TOKENS", "HITSCOPE_PROGRAM", "HITSCOPE_SHARED", "HITSCOPE_IMAGE", "HITSCOPE_TESTS"}


def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def manifests():
    found = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"))
    return {manifest["kind"]: manifest for manifest in found}


def pod():
    return manifests()["Deployment"]["spec"]["template"]["spec"]


def space_page():
    text = (DEPLOY / "space" / "README.md").read_text(encoding="utf-8")
    _, front, page = text.split("---\n", 2)
    return yaml.safe_load(front), page


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_dockerfiles_pass_hadolint(file):
    hadolint = Path(sys.executable).parent / "hadolint"
    if not hadolint.is_file():
        pytest.skip("hadolint is not installed: script/bootstrap test")
    run = subprocess.run([hadolint, "--no-color", file], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_option_named_in_deploy_exists(serve_options):
    named = set()
    for file in DEPLOY.rglob("*"):
        if file.is_file():
            named |= set(re.findall(r"HITSCOPE_[A-Z][A-Z_]*[A-Z]", file.read_text(encoding="utf-8")))
    assert len(serve_options) > 15
    assert named - NOT_OPTIONS <= serve_options


def test_the_build_sees_what_it_copies():
    """The list of what is not ignored names things that are there, and the sources that CMake reads."""
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    kept = [line[1:] for line in lines if line.startswith("!")]
    assert [name for name in kept if not (ROOT / name).exists()] == []
    assert {"CMakeLists.txt", "CMakePresets.json", "cmake", "src", "web", "models", "script"} <= set(kept)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILES[0].read_text(encoding="utf-8"), re.M)
    for source in " ".join(copied).split():
        assert source == "." or any(source == name or source.startswith(f"{name}/") for name in kept)


def test_what_is_fetched_is_pinned():
    lines = (ROOT / "script/support/requirements-fetch.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin) for pin in pins)
    assert {"yt-dlp", "yt-dlp-ejs", "deno", "certifi"} <= {pin.partition("==")[0] for pin in pins}


def test_compose_keeps_the_server_in():
    service = compose()["services"]["hitscope"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["depends_on"]["postgres"]["condition"] == "service_healthy"
    # Longer than `--drain`, or Docker kills what would have ended well.
    assert int(service["stop_grace_period"].rstrip("s")) > 30


def test_compose_declares_what_it_uses():
    described = compose()
    for service in described["services"].values():
        volumes = {entry.partition(":")[0] for entry in service["volumes"]}
        assert volumes <= described["volumes"].keys()
        assert set(service["secrets"]) <= described["secrets"].keys()
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert not re.search(r"(?i)password: *[\"']?\w", text.replace("POSTGRES_PASSWORD_FILE", ""))


def test_compose_builds_the_address_of_the_database_from_the_secret(tmp_path):
    """The shell words of its entrypoint, as Compose would run them, with a script as `hitscope`."""
    words = compose()["services"]["hitscope"]["entrypoint"]
    (tmp_path / "postgres_password").write_text("abc123", encoding="utf-8")
    script = words[4].replace("$$", "$").replace("/run/secrets", str(tmp_path))
    program = tmp_path / "hitscope"
    program.write_text('#!/bin/sh\necho "$HITSCOPE_DATABASE $*"\n', encoding="utf-8")
    program.chmod(0o755)
    run = subprocess.run(
        ["sh", "-c", script, words[5], "serve"],
        capture_output=True, text=True, check=True, env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
    )  # fmt: skip
    assert run.stdout == "postgresql://hitscope:abc123@postgres/hitscope serve\n"


def test_the_pod_has_no_rights():
    assert pod()["securityContext"]["runAsUser"] == 1000
    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert pod()["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    assert pod()["automountServiceAccountToken"] is False
    (container,) = pod()["containers"]
    rights = container["securityContext"]
    assert rights["allowPrivilegeEscalation"] is False
    assert rights["readOnlyRootFilesystem"] is True
    assert rights["capabilities"]["drop"] == ["ALL"]
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/data"]


def test_the_pod_is_asked_the_right_questions():
    (container,) = pod()["containers"]
    assert container["startupProbe"]["httpGet"]["path"] == "/readyz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["resources"]["limits"].keys() == {"cpu", "memory"}
    assert pod()["terminationGracePeriodSeconds"] > 30
    deployment = manifests()["Deployment"]["spec"]
    # Two servers over one history would take up each other's work (docs/limits.md).
    assert (deployment["replicas"], deployment["strategy"]["type"]) == (1, "Recreate")


def test_the_parts_of_the_manifest_find_each_other():
    found = manifests()
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert found["Deployment"]["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert found["Service"]["spec"]["selector"].items() <= labels.items()
    claims = {volume["persistentVolumeClaim"]["claimName"] for volume in pod()["volumes"]}
    assert claims == {found["PersistentVolumeClaim"]["metadata"]["name"]}
    rule = found["Ingress"]["spec"]["rules"][0]
    names = {entry["name"]: entry.get("value") for entry in pod()["containers"][0]["env"]}
    assert rule["host"] == names["HITSCOPE_ALLOW_HOST"] == found["Ingress"]["spec"]["tls"][0]["hosts"][0]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == found["Service"]["metadata"]["name"]
    assert backend["port"]["name"] in {port["name"] for port in found["Service"]["spec"]["ports"]}


def test_the_page_of_the_space_is_what_hugging_face_takes():
    front, page = space_page()
    assert front["sdk"] == "docker"
    assert front["license"] == "apache-2.0"
    assert {front["colorFrom"], front["colorTo"]} <= SPACE_COLOURS
    assert len(front["short_description"]) <= 60
    assert not front["emoji"].isascii()
    port = re.search(r"HITSCOPE_PORT=(\d+)", DOCKERFILES[1].read_text(encoding="utf-8"))[1]
    assert front["app_port"] == int(port)
    assert page.strip()


def test_the_space_is_complete(tmp_path):
    """What script/image lays out is what its own Dockerfile copies."""
    git = ["git", "-C", ROOT, "rev-parse", "--verify", "--quiet", "HEAD:deploy/space/README.md"]
    if subprocess.run(git, capture_output=True, check=False).returncode != 0:
        pytest.skip("not a checkout with deploy/space committed")
    subprocess.run([ROOT / "script/image", "--space", tmp_path], check=True, capture_output=True)
    front, _ = space_page()
    assert yaml.safe_load((tmp_path / "README.md").read_text(encoding="utf-8").split("---\n")[1]) == front
    dockerfile = (tmp_path / "Dockerfile").read_text(encoding="utf-8")
    assert dockerfile.index("AS hitscope\n") < dockerfile.index("FROM hitscope AS space")
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.M):
        assert all((tmp_path / source).exists() for source in sources.split())
    assert (tmp_path / ".dockerignore").is_file()
    # A Space's README is not the project's, and no history or test goes along.
    assert not (tmp_path / "tests").exists()


@pytest.mark.parametrize("writable", [True, False])
def test_the_space_starts_with_what_it_is_given(tmp_path, writable):
    program = tmp_path / "bin" / "hitscope"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nenv\n", encoding="utf-8")
    program.chmod(0o755)
    data = tmp_path / "data"
    # A file in the folder's place: root may write everywhere else.
    data.mkdir() if writable else data.write_text("", encoding="utf-8")
    run = subprocess.run(
        [DEPLOY / "space" / "hitscope-space", "serve"],
        capture_output=True, text=True, check=True,
        env={
            "PATH": f"{program.parent}:/usr/bin:/bin", "TMPDIR": str(tmp_path),
            "HITSCOPE_DATA_DIR": str(data),
            "SPACE_HOST": "someone-hitscope.hf.space", "HITSCOPE_TOKENS": "one\ntwo",
        },
    )  # fmt: skip
    told = dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line)
    assert (told["HITSCOPE_DATA_DIR"] == str(data)) is writable
    assert bool(run.stderr) is not writable
    assert Path(told["HITSCOPE_DATA_DIR"]).is_dir()
    assert told["HITSCOPE_ALLOW_HOST"] == "someone-hitscope.hf.space"
    assert Path(told["HITSCOPE_TOKEN_FILE"]).read_text(encoding="utf-8") == "one\ntwo\n"
    assert Path(told["HITSCOPE_TOKEN_FILE"]).stat().st_mode & 0o077 == 0
    assert "HITSCOPE_TOKENS" not in told


def test_the_service_is_one_that_systemd_understands(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    unit = (DEPLOY / "hitscope.service").read_text(encoding="utf-8")
    program = shutil.which("true")
    place = tmp_path / "hitscope.service"
    place.write_text(unit.replace("/usr/local/bin/hitscope", program), encoding="utf-8")
    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", place], capture_output=True, text=True, check=False
    )
    ours = [line for line in run.stderr.splitlines() if "hitscope.service" in line]
    assert ours == [], run.stderr
    score = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", place],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", score)
    assert exposure, score
    assert float(exposure[1]) < 2.5, score
