"""The package as a thing to install: size, imports, types, documentation, errors."""

import inspect
import os
import pickle
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import hitscope
from hitscope import _native, errors


def python(code, *flags):
    run = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_package_under_test_is_installed_not_the_source():
    assert Path(hitscope.__file__).is_relative_to(sys.prefix)


def test_the_version_is_the_program_s():
    stated = re.search(r"project\(hitscope VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert hitscope.__version__ == stated[1]


def test_the_wheel_is_small_and_holds_what_it_needs():
    folder = Path(hitscope.__file__).parent
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert size < 20e6, "unpacked already"
    assert (folder / "py.typed").is_file()
    assert sorted(path.name for path in (folder / "models").glob("*.safetensors")) == [
        "attributes.safetensors",
        "default.safetensors",
    ]


def test_the_native_module_shows_nothing_but_its_door():
    symbols = subprocess.run(
        ["nm", "-D", "--defined-only", _native.__file__], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert [line.split()[-1] for line in symbols] == ["PyInit__native"]
    listed = subprocess.run(["nm", _native.__file__], capture_output=True, text=True, check=False)
    assert "no symbols" in listed.stderr, "it is stripped"


def test_importing_loads_nothing_heavy():
    loaded = python("import hitscope, sys; print(*sys.modules)").split()
    heavy = {"numpy", "pandas", "pyarrow", "sklearn", "matplotlib", "tqdm", "hitscope._native"}
    assert not heavy & set(loaded)
    used = python("import hitscope, sys; hitscope.analyze; print(*sys.modules)").split()
    assert not (heavy - {"hitscope._native"}) & set(used)


def test_importing_takes_no_whole_second_of_work():
    """A bound against accidents; benchmarks/python_overhead.py measures."""
    code = (
        "import resource, hitscope; hitscope.analyze; u = resource.getrusage(resource.RUSAGE_SELF); "
        "print(u.ru_utime + u.ru_stime)"
    )
    assert float(python(code)) < 1.0


def test_every_public_name_is_there_and_documented():
    for name in hitscope.__all__:
        thing = getattr(hitscope, name)
        assert name in dir(hitscope)
        if name != "__version__":
            assert inspect.getdoc(thing), name
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        hitscope.analyse  # noqa: B018


@pytest.mark.parametrize(
    "name",
    ["analyze", "analyze_many", "predict", "predict_many", "explain", "load_bundle", "train", "evaluate"],
)
def test_help_tells_parameters_results_and_errors(name):
    text = pydoc.plain(pydoc.render_doc(getattr(hitscope, name)))
    for heading in ("Parameters", "Returns", "Raises"):
        assert heading in text


def test_help_of_the_whole_package_can_be_read():
    text = pydoc.plain(pydoc.render_doc(hitscope))
    assert re.search(r"analyze\(\s*source", text)  # Python 3.13 gives each parameter a line
    assert "class Track" in text


def test_the_types_of_the_native_module_are_up_to_date(tmp_path):
    fresh = tmp_path / "_native.pyi"
    subprocess.run(
        [sys.executable, "-m", "nanobind.stubgen", "-q", "-m", "hitscope._native", "-o", fresh], check=True
    )
    committed = ROOT / "python" / "hitscope" / "_native.pyi"
    assert fresh.read_text() == committed.read_text(), (
        "run: python -m nanobind.stubgen -m hitscope._native -o python/hitscope/_native.pyi"
    )


CACHE = ROOT / "build" / "python" / "mypy"


def mypy(*arguments, cwd):
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", CACHE, *arguments],
        capture_output=True, text=True, check=False, cwd=cwd,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_package_keeps_to_its_types():
    mypy("python/hitscope", cwd=ROOT)


def examples():
    found = []
    for page in ("README.md", "docs/python.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for number, block in enumerate(re.findall(r"```python\n(.*?)```", text, re.DOTALL)):
            found.append(pytest.param(block, id=f"{page}:{number}"))
    return found


@pytest.mark.parametrize("example", examples())
def test_examples_in_the_documentation_keep_to_the_types(example, tmp_path):
    if "sklearn" in example:
        pytest.skip("scikit-learn has no types")
    (tmp_path / "example.py").write_text(example, encoding="utf-8")
    mypy("example.py", cwd=tmp_path)


@pytest.mark.parametrize("example", examples())
def test_examples_in_the_documentation_run(example, tmp_path, demo_tracks, table):
    if "import ray" in example or "hitscope.batch" in example:
        pytest.skip("a cluster's example")
    (tmp_path / "song.flac").symlink_to(demo_tracks[0])
    (tmp_path / "song.mp3").symlink_to(demo_tracks[0])
    (tmp_path / "Music").mkdir()
    (tmp_path / "Music" / "song.mp3").symlink_to(demo_tracks[1])
    (tmp_path / "tracks.csv").symlink_to(table)
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    run = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert run.returncode == 0, run.stderr


# --- errors ---


def kinds():
    source = (ROOT / "src" / "core" / "error.cpp").read_text(encoding="utf-8")
    return sorted(set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', source)))


def test_there_is_a_class_for_every_kind_of_error():
    assert {kind.type for kind in errors.HitscopeError.__subclasses__()} == set(kinds())


@pytest.mark.parametrize("kind", kinds())
def test_an_error_keeps_its_parts_through_a_pickle(kind):
    error = errors.error_of(kind, "It failed.", "at byte 7")
    assert isinstance(error, hitscope.HitscopeError)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (again.type, again.title, again.detail) == (kind, "It failed.", "at byte 7")
    assert str(again) == "It failed. (at byte 7)"
    assert isinstance(errors.error_of("no-such-kind", ""), hitscope.InternalError)
