"""Run the notebooks and store their outputs: the only way outputs are written.

Cell ids are kept. What changes from run to run (times, widget models, the version of
the kernel) is left out, so that running this twice gives identical bytes.

    python tests/refresh.py [chapters/01_neurons.ipynb ...]
"""

import base64
import io
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

# TensorFlow otherwise logs to stderr, which would be stored.
os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}

CHAPTERS = Path(__file__).parent.parent / "chapters"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# What the page hides behind a click is hidden in JupyterLab too: tag -> its name there.
HIDDEN = {"hide-input": "source_hidden", "hide-output": "outputs_hidden"}


def squeezed(png):
    """The same pixels in fewer bytes, without the note of which program drew them."""
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def cleaned(notebook):
    """The notebook without anything that another run would write differently."""
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        tags = cell.metadata.get("tags", [])
        if hidden := {HIDDEN[tag]: True for tag in tags if tag in HIDDEN}:
            cell.metadata["jupyter"] = hidden
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.pop(WIDGET_VIEW, None)
            if "image/png" in data:
                data["image/png"] = squeezed(data["image/png"])
    return notebook


def refresh(path):
    """Execute one notebook in its own folder and write it back."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    nbformat.write(cleaned(notebook), path)
    print(f"refreshed {path.name}")


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:] or sorted(CHAPTERS.glob("*.ipynb"))):
        refresh(path.resolve())
