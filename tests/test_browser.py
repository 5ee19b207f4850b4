"""The pages in a real browser: what a reader sees, hears, loads and can reach.

A page is opened once for many checks, because opening it is what takes the time.
"""

import gzip
import re
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import watch
from playwright.sync_api import expect

pytestmark = [pytest.mark.site, pytest.mark.browser]

BUDGET = 350_000  # bytes over the wire for a page, besides its figures
OPEN_ALL = "document.querySelectorAll('details').forEach((d) => (d.open = true))"
# How far the page reaches beyond the window, and what reaches furthest.
TOO_WIDE = """
() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return null;
  const right = (element) => element.getBoundingClientRect().right;
  const all = [...document.querySelectorAll("main *")];
  return all.sort((a, b) => right(b) - right(a))[0].outerHTML.slice(0, 200);
}
"""
# Width, height and the beginning of each element.
SIZES = """
(elements) => elements.map((element) => {
  const box = element.getBoundingClientRect();
  return [box.width, box.height, element.innerHTML.slice(0, 80)];
})
"""
# The part of the page that moved while it was loading: 0 is nothing, 0.1 is felt.
SHIFT = """
() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 50);
})
"""


@pytest.fixture(scope="session")
def names(site):
    """All pages, and the search with something found.

    index.html is left out: it is a copy of the first page.
    """
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    assert (site / "index.html").read_bytes() == (site / "intro.html").read_bytes()
    pages.remove("index.html")
    return [*pages, "search.html?q=neuron"]


@pytest.fixture(scope="session")
def chapter(names):
    """A page that has everything: formulas, figures, code, claims, a widget."""
    return next(name for name in names if name.startswith("chapters/01"))


# axe-core compares the colours of every piece of text, a millisecond each, and a page
# has thousands that look alike. So this rule looks at one element of each look (its
# colours, its letters, the grounds behind it), and all other rules at everything. The
# looks that earlier pages had are `known`.
ONE_OF_EACH_LOOK = """
(known) => {
  const looks = new Map(known.map((look) => [look, null]));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const grounds = new Map();
  const ground = (element) => {
    if (!element) return "";
    if (!grounds.has(element)) {
      const style = getComputedStyle(element);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity];
      own.push(style.position, style.filter, style.mixBlendMode);
      grounds.set(element, `${ground(element.parentElement)}/${own}`);
    }
    return grounds.get(element);
  };
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const { color, fill, fontSize, fontWeight, textShadow } = getComputedStyle(element);
    const look = [element.tagName, color, fill, fontSize, fontWeight, textShadow];
    const key = `${look}|${ground(element)}`;
    if (!looks.has(key)) looks.set(key, element);
  }
  return looks;
}
"""
# What passed is not written up: that is slow.
COLOURS = f"""
async (known) => {{
  const looks = ({ONE_OF_EACH_LOOK})(known);
  const include = [...looks.values()].filter((element) => element);
  if (!include.length) return [[], known];
  const {{ violations }} = await axe.run({{ include }},
    {{ resultTypes: ["violations"], runOnly: ["color-contrast"] }});
  return [violations, [...looks.keys()]];
}}
"""
ALL_BUT_COLOURS = """
async () => (await axe.run({
  resultTypes: ["violations"], rules: { "color-contrast": { enabled: false } },
})).violations
"""


def with_axe(page, script, *arguments):
    """What a script says that uses axe-core, which is loaded once a page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return page.evaluate(script, *arguments)


def bad_colours(page, known):
    """Text that is hard to read; the looks of the page are added to the known ones."""
    found, looks = with_axe(page, COLOURS, known)
    known[:] = looks
    return in_words(found)


def barriers(page):
    """What axe-core finds besides colours."""
    return in_words(with_axe(page, ALL_BUT_COLOURS))


def in_words(found):
    """Axe's findings as lines of text."""
    return [
        f"{rule['id']}: {node['html'][:120]} ({node['failureSummary'][:200]})"
        for rule in found
        for node in rule["nodes"]
    ]


def settle(page):
    """Wait until all of the page is drawn, and for search results if there are any."""
    page.wait_for_selector("html:not([data-first])")
    page.evaluate("document.fonts.ready.then(() => true)")
    if "q=" in page.url:
        page.wait_for_selector("#search-results li")


def bytes_over_the_wire(site, requested):
    """What the files of a page weigh, compressed as a server would; figures apart."""
    total = 0
    for address in {urlsplit(url)._replace(fragment="").geturl() for url in requested}:
        path = site / unquote(urlsplit(address).path).lstrip("/")
        if path.suffix in (".png", ".jpg", ".webp") and path.parent.name == "_images":
            continue
        content = path.read_bytes()
        packed = path.suffix in (".woff2", ".png")
        total += len(content if packed else gzip.compress(content, 6))
    return total


