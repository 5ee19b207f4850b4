"""The pages that `make book` wrote, read without a browser.

Every test looks at every page and lists all that is wrong with it, so that one run
shows everything there is to repair.
"""

import ast
import hashlib
import json
import re
from collections import Counter
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

from nnbook.sphinxext import read_chapter

pytestmark = pytest.mark.site

# Elements that make a browser load something, and where they say what.
LOADERS = {
    "script": "src",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
    "video": "src",
    "audio": "src",
    "link": "href",
}
# Links of these kinds name a page; nothing is loaded for them.
NOT_LOADED = {"canonical", "prev", "next", "search"}
CHINESE = re.compile(r"[\u3400-\u9fff]")


class Pages(dict):
    """Path of each page -> its parsed HTML. Short when a failing test prints it."""

    def __repr__(self):
        return f"<{len(self)} pages>"


@pytest.fixture(scope="session")
def pages(site):
    """All pages of the site."""
    paths = sorted(site.rglob("*.html"))
    return Pages(
        (path, BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser"))
        for path in paths
    )


@pytest.fixture(scope="session")
def ids(pages):
    """Path of each page -> the ids in it."""
    return {
        path: Counter(element["id"] for element in page.select("[id]"))
        for path, page in pages.items()
    }


def name(site, path):
    """A page as the report calls it."""
    return path.relative_to(site).as_posix()


def loaded(page):
    """What a page makes a browser load: pairs of element and address."""
    for tag, attribute in LOADERS.items():
        for element in page.select(f"{tag}[{attribute}]"):
            if not NOT_LOADED & set(element.get("rel", [])):
                yield element, element[attribute]


def target(path, address):
    """The file and the fragment that an address on a page leads to."""
    parts = urlsplit(address)
    file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    return file, unquote(parts.fragment)


def names_in_toc():
    """The pages that the table of contents lists."""
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    return re.findall(r"(?:file|root): *(\S+)", toc)


def test_every_chapter_is_a_page_and_every_page_is_in_the_list(pages, site):
    names = names_in_toc()
    assert [n for n in names if not (site / f"{n}.html").exists()] == []
    for path, page in pages.items():
        links = {target(path, a["href"])[0] for a in page.select("#contents a[href]")}
        if name(site, path) == "index.html":  # the first page under its second name
            links.add((site / "intro.html").resolve())
        missing = [n for n in names if (site / f"{n}.html").resolve() not in links]
        assert missing == [], name(site, path)


def test_links_anchors_and_images_lead_somewhere(pages, ids, site):
    broken = []
    for path, page in pages.items():
        anchors = [(a, a["href"]) for a in page.select("a[href]")]
        for element, address in [*anchors, *loaded(page)]:
            if urlsplit(address).scheme in ("http", "https", "mailto", "data"):
                continue
            file, fragment = target(path, address)
            there = file.is_file() and (
                not fragment or file not in ids or fragment in ids[file]
            )
            if not there:
                broken.append(f"{name(site, path)}: <{element.name}> to {address}")
    assert not broken, "\n".join(broken)


def test_nothing_is_loaded_from_another_host(pages, site):
    outside = [
        f"{name(site, path)}: {address}"
        for path, page in pages.items()
        for _, address in loaded(page)
        if urlsplit(address).netloc
    ]
    assert not outside, "\n".join(outside)


def test_style_sheets_load_only_files_that_are_there(site):
    wrong = []
    for sheet in site.rglob("*.css"):
        for address in re.findall(r"url\(([^)]+)\)", sheet.read_text(encoding="utf-8")):
            address = address.strip("\"'")
            # KaTeX names .woff and .ttf for browsers that know no .woff2.
            if address.startswith("data:") or address.endswith((".woff", ".ttf")):
                continue
            if not (sheet.parent / address).is_file():
                wrong.append(f"{name(site, sheet)}: {address}")
    assert not wrong, "\n".join(wrong)


def test_code_is_marked_only_where_it_has_a_colour(pages, site):
    sheet = (site / "_static/site.css").read_text(encoding="utf-8")
    coloured = set(re.findall(r"\.(\w+)", sheet))
    marks = {
        mark
        for page in pages.values()
        for span in page.select(".highlight pre span[class]")
        for mark in span["class"]
    }
    assert marks
    assert marks - coloured == set()


def test_no_script_or_style_stands_in_a_page(pages, site):
    wrong = []
    for path, page in pages.items():
        for element in page.find_all(True):
            handlers = [key for key in element.attrs if key.startswith("on")]
            address = str(element.get("href", "")).strip().lower()
            inline = element.name == "style" or (
                element.name == "script" and not element.get("src")
            )
            if handlers or inline or address.startswith("javascript:"):
                wrong.append(f"{name(site, path)}: {str(element)[:100]}")
    assert not wrong, "\n".join(wrong)


def test_the_content_security_policy_comes_first_and_is_strict(pages, site):
    for path, page in pages.items():
        policy = page.head.find("meta", {"http-equiv": "Content-Security-Policy"})
        assert policy, name(site, path)
        earlier = {element.name for element in policy.find_previous_siblings(True)}
        assert earlier <= {"meta"}, name(site, path)
        rules = dict(
            rule.strip().split(" ", 1) for rule in policy["content"].split(";")
        )
        assert rules["default-src"] == "'self' file:"
        assert rules["object-src"] == rules["base-uri"] == "'none'"
        # Formulas and drawings consist of style attributes; nothing else is inline.
        loose = [key for key, value in rules.items() if "unsafe" in value]
        assert loose == ["style-src-attr"], name(site, path)


def test_every_page_says_its_language_and_what_it_is_about(pages, site):
    wrong = []
    for path, page in pages.items():
        description = page.select_one("meta[name=description]")
        if page.html.get("lang") != "en":
            wrong.append(f"{name(site, path)}: no language")
        if not page.title or not page.title.text.strip():
            wrong.append(f"{name(site, path)}: no title")
        if not description or not 15 <= len(description["content"]) <= 165:
            wrong.append(f"{name(site, path)}: no description, or a long one")
    assert not wrong, "\n".join(wrong)


def test_titles_tell_pages_apart(pages, site):
    titles = Counter(
        page.title.text
        for path, page in pages.items()
        # The first page has two names.
        if name(site, path) != "index.html"
    )
    assert [title for title, count in titles.items() if count > 1] == []


def test_headings_start_at_one_and_skip_no_level(pages, site):
    wrong = []
    for path, page in pages.items():
        headings = page.main.find_all(re.compile("^h[1-6]$"))
        levels = [int(heading.name[1]) for heading in headings]
        steps = zip([0, *levels], levels, strict=False)
        if levels.count(1) != 1 or any(after > before + 1 for before, after in steps):
            wrong.append(f"{name(site, path)}: {levels}")
        if len(page.find_all("h1")) != 1:
            wrong.append(f"{name(site, path)}: more than one h1")
    assert not wrong, "\n".join(wrong)


def test_ids_are_unique(ids, site):
    twice = [
        f"{name(site, path)}: {key}"
        for path, counts in ids.items()
        for key, count in counts.items()
        if count > 1
    ]
    assert not twice, "\n".join(twice)


def test_images_have_words_a_size_and_few_bytes(pages, site):
    wrong = []
    for path, page in pages.items():
        for image in page.select("img"):
            where = f"{name(site, path)}: {image['src']}"
            if len(image.get("alt", "")) < 10:
                wrong.append(f"{where} has no alt text")
            if not (image.get("width") and image.get("height")):
                wrong.append(f"{where} has no size, so the text below it jumps")
            if image.get("loading") != "lazy":
                wrong.append(f"{where} is not loaded lazily")
            if target(path, image["src"])[0].stat().st_size > 100_000:
                wrong.append(f"{where} has more than 100 kB")
    assert not wrong, "\n".join(wrong)


def test_formulas_are_html_and_mathml(pages, site):
    wrong = []
    formulas = 0
    for path, page in pages.items():
        for formula in page.select(".katex"):
            formulas += 1
            if not formula.select_one("math") or formula.select_one(".katex-error"):
                wrong.append(f"{name(site, path)}: {formula.text[:60]}")
        for text in page.main.find_all(string=re.compile(r"\$\$|\\\(|\\frac|\\sum")):
            if not text.find_parent(["annotation", "code", "pre"]):
                wrong.append(f"{name(site, path)}: TeX in the text: {text[:60]}")
    assert not wrong, "\n".join(wrong)
    assert formulas > 0
    renderers = [
        p for p in site.rglob("*.js") if "katex" in p.name or "mathjax" in p.name
    ]
    assert renderers == []


def test_chinese_is_marked_as_chinese(pages, site):
    unmarked = [
        f"{name(site, path)}: {text.strip()[:40]}"
        for path, page in pages.items()
        for text in page.body.find_all(string=CHINESE)
        if not text.find_parent(lang=re.compile("^zh"))
    ]
    assert not unmarked, "\n".join(unmarked)


def test_every_widget_has_its_picture_and_its_sentence(pages, site):
    wrong = []
    for path, page in pages.items():
        scripts = [urlsplit(s["src"]).path for s in page.select("script[src]")]
        scripts = [script.rpartition("_static/")[2] for script in scripts]
        widgets = page.select(".nn-widget")
        for widget in widgets:
            where = f"{name(site, path)}: {widget['data-widget']}"
            state = json.loads(widget["data-state"])
            drawings = widget.select(".nn-picture svg")
            sentence = widget.select_one(".nn-sentence")
            silent = [
                svg
                for svg in drawings
                if svg.get("role") != "img" or not svg.get("aria-label")
            ]
            if not drawings or silent or not state:
                wrong.append(f"{where} has no picture that speaks")
            if not sentence or not any(c.isdigit() for c in sentence.text):
                wrong.append(f"{where} has no sentence with numbers")
            if not widget.select_one("noscript"):
                wrong.append(f"{where} does not say that it needs JavaScript to move")
            if f"widgets/{widget['data-widget']}.js" not in scripts:
                wrong.append(f"{where} is never brought to life")
        if bool(widgets) != ("widgets/host.js" in scripts):
            wrong.append(
                f"{name(site, path)} loads the host for nothing, or not at all"
            )
        blocking = [
            s["src"] for s in page.select("script[src]") if not s.has_attr("defer")
        ]
        if [urlsplit(address).path.rpartition("/")[2] for address in blocking] != [
            "theme.js"
        ]:
            wrong.append(f"{name(site, path)} waits for {blocking}")
        # A browser asks for no style sheet that stands behind a script before it has
        # run the script, because the page's policy might forbid the sheet.
        loaded = page.head.select("script[src], link[rel=stylesheet]")
        kinds = [element.name for element in loaded]
        if kinds != sorted(kinds):  # "link" before "script"
            wrong.append(f"{name(site, path)} asks for style sheets after a script")
    assert not wrong, "\n".join(wrong)


def printed_claims():
    """The claims that the stored outputs of the notebooks report, chapter by chapter.

    This is not how the site finds them (it reads the source), so the two can disagree.
    """
    found = {}
    for path in [ROOT / f"{name}.ipynb" for name in names_in_toc()]:
        if not path.exists():
            continue
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        lines = "".join("".join(o.get("text", [])) for o in outputs).splitlines()
        found[path.stem] = [
            line.removeprefix("✓ ").rpartition("   (fails if ")[0]
            for line in lines
            if line.startswith("✓ ") and "   (fails if " in line
        ]
    return found


def plain(text):
    """Words without what typography does to them: curly quotes, dashes, dots."""
    return "".join(character for character in text if character.isalnum())


def test_the_list_of_claims_is_what_the_notebooks_proved(pages, site):
    path = site / "chapters" / "claims.html"
    listed = {}
    for link in pages[path].select(".claims a"):
        file, fragment = target(path, link["href"])
        listed.setdefault(file.stem, []).append(plain(link.text))
        cell = pages[file].find(id=fragment)
        cell = cell if cell.get("class") else cell.find_parent(class_="claim")
        assert "claim" in cell["class"]
        assert plain(link.text) in plain(cell.text)
    proved = printed_claims()
    words = {c: [plain(t) for t in titles] for c, titles in proved.items() if titles}
    assert listed == words
    total = sum(len(titles) for titles in proved.values())
    assert f"it: {total} claims" in " ".join(pages[site / "intro.html"].text.split())


def test_every_cell_that_prints_has_a_button_or_says_what_it_needs(pages, site):
    wrong, count = [], 0
    there = (site / "_static/python").exists()
    for path, page in pages.items():
        notebook = ROOT / path.relative_to(site).with_suffix(".ipynb")
        chapter = read_chapter("", notebook) if notebook.exists() else None
        runs = chapter.runs if chapter else set()
        # Also those whose code is folded away; the places are those of the notebook.
        cells = [c for c in page.select(".cell") if c.select_one(".cell_input")]
        marked = {place for place, c in enumerate(cells) if c.select(".run-bar button")}
        count += len(marked)
        if marked != runs:
            wrong.append(f"{name(site, path)}: {marked ^ runs}")
        told = {place for place, c in enumerate(cells) if c.select(".needs-kernel")}
        if told != (chapter.needs_kernel if chapter else set()):
            wrong.append(f"{name(site, path)}: {told} say that they need a kernel")
        scripts = page.select("script[src*='run.js']")
        if bool(scripts) != bool(there and runs):
            wrong.append(f"{name(site, path)} loads the runner for nothing, or not")
    assert not wrong, "\n".join(wrong)
    assert count > 100


def public_modules():
    """The modules of nnbook that a reader may import, without the site's own."""
    files = [*(ROOT / "nnbook").glob("*.py"), *(ROOT / "nnbook/widgets").glob("*.py")]
    dotted = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in files]
    return {
        module: ast.parse(file.read_text(encoding="utf-8"))
        for module, file in zip(dotted, files, strict=True)
        if file.stem not in ("__init__", "sphinxext", "cells")
    }


