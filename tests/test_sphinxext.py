"""The site's extension: its functions one by one, and small books built with it.

The small books use the settings of the real one. What must not be published has to stop
the build, and say on which page it stands.
"""

import json
import subprocess
import sys
import textwrap
import zipfile
from xml.etree import ElementTree

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from docutils import nodes

from nnbook import sphinxext
from nnbook.sphinxext import Chapter, Claim, claims_in, formula, with_pictures
from nnbook.widgets.stairs_neuron import StairsNeuron

# Formulas


def test_a_formula_is_html_for_the_eye_and_mathml_for_the_ear():
    soup = BeautifulSoup(formula(r"\frac{1}{2}"), "html.parser")
    assert soup.select_one(".katex-mathml math mfrac")
    assert soup.select_one(".katex-html")["aria-hidden"] == "true"
    assert soup.annotation.text == r"\frac{1}{2}"


def test_a_formula_on_its_own_line_is_set_larger():
    assert "katex-display" in formula("x", display=True)
    assert "katex-display" not in formula("x")


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        (r"\frac{1}", "Unexpected end of input"),
        (r"\notacommand x", "Undefined control sequence"),
        ("x^2^3", "Double superscript"),
        ("{x", "Expected '}'"),
        ("größe", "Unicode text"),  # would be set letter by letter
        (r"x \begin{matrix} 1", r"Expected|\\end"),
    ],
)
def test_a_bad_formula_is_refused_with_the_reason(tex, reason):
    with pytest.raises(ValueError, match=reason):
        formula(tex, display=True)


# Claims

TWO_CLAIMS = """
x = 1

@claim("First: one is one", fails_if={"x": 2, "y": 3})
def _(x=x, y=1):
    assert x == y == 1


@claim("Second", fails_if={"z": None})
def _(z=0):
    assert z == 0
"""


def test_claims_are_found_in_order_with_what_spoils_them():
    first, second = claims_in(TWO_CLAIMS)
    assert first == Claim("First: one is one", ("x", "y"))
    assert second == Claim("Second", ("z",))
    assert first.address == "claim-first-one-is-one"


def test_what_spoils_a_claim_may_stand_above_it():
    source = "spoilt = {'a': 1, 'b': 2}\n@claim('t', fails_if=spoilt)\ndef _(a=0): pass"
    assert claims_in(source) == [Claim("t", ("a", "b"))]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "claim = 3",
        "# @claim('in a comment', fails_if={})",
        "text = \"@claim('in a string', fails_if={'a': 1})\"",
        "@other('x')\ndef f(): pass  # @claim(",
        "%matplotlib inline",
    ],
)
def test_what_only_looks_like_a_claim_is_none(source):
    assert claims_in(source) == []


@pytest.mark.parametrize(
    ("decorator", "reason"),
    [
        ("@claim(title, fails_if={'a': 1})", "plain text"),
        ("@claim(f'{x}', fails_if={'a': 1})", "plain text"),
        ("@claim('t', fails_if={name: 1})", "plain text"),
        ("@claim('t')", "is written"),
        ("@claim('t', fails_if=dict(a=1))", "is written"),
        ("@claim('t', fails_if=from_another_cell)", "is written"),
        ("@claim(fails_if={'a': 1})", "is written"),
    ],
)
def test_a_claim_that_cannot_be_read_without_running_is_refused(decorator, reason):
    with pytest.raises(ValueError, match=reason):
        claims_in(f"{decorator}\ndef _(a=0): pass")


@pytest.mark.parametrize("title", ["One is one", "One is one!", "one IS one"])
def test_two_claims_with_one_address_are_refused(title):
    chapters = [
        Chapter("a", "A", "", "", (Claim("One is one", ("x",)),)),
        Chapter("b", "B", "", "", (Claim(title, ("x",)),)),
    ]
    with pytest.raises(sphinxext.BookError, match=r"in b has the same title .* in a"):
        sphinxext.refuse_duplicates(chapters)


def test_a_notebook_without_a_title_is_refused(tmp_path):
    notebook(tmp_path / "a.ipynb", "## A")
    with pytest.raises(sphinxext.BookError, match="in a: the first cell must start"):
        sphinxext.chapters_in(tmp_path, ["a"])


def test_an_unreadable_claim_names_its_chapter_and_cell(tmp_path):
    notebook(
        tmp_path / "a.ipynb", "# A", "@claim(t, fails_if={'a': 1})\ndef _(a=0): pass"
    )
    with pytest.raises(sphinxext.BookError, match="in a, cell 1: the title of a claim"):
        sphinxext.chapters_in(tmp_path, ["intro", "a"])