def test_every_page_is_quiet_light_and_narrow_enough(chromium, served, site, names):
    wrong = []
    with watch(chromium, served, viewport={"width": 1280, "height": 900}) as seen:
        page = seen.page
        for name in names:
            seen.forget()
            page.set_viewport_size({"width": 1280, "height": 900})
            page.goto(f"{served}/{name}")
            settle(page)
            moved = page.evaluate(SHIFT)
            if moved > 0.05 and "q=" not in name:  # what is found moves what is below
                wrong.append(f"{name}: moves by {moved:.3f} while it loads")
            weight = bytes_over_the_wire(site, seen.requested)
            if weight > BUDGET:
                wrong.append(f"{name}: {weight} bytes, more than {BUDGET}")
            page.evaluate(OPEN_ALL)
            page.set_viewport_size({"width": 320, "height": 640})
            wide = page.evaluate(TOO_WIDE)
            if wide:
                wrong.append(f"{name}: wider than 320 px: {wide}")
            wrong += [f"{name}: {trouble}" for trouble in seen.troubles()]
    assert not wrong, "\n".join(wrong)


def test_the_first_screen_is_drawn_first_and_then_all(chromium, served, chapter):
    skipped = """
    [...document.querySelectorAll("main p")]
      .filter((p) => !p.checkVisibility({ contentVisibilityAuto: true })
        && !p.closest("details")).length
    """
    with watch(chromium, served, viewport={"width": 1280, "height": 900}) as seen:
        page = seen.page
        page.route("**/site.js*", lambda route: route.abort())
        page.goto(f"{served}/{chapter}")
        assert page.evaluate(skipped) > 20
        page.goto("about:blank")
        page.goto(f"{served}/{chapter}#exercises")  # opened in its middle
        assert page.evaluate(skipped) == 0
        assert page.locator("#exercises h2").bounding_box()["y"] < 900
        page.unroute("**/site.js*")
        seen.forget()
        page.goto("about:blank")
        page.goto(f"{served}/{chapter}")
        settle(page)
        assert page.evaluate(skipped) == 0
        assert seen.troubles() == []


def test_scripts_that_come_late_move_nothing(chromium, served, chapter):
    with watch(chromium, served, viewport={"width": 1280, "height": 900}) as seen:
        page = seen.page

        def late(route):
            page.wait_for_timeout(200)
            route.continue_()

        page.route("**/*.js", late)
        page.goto(f"{served}/{chapter}")
        settle(page)
        assert page.evaluate(SHIFT) < 0.005
        assert seen.troubles() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible(chromium, served, names, theme):
    wrong, known = [], []
    size = {"width": 1280, "height": 900}
    with watch(chromium, served, viewport=size, color_scheme=theme) as seen:
        for name in names:
            seen.page.goto(f"{served}/{name}")
            settle(seen.page)
            seen.page.evaluate(OPEN_ALL)
            found = bad_colours(seen.page, known)
            if theme == "light":  # the dark one changes nothing but colours
                found += barriers(seen.page)
            wrong += [f"{name}: {line}" for line in found]
    assert not wrong, "\n".join(wrong)


def test_a_narrow_page_is_accessible_with_its_list_of_chapters_open(chromium, served):
    with watch(chromium, served, viewport={"width": 320, "height": 640}) as seen:
        page = seen.page
        page.goto(f"{served}/intro.html")
        settle(page)
        assert bad_colours(page, []) + barriers(page) == []
        chapters = page.locator("#contents")
        assert not chapters.is_visible()
        page.locator("button.menu").focus()
        page.keyboard.press("Enter")
        assert chapters.is_visible()
        assert bad_colours(page, []) + barriers(page) == []
        page.keyboard.press("Escape")
        assert not chapters.is_visible()
        assert page.evaluate("document.activeElement.matches('button.menu')")
        page.keyboard.press("Enter")
        chapters.get_by_role("button", name="Close").click()
        assert not chapters.is_visible()
        page.keyboard.press("Enter")
        chapters.get_by_role("link", name="Glossary").click()
        page.wait_for_url("**/glossary.html")
        assert seen.troubles() == []


