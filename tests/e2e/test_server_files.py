"""Damaged, false and odd audio over HTTP: the right status and type, nothing left on the disk, the server
whole."""

import random
import struct

import pytest

OF_THE_FILE = {
    "unsupported-format": 415,
    "corrupt": 422,
    "too-short": 422,
    "too-long": 422,
    "no-signal": 422,
    "unreadable": 422,
}


@pytest.fixture(scope="module")
def target(start_server):
    server = start_server()
    yield server
    assert server.is_running()
    assert server.spooled() == []
    assert '"level":"error"' not in server.log_text()
    figures = server.visitor().get("/metrics").text
    assert "hitscope_worker_restarts_total 0" in figures


def check_file(visitor, name, content, described):
    answer = visitor.upload(content, name, wait=120, timeout=150)
    assert str(visitor.server.folder) not in answer.text
    if answer.status_code == 200:
        return described(answer, "createAnalysis", 200).json()
    problem = answer.json()
    assert problem["type"] in OF_THE_FILE, (name, problem)
    described(answer, "createAnalysis", OF_THE_FILE[problem["type"]], problem["type"])
    return problem


HEADS = [
    b"fLaC",
    b"OggS",
    b"RIFF\xff\xff\xff\xffWAVEfmt ",
    b"ID3\4\0\0\x7f\x7f\x7f\x7f",
    b"\xff\xfb\x90\x64",
    b"\0\0\0\x20ftypM4A ",
    b"\x1aE\xdf\xa3",
    b"FORM\0\0\0\0AIFF",
]


def broken_files(flac, wav):
    """Made here, so that they are tested wherever the reference material is not."""
    chance = random.Random(7)
    yield "noise", chance.randbytes(50_000)
    yield "zeros", bytes(50_000)
    yield "one byte", b"f"
    for head in HEADS:
        yield f"{head[:4]!r} and noise", head + chance.randbytes(20_000)
    for share in (0.001, 0.01, 0.1, 0.5, 0.99):
        yield f"FLAC cut at {share}", flac[: int(len(flac) * share)]
        yield f"WAV cut at {share}", wav[: int(len(wav) * share)]
    for number in range(10):
        for kind, whole in (("FLAC", flac[:200_000]), ("WAV", wav)):
            damaged = bytearray(whole)
            for _ in range(3**number // 20 + 1):
                damaged[chance.randrange(len(damaged) if number % 2 else 100)] = chance.randrange(256)
            yield f"{kind} damaged {number}", bytes(damaged)
    yield "WAV that lies about its rate", wav[:24] + struct.pack("<I", 0xFFFFFFFF) + wav[28:]
    yield "WAV of no channels", wav[:22] + struct.pack("<H", 0) + wav[24:]
    yield "WAV of 65535 channels", wav[:22] + struct.pack("<H", 65535) + wav[24:]


def test_broken_files(target, demo_tracks, short_track, described):
    visitor = target.visitor()
    for name, content in broken_files(demo_tracks[0].read_bytes(), short_track()):
        check_file(visitor, name, content, described)


def test_the_odd_files_of_the_reference_material(target, shared, hitscope, described):
    """Each is answered as the command line answers it."""
    visitor = target.visitor()
    paths = sorted(path for path in (shared / "audio" / "odd").iterdir() if path.is_file())
    reports = {
        report["path"]: report for report in hitscope.reports("predict", "--explain", *paths, timeout_s=600)
    }
    for path in paths:
        answer, report = check_file(visitor, path.name, path.read_bytes(), described), reports[str(path)]
        if "error" in report:
            assert answer.get("type") == report["error"]["type"], path.name
        else:
            assert answer.get("result", {}).get("features") == report["features"], path.name
            assert answer["result"]["verdict"] == report["verdict"], path.name