# Widgets


def test_a_widget_gets_its_own_drawing_word_for_word():
    widget = StairsNeuron(x2=0.25)
    html, names = with_pictures(widget.html())
    assert names == ["stairs_neuron"]
    assert sphinxext.drawing("stairs_neuron", widget.state()) in html
    element = BeautifulSoup(html, "html.parser").select_one(".nn-widget")
    children = [child.get("class", [child.name])[0] for child in element.children]
    assert children == ["nn-picture", "nn-sentence", "noscript"]
    assert json.loads(element["data-state"]) == widget.state()
    assert element.select_one(".nn-sentence").text == widget.sentence()


def test_two_widgets_and_what_stands_around_them():
    html, names = with_pictures(
        f"<p>before &amp; after</p>{StairsNeuron().html()}{StairsNeuron(b=3).html()}"
    )
    assert names == ["stairs_neuron", "stairs_neuron"]
    assert html.startswith("<p>before &amp; after</p>")
    pictures = BeautifulSoup(html, "html.parser").select(".nn-picture")
    assert pictures[0] != pictures[1]


def test_an_unknown_widget_is_refused_with_those_there_are():
    html = '<div class="nn-widget" data-widget="abacus" data-state="{}"></div>'
    with pytest.raises(ValueError, match=r"stairs_neuron.*got 'abacus'"):
        with_pictures(html)


def test_a_widget_that_cannot_draw_is_refused(monkeypatch):
    script = "globalThis.nnWidgets = { w: { draw(s) { throw Error('no ' + s.x); } } };"
    monkeypatch.setattr(sphinxext.widgets, "classic_script", lambda name: script)
    monkeypatch.setattr(
        sphinxext, "drawing_engine", sphinxext.drawing_engine.__wrapped__
    )
    with pytest.raises(ValueError, match=r"the widget 'w' cannot draw .*: .*no 7"):
        sphinxext.drawing("w", {"x": 7})


# Python in the page


def code_cell(source, outputs=({"text": ["1"]},), tags=()):
    """A code cell as a notebook's file holds it."""
    metadata = {"tags": list(tags)}
    return {
        "cell_type": "code",
        "source": [source],
        "outputs": outputs,
        "metadata": metadata,
    }


def test_what_prints_text_and_needs_numpy_alone_runs_in_the_page():
    figure = {"data": {"image/png": "", "text/plain": ["<Figure>"]}}
    value = {"data": {"text/plain": ["1"]}}
    notebook = [
        code_cell("import numpy as np, keras", outputs=[]),
        code_cell("import numpy as np; x = np.ones(2)"),
        {"cell_type": "markdown", "source": ["# A"], "metadata": {}},
        code_cell("x", [value]),
        code_cell("y = x", outputs=[]),
        code_cell("x", [figure]),
        code_cell("keras.Model()"),
        code_cell("z = slow(x)", tags=["kernel"]),
        code_cell("z"),
        code_cell("print(x)", tags=["exercise"]),
    ]
    assert sphinxext.runs_in_page(notebook) == {1, 2, 8}
    assert sphinxext.printing(notebook) == {1, 2, 5, 6, 7, 8}


def test_the_wheel_may_be_missing_but_not_another_one(monkeypatch, tmp_path):
    monkeypatch.setenv("PAGE_PYTHON", str(tmp_path))
    assert sphinxext.python_wheel() is None
    name = "jupyterlite_xeus_python-1.0.0-py3-none-any.whl"
    (tmp_path / name).write_bytes(b"something else")
    with pytest.raises(sphinxext.BookError, match=f"{name} is not the file that"):
        sphinxext.python_wheel()


def test_the_package_for_the_page_is_small_complete_and_the_same_each_time(tmp_path):
    for name in ("a.zip", "b.zip"):
        sphinxext.write_package(tmp_path / name)
    content = (tmp_path / "a.zip").read_bytes()
    assert content == (tmp_path / "b.zip").read_bytes()
    assert len(content) < 300_000
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        files = set(archive.namelist())
        for file in files:
            assert archive.read(file) == (ROOT / file).read_bytes()
    assert {"nnbook/layers.py", "nnbook/exercises/neurons.py"} < files
    assert "nnbook/data/digits.npz" in files
    assert not [file for file in files if "widgets" in file or "sphinxext" in file]


