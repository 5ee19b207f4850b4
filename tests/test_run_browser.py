"""Cells that run in the page: what the reader's button does, in a real browser.

Python comes from a wheel that `make` fetches; where the site was built without it these
tests skip, and fail in CI.
"""

import json
import re

import pytest
from conftest import ROOT, missing, watch
from playwright.sync_api import expect
from support import code_cells

from nnbook.sphinxext import read_chapter

pytestmark = [pytest.mark.site, pytest.mark.browser]

PATIENCE = 120_000  # milliseconds; Python starts in 5 s on an idle machine
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


@pytest.fixture(scope="session")
def python(site):
    """The folder of the site's Python."""
    folder = site / "_static/python"
    if not folder.exists():
        missing("the site was built without Python for browsers: see the Makefile")
    return folder


@pytest.fixture(scope="module")
def seen(chromium, served, python):
    """Chapter 1 in a browser, under watch: one for all, for Python starts slowly."""
    with watch(chromium, served, viewport={"width": 1280, "height": 900}) as seen:
        seen.page.set_default_timeout(PATIENCE)
        seen.page.goto(f"{served}/chapters/01_neurons.html")
        yield seen


def cell_with(page, code):
    """The cell whose code holds a text."""
    return page.locator(".cell.runs").filter(
        has=page.locator(".cell_input", has_text=code)
    )


def pinned(cell):
    """The cell, to be found also when its code has changed."""
    pins = cell.page.locator("[id^=pinned]").count()
    cell.evaluate(f"(cell) => (cell.id = 'pinned-{pins}')")
    return cell.page.locator(f"#pinned-{pins}")


def open_editor(cell):
    """Press the button of a cell and wait until it has run; gives the cell again."""
    cell = pinned(cell)
    cell.get_by_role("button", name="Edit and run").click()
    assert_finished(cell)
    return cell


def assert_finished(cell, words=""):
    """Wait until the cell has run, and see what is said about it."""
    expect(cell.locator("button.run")).to_be_visible(timeout=PATIENCE)
    expect(cell.get_by_role("status")).to_contain_text(words)


def wait_for_no_worker(page):
    """Wait until the browser has ended the worker, which is soon."""
    for _ in range(50):
        if not page.workers:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the worker is still there")


def run_code(cell, code):
    """Put code in the place of what stands in the editor; gives what it prints."""
    editor = cell.get_by_role("textbox", name="Code of this cell")
    editor.fill(code)
    editor.press("Control+Enter")
    assert_finished(cell)
    return cell.locator(".ran pre").text_content()


# Every cell of the book

# Each statement is run once, in the order of the notebook, because Python is slow here;
# that a cell needs no more than what the page runs before it is shown in test_cells.py.
IN_ORDER = """
import contextlib, io, json
from nnbook import cells

def outputs(sources, left_out):
    names, printed = {"__name__": "__main__"}, []
    table = cells.resolved(sources, frozenset(left_out))
    for place in range(len(sources)):
        nodes = [s.node for s, runs, _ in table if s.cell == place and runs]
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                cells.execute_and_show(nodes, cells.title(place, None), names)
            except Exception as error:
                print("".join(cells.traceback_of(error)))
        printed.append(out.getvalue())
    return printed

for chapter, (sources, left_out, stored) in enumerate(CHAPTERS):
    for place, text in enumerate(outputs(sources, left_out)):
        if place in stored and text.rstrip("\\n") != stored[place]:
            print(json.dumps([chapter, place, text]))
"""
RUN = """
(source) => new Promise((resolve) => {
  const worker = new Worker("../_static/python/worker.js");
  const pieces = [];
  worker.onmessage = ({ data: { kind, value } }) => {
    if (kind === "print") pieces.push(value);
    if (kind === "done" || kind === "broken") {
      worker.terminate();
      resolve([kind, value, pieces.join("")]);
    }
  };
  worker.postMessage([source]);
})
"""


def stored(cell):
    """The text that the notebook has stored as the output of a cell."""
    texts = [out.get("text") or out["data"]["text/plain"] for out in cell["outputs"]]
    return "\n".join("".join(text).rstrip("\n") for text in texts)


