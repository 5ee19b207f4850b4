"""Cells that run in the page: what the reader's button does, in a real browser.

Python comes from a wheel that `make` fetches; where the site was built without it these
tests skip, and fail in CI.
"""

import json
import re
import time

import pytest
from conftest import ROOT, missing, serve, watch
from playwright.sync_api import expect

from nnbook import sphinxext

pytestmark = [pytest.mark.site, pytest.mark.browser]

BOOT = 120_000  # milliseconds; 6 s on an idle machine
PATIENCE = 60_000


@pytest.fixture(scope="session")
def python(site):
    """The folder of the site's Python."""
    folder = site / "_static/python"
    if not folder.exists():
        missing("the site was built without Python for browsers")
    return folder


@pytest.fixture
def page(chromium, served, python):
    """Chapter 1 in a browser, under watch."""
    with watch(chromium, served, viewport={"width": 1280, "height": 900}) as seen:
        seen.page.goto(f"{served}/chapters/01_neurons.html")
        seen.page.set_default_timeout(PATIENCE)
        yield seen


def cell_of(page, text):
    """The one cell whose code holds a text."""
    return page.locator(".cell.runs", has=page.locator(".cell_input", has_text=text))


def opened(cell):
    """Press the button of a cell, and wait for the first result."""
    cell.get_by_role("button", name="Edit and run").click()
    finished(cell)
    return cell.get_by_role("textbox")


def finished(cell):
    """Wait until a run has ended; gives what it printed."""
    expect(cell.locator("button.run")).to_be_visible(timeout=BOOT)
    return cell.locator(".ran pre").text_content()


def type_code(editor, code):
    """Put a text in the place of what stands in an editor."""
    editor.fill(code)
    editor.press("Control+Enter")


# Every cell of the book

RUN_ALL = """
async (jobs) => {
  const worker = new Worker("../_static/python/worker.js");
  const run = (sources) => new Promise((resolve) => {
    let text = "";
    worker.onmessage = ({ data: { kind, value } }) => {
      if (kind === "print") text += value;
      if (kind === "done") resolve(text);
      if (kind === "broken") resolve(`broken: ${value}`);
    };
    worker.postMessage(sources);
  });
  const printed = [];
  const started = performance.now();
  for (const sources of jobs) {
    const before = performance.now();
    printed.push([await run(sources), (performance.now() - before) / 1000]);
  }
  worker.terminate();
  return printed;
}
"""


def stored(cell):
    """What the notebook has stored as the output of a cell."""
    texts = [out.get("text") or out["data"]["text/plain"] for out in cell["outputs"]]
    return "".join("".join(text) for text in texts).rstrip()


CHAPTERS = sorted(path.stem for path in (ROOT / "chapters").glob("*.ipynb"))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_cell_with_a_button_prints_what_is_stored(
    chromium, served, python, chapter
):
    path = ROOT / f"chapters/{chapter}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in notebook if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in code]
    places = sorted(sphinxext.read_chapter(chapter, path).runs)
    jobs = [sources[: place + 1] for place in places]
    with watch(chromium, served) as seen:
        seen.page.goto(f"{served}/chapters/{chapter}.html")
        printed = seen.page.evaluate(RUN_ALL, jobs)
        assert seen.troubles() == []
    wrong = [
        f"{code[place]['id']} printed {text!r}, not {stored(code[place])!r}"
        for place, (text, _) in zip(places, printed, strict=True)
        if text.rstrip() != stored(code[place])
    ]
    assert not wrong, "\n".join(wrong)