# The frame of a page


@pytest.mark.parametrize(
    ("repository", "baseurl", "address"),
    [
        ("", "", ""),
        ("", "https://example.org", ""),
        ("https://github.com/me/book", "", "https://me.github.io/book/"),
        ("https://github.com/me/book/", "", "https://me.github.io/book/"),
        ("https://github.com/me/book", "https://nn.org", "https://nn.org/"),
        ("https://github.com/me/book", "https://nn.org/b/", "https://nn.org/b/"),
    ],
)
def test_the_address_of_the_site(repository, baseurl, address):
    assert sphinxext.site_address(repository, baseurl) == address


def test_the_sections_of_a_page_come_without_their_subsections():
    toc = (
        "<ul><li><a>Page</a><ul><li><a>One</a><ul><li>1.1</li></ul></li></ul></li></ul>"
    )
    assert sphinxext.page_sections(toc) == "<ul><li><a>One</a></li></ul>"
    assert sphinxext.page_sections("<ul><li><a>Page</a></li></ul>") == ""
    assert sphinxext.page_sections("") == ""


def test_a_description_is_the_first_paragraph_cut_at_a_word():
    tree = nodes.section("", nodes.title("", "T"), nodes.paragraph("", "word " * 60))
    description = sphinxext.description_of(tree, fallback="")
    assert len(description) <= 160
    assert description.endswith("word …")
    assert sphinxext.description_of(None, fallback="The book") == "The book"


def test_the_stamp_follows_the_files_that_pages_load(monkeypatch, tmp_path):
    static = tmp_path / "theme" / "static"
    static.mkdir(parents=True)
    sheet = static / "site.css"
    monkeypatch.setattr(sphinxext, "ASSETS", tmp_path)
    sheet.write_text("a {}")
    first = sphinxext.stamp()
    assert sphinxext.stamp() == first
    sheet.write_text("b {}")
    assert sphinxext.stamp() != first


# Small books

CONF = f"""
import yaml

config = yaml.safe_load(open({str(ROOT / "_config.yml")!r}, encoding="utf-8"))
globals().update(config["sphinx"]["config"])
myst_enable_extensions = config["parse"]["myst_enable_extensions"]
html_title = "A small book"
nb_execution_mode = "off"
exclude_patterns = ["_build"]
numfig = True
html_sourcelink_suffix = ""
bibtex_bibfiles = []
html_theme_options = {{"repository_url": "https://github.com/me/book"}}
"""

TOC = """
format: jb-book
root: intro
parts:
  - caption: A part
    numbered: 1
    chapters:
      - file: one
      - file: two
"""

INTRO = """
# A small book

It makes {count}`claims` claims, such as {claim}`Second`, and shows
[感知机]{.language-zh}.

| | b |
|---|---|
| 1 | |

```{eval-rst}
The error is at most |a - b|.
```

```{widget} stairs_neuron
```

```{chapters} A part
```

## All claims

```{claims}
```
"""

ONE = r"""
# One

A formula $x^2$, and one with a number:

$$
a = \sigma(z)
$$ (sigmoid)

See {eq}`sigmoid`.
"""


def notebook(path, *cells):
    """Write an executed notebook: Markdown, code, or code with its outputs."""
    book = nbformat.v4.new_notebook(metadata={"language_info": {"name": "python"}})
    for number, cell in enumerate(cells):
        source, outputs, tags = (cell, [], []) if isinstance(cell, str) else cell
        kind = "markdown" if source.lstrip().startswith("#") else "code"
        new = getattr(nbformat.v4, f"new_{kind}_cell")(source.strip())
        new["id"] = f"cell-{number}"
        new["metadata"]["tags"] = tags
        if kind == "code":
            new["outputs"] = outputs
        book["cells"].append(new)
    nbformat.write(book, path)


def widget_output(html):
    """An output as a widget stores it."""
    data = {"text/plain": "W()", "text/html": html}
    return nbformat.v4.new_output("display_data", data)


def write_book(folder):
    """Write the source of a book of three pages."""
    for name, text in [("conf.py", CONF), ("_toc.yml", TOC), ("intro.md", INTRO)]:
        (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    printed = nbformat.v4.new_output("stream", name="stdout", text="hidden words")
    notebook(
        folder / "one.ipynb",
        ONE,
        TWO_CLAIMS,
        ("print('hidden words')", [printed], ["hide-output"]),
    )
    shown = widget_output(StairsNeuron().html())
    two = "# Two\n\nWords.\n\n*About five minutes, after [one](one.ipynb).*"
    notebook(folder / "two.ipynb", two, ("StairsNeuron()", [shown], []))
    return folder


def build(folder):
    """Build the book in a folder; gives the finished process."""
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "--keep-going", "-q"]
    return subprocess.run(
        [*command, "-b", "html", folder, folder / "_build/html"],
        capture_output=True,
        text=True,
    )