def test_every_cell_with_a_button_prints_what_is_stored(chromium, served, python):
    jobs, count = [], 0
    for path in CHAPTERS:
        code, slow = code_cells(path)
        runs = read_chapter(path.stem, path).runs
        texts = {place: stored(code[place]) for place in runs}
        jobs.append((["".join(cell["source"]) for cell in code], slow, texts))
        count += len(runs)
    with watch(chromium, served) as seen:
        seen.page.goto(f"{served}/chapters/01_neurons.html")
        source = f"CHAPTERS = {jobs!r}\n{IN_ORDER}"
        kind, well, text = seen.page.evaluate(RUN, source)
        assert (kind, well) == ("done", True), text
        assert seen.troubles() == []
    wrong = []
    for chapter, place, printed in map(json.loads, text.splitlines()):
        path = CHAPTERS[chapter]
        wrong.append(f"{path.stem}, {code_cells(path)[0][place]['id']}: {printed}")
    assert not wrong, "\n".join(wrong)
    assert count > 15 * len(CHAPTERS)


# The button


def test_nothing_of_python_is_loaded_before_the_button_is_pressed(seen):
    seen.page.wait_for_timeout(300)
    buttons = seen.page.get_by_role("button", name="Edit and run")
    assert buttons.count() == seen.page.locator(".cell.runs").count() > 20
    assert not [url for url in seen.requested if "python" in url]


def test_a_cell_runs_after_what_it_needs_and_nothing_comes_from_elsewhere(seen):
    cell = open_editor(cell_with(seen.page, "w_line, b_line = 1.0, 0.0"))
    expect(cell.get_by_role("status")).to_contain_text(
        re.compile(r"^The same as in the book: \d+\.\d s, after what it needs of 1 ear")
    )
    theirs = cell.locator(".cell_output pre").text_content()
    assert cell.locator(".ran pre").text_content() == theirs
    assert [url for url in seen.requested if url.endswith("xpython_wasm.wasm")]
    assert seen.troubles() == []

    # An edit above is heeded below, and a second run starts nothing anew.
    before = len(seen.requested)
    above = open_editor(cell_with(seen.page, "x_line = "))
    run_code(above, "import numpy as np\nx_line = np.ones(2)\ny_line = np.full(2, 7.0)")
    assert_finished(above, "Done")
    cell.get_by_role("button", name="Run", exact=True).click()
    expect(cell.locator(".ran pre")).to_contain_text("loss 36.00\nloss 0.00")
    expect(cell.get_by_role("status")).to_contain_text("Done")
    assert len(seen.requested) == before

    # Back to the book.
    above.get_by_role("button", name="Reset").click()
    cell.get_by_role("button", name="Reset").click()
    assert "w_line, b_line = 1.0, 0.0" in cell.locator(".cell_input pre").text_content()
    assert cell.locator(".ran").count() == 0
    expect(cell.get_by_role("button", name="Edit and run")).to_be_focused()


def test_errors_are_shown_as_python_shows_them(seen):
    cell = open_editor(cell_with(seen.page, "closed_form"))
    assert run_code(cell, "print(6 * 7)\nnp.zeros(2) + nothing").splitlines() == [
        "42",
        "Traceback (most recent call last):",
        '  File "<this cell>", line 2, in <module>',
        "    np.zeros(2) + nothing",
        "                   ^^^^^^^",
        "NameError: name 'nothing' is not defined",
    ]
    assert_finished(cell, "Stopped with an error")
    text = run_code(cell, "a = (1,\nb")
    assert text.startswith('  File "<this cell>", line 1') and "SyntaxError" in text
    assert "No module named 'keras'" in run_code(cell, "import keras")
    hurt = "<img src=x onerror=alert(1)>"
    assert run_code(cell, f"print({hurt!r})") == f"{hurt}\n"
    assert cell.locator(".ran img").count() == 0
    assert seen.troubles() == []


