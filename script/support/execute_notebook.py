"""Executes research/MusicPredictor_Pipeline.ipynb from clean and writes it as one HTML page.

usage: execute_notebook.py OUT.html

The notebook itself stays as it is stored, without outputs. Needs an environment with the package and
requirements-python.txt (build/python/venv). Which tables it reads is for HITSCOPE_SHARED to say; with
HITSCOPE_NOTEBOOK_RESULTS set, the notebook also writes its figures there, as JSON. Status 1 and the traceback
where a cell fails.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "research" / "MusicPredictor_Pipeline.ipynb"
LONGEST_CELL_S = 3600  # a stop for what hangs, no measure of speed


def execute() -> nbformat.NotebookNode:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        # The kernel speaks through sockets in the file system: nothing listens on a port.
        manager = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{folder}/kernel")
        place = {"metadata": {"path": str(NOTEBOOK.parent)}}
        NotebookClient(
            notebook, km=manager, timeout=LONGEST_CELL_S, startup_timeout=120, resources=place
        ).execute()
    return notebook


def to_html(notebook: nbformat.NotebookNode) -> str:
    """The page; of cells tagged `words` only what they say."""
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_input_tags = ("words",)
    config.HTMLExporter.preprocessors = ["nbconvert.preprocessors.TagRemovePreprocessor"]
    exporter = HTMLExporter(config=config, exclude_input_prompt=True, exclude_output_prompt=True)
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": NOTEBOOK.stem}})
    return page


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    out = Path(sys.argv[1])
    try:
        notebook = execute()
    except CellExecutionError as error:
        print(error, file=sys.stderr)
        return 1
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(to_html(notebook), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
