"""A widget in a real JupyterLab: moved by keyboard there, read back in the kernel."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

from nnbook.widgets.stairs_neuron import StairsNeuron

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent
CELLS = [
    """
from ipywidgets import Label
from nnbook.widgets.stairs_neuron import StairsNeuron

w = StairsNeuron()
heard = Label()
w.observe(lambda change: setattr(heard, "value", w.sentence()))
display(w, heard)
""",
    "print(w.x1, w.w4)",
    "w.x2 = 0.25",
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_notebook(folder):
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(source, id=f"cell-{i}")
            for i, source in enumerate(CELLS)
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, folder / "widget.ipynb")


@pytest.fixture
def lab(tmp_path, tools):
    """The address of a JupyterLab that knows nothing but one notebook."""
    write_notebook(tmp_path)
    settings = tmp_path / "config" / "labconfig"
    settings.mkdir(parents=True)
    asks = "@jupyterlab/apputils-extension:announcements"  # whether to look for news
    (settings / "page_config.json").write_text(
        json.dumps({"disabledExtensions": {asks: True}})
    )
    private = {
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PYTHONPATH": str(ROOT),
    }
    port, token = free_port(), secrets.token_hex()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={tmp_path}",
        f"--IdentityProvider.token={token}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    log = (tmp_path / "lab.log").open("w")
    server = subprocess.Popen(
        command, stdout=log, stderr=log, env={**os.environ, **private}
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api", server)
        yield f"{address}/lab/tree/widget.ipynb?token={token}"
    finally:
        server.terminate()  # and with it the kernel
        server.wait(timeout=20)
        log.close()


def wait_for(url, server):
    """Until the server answers; a minute is far more than it needs."""
    for _ in range(240):
        assert server.poll() is None, "JupyterLab ended before it answered"
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.25)
    raise TimeoutError(url)


@pytest.fixture(scope="session")
def tools(pytestconfig):
    """`watch` and `missing` of the conftest beside this file."""
    path = str(Path(__file__).with_name("conftest.py"))
    return pytestconfig.pluginmanager.get_plugin(path)


def run_cell(page, i):
    """Run the i-th cell by keyboard; gives the cell."""
    cell = page.locator(".jp-CodeCell").nth(i)
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    return cell


def says(words, widget):
    """Wait until these words are those of the Python widget."""
    words.filter(has_text=widget.sentence()).wait_for(timeout=60_000)


def test_the_kernel_reads_what_the_keyboard_moved(lab, chromium, tools):
    home = lab.split("/lab/")[0]
    with tools.watch(chromium, home, viewport={"width": 1100, "height": 1300}) as seen:
        page = seen.page
        page.set_default_timeout(60_000)
        page.goto(lab)
        page.locator(".jp-Notebook .jp-CodeCell").nth(len(CELLS) - 1).wait_for()
        # A cell that is run before its kernel listens is not run at all.
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        run_cell(page, 0)
        widget = page.locator(".nn-live")
        sentence = widget.locator(".nn-sentence")
        says(sentence, StairsNeuron())

        slider = widget.locator("input[type=range][data-name=x1]")
        slider.press("Home")
        for _ in range(3):
            slider.press("ArrowRight")
        box = widget.locator("input[type=text][data-name=w4]")
        box.fill("7,25")
        box.press("Enter")
        moved = StairsNeuron(x1=0.15, w4=7.25)
        says(sentence, moved)
        says(page.locator(".widget-label"), moved)  # by way of the kernel

        printed = run_cell(page, 1).locator(".jp-OutputArea-output")
        printed.wait_for()
        assert printed.inner_text().strip() == "0.15 7.25"

        run_cell(page, 2)  # and back: the kernel moves, the view follows
        says(sentence, StairsNeuron(x1=0.15, x2=0.25, w4=7.25))

        assert widget.get_by_role("button", name="Copy link").count() == 0
        assert seen.errors == [] and seen.external == []
