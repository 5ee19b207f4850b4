"""Every widget in a real browser: by keyboard, by link, by copy, in every theme.

The widgets are found in the pages of the built site; how they live together, fail or
are opened from a file is tried in small pages made here. A widget is known only through
its controls; what it must say for their values is computed by nnbook.
"""

import contextlib
import itertools
import json
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from py_mini_racer import MiniRacer

from nnbook.widgets import base

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent
SITE = Path(os.environ.get("SITE", ROOT / "_build" / "html"))
# The chapters with widgets. The first page shows one of theirs again.
BUILT = sorted(
    str(page.relative_to(SITE))
    for page in SITE.glob("chapters/*.html")
    if 'class="nn-widget"' in page.read_text(encoding="utf-8")
)
# Stricter than the book's: not even a style attribute.
POLICY = "default-src 'self'; img-src 'self' data:"

# A widget with the kinds of control that the real ones may not use yet.
TOY = """
const controls = [
  { name: "n", label: "n", unit: "s", group: "All",
    kind: "range", min: 0, max: 3, step: 1 },
  { name: "how", label: "how", group: "All", kind: "select",
    options: [["add", "add one"], ["double", "double"]] },
  { name: "loud", label: "loud", group: "All", kind: "checkbox" },
];
const presets = [{ group: "All", label: "two", state: { n: 2 } }];
function compute({ n, how }) { return { y: how === "add" ? n + 1 : 2 * n }; }
function sentence(state) { return `y = ${compute(state).y}${state.loud ? "!" : "."}`; }
function draw(state) {
  return `<svg viewBox="0 0 9 9" role="img" aria-label="${sentence(state)}"></svg>`;
}
function script(state) { return `print(${compute(state).y})`; }
function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script, label: "Toy", hint: "A toy.",
  });
}
(globalThis.nnWidgets ??= {})["toy"] = { compute, draw, render };
"""
# The same with a button that moves `n` by itself, and a group that is folded away.
PLAYER = (
    TOY.replace(
        'label: "Toy"', 'play: { name: "n", by: 1 }, folded: ["More"], label: "Toy"'
    )
    .replace('label: "loud", group: "All"', 'label: "loud", group: "More"')
    .replace('["toy"]', '["player"]')
)
BROKEN = """
(globalThis.nnWidgets ??= {})["broken"] = {
  render() { throw new Error("broken on purpose"); },
};
"""


def static(name, state, sentence, picture):
    """A widget as it stands in a page before any script runs."""
    return (
        f"<div class='nn-widget' data-widget='{name}' data-state='{json.dumps(state)}'>"
        f"<div class='nn-picture'>{picture}</div>"
        f"<p class='nn-sentence'>{sentence}</p></div>"
    )


def static_widget(name, **state):
    widget = base.widget_class(name)(**state)
    engine = MiniRacer()
    engine.eval(base.classic_script(name))
    picture = engine.eval(f"nnWidgets.{name}.draw({json.dumps(widget.state())})")
    return static(name, widget.state(), widget.sentence(), picture)


