"""The notebooks run from the first cell to the last, and end with something to look at."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
FIRST, *OTHERS = NOTEBOOKS


def run(path, root):
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "outputs are not committed"
    client = NotebookClient(
        notebook, timeout=180, kernel_name="python3", resources={"metadata": {"path": str(root)}}
    )
    client.execute()
    return notebook


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_first_notebook(root):
    notebook = run(FIRST, root)
    shown = notebook.cells[-1].outputs[0]["data"]["text/html"]
    assert "<iframe" in shown or "leaflet" in shown
    plan = next(cell for cell in notebook.cells if cell.source.strip().startswith("plan = "))
    assert "已证明最优" in plan.outputs[0]["data"]["text/html"]


@pytest.mark.slow
@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_other_notebooks(path, root):
    notebook = run(path, root)
    kinds = {
        kind for cell in notebook.cells for out in cell.get("outputs", []) for kind in out.get("data", {})
    }
    assert {"text/html", "image/png"} & kinds
    for cell in notebook.cells:
        if "plt.subplots" in cell.source or ".plot(" in cell.source:
            shown = {kind for out in cell.outputs for kind in out.get("data", {})}
            assert "image/png" in shown, f"no picture: {cell.source[:60]}"
            # A character without a glyph is warned of, and would be an empty box in the picture.
            assert not any("Glyph" in out.get("text", "") for out in cell.outputs)
    assert all(cell.source.startswith("#") for cell in notebook.cells[:1])


def test_there_are_six(root):
    assert [path.name[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06"]