def test_without_javascript_nothing_is_missing(chromium, served, names, site):
    wrong = []
    options = {"java_script_enabled": False, "viewport": {"width": 1280, "height": 900}}
    with watch(chromium, served, **options) as seen:
        page = seen.page
        for name in names[:-1]:
            seen.forget()
            page.goto(f"{served}/{name}")
            page.evaluate(OPEN_ALL)
            for selector in (".katex-html", ".nn-picture svg", ".nn-sentence"):
                for width, height, text in page.locator(selector).evaluate_all(SIZES):
                    if min(width, height) < 2:
                        wrong.append(f"{name}: {selector} is not shown: {text}")
            for widget in page.locator(".nn-widget").all():
                if "JavaScript" not in widget.inner_text():
                    wrong.append(f"{name}: a widget does not say that it cannot move")
            if not page.locator("#contents").is_visible():
                wrong.append(f"{name}: no list of chapters")
            if page.locator("button.theme").is_visible():
                wrong.append(f"{name}: a switch that does nothing")
            wrong += [f"{name}: {trouble}" for trouble in seen.troubles()]
    assert not wrong, "\n".join(wrong)


def test_without_javascript_the_systems_theme_rules(chromium, served, chapter):
    grounds = {}
    for scheme in ("light", "dark"):
        options = {"java_script_enabled": False, "color_scheme": scheme}
        with watch(chromium, served, **options) as seen:
            seen.page.goto(f"{served}/{chapter}")
            pixel = seen.page.screenshot(
                clip={"x": 2, "y": 200, "width": 1, "height": 1}
            )
            grounds[scheme] = pixel
    assert grounds["light"] != grounds["dark"]


def test_the_site_works_from_a_disk(chromium, site, names):
    wrong = []
    with watch(chromium, "file://", viewport={"width": 1280, "height": 900}) as seen:
        page = seen.page
        for name in names:
            seen.forget()
            page.goto(f"{site.resolve().as_uri()}/{name}")
            settle(page)
            widgets = page.locator(".nn-widget")
            live = page.locator(".nn-widget input").count()
            if widgets.count() and not live:
                wrong.append(f"{name}: the widgets stay still")
            if not page.evaluate("document.fonts.check('1em \"Source Sans 3\"')"):
                wrong.append(f"{name}: the font is not there")
            wrong += [f"{name}: {trouble}" for trouble in seen.troubles()]
    assert not wrong, "\n".join(wrong)


def test_search_finds_a_word_over_http_and_from_a_disk(chromium, served, site, chapter):
    for home in (served, site.resolve().as_uri()):
        with watch(chromium, home) as seen:
            page = seen.page
            page.goto(f"{home}/{chapter}")
            page.get_by_role("searchbox").fill("perceptron")
            page.keyboard.press("Enter")
            page.wait_for_url("**/search.html?q=perceptron")
            page.wait_for_selector("#search-results li")
            link = page.locator("#search-results a[href*='01_']").first
            link.wait_for()
            link.click()
            page.wait_for_url(f"**/{chapter}*")
            assert seen.troubles() == []


def test_the_theme_can_be_switched_by_keyboard_and_is_kept(chromium, served, chapter):
    with watch(chromium, served, color_scheme="light") as seen:
        page = seen.page
        page.goto(f"{served}/{chapter}")
        theme = "document.documentElement.dataset.theme"
        button = page.locator("button.theme")
        assert page.evaluate(theme) == "light"
        button.focus()
        page.keyboard.press("Enter")
        assert page.evaluate(theme) == "dark"
        assert button.get_attribute("aria-label") == "Use the light theme"
        page.goto(f"{served}/intro.html")
        assert page.evaluate(theme) == "dark"
        page.locator("button.theme").click()
        assert page.evaluate(theme) == "light"
        # Back at what the system says, the choice is forgotten and the system rules.
        page.emulate_media(color_scheme="dark")
        expect(page.locator("html[data-theme=dark]")).to_be_attached()
        assert seen.troubles() == []


def test_the_theme_works_where_nothing_can_be_stored(chromium, served, chapter):
    blocked = "Object.defineProperty(window, 'localStorage', { get() { throw 1; } })"
    with watch(chromium, served, color_scheme="dark") as seen:
        seen.page.add_init_script(blocked)
        seen.page.goto(f"{served}/{chapter}")
        seen.page.locator("button.theme").click()
        assert seen.page.evaluate("document.documentElement.dataset.theme") == "light"
        assert seen.troubles() == []