def write_page(folder, file, body, names):
    """A page with widgets, loaded as the book's pages load them."""
    tags = "".join(
        f'<script defer src="{name}.js"></script>' for name in ("kit", *names, "host")
    )
    (folder / file).write_text(
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Widgets</title><link rel='icon' href='data:,'>"
        f'<link rel="stylesheet" href="widgets.css"><link rel="stylesheet" '
        f'href="page.css">{tags}</head><body><main><h1>Widgets</h1>{body}</main>'
        "</body></html>",
        encoding="utf-8",
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The pages made here."""
    folder = tmp_path_factory.mktemp("widgets")
    for file in ("kit.js", "host.js", "widgets.css"):
        (folder / file).write_bytes((base.FOLDER / file).read_bytes())
    (folder / "page.css").write_text(
        "body { margin: 1rem; } h1 { margin: 0 0 110vh; }"
        "html[data-theme=dark] { background: #111; color: #eee; }"
    )
    for name in base.names():
        (folder / f"{name}.js").write_text(base.classic_script(name), encoding="utf-8")
    widgets = "".join(static_widget(name) for name in base.names())
    write_page(folder, "own.html", widgets, base.names())
    write_page(folder, "twice.html", widgets + widgets, base.names())
    toy = {"n": 1, "how": "add", "loud": False}
    (folder / "toy.js").write_text(f"(() => {{{TOY}}})();")
    write_page(folder, "toy.html", static("toy", toy, "y = 2.", ""), ["toy"])
    (folder / "player.js").write_text(f"(() => {{{PLAYER}}})();")
    still = static("player", {**toy, "n": 0}, "y = 1.", "")
    write_page(folder, "player.html", still, ["player"])
    (folder / "broken.js").write_text(BROKEN)
    name = base.names()[0]
    broken = (
        static("broken", {}, "Static words.", "<svg></svg>")
        + static("missing", {}, "Static words.", "<svg></svg>")
        + "<div class='nn-widget' data-widget='toy' data-state='{'></div>"
        + static_widget(name)
    )
    write_page(folder, "broken.html", broken, ["broken", "toy", name])
    return folder


@pytest.fixture(scope="session")
def tools(pytestconfig):
    """`serve`, `watch` and `missing` of the conftest beside this file."""
    path = str(Path(__file__).with_name("conftest.py"))
    return pytestconfig.pluginmanager.get_plugin(path)


@pytest.fixture(scope="session")
def address(tools, folder):
    with tools.serve(folder) as address:
        yield address


@pytest.fixture
def visit(tools, chromium, address, folder, request):
    """Open a page made here, or one of the site's.

    `visit(place)` gives the browser's page. When the test is over, as many things must
    have gone wrong on it as `troubles` says.
    """
    with contextlib.ExitStack() as stack:
        opened = []

        def visit(place="own.html", *, hash="", from_file=False, troubles=0, **options):
            home = request.getfixturevalue("served") if place in BUILT else address
            if from_file:
                home = folder.as_uri()
            seen = stack.enter_context(tools.watch(chromium, home, **options))
            opened.append((seen, troubles))
            seen.page.goto(f"{home}/{place}{hash}")
            return seen.page

        yield visit
        for seen, troubles in opened:
            assert len(seen.troubles()) == troubles, seen.troubles()


@pytest.fixture(scope="module")
def opened(tools, chromium, address, request):
    """Pages that stay open for many tests: place -> the page under watch."""
    with contextlib.ExitStack() as stack:
        kept = {}

        def opened(place):
            if place not in kept:
                home = request.getfixturevalue("served") if place in BUILT else address
                allowed = ["clipboard-read", "clipboard-write"]
                watching = tools.watch(chromium, home, permissions=allowed)
                kept[place] = stack.enter_context(watching)
                kept[place].page.goto(f"{home}/{place}")
            return kept[place]

        yield opened


@pytest.fixture(params=BUILT)
def page(opened, request):
    """Every page with widgets, these in their first state."""
    seen = opened(request.param)
    for _, widget in widgets(seen.page):
        widget.get_by_role("button", name="Reset").click()
    yield seen.page
    assert seen.troubles() == []


def widgets(page):
    """(name, locator) of every widget of the page, all of them alive."""
    found = page.locator(".nn-widget").all()
    assert found
    for widget in found:
        assert "nn-live" in widget.get_attribute("class")
        widget.locator("details").evaluate_all(
            "(groups) => groups.forEach((group) => { group.open = true })"
        )
    return [(widget.get_attribute("data-widget"), widget) for widget in found]


SEEN = """
async (el) => {
  // The frame after the next one: what was to be drawn is drawn.
  await new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done)));
  const value = (field) => field.type === "checkbox" ? field.checked
    : field.tagName === "SELECT" ? field.value
    : field.role === "grid" ? field.dataset.value : Number(field.value);
  const fields = [...el.querySelectorAll("[data-name]:not([type=range])")];
  return {
    values: Object.fromEntries(
      fields.map((field) => [field.dataset.name, value(field)])),
    sentence: el.querySelector(".nn-sentence").innerText,
    label: el.querySelector(".nn-picture svg").getAttribute("aria-label"),
    picture: el.querySelector(".nn-picture").innerHTML,
  };
}
"""


SIZES = """
(elements) => elements.map((element) => {
  const box = element.getBoundingClientRect();
  return [box.width, box.height];
})
"""


def seen_in(widget):
    """The values of the controls, the sentence and the picture, once all is drawn."""
    return widget.evaluate(SEEN)


def values(widget):
    return seen_in(widget)["values"]


def right_values(name, widget):
    """The values of the controls, for which words and picture are right by nnbook."""
    seen = seen_in(widget)
    sentence = base.widget_class(name)(**seen["values"]).sentence()
    assert seen["sentence"] == seen["label"] == sentence
    assert "NaN" not in seen["picture"]
    return seen["values"]


def sliders(widget):
    return widget.locator("input[type=range]").all()


def box_of(widget, slider):
    name = slider.get_attribute("data-name")
    return widget.locator(f"input[type=text][data-name={name}]")


def number(slider, attribute):
    return float(slider.get_attribute(attribute))


def type_into(box, text):
    box.fill(text)
    box.press("Enter")


def test_every_widget_stands_in_a_page(site):
    text = "".join((SITE / page).read_text(encoding="utf-8") for page in BUILT)
    for name in base.names():
        assert f'data-widget="{name}"' in text, name


# ---- By keyboard ----


def test_tab_reaches_every_control_in_the_order_of_the_page(page):
    for _, widget in widgets(page):
        fields = "input, select, button, summary, [tabindex='0']"
        count = widget.locator(fields).count()
        widget.locator(fields).first.focus()
        order = []
        for _ in range(count):
            order.append(
                widget.evaluate(
                    "(el, fields) => [...el.querySelectorAll(fields)]"
                    ".indexOf(document.activeElement)",
                    fields,
                )
            )
            page.keyboard.press("Tab")
        assert order == list(range(count))
        assert not widget.evaluate("(el) => el.contains(document.activeElement)")


def test_every_slider_moves_by_keyboard_and_the_numbers_follow(page):
    for name, widget in widgets(page):
        for slider in sliders(widget):
            key = slider.get_attribute("data-name")
            low, high, step = (number(slider, a) for a in ("min", "max", "step"))
            moves = [
                ("Home", low),
                ("ArrowRight", low + step),
                ("End", high),
                ("ArrowLeft", high - step),
            ]
            for pressed, expected in moves:
                slider.press(pressed)
                moved_to = right_values(name, widget)[key]
                assert moved_to == pytest.approx(expected, abs=1e-12)


def test_pages_and_a_held_key_move_a_slider_too(page):
    for name, widget in widgets(page):
        slider = sliders(widget)[0]
        key = slider.get_attribute("data-name")
        low, high, step = (number(slider, a) for a in ("min", "max", "step"))
        slider.press("Home")
        slider.press("PageUp")
        paged = right_values(name, widget)[key]
        assert low < paged <= high
        slider.press("PageDown")
        assert right_values(name, widget)[key] == low
        for _ in range(30):  # a key held down repeats itself
            page.keyboard.down("ArrowRight")
        page.keyboard.up("ArrowRight")
        held = right_values(name, widget)[key]
        assert held == pytest.approx(min(low + 30 * step, high), abs=1e-9)


def test_a_finger_moves_the_slider_and_not_the_page(visit):
    page = visit(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 640})
    finger = page.context.new_cdp_session(page)
    for name, widget in widgets(page):
        slider = sliders(widget)[0]
        slider.press("Home")
        slider.scroll_into_view_if_needed()
        box, scrolled = slider.bounding_box(), page.evaluate("scrollY")
        y = box["y"] + box["height"] / 2
        for kind, share in [("Start", 0.02), ("Move", 0.3), ("Move", 0.6), ("End", 0)]:
            points = [{"x": box["x"] + share * box["width"], "y": y}] if share else []
            touch = {"type": f"touch{kind}", "touchPoints": points}
            finger.send("Input.dispatchTouchEvent", touch)
        low, high = number(slider, "min"), number(slider, "max")
        moved = right_values(name, widget)[slider.get_attribute("data-name")]
        assert low + 0.4 * (high - low) < moved < low + 0.8 * (high - low)
        assert page.evaluate("scrollY") == scrolled


def test_every_drawing_can_be_made_by_keyboard(page):
    for name, widget in widgets(page):
        for grid in widget.locator("[role=grid]").all():
            key = grid.get_attribute("data-name")
            widget.get_by_role("button", name="Clear").press("Enter")
            blank = right_values(name, widget)[key]
            assert set(blank) == {"0"}
            first = grid.locator("[role=gridcell]").first
            first.focus()
            columns = first.locator("xpath=..").locator("[role=gridcell]").count()
            # From the corner: an arrow out of the grid goes nowhere.
            places = [
                ("Space", 0),
                ("ArrowUp", 0),
                ("ArrowRight", 1),
                ("ArrowDown", columns + 1),
                ("ArrowLeft", columns),
                ("ArrowLeft", columns),
                ("End", 2 * columns - 1),
            ]
            for pressed, place in places:
                page.keyboard.press(pressed)
                focused = "(el) => [...el.querySelectorAll('[role=gridcell]')]"
                focused += ".indexOf(document.activeElement)"
                assert grid.evaluate(focused) == place
            page.keyboard.press("Enter")
            drawn = right_values(name, widget)[key]
            assert [i for i, ink in enumerate(drawn) if ink == "g"] == [0, place]
            assert page.evaluate("document.activeElement.ariaLabel") == (
                f"row 2, column {columns}: ink 16 of 16"
            )
            page.keyboard.press("Space")
            assert right_values(name, widget)[key] == "g" + blank[1:]


def test_mouse_and_finger_draw_the_stroke_and_the_rubber_takes_it_away(visit):
    engine = MiniRacer()
    engine.eval((base.FOLDER / "kit.js").read_text(encoding="utf-8"))
    page = visit(has_touch=True)
    for name, widget in widgets(page):
        for grid in widget.locator("[role=grid]").all():
            key = grid.get_attribute("data-name")
            widget.get_by_role("button", name="Clear").click()
            blank = values(widget)[key]
            rows = grid.locator("[role=row]").count()
            columns = len(blank) // rows
            grid.scroll_into_view_if_needed()
            box = grid.bounding_box()
            width, height = box["width"] / columns, box["height"] / rows

            def at(x, y, box=box, width=width, height=height):
                return box["x"] + width * x, box["y"] + height * y

            def line(ink, start, end, rubber=False, columns=columns):
                call = json.dumps([ink, columns, start, end, rubber])
                return engine.eval(f"nnKit.stroke(...{call})")

            page.mouse.move(*at(1.5, 1.5))
            page.mouse.down()
            page.mouse.move(*at(4.5, 1.5))
            page.mouse.up()
            page.mouse.move(*at(1.5, 4.5))  # not pressed: nothing is drawn
            drawn = line(blank, [1.5, 1.5], [4.5, 1.5])
            assert right_values(name, widget)[key] == drawn != blank
            page.touchscreen.tap(*at(2.5, 5.5))
            both = line(drawn, [2.5, 5.5], [2.5, 5.5])
            assert right_values(name, widget)[key] == both != drawn
            assert grid.evaluate("(el) => getComputedStyle(el).touchAction") == "none"
            widget.get_by_role("button", name="Rubber").click()
            page.mouse.click(*at(2.5, 5.5))
            rubbed = line(both, [2.5, 5.5], [2.5, 5.5], True)
            assert right_values(name, widget)[key] == rubbed != both


def test_every_preset_is_a_button_that_shows_whether_it_is_on(page):
    for name, widget in widgets(page):
        for button in widget.locator(".nn-presets button").all():
            button.press("Enter")
            right_values(name, widget)
            assert button.get_attribute("aria-pressed") == "true"


def test_reset_brings_back_the_state_of_the_page(page):
    for name, widget in widgets(page):
        before = seen_in(widget)
        for slider in sliders(widget):
            slider.press("End")
        assert right_values(name, widget) != before["values"]
        widget.get_by_role("button", name="Reset").press("Space")
        assert seen_in(widget) == before


def test_the_other_kinds_of_control_work_too(visit):
    page = visit("toy.html")
    toy = page.locator(".nn-widget")
    assert seen_in(toy)["sentence"] == "y = 2."
    toy.get_by_label("how").press("ArrowDown")
    toy.get_by_label("loud").press("Space")
    toy.get_by_role("button", name="two").press("Enter")
    assert seen_in(toy)["values"] == {"n": 2, "how": "double", "loud": True}
    assert seen_in(toy)["sentence"] == "y = 4!"
    toy.get_by_role("button", name="Reset").click()
    assert seen_in(toy)["values"] == {"n": 1, "how": "add", "loud": False}
    page.goto(page.url + "#widget-toy?loud=true&how=double&n=3")
    assert seen_in(toy)["sentence"] == "y = 6!"


# ---- By itself ----

# Frames come when the test says so, each 60 milliseconds after the last.
FRAMES = """
() => {
  window.waiting = new Map();
  let count = 0;
  let now = 1000;
  window.requestAnimationFrame = (call) => {
    waiting.set(++count, call);
    return count;
  };
  window.cancelAnimationFrame = (id) => { waiting.delete(id); };
  window.frame = () => {
    const calls = [...waiting.values()];
    waiting.clear();
    now += 60;
    for (const call of calls) call(now);
    return document.querySelector("[data-name=n][type=text]").value;
  };
}
"""


def test_play_moves_the_slider_to_its_end_and_stops(visit):
    page = visit("player.html")
    play = page.get_by_role("button", name="Play")
    play.press("Enter")
    page.get_by_text("y = 4.").wait_for()  # n is 3
    play.wait_for()  # no longer "Pause"
    page.wait_for_timeout(200)
    assert values(page.locator(".nn-widget"))["n"] == 3
    play.press("Enter")  # from the end, once more from the start
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("button", name="Play").wait_for()
    assert values(page.locator(".nn-widget"))["n"] == 3


def test_however_often_play_is_pressed_one_thing_runs(visit):
    page = visit("player.html")
    page.evaluate(FRAMES)
    button = page.locator(".nn-player button")
    for _ in range(21):
        button.dispatch_event("click")
    assert button.inner_text() == "Pause" and page.evaluate("waiting.size") == 1
    # A hidden page gets no frames. When they come again, nothing has been piled up.
    page.wait_for_timeout(300)
    page.evaluate("frame()")
    button.dispatch_event("click")
    assert button.inner_text() == "Play"
    assert [page.evaluate("frame()") for _ in range(3)] == ["1", "1", "1"]


def test_what_plays_goes_on_in_another_theme_and_ends_with_the_page(visit):
    page = visit("player.html", viewport={"width": 640, "height": 320})
    page.evaluate(FRAMES)
    page.locator(".nn-player button").dispatch_event("click")
    page.evaluate("frame()")
    page.evaluate("() => { document.documentElement.dataset.theme = 'dark' }")
    page.set_viewport_size({"width": 320, "height": 640})
    assert [page.evaluate("frame()") for _ in range(4)][-1] == "3"
    color = "getComputedStyle(document.querySelector('.nn-widget')).backgroundColor"
    assert page.evaluate(color) == "rgb(21, 24, 28)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto("about:blank")
    page.wait_for_timeout(100)  # the fixture sees that nothing complains


def test_reset_stops_what_plays(visit):
    page = visit("player.html")
    page.evaluate(FRAMES)
    button = page.locator(".nn-player button")
    button.dispatch_event("click")
    page.evaluate("frame()")
    page.evaluate("frame()")
    page.get_by_role("button", name="Reset").dispatch_event("click")
    assert button.inner_text() == "Play"
    assert [page.evaluate("frame()") for _ in range(3)] == ["0", "0", "0"]
    assert page.evaluate("waiting.size") == 0


@pytest.mark.parametrize("width, open", [(320, False), (1000, True)])
def test_a_folded_group_starts_closed_where_there_is_little_room(visit, width, open):
    page = visit("player.html", viewport={"width": width, "height": 640})
    loud = page.get_by_label("loud")
    assert loud.is_visible() == open
    page.locator("summary", has_text="More").press("Enter")
    assert loud.is_visible() != open
    assert page.get_by_label("how").is_visible()
    assert page.get_by_role("group", name="More").count() == (not open)


# ---- Typed numbers ----


def test_a_box_takes_a_number_with_a_point_or_a_comma(page):
    for name, widget in widgets(page):
        for slider in sliders(widget)[:3]:  # the kit makes all boxes alike
            key, box = slider.get_attribute("data-name"), box_of(widget, slider)
            low, high = number(slider, "min"), number(slider, "max")
            inside = round(low + 0.37 * (high - low), 4)
            type_into(box, f"{inside}")
            assert right_values(name, widget)[key] == inside
            type_into(box, f"{high}")
            type_into(box, f" {inside}".replace(".", ","))
            assert right_values(name, widget)[key] == inside
            if low <= 0 <= high:
                type_into(box, "-0")
                assert box.input_value() == "0"


NONSENSE = ["abc", "", " ", "1e999", "-1e999", "NaN", "1;2", "999999", "<b>x</b>"]


def test_a_box_keeps_the_last_good_value_and_says_so(page):
    for name, widget in widgets(page):
        for slider, typed in zip(
            itertools.cycle(sliders(widget)), NONSENSE, strict=False
        ):
            refuses(name, widget, slider, typed)


def refuses(name, widget, slider, typed):
    """Typing nonsense changes nothing but the message beside the box."""
    box, before = box_of(widget, slider), seen_in(widget)
    note = widget.locator(f"#{box.get_attribute('aria-describedby')}")
    assert note.inner_text() == ""
    box.fill(typed)
    box.press("Tab")
    kept = before["values"][slider.get_attribute("data-name")]
    assert note.inner_text().endswith(f"Kept {kept:g}.")
    assert note.inner_text().startswith(typed.strip() or "Nothing")
    assert seen_in(widget) == before
    for key in ("Home", "End"):  # the next move takes the message away
        slider.press(key)
    right_values(name, widget)
    assert note.inner_text() == ""


# ---- Clicks on the picture ----


def test_clicking_the_picture_sets_the_controls(page):
    for name, widget in widgets(page):
        count = widget.locator("[data-set]").count()
        for i in range(0, count, max(1, count // 12)):  # a dozen from everywhere
            part = widget.locator("[data-set]").nth(i)
            query = part.get_attribute("data-set")
            part.click()
            now = right_values(name, widget)
            for key, text in (pair.split("=") for pair in query.split("&")):
                assert as_text(now[key]) == text


def as_text(value):
    """A value as links and pictures write it."""
    return str(value).lower() if isinstance(value, bool) else f"{value}"


# ---- Links ----

IGNORED = [
    "#widget-toy?n=NaN&how=<b>&loud=2&x9=1",
    "#widget-toy?__proto__=1&constructor=2&n=__proto__",
    "#widget-toy?n=<script>document.title='gone'</script>",
    "#widget-toy?n=<img src=x onerror=\"document.title='gone'\">",
    "#widget-toy?" + "n=9&" * 1000,
    "#widget-other?n=0",
    "#%",
    "#?n=0",
]


@pytest.mark.parametrize("hash", IGNORED, ids=range(len(IGNORED)))
def test_whatever_is_odd_in_a_link_is_ignored(visit, hash):
    page = visit("toy.html", hash=hash)
    toy = page.locator(".nn-widget")
    assert seen_in(toy)["values"] == {"n": 1, "how": "add", "loud": False}
    assert page.title() == "Widgets"
    assert page.locator("script:not([src]), img").count() == 0


def test_odd_values_are_ignored_by_each_widget(visit):
    page = visit()
    for name, widget in widgets(page):
        start = values(widget)
        for odd in ("NaN", "1e999", "<b>", "__proto__", "", "%00"):
            query = "&".join(f"{key}={odd}" for key in [*start, "__proto__"])
            page.evaluate(
                "(hash) => { location.hash = hash }",
                f"{widget.get_attribute('id')}?{query}",
            )
            assert right_values(name, widget) == start
    assert page.locator("script:not([src]), img, b").count() == 0


def test_a_link_of_ten_million_characters_is_ignored(visit):
    page = visit("toy.html")
    page.evaluate("() => { location.hash = 'widget-toy?' + 'n=0&'.repeat(2.5e6) }")
    assert seen_in(page.locator(".nn-widget"))["values"]["n"] == 1


def test_a_copied_link_leads_to_the_same_state(page):
    for name, widget in widgets(page):
        for slider in sliders(widget):
            slider.press("Home")
            slider.press("ArrowRight")
        linked = right_values(name, widget)
        widget.get_by_role("button", name="Copy link").click()
        widget.get_by_text("Copied the link").wait_for()
        link = page.evaluate("navigator.clipboard.readText()")
        # Pasted into the page that is open already, then into a new one.
        widget.get_by_role("button", name="Reset").click()
        assert values(widget) != linked
        page.evaluate("(link) => { scrollTo(0, 0); location.href = link }", link)
        assert values(widget) == linked and page.evaluate("scrollY") > 0
        page.goto("about:blank")
        page.goto(link)
        assert right_values(name, widget) == linked
        assert page.evaluate("scrollY") > 0


# ---- Copies ----


@pytest.mark.keras
def test_the_copied_python_text_builds_the_widget_and_runs(page, capsys):
    pytest.importorskip("keras")
    name, widget = widgets(page)[0]
    for slider in sliders(widget):
        slider.press("End")
        slider.press("ArrowLeft")
    sentence = seen_in(widget)["sentence"]
    widget.get_by_role("button", name="Copy as Python").click()
    widget.get_by_text("Copied the Python text").wait_for()
    scope = {}
    exec(page.evaluate("navigator.clipboard.readText()"), scope)
    assert scope["widget"].sentence() == sentence
    assert " = " in capsys.readouterr().out


@pytest.mark.parametrize("block", ["reject", "absent"])
def test_where_the_clipboard_is_closed_the_text_is_shown_selected(visit, block):
    page = visit()
    page.evaluate(
        """(block) => Object.defineProperty(navigator, "clipboard", { value:
          block === "absent" ? undefined
            : { writeText: () => Promise.reject(new Error("blocked")) } })""",
        block,
    )
    _, widget = widgets(page)[0]
    widget.get_by_role("button", name="Copy as Python").click()
    widget.get_by_text("press Ctrl+C").wait_for()
    text = widget.get_by_label("Text to copy")
    selected = page.evaluate(
        "() => { const t = document.activeElement;"
        " return t.value.slice(t.selectionStart, t.selectionEnd); }"
    )
    assert selected == text.input_value() and "nnbook" in selected
    widget.get_by_role("button", name="Reset").click()
    assert not text.is_visible()


def test_ids_are_unique(page):
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((el) => el.id)")
    assert len(ids) == len(set(ids))


def test_two_copies_on_a_page_are_independent(visit):
    page = visit("twice.html")
    test_ids_are_unique(page)
    first, *others = [widget for _, widget in widgets(page)]
    before = [values(widget) for widget in others]
    start = values(first)
    for slider in sliders(first):
        slider.press("Home")
    assert values(first) != start
    assert [values(widget) for widget in others] == before

    moved = values(first)
    last = others[-1]
    key = sliders(last)[0].get_attribute("data-name")
    ends = {number(sliders(last)[0], end) for end in ("min", "max")}
    value = (ends - {before[-1][key]}).pop()
    page.goto(f"{page.url}#{last.get_attribute('id')}?{key}={value}")
    assert values(last) == {**before[-1], key: value}
    assert values(first) == moved


# ---- What moves, and what is heard ----


def test_a_burst_of_moves_is_drawn_once_and_the_last_value_wins(visit):
    page = visit()
    for name, widget in widgets(page):
        drawings = widget.evaluate(
            """(el) => new Promise((done) => {
              let drawings = 0;
              new MutationObserver(() => { drawings += 1; })
                .observe(el.querySelector(".nn-picture"), { childList: true });
              const slider = el.querySelector("input[type=range]");
              for (let i = 0; i <= 100; i += 1) {
                slider.value = Number(slider.min) + (slider.max - slider.min) * i / 100;
                slider.dispatchEvent(new Event("input"));
              }
              setTimeout(() => done(drawings), 200);
            })"""
        )
        assert drawings == 1, name
        slider = sliders(widget)[0]
        last = right_values(name, widget)[slider.get_attribute("data-name")]
        assert last == number(slider, "max")


def test_a_screen_reader_hears_each_widget_at_most_once_a_second(visit):
    page = visit()
    found = widgets(page)
    for _, widget in found:
        heard = widget.locator("output[aria-live=polite]").text_content()
        assert heard == seen_in(widget)["sentence"]
    spoken = page.evaluate(
        """async () => {
          const spoken = [...document.querySelectorAll(".nn-widget")].map((el) => {
            const times = [];
            new MutationObserver(() => times.push(performance.now()))
              .observe(el.querySelector("output[aria-live=polite]"),
                { childList: true, characterData: true, subtree: true });
            return times;
          });
          const sliders = [...document.querySelectorAll(".nn-widget")].map((el) =>
            el.querySelector("input[type=range]"));
          for (let i = 0; i < 15; i += 1) {
            for (const slider of sliders) {
              slider.value = i % 2 ? slider.min : slider.max;
              slider.dispatchEvent(new Event("input"));
            }
            await new Promise((done) => setTimeout(done, 100));
          }
          await new Promise((done) => setTimeout(done, 1200));
          return spoken;
        }"""
    )
    for (name, widget), times in zip(found, spoken, strict=True):
        assert len(times) >= 2, name
        # The first word comes at once; a timer may fire a hair early.
        assert min(b - a for a, b in itertools.pairwise(times)) > 950, name
        heard = widget.locator("output[aria-live=polite]").text_content()
        assert heard == seen_in(widget)["sentence"]


def test_a_view_follows_its_model_until_it_ends(visit):
    """As in a notebook: the kernel moves a value; later the view is taken away."""
    page = visit("toy.html")
    said = page.evaluate(
        """async () => {
          const state = { n: 0, how: "add", loud: false };
          const listeners = {};
          const model = {
            get: (key) => state[key],
            set: (key, value) => {
              state[key] = value;
              (listeners["change:" + key] ?? []).forEach((listener) => listener());
            },
            save_changes() {},
            on: (event, listener) => { (listeners[event] ??= []).push(listener); },
            off: (event, listener) => {
              listeners[event] = listeners[event].filter((other) => other !== listener);
            },
          };
          const el = document.createElement("div");
          document.querySelector("main").append(el);
          const end = nnWidgets.toy.render({ model, el });
          const frame = () => new Promise((done) =>
            requestAnimationFrame(() => requestAnimationFrame(done)));
          const said = [];
          const say = async () => {
            await frame();
            said.push(el.querySelector(".nn-sentence").textContent);
          };
          await say();
          model.set("n", 3);
          await say();
          const buttons = [...el.querySelectorAll("button")];
          said.push(buttons.map((button) => button.textContent).join());
          model.set("n", 2); // and in the same frame:
          end();
          model.set("n", 1);
          await say();
          said.push(Object.values(listeners).flat().length);
          return said;
        }"""
    )
    # No "Copy link": only a published page has an address for its widgets.
    assert said == ["y = 1.", "y = 4.", "two,Reset,Copy as Python", "y = 4.", 0]


# ---- Where something is missing ----


def test_without_javascript_the_first_picture_and_the_words_stand(page, visit):
    address = page.url.split("#")[0]
    place = next(p for p in BUILT if address.endswith(p))
    still = visit(place, java_script_enabled=False).locator(".nn-widget").all()
    for (name, live), static in zip(widgets(page), still, strict=True):
        state = json.loads(static.get_attribute("data-state"))
        words = static.locator(".nn-sentence").inner_text()
        assert words == base.widget_class(name)(**state).sentence()
        picture = static.locator(".nn-picture")
        assert picture.locator("svg").first.is_visible()
        assert picture.inner_html() == live.locator(".nn-picture").inner_html()
        assert static.locator("input, button").count() == 0


def test_a_widget_that_fails_keeps_its_static_picture(visit):
    page = visit("broken.html", troubles=3)  # each says so in the console
    found = page.locator(".nn-widget").all()
    for widget in found[:2]:
        assert widget.locator(".nn-sentence").inner_text() == "Static words."
        assert widget.locator("svg").count() == 1
    assert "nn-live" in found[3].get_attribute("class")
    right_values(found[3].get_attribute("data-widget"), found[3])


def test_everything_works_from_a_file(visit):
    page = visit(from_file=True)
    for name, widget in widgets(page):
        for slider in sliders(widget)[:2]:
            slider.press("End")
        linked = right_values(name, widget)
        query = "&".join(f"{key}={as_text(value)}" for key, value in linked.items())
        widget.get_by_role("button", name="Reset").click()
        page.goto(f"{page.url.split('#')[0]}#{widget.get_attribute('id')}?{query}")
        assert right_values(name, widget) == linked


# ---- How it looks ----


@pytest.mark.parametrize("width, scheme", [(320, "light"), (700, "dark")])
def test_axe_finds_nothing_and_nothing_sticks_out(visit, width, scheme):
    size = {"width": width, "height": 640}
    page = visit(viewport=size, color_scheme=scheme)
    page.evaluate("(s) => { document.documentElement.dataset.theme = s }", scheme)
    for _, widget in widgets(page):
        box = box_of(widget, sliders(widget)[0])
        box.fill("abc")  # with a message showing
        box.press("Tab")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for _, widget in widgets(page):
        outside = widget.evaluate(
            """(el) => [...el.querySelectorAll("input, button, svg, p, label, span")]
              .filter((part) => part.getBoundingClientRect().right
                > el.getBoundingClientRect().right)
              .map((part) => part.outerHTML.slice(0, 80))"""
        )
        assert outside == []


@pytest.mark.parametrize("touch, least", [(False, 24), (True, 44)])
def test_targets_are_large_enough(visit, touch, least):
    size = {"width": 360, "height": 640}
    page = visit(viewport=size, has_touch=touch, is_mobile=touch)
    for _, widget in widgets(page):
        controls = widget.locator("input, select, button, summary")
        controls = controls.evaluate_all(SIZES)
        assert controls
        for width, height in widget.locator("[role=gridcell]").evaluate_all(SIZES):
            assert min(width, height) >= 24
        for width, height in controls:
            assert height >= least and width >= 24
        for width, height in widget.locator("[data-set]").evaluate_all(SIZES):
            assert min(width, height) >= 24


def test_the_theme_follows_the_page_then_the_system(visit):
    page = visit(color_scheme="dark")
    color = "getComputedStyle(document.querySelector('.nn-widget')).backgroundColor"
    set_theme = "(theme) => { document.documentElement.dataset.theme = theme }"
    assert page.evaluate(color) == "rgb(21, 24, 28)"
    page.evaluate(set_theme, "light")
    assert page.evaluate(color) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="light")
    page.evaluate(set_theme, "dark")
    assert page.evaluate(color) == "rgb(21, 24, 28)"
    page.emulate_media(media="print")
    assert page.evaluate(color) == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    page.evaluate(
        "() => { delete document.documentElement.dataset.theme;"
        " document.body.dataset.jpThemeLight = 'false'; }"  # JupyterLab's dark theme
    )
    assert page.evaluate(color) == "rgb(21, 24, 28)"


def test_paper_gets_the_picture_of_the_present_state(visit):
    page = visit()
    found = widgets(page)
    for name, widget in found:
        sliders(widget)[0].press("Home")
        right_values(name, widget)
    page.emulate_media(media="print")
    for _, widget in found:
        assert widget.locator(".nn-picture").is_visible()
        assert widget.locator(".nn-sentence").is_visible()
        assert not widget.locator(".nn-controls").is_visible()
        assert not any(
            part.is_visible() for part in widget.locator(".nn-actions").all()
        )


def test_nothing_moves_by_itself(visit):
    page = visit(reduced_motion="reduce")
    found = widgets(page)
    before = [seen_in(widget) for _, widget in found]
    page.wait_for_timeout(300)
    assert [seen_in(widget) for _, widget in found] == before
    sliders(found[0][1])[0].press("Home")
    assert page.evaluate("document.getAnimations().length") == 0


def test_forced_colours_leave_text_and_pressed_buttons_visible(visit):
    page = visit(forced_colors="active", color_scheme="dark")
    for name, widget in widgets(page):
        presets = widget.locator(".nn-presets button")
        for place in range(min(presets.count(), 1)):
            presets.nth(place).press("Enter")
        styles = widget.evaluate(
            """(el) => {
              const of = (part) => {
                const found = el.querySelector(part);
                return found && getComputedStyle(found);
              };
              return [
                of("button[aria-pressed=false]")?.backgroundColor ?? "none",
                of("button[aria-pressed=true]")?.backgroundColor ?? "no other",
                of(".nn-picture text")?.fill ?? "nor this",
              ];
            }"""
        )
        assert len(set(styles)) == 3, name


def test_large_letters_and_a_turned_phone_fit(visit):
    page = visit(viewport={"width": 640, "height": 320})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in (640, 320, 640):
        page.set_viewport_size({"width": width, "height": 960 - width})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_widget_needs_storage_canvas_workers_or_webassembly(visit, address):
    page = visit("toy.html")
    page.add_init_script(
        """
        for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
          Object.defineProperty(window, name, { get() { throw new Error(name); } });
        }
        for (const name of ["Worker", "WebAssembly", "CanvasRenderingContext2D",
          "OffscreenCanvas", "WebGLRenderingContext"]) delete window[name];
        HTMLCanvasElement.prototype.getContext = () => null;
        """
    )
    page.goto(f"{address}/own.html")
    for name, widget in widgets(page):
        sliders(widget)[0].press("End")
        right_values(name, widget)
