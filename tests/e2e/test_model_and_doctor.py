"""`hitscope model` and `hitscope doctor`: what the program says of itself."""

import json

from conftest import ROOT


def test_the_default_model_verifies(hitscope):
    run = hitscope("model", "verify", "default")
    assert run.returncode == 0, run.stderr.decode()


def test_model_show_tells_data_metrics_and_licence(hitscope):
    shown = hitscope("model", "show", "default", "--format", "json").stdout
    text = shown.decode().lower()
    json.loads(shown)
    for word in ("grouped", "random", "auc", "ece", "licence"):
        assert word in text, word


def test_a_model_with_one_byte_turned_is_refused(hitscope, tmp_path):
    original = (ROOT / "models" / "default.safetensors").read_bytes()
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(original[:-100] + bytes([original[-100] ^ 0xFF]) + original[-99:])
    run = hitscope("model", "verify", damaged)
    assert run.returncode == 1
    assert b"damaged" in run.stdout + run.stderr


def test_doctor_reports_what_works_here(hitscope):
    run = hitscope("doctor", "--format", "json")
    assert run.returncode == 0, run.stdout.decode()
    text = run.stdout.decode().lower()
    json.loads(run.stdout)
    for word in ("mpg123", "sndfile", "ffmpeg", "model"):
        assert word in text, word