def test_the_first_tab_stop_leads_to_the_text(chromium, served, chapter):
    with watch(chromium, served) as seen:
        page = seen.page
        page.goto(f"{served}/{chapter}")
        page.keyboard.press("Tab")
        assert page.locator(".skip").bounding_box()["y"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_every_tab_stop_shows_that_it_has_the_focus(chromium, served, chapter):
    outline = """
    () => {
      const style = getComputedStyle(document.activeElement);
      const name = document.activeElement.outerHTML.slice(0, 80);
      const width = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
      return [name, width >= 2];
    }
    """
    with watch(chromium, served) as seen:
        page = seen.page
        page.goto(f"{served}/{chapter}")
        invisible = []
        for _ in range(60):
            page.keyboard.press("Tab")
            name, visible = page.evaluate(outline)
            if not visible:
                invisible.append(name)
        assert not invisible, "\n".join(invisible)


def test_what_is_hidden_to_be_predicted_opens_by_keyboard(chromium, served, names):
    opened = 0
    with watch(chromium, served) as seen:
        page = seen.page
        for name in [name for name in names if re.match(r"chapters/\d", name)]:
            page.goto(f"{served}/{name}")
            for reveal in page.locator("details.reveal").all()[:3]:
                hidden = reveal.locator(".cell_input, .cell_output").first
                assert not hidden.is_visible()
                reveal.locator("summary").focus()
                page.keyboard.press("Enter")
                hidden.wait_for(state="visible", timeout=2000)
                opened += 1
    assert opened > 0


def test_a_diagnosis_opens_and_closes_its_repair(chromium, served):
    with watch(chromium, served) as seen:
        page = seen.page
        page.goto(f"{served}/chapters/15_bug_gallery.html")
        bug = page.locator("#all-right-in-training-all-wrong-in-validation")
        shown, repair = bug.get_by_text("Diagnosis"), bug.locator("details.reveal")
        assert repair.count() == 4  # two cells
        for is_open in (True, False):
            shown.click()
            for part in repair.all():
                expect(part).to_have_js_property("open", is_open)
        others = page.locator("details.reveal[open]")
        expect(others).to_have_count(0)


def test_what_scrolls_sideways_can_be_reached_by_keyboard(chromium, served, chapter):
    unreachable = """
    () => [...document.querySelectorAll("main *")]
      .filter((box) => box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 0)
      .filter((box) => ["auto", "scroll"].includes(getComputedStyle(box).overflowX))
      .filter((box) => box.tabIndex < 0)
      .map((box) => box.outerHTML.slice(0, 100))
    """
    with watch(chromium, served, viewport={"width": 320, "height": 640}) as seen:
        seen.page.goto(f"{served}/{chapter}")
        settle(seen.page)
        assert seen.page.evaluate(unreachable) == []


def test_code_can_be_copied(chromium, served, chapter):
    with watch(
        chromium, served, permissions=["clipboard-read", "clipboard-write"]
    ) as seen:
        page = seen.page
        page.goto(f"{served}/{chapter}")
        cell = page.locator(".cell_input").first
        code = cell.locator("pre").inner_text().strip()
        cell.get_by_role("button", name="Copy the code").click()
        assert page.evaluate("navigator.clipboard.readText()") == code


def test_paper_is_white_and_holds_the_text_alone(chromium, served, chapter):
    with watch(chromium, served, color_scheme="dark") as seen:
        page = seen.page
        page.goto(f"{served}/{chapter}")
        page.emulate_media(media="print")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(255, 255, 255)"
        assert not page.locator("header.top").is_visible()
        assert not page.locator("#contents").is_visible()
        assert page.locator(".nn-picture svg").first.is_visible()


def test_links_to_claims_lead_to_their_proofs(chromium, served):
    with watch(chromium, served) as seen:
        page = seen.page
        page.goto(f"{served}/chapters/claims.html")
        settle(page)
        link = page.locator(".claims a").last
        title = link.inner_text()
        link.click()
        page.wait_for_url("**#claim-*")
        cell = page.locator(f"[id='{urlsplit(page.url).fragment}']")
        # A cell of two claims has the address of the second inside it.
        words = cell.locator("xpath=ancestor-or-self::div").last.inner_text()
        assert title.split()[0] in words
        assert 0 <= cell.bounding_box()["y"] < page.viewport_size["height"]


def test_a_link_to_a_claim_in_a_hidden_cell_opens_it(chromium, served, names):
    gallery = next(name for name in names if name.startswith("chapters/15"))
    with watch(chromium, served) as seen:
        page = seen.page
        page.goto(f"{served}/{gallery}")
        cell = page.locator(".cell.tag_hide-input[id^=claim]").first
        assert not cell.locator("pre").first.is_visible()
        page.goto(f"{served}/{gallery}#{cell.get_attribute('id')}")
        cell.locator("pre").first.wait_for(state="visible", timeout=2000)
        assert seen.troubles() == []