def test_the_reference_shows_every_public_function(pages, site):
    known = {
        element["id"]
        for element in pages[site / "chapters/reference.html"].select("[id]")
    }
    missing = [
        f"{module}.{node.name}"
        for module, tree in public_modules().items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and f"{module}.{node.name}" not in known
    ]
    assert missing == []


def test_vendored_files_are_the_ones_that_were_checked():
    folder = ROOT / "assets" / "vendor"
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {file: digest for digest, file in (line.split() for line in lines)}
    present = {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.parent != folder
    }
    assert present == listed


def test_vendored_files_keep_their_licences(site):
    for folder in (ROOT / "assets/vendor", site / "_static/vendor"):
        packages = [path for path in folder.iterdir() if path.is_dir()]
        assert packages
        assert [p.name for p in packages if not (p / "LICENSE").is_file()] == []
    readme = (ROOT / "assets/vendor/README.md").read_text(encoding="utf-8")
    unnamed = [p.name for p in packages if f"`{p.name}/`" not in readme]
    assert unnamed == []


def test_what_needs_a_public_address_is_absent_without_one(pages, site):
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    public = not re.search(r'^repository:\n  url: ""$', config, re.MULTILINE)
    assert (site / "sitemap.xml").exists() == public
    for page in pages.values():
        assert bool(page.select('meta[property^="og:"]')) == public