def pages(folder):
    """Name -> parsed HTML of the built pages."""
    return {
        path.stem: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in (folder / "_build/html").glob("*.html")
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A book that has been built."""
    folder = write_book(tmp_path_factory.mktemp("book"))
    finished = build(folder)
    assert (finished.returncode, finished.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def book(folder):
    """The pages of the built book."""
    return pages(folder)


def test_an_equation_has_a_number_and_the_reference_leads_to_it(book):
    equation = book["one"].select_one(".formula.numbered")
    assert equation.select_one(".eqno").text == "(1.1)"
    assert book["one"].select_one(f"a[href='#{equation['id']}']").text == "(1.1)"


def test_claims_are_counted_and_listed_and_can_be_reached(book):
    assert "It makes 2 claims" in book["intro"].text
    links = [link["href"] for link in book["intro"].select(".claims a")]
    # Both stand in one cell.
    assert links == ["one.html#claim-first-one-is-one", "one.html#claim-second"]
    assert all(book["one"].find(id=link.partition("#")[2]) for link in links)
    assert [note.text for note in book["intro"].select(".spoilt")] == [
        " fails if x or y is spoilt",
        " fails if z is spoilt",
    ]


def test_a_claim_can_be_named_and_leads_to_its_proof(book):
    named = book["intro"].select_one("a[href='one.html#claim-second']")
    assert named.text == "Second"


def test_chapters_are_listed_with_what_they_ask_for(book):
    items = book["intro"].select(".chapters li")
    assert [item.a["href"] for item in items] == ["one.html", "two.html"]
    words = [paragraph.text for paragraph in items[1].select("p")]
    assert words == ["Two", "About five minutes, after one."]
    assert items[1].select("a")[1]["href"] == "one.html"


def test_a_widget_can_stand_on_any_page(book):
    widget = book["intro"].select_one(".nn-widget")
    assert widget["data-widget"] == "stairs_neuron"
    assert widget.select_one(".nn-picture svg") and widget.select_one(".nn-sentence")


def test_hidden_outputs_tables_and_languages_are_plain_html(book):
    reveal = book["one"].select_one("details.reveal")
    assert reveal.summary.text == "Look at the output"
    assert "hidden words" in reveal.text
    table = book["intro"].select_one("div.table > table")
    # The corner is empty, and an empty header would be read out as one.
    tags = [cell.name for cell in table.select("th, td")]
    assert tags == ["td", "th", "td", "td"]
    assert book["intro"].select_one("[lang=zh]").text == "感知机"


def test_a_cell_that_prints_has_a_button_where_there_is_a_python(book, folder):
    bars = book["one"].select(".cell.runs .run-bar")
    assert [bar.button.text for bar in bars] == ["Edit and run"]
    assert "print('hidden words')" in bars[0].find_parent(class_="cell").text
    there = (folder / "_build/html/_static/python/worker.js").exists()
    assert there == bool(sphinxext.python_wheel())
    assert book["one"].html["data-run"] == ("here" if there else "absent")
    assert bool(book["one"].select("script[src*='run.js']")) == there
    assert book["two"].html["data-run"] == "absent"


def test_without_a_python_the_pages_are_whole_and_have_no_button(monkeypatch, tmp_path):
    monkeypatch.setenv("PAGE_PYTHON", str(tmp_path / "nowhere"))
    finished = build(write_book(tmp_path))
    assert (finished.returncode, finished.stderr) == (0, "")
    page = pages(tmp_path)["one"]
    assert page.html["data-run"] == "absent"
    assert not page.select("script[src*='run.js'], .run-here")
    assert page.select_one("#as-notebook a[download]")
    assert not (tmp_path / "_build/html/_static/python").exists()


def test_bars_in_a_docstring_are_an_absolute_value(book):
    assert "at most |a - b|." in book["intro"].text


def test_only_the_page_of_a_widget_loads_its_scripts(book, folder):
    scripts = [s["src"].partition("?")[0] for s in book["two"].select("script")]
    assert scripts[-3:] == [
        f"_static/widgets/{name}.js" for name in ("kit", "stairs_neuron", "host")
    ]
    assert not any(
        "widgets" in script["src"] for script in book["one"].select("script")
    )
    assert all((folder / "_build/html" / script).exists() for script in scripts)


def test_the_renderer_of_formulas_stays_at_home(book, folder):
    assert not list((folder / "_build/html").rglob("katex*.js"))
    assert book["one"].select_one("link[href*='katex.min.css']")
    assert not book["two"].select_one("link[href*='katex.min.css']")


def test_a_public_book_has_buttons_previews_and_a_sitemap(book, folder):
    links = [link["href"] for link in book["two"].select(".notebook a")]
    assert links[0] == "_sources/two.ipynb"
    assert links[1].endswith("/blob/main/two.ipynb")
    address = book["two"].select_one("meta[property='og:url']")["content"]
    assert address == "https://me.github.io/book/two.html"
    image = book["two"].select_one("meta[property='og:image']")["content"]
    file = image.removeprefix("https://me.github.io/book/")
    assert (folder / "_build/html" / file).is_file()
    sitemap = ElementTree.parse(folder / "_build/html/sitemap.xml")
    assert [element[0].text for element in sitemap.getroot()] == [
        f"https://me.github.io/book/{name}.html" for name in ("intro", "one", "two")
    ]


ALONE = """
import sys
sys.path[:] = [path for path in sys.path if path != {root!r}]
sys.meta_path[:] = [finder for finder in sys.meta_path if "ditable" not in str(finder)]
{unpack}
import matplotlib.pyplot as plt
import nnbook.datasets, nnbook.exercises.neurons, nnbook.plots
from nnbook.widgets.stairs_neuron import StairsNeuron
plt.style.use("nnbook.book")
StairsNeuron()
print(nnbook.datasets.digits()[0].shape, nnbook.__file__)
"""


def test_a_downloaded_notebook_brings_the_package_with_it(book, folder, tmp_path):
    path = folder / "_build/html/_sources/two.ipynb"
    sphinxext.bring_along(path, sphinxext.packed_package())  # twice is once
    title, words, unpack, *others = nbformat.read(path, as_version=4).cells
    assert title.source.startswith("# Two") and "brings" in words.source
    assert unpack.metadata.jupyter.source_hidden and unpack.id == "unpack"
    assert all(cell.id.startswith("cell-") for cell in others)
    code = ALONE.format(root=str(ROOT), unpack=unpack.source)
    alone = tmp_path / "alone.py"
    alone.write_text(code, encoding="utf-8")
    finished = subprocess.run(
        [sys.executable, alone], cwd=tmp_path, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("(1797, 8, 8, 1) ")
    assert str(ROOT) not in finished.stdout


def test_the_folder_itself_shows_the_first_page(book):
    assert book["index"] == book["intro"]


def test_a_new_claim_reaches_the_pages_that_list_and_count(book, folder):
    # `book` holds the pages as they were before this.
    more = TWO_CLAIMS.replace("First: ", "Third: ").replace("Second", "Fourth")
    notebook(folder / "two.ipynb", "# Two\n\nWords.", more)
    assert build(folder).returncode == 0
    intro = pages(folder)["intro"]
    assert "It makes 4 claims" in intro.text
    assert len(intro.select(".claims a")) == 4


ABACUS = '<div class="nn-widget" data-widget="abacus" data-state="{}"></div>'


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("# Two\n\nBad: $\\frac{1$", r"in two, the formula $\frac{1$ is not right"),
        (TWO_CLAIMS, "the claim 'First: one is one' in two has the same title"),
        (("Abacus()", [widget_output(ABACUS)], []), "in two, name must be one of the"),
        ("# Two\n\n{claim}`Third`", "in two, no claim is called 'Third'"),
        ("# Two\n\n```{widget} abacus\n```", "in two, there is no widget 'abacus'"),
        ("# Two\n\n```{chapters} B\n```", "names one of the parts A part, not B"),
    ],
    ids=[
        "formula",
        "duplicate claim",
        "widget in a cell",
        "unknown claim",
        "unknown widget",
        "unknown part",
    ],
)
def test_what_is_wrong_stops_the_build_and_names_the_page(tmp_path, cell, message):
    write_book(tmp_path)
    notebook(tmp_path / "two.ipynb", "# Two\n\nWords.", cell)
    finished = build(tmp_path)
    assert finished.returncode != 0
    assert message in " ".join(finished.stderr.split())