def test_stop_ends_a_run_and_the_next_one_starts_anew(seen):
    cell = open_editor(cell_with(seen.page, "w_random, b_random ="))
    editor = cell.get_by_role("textbox")
    editor.fill("print('going')\nwhile True: pass")
    for _ in range(20):
        editor.press("Control+Enter")  # one run, however often
    expect(cell.locator(".ran pre")).to_have_text("going\n")
    other = cell_with(seen.page, "x_hand = ")
    other.get_by_role("button", name="Edit and run").click()
    words = "Another cell is running"
    expect(seen.page.get_by_role("status").filter(has_text=words)).to_be_visible()
    assert len(seen.page.workers) == 1
    cell.get_by_role("button", name="Stop").click()
    expect(cell.get_by_role("status")).to_have_text(
        "Stopped. The next run starts Python anew."
    )
    expect(cell.get_by_role("button", name="Run", exact=True)).to_be_focused()
    wait_for_no_worker(seen.page)
    assert run_code(cell, "print(6 * 7)") == "42\n"
    assert seen.troubles() == []


SOLUTION = re.compile(r"<summary>Solution</summary>.*?```python\n(.*?)```", re.DOTALL)


def test_an_exercise_gets_the_same_feedback_as_in_jupyterlab(seen):
    path = ROOT / "chapters/01_neurons.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))["cells"]
    place, exercise = next(
        (place, cell)
        for place, cell in enumerate(notebook)
        if "exercise" in cell["metadata"].get("tags", [])
    )
    call = "".join(exercise["source"]).splitlines()[-1]
    solution = SOLUTION.search("".join(notebook[place + 1]["source"]))[1]
    cell = open_editor(cell_with(seen.page, call))
    assert cell.locator(".ran pre").text_content().rstrip() == stored(exercise)
    assert run_code(cell, f"{solution}\n{call}").startswith("✓ ")
    spoilt = re.sub(r"=.*", "= 0", solution, count=1)
    assert spoilt != solution
    assert run_code(cell, f"{spoilt}\n{call}").startswith("✗ Not yet. ")
    assert seen.troubles() == []


def test_all_of_it_works_by_keyboard(seen):
    page = seen.page
    cell = pinned(cell_with(page, "with_product ="))
    cell.get_by_role("button", name="Edit and run").focus()
    page.keyboard.press("Enter")
    editor = cell.get_by_role("textbox", name="Code of this cell")
    expect(editor).to_be_focused()
    assert_finished(cell)

    page.keyboard.press("Control+a")
    page.keyboard.type("for i in range(2):\nprint(i)\nprint(-i)")
    assert editor.input_value() == "for i in range(2):\n    print(i)\n    print(-i)"
    page.keyboard.press("Shift+Enter")
    expect(cell.locator(".ran pre")).to_have_text("0\n0\n1\n-1\n")

    # Tab goes on and does not stay; Escape leaves, too.
    page.keyboard.press("Tab")
    expect(cell.get_by_role("button", name="Run", exact=True)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(editor).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell.get_by_role("button", name="Run", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(cell.get_by_role("button", name="Edit and run")).to_be_focused()
    assert seen.troubles() == []


# Where it does not work


def test_from_a_disk_the_page_says_so_and_exercises_lead_to_the_notebook(
    chromium, site, python
):
    home = site.resolve().as_uri()
    with watch(chromium, "file://") as seen:
        seen.page.goto(f"{home}/chapters/01_neurons.html")
        expect(seen.page.locator(".run-disk")).to_be_visible()
        assert seen.page.get_by_role("button", name="Edit and run").count() == 0
        link = seen.page.get_by_role("link", name="open the notebook").first
        link.click()
        expect(seen.page.locator("#as-notebook a[download]")).to_be_in_viewport()
        assert seen.troubles() == []


@pytest.mark.parametrize("what", ["Worker", "WebAssembly"])
def test_a_browser_that_cannot_run_python_says_so(chromium, served, python, what):
    with watch(chromium, served) as seen:
        seen.page.add_init_script(f"delete window.{what}")
        seen.page.goto(f"{served}/chapters/01_neurons.html")
        expect(seen.page.locator(".run-none")).to_be_visible()
        assert seen.page.get_by_role("button", name="Edit and run").count() == 0
        assert seen.troubles() == []


def test_python_that_does_not_come_is_reported(chromium, served, python):
    with watch(chromium, served) as seen:
        page = seen.page
        page.route("**/*.wasm", lambda route: route.abort())
        page.goto(f"{served}/chapters/01_neurons.html")
        cell = page.locator(".cell.runs").first
        cell.get_by_role("button", name="Edit and run").click()
        assert_finished(cell, "Python could not be started")
        wait_for_no_worker(page)
