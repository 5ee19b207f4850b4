"""Every widget, without a browser: its JavaScript runs in V8, against nnbook.

The tests find the widgets by their files and know a widget only through its `controls`
and `presets`, so a new widget is tested as soon as it is there.
"""

import contextlib
import io
import json
import re
import time
import xml.etree.ElementTree as ElementTree

import ipywidgets
import numpy as np
import pytest
import support  # noqa: F401  (sets hypothesis to the book's profile)
from hypothesis import given
from hypothesis import strategies as st
from py_mini_racer import MiniRacer

from nnbook.widgets import base
from nnbook.widgets.activation_explorer import ActivationExplorer
from nnbook.widgets.base import significant
from nnbook.widgets.stairs_neuron import StairsNeuron

EVERY_WIDGET = pytest.mark.parametrize("name", base.names())


class Script:
    """A JavaScript file loaded into an engine of its own; its functions by name."""

    def __init__(self, text):
        self.engine = MiniRacer()
        self.engine.eval(text)

    def value(self, expression):
        return json.loads(self.engine.eval(f"JSON.stringify({expression})"))

    def call(self, function, *arguments):
        given = ", ".join(json.dumps(argument) for argument in arguments)
        return self.value(f"{function}({given})")


_loaded = {}


def load(name):
    """The widget's file alone: without the kit, and without any page."""
    if name not in _loaded:
        _loaded[name] = Script(base.source(name))
    return _loaded[name]


def kit():
    if "kit" not in _loaded:
        _loaded["kit"] = Script((base.FOLDER / "kit.js").read_text(encoding="utf-8"))
    return _loaded["kit"]


def any_value(control, rng):
    """What the control may be set to: on its steps, between them, or at an end."""
    if control["kind"] == "checkbox":
        return bool(rng.integers(2))
    if control["kind"] == "select":
        return control["options"][rng.integers(len(control["options"]))][0]
    if control["kind"] == "drawing":
        levels = rng.integers(len(base.INK), size=control["rows"] * control["columns"])
        inked = rng.random(levels.size) < rng.random()
        return "".join(base.INK[level] for level in levels * inked)
    low, high, step = control["min"], control["max"], control["step"]
    on_step = low + step * int(rng.integers(round((high - low) / step) + 1))
    choices = [round(on_step, 9), rng.uniform(low, high), low, high]
    return float(rng.choice(choices, p=[0.6, 0.2, 0.1, 0.1]))


# One asks a network of 38,186 parameters for each state, the other trains one.
SLOW = {"draw_digit": 40, "playground": 40}


def states(name, n, seed=0):
    """The default state and `n` random ones, fewer of a slow widget."""
    n = min(n, SLOW.get(name, n))
    rng = np.random.default_rng(seed)
    controls = load(name).value("controls")
    random = [{c["name"]: any_value(c, rng) for c in controls} for _ in range(n)]
    return [base.widget_class(name)().state(), *random]


def extremes(name):
    """Every control at its lowest, at its highest, and each alone at its other end."""
    ends = {
        "range": lambda c: (c["min"], c["max"]),
        "select": lambda c: (c["options"][0][0], c["options"][-1][0]),
        "checkbox": lambda c: (False, True),
        "drawing": lambda c: [level * c["rows"] * c["columns"] for level in "0g"],
    }
    pairs = {c["name"]: ends[c["kind"]](c) for c in load(name).value("controls")}
    low = {key: pair[0] for key, pair in pairs.items()}
    high = {key: pair[1] for key, pair in pairs.items()}
    yield low
    yield high
    for key in pairs:
        yield {**low, key: high[key]}
        yield {**high, key: low[key]}


def assert_same(ours, theirs, where="state"):
    """Equal structure, numbers within 1e-9 of each other, everything else equal."""
    if isinstance(theirs, dict):
        assert sorted(ours) == sorted(theirs), where
        for key in theirs:
            assert_same(ours[key], theirs[key], f"{where}.{key}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), where
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(a, b, f"{where}[{i}]")
    elif isinstance(theirs, bool | str):
        assert ours == theirs, where
    else:
        assert abs(ours - theirs) <= 1e-9, (where, ours, theirs)


# ---- What all files share ----


def functions(path):
    """The names of the functions that a file defines at its top level."""
    return set(re.findall(r"^function (\w+)", path.read_text(encoding="utf-8"), re.M))


@EVERY_WIDGET
def test_a_widget_does_not_define_again_what_all_have(name):
    own = functions(base.FOLDER / f"{name}.js")
    shared = functions(base.FOLDER / "pencil.js") | functions(base.FOLDER / "kit.js")
    assert own and not own & shared


# ---- The numbers and the words, against nnbook ----


@EVERY_WIDGET
def test_javascript_computes_what_nnbook_computes(name):
    script = load(name)
    for state in states(name, 200):
        widget = base.widget_class(name)(**state)
        assert_same(script.call("compute", state), widget.compute())


@EVERY_WIDGET
def test_both_languages_say_the_same_sentence(name):
    script = load(name)
    for state in [*states(name, 200, seed=1), *extremes(name)]:
        widget = base.widget_class(name)(**state)
        assert script.call("sentence", state) == widget.sentence()


@EVERY_WIDGET
@pytest.mark.keras
def test_the_copied_python_text_runs_and_prints_the_numbers(name):
    """It builds the same widget, and every `key = number` it prints is compute's."""
    pytest.importorskip("keras")
    for state in states(name, 3, seed=2):
        scope, printed = {}, io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(load(name).call("script", state), scope)
        assert scope["widget"].state() == state
        numbers = scope["widget"].compute()
        pairs = re.findall(r"(\w+) = (-?[\d.]+)", printed.getvalue())
        assert {key for key, _ in pairs} <= set(numbers)
        assert pairs, "the script prints no number"
        for key, value in pairs:
            assert abs(float(value) - numbers[key]) < 0.000051, (key, state)


# ---- The picture ----


@EVERY_WIDGET
def test_drawing_twice_gives_the_same_text(name):
    again = Script(base.source(name))
    for state in states(name, 10):
        drawn = load(name).call("draw", state)
        assert drawn == load(name).call("draw", state) == again.call("draw", state)


@EVERY_WIDGET
def test_the_picture_holds_at_the_extremes(name):
    for state in [*extremes(name), *states(name, 50)]:
        drawn = load(name).call("draw", state)
        assert not re.search("NaN|undefined|Infinity|null", drawn), state


SHAPES = set("div svg g path rect circle ellipse line polyline polygon text".split())


@EVERY_WIDGET
def test_the_picture_is_labelled_well_formed_and_inert(name):
    """It names itself for those who cannot see it, and holds no code, style or id.

    An id would clash with the next copy, a style would need a hole in the page's
    Content-Security-Policy.
    """
    for state in states(name, 20):
        drawn = load(name).call("draw", state)
        picture = ElementTree.fromstring(f"<div>{drawn}</div>")
        assert [panel.tag for panel in picture] == ["svg"] * len(picture)
        assert all(panel.get("role") == "img" for panel in picture)
        assert all(panel.get("aria-label") for panel in picture)
        assert picture[0].get("aria-label") == load(name).call("sentence", state)
        for part in picture.iter():
            assert part.tag in SHAPES
            assert not {"id", "style"} & set(part.attrib)
            assert not any(key.startswith("on") for key in part.attrib)


@EVERY_WIDGET
def test_coordinates_have_fixed_decimals(name):
    """At most three, so that the page does not change with the last bit of a number."""
    drawn = load(name).call("draw", states(name, 1)[1])
    geometry = re.findall(r' (?:d|x|y|width|height|cx|cy)="([^"]*)"', drawn)
    assert geometry
    assert not any(re.search(r"\.\d{4}", values) for values in geometry)


@EVERY_WIDGET
def test_clickable_parts_set_what_a_control_can_set(name):
    controls = load(name).value("controls")
    for state in states(name, 5):
        picture = f"<div>{load(name).call('draw', state)}</div>"
        for part in ElementTree.fromstring(picture).iter():
            if "data-set" in part.attrib:
                query = part.attrib["data-set"]
                read = kit().call("nnKit.readQuery", query, controls)
                assert len(read) == query.count("=") > 0


# ---- The class and the file ----


@EVERY_WIDGET
def test_the_file_needs_nothing_and_ends_with_the_export_line(name):
    text = (base.FOLDER / f"{name}.js").read_text(encoding="utf-8")
    assert text.endswith("\nexport default { compute, draw, render };\n")
    code = re.sub(r"`[^`]*`", "``", text)  # Python's imports in the text to copy
    assert not re.search(r"\bimport\b|\brequire\b|\bfetch\b|https?:", code)


@EVERY_WIDGET
def test_controls_and_traits_agree(name):
    traits = base.widget_class(name)()._shared_traits()
    controls = load(name).value("controls")
    assert [control["name"] for control in controls] == list(traits)
    for control in controls:
        trait = traits[control["name"]]
        if control["kind"] == "range":
            assert (control["min"], control["max"]) == (trait.minimum, trait.maximum)
            steps = (control["max"] - control["min"]) / control["step"]
            assert abs(steps - round(steps)) < 1e-9
        elif control["kind"] == "select":
            assert [value for value, _ in control["options"]] == list(trait.values)
            values = [value for value, _ in control["options"]]
            assert all(re.fullmatch(r"[\w.]+", value) for value in values)
        elif control["kind"] == "drawing":
            assert (control["rows"], control["columns"]) == (trait.rows, trait.columns)
        else:
            assert isinstance(trait.default_value, bool)
        assert control["label"] and control["group"] and "unit" in control


@EVERY_WIDGET
def test_presets_set_states_that_the_class_accepts(name):
    groups = {control["group"] for control in load(name).value("controls")}
    for preset in load(name).value("presets"):
        base.widget_class(name)(**preset["state"])
        assert preset["group"] in groups


@EVERY_WIDGET
def test_the_state_survives_every_way_out_and_back(name):
    controls = load(name).value("controls")
    for state in states(name, 20):
        widget = base.widget_class(name)(**state)
        assert widget.state() == state
        again = eval(repr(widget), {type(widget).__name__: base.widget_class(name)})
        assert again.state() == state
        html = ElementTree.fromstring(widget.html())
        assert json.loads(html.attrib["data-state"]) == state
        query = kit().call("nnKit.writeQuery", state, controls)
        assert kit().call("nnKit.readQuery", query, controls) == state


@EVERY_WIDGET
def test_the_notebook_stores_the_sentence_and_a_call_that_builds_the_widget(name):
    widget = base.widget_class(name)()
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"] == f"{type(widget).__name__}()"
    assert data["text/html"] == base.widget_class(name)().html()
    html = ElementTree.fromstring(data["text/html"])
    assert html.attrib["class"] == "nn-widget" and html.attrib["data-widget"] == name
    assert html.find("p[@class='nn-sentence']").text == widget.sentence()
    stored = json.loads(html.attrib["data-state"])
    assert list(stored) == sorted(stored)  # a new order of the traits changes nothing
    assert "application/vnd.jupyter.widget-view+json" in data


@EVERY_WIDGET
def test_the_page_gets_a_classic_script_that_registers_the_widget(name):
    page = Script("globalThis.nnWidgets = { other: 1 };" + base.classic_script(name))
    assert page.value("Object.keys(nnWidgets)") == ["other", name]
    kinds = page.value(f"Object.values(nnWidgets.{name}).map((part) => typeof part)")
    assert kinds == ["function"] * 3
    assert page.value("typeof compute") == "undefined"  # nothing leaks into the page
    state = base.widget_class(name)().state()
    drawn = page.call(f"nnWidgets.{name}.draw", state)
    assert drawn == load(name).call("draw", state)


@EVERY_WIDGET
def test_the_module_is_the_kit_and_the_widget(name):
    text = base.module(name)
    assert text == base.widget_class(name)()._esm
    assert text.count("const nnKit = ") == 1 and text.endswith(base.EXPORT)


@EVERY_WIDGET
def test_a_reader_with_a_kernel_can_watch_and_link_it(name):
    first, second = base.widget_class(name)(), base.widget_class(name)()
    controls = load(name).value("controls")
    key = controls[0]["name"]
    seen = []
    first.observe(lambda change: seen.append(change.new), key)
    tie = ipywidgets.link((first, key), (second, key))
    rng = np.random.default_rng(3)
    value = next(
        value
        for value in iter(lambda: any_value(controls[0], rng), None)
        if value != first.state()[key]
    )
    setattr(second, key, value)
    assert first.state()[key] == value and seen == [value]
    tie.unlink()


# ---- Bad inputs ----

BAD_CONSTRUCTORS = [
    (lambda: StairsNeuron(x5=1), TypeError, "StairsNeuron has no 'x5'; it takes x1, "),
    (lambda: StairsNeuron(W1=1), TypeError, "no 'W1'"),
    (lambda: StairsNeuron(1.0), TypeError, "positional argument"),
    (lambda: StairsNeuron(x1=1.01), ValueError, "x1 must be at least 0 and at most 1"),
    (lambda: StairsNeuron(b=-20.5), ValueError, "b must be at least -20 .* got -20.5"),
    (lambda: StairsNeuron(w1=np.nan), ValueError, "w1 must be .* got nan"),
    (lambda: StairsNeuron(w1=np.inf), ValueError, "w1 must be .* got inf"),
    (lambda: StairsNeuron(w1="3"), TypeError, "w1 must be a number, got '3'"),
    (lambda: StairsNeuron(w1=None), TypeError, "w1 must be a number, got None"),
    (lambda: StairsNeuron(w1=True), TypeError, "w1 must be a number, got True"),
    (lambda: StairsNeuron(w1=1 + 0j), TypeError, "w1 must be a number"),
    (lambda: base.source("stairs"), ValueError, "one of the widgets .*, got 'stairs'"),
    (lambda: base.classic_script("../kit"), ValueError, "one of the widgets"),
    (lambda: base.module("kit"), ValueError, "one of the widgets"),
]


@pytest.mark.parametrize("call, exception, message", BAD_CONSTRUCTORS)
def test_bad_input_is_refused(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


def test_a_refused_value_leaves_the_old_one():
    widget = StairsNeuron(w1=3)
    with pytest.raises(ValueError, match="w1 must be"):
        widget.w1 = 21
    assert widget.w1 == 3.0


def test_numpy_numbers_and_minus_zero_are_welcome():
    widget = StairsNeuron(w1=np.float32(2.5), w2=np.int64(3), b=-0.0)
    assert repr(widget) == "StairsNeuron(w1=2.5, w2=3.0, b=0.0)"


def test_a_file_without_the_export_line_is_refused(tmp_path, monkeypatch):
    (tmp_path / "half.py").write_text("")
    (tmp_path / "half.js").write_text("export default { draw };\n")
    monkeypatch.setattr(base, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="half.js must end with the line 'export "):
        base.source("half")


# ---- What a reader types, and what a link says ----

RANGE = {"name": "w", "kind": "range", "min": -20, "max": 20, "step": 0.5}
SWITCH = {"name": "on", "kind": "checkbox"}
CELLS = {"name": "ink", "kind": "drawing", "rows": 2, "columns": 3}
CHOICE = {"name": "how", "kind": "select", "options": [["a", "A"], ["b", "B"]]}


@pytest.mark.parametrize(
    "text, value",
    [
        ("2.5", 2.5),
        (" 2.5 ", 2.5),
        ("2,5", 2.5),
        ("-3", -3),
        ("−3", -3),
        ("+3", 3),
        (".5", 0.5),
        ("5.", 5),
        ("1e1", 10),
        ("0.3333", 0.3333),
        ("-0", 0),
        ("20", 20),
        ("", None),
        (" ", None),
        ("-", None),
        (".", None),
        ("abc", None),
        ("1e999", None),
        ("-1e999", None),
        ("20.01", None),
        ("NaN", None),
        ("Infinity", None),
        ("0x10", None),
        ("1_0", None),
        ("1 2", None),
        ("1,2,3", None),
        ("--1", None),
        ("٣", None),
        ("9" * 10_000_000, None),
        ("1" * 10_000_000 + "x", None),
    ],
)
def test_the_kit_reads_numbers_and_nothing_else(text, value):
    assert kit().call("nnKit.readValue", text, RANGE) == value


def test_minus_zero_is_zero():
    assert kit().value(
        "Object.is(nnKit.readValue('-0', {kind: 'range', min: -1, max: 1}), 0)"
    )


@pytest.mark.parametrize(
    "query, state",
    [
        ("w=2.5", {"w": 2.5}),
        ("w=2.5&on=true&how=b", {"w": 2.5, "on": True, "how": "b"}),
        ("on=false", {"on": False}),
        ("how=b&w=99", {"how": "b"}),
        ("w=1&w=2", {"w": 2}),
        ("w=NaN&how=c&on=1", {}),
        ("v=1&&=&w", {}),
        ("__proto__=1&constructor=1&toString=1", {}),
        ("on=__proto__", {}),
        ("on=true&on=constructor&how=length", {"on": True}),
        ("w=<script>alert(1)</script>", {}),
        ("w=%32", {}),
        ("how=<img src=x onerror=alert(1)>&w=1", {"w": 1}),
        ("ink=0g9f00", {"ink": "0g9f00"}),
        ("ink=0g9f0&w=1", {"w": 1}),
        ("ink=0g9f000", {}),
        ("ink=0g9h00", {}),
        ("ink=0G9F00", {}),
        ("ink=<b>00", {}),
        ("ink=%30000", {}),
        ("w=1" + "&w=1" * 2_500_000, {}),
    ],
)
def test_a_link_sets_known_names_to_allowed_values_only(query, state):
    started = time.perf_counter()
    assert kit().call("nnKit.readQuery", query, [RANGE, SWITCH, CHOICE, CELLS]) == state
    # Ten million characters are not searched: the answer takes milliseconds, most of
    # them on the way into V8. What takes minutes would be a page that hangs.
    assert time.perf_counter() - started < 10
    assert kit().value("({}).w === undefined && ({}).polluted === undefined")


# ---- One way to write numbers ----


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_python_writes_numbers_as_javascript_does(value, digits):
    script = load("stairs_neuron")
    assert script.call("fixed", value, digits) == base.fixed(value, digits)
    assert script.call("short", value) == base.short(value)


@pytest.mark.parametrize("value", [0.125, -0.125, 2.5, -2.5, 0.5, 1.00005, -1e-9, 0.0])
def test_halves_are_rounded_alike(value):
    script = load("stairs_neuron")
    for digits in range(5):
        assert script.call("fixed", value, digits) == base.fixed(value, digits)


@given(st.floats(0, 1))
def test_probabilities_are_written_alike(value):
    ours = base.probability(value)
    assert load("stairs_neuron").call("probability", value) == ours
    assert "0.0000" not in ours and "1.0000" not in ours


# ---- The look ----


def palettes():
    """The colours of widgets.css, name -> (light, dark), as red, green, blue."""
    css = (base.FOLDER / "widgets.css").read_text(encoding="utf-8")
    pattern = r"--nn-(\w+): light-dark\(#(\w{6}), #(\w{6})\)"
    return {
        name: tuple(tuple(bytes.fromhex(code)) for code in codes)
        for name, *codes in re.findall(pattern, css)
    }


def contrast(a, b):
    """WCAG 2.2: the ratio of relative luminances, each raised by 0.05."""

    def luminance(color):
        c = np.array(color) / 255
        linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    "ink, paper, least",
    [
        ("ink", "paper", 4.5),
        ("muted", "paper", 4.5),
        ("ink", "raised", 4.5),
        ("wrong", "paper", 4.5),  # also the colour of messages
        ("line", "paper", 3),
        ("plus", "paper", 3),
        ("minus", "paper", 3),
        ("right", "paper", 3),
    ],
)
def test_colours_can_be_told_from_the_paper(theme, ink, paper, least):
    colours = palettes()
    assert contrast(colours[ink][theme], colours[paper][theme]) >= least


# ---- One neuron on 2x2 images ----


@pytest.mark.parametrize(
    "state, z, right",
    [
        ({}, 4, 15),  # -8 + 12 + 12 - 12; wrong about the bottom row only
        ({"x1": 0.4, "x2": 0, "x3": 0.5, "x4": 1}, 2.8, 15),  # -3.2 + 6 + 12 - 12
        ({"w1": 0, "w2": 0, "w3": 12, "w4": 12, "b": -18}, 6, 14),  # 12 + 12 - 18
        ({"w1": 8, "w2": -8, "w3": 8, "w4": 8, "b": -20}, 4, 15),  # misses right stairs
        ({"w1": 0, "w2": 0, "w3": 0, "w4": 0, "b": 0}, 0, 14),  # never says stairs
        # 20 + 20 + 20; says stairs to the 11 with fewer than x3 + x4 + 1 dark on top
        ({"x1": 0, "w1": -20, "w2": -20, "w3": 20, "w4": 20, "b": 20}, 60, 7),
    ],
)
def test_stairs_by_hand(state, z, right):
    numbers = StairsNeuron(**state).compute()
    assert numbers["z"] == z
    assert sum(p["says"] == p["is"] for p in numbers["patterns"]) == right
    assert f" = {base.short(z)}, sigmoid" in StairsNeuron(**state).sentence()


def test_a_sum_that_is_zero_on_paper_is_no_stairs():
    """0.1 · 3 - 0.1 - 0.2 - 0 leaves 5.6e-17 in binary."""
    state = {"x1": 0.1, "x2": 0.1, "x3": 0.2, "x4": 0.0, "b": 0.0}
    state |= {"w1": 3.0, "w2": -1.0, "w3": -1.0, "w4": 0.0}
    assert 3 * 0.1 - 0.1 - 0.2 > 0
    for numbers in (
        StairsNeuron(**state).compute(),
        load("stairs_neuron").call("compute", state),
    ):
        assert numbers["z"] == 0 and not numbers["stairs"]


def test_the_presets_are_what_they_are_called():
    presets = {p["label"]: p["state"] for p in load("stairs_neuron").value("presets")}
    assert StairsNeuron(**presets["left stairs"]).state() == StairsNeuron().state()
    assert StairsNeuron(**presets["hand-chosen"]).state() == StairsNeuron().state()
    left = StairsNeuron(**presets["detector of left stairs"]).compute()
    fired = [p["x"] for p in left["patterns"] if p["says"]]
    assert fired == [[1, 0, 1, 1]]
    bottom = StairsNeuron(**presets["only the bottom row"]).compute()
    fired = [p["x"][2:] for p in bottom["patterns"] if p["says"]]
    assert fired == [[1, 1]] * 4


# ---- Eight activations under one cursor ----


@pytest.mark.parametrize(
    "state, name, value, slope, decades",
    [
        # 0.25^10 is 10^-6.0206; a weight of 4 makes up for the quarter.
        ({"z": 0, "depth": 10}, "sigmoid", 0.5, 0.25, -6.0206),
        ({"z": 0, "depth": 10, "w": 4}, "sigmoid", 0.5, 0.25, 0),
        ({"z": 0, "depth": 30}, "tanh", 0, 1, 0),
        ({"z": -2, "depth": 1}, "relu", 0, 0, -20),  # nothing is as far as it goes
        ({"z": -2, "depth": 4, "alpha": 0.1}, "leaky_relu", -0.2, 0.1, -4),
        ({"z": 3, "depth": 30, "w": 4}, "linear", 3, 1, 18.0618),  # 4^30
        ({"z": 0, "depth": 2, "alpha": 0.5}, "elu", 0, 0.5, -0.6021),
        ({"z": 0, "depth": 1}, "softplus", 0.6931, 0.5, -0.3010),  # log 2, log10 2
        ({"z": 0, "depth": 1}, "gelu", 0, 0.5, -0.3010),
        ({"z": 1, "depth": 30}, "gelu", 0.8413, 1.0833, 1.0426),
    ],
)
def test_one_function_by_hand(state, name, value, slope, decades):
    numbers = ActivationExplorer(**state).compute()
    found = numbers[name], numbers[f"{name}_grad"], numbers["decades"][name]
    np.testing.assert_allclose(found, (value, slope, decades), atol=0.0001)


@pytest.mark.parametrize("depth, layers", [(1, 1), (11.49, 11), (11.5, 12), (30, 30)])
def test_layers_come_in_whole_numbers(depth, layers):
    widget = ActivationExplorer(depth=depth)
    assert widget.compute()["layers"] == layers
    assert f" {layers} layer{'s pass' if layers > 1 else ' passes'} on" in (
        widget.sentence()
    )


@given(st.floats(-1e300, 1e300))
def test_three_digits_are_the_same_in_both_languages(value):
    assert load("activation_explorer").call("significant", value) == significant(value)


@pytest.mark.parametrize(
    "value, text",
    [
        (0.0, "0"),
        (0.3125, "0.313"),  # a half is rounded away from zero
        (-0.3125, "−0.313"),
        (9.996, "10"),
        (0.0009996, "0.001"),
        (9999.0, "1·10⁴"),
        (0.25**10, "9.54·10⁻⁷"),
    ],
)
def test_three_digits_by_hand(value, text):
    assert significant(value) == text
    assert load("activation_explorer").call("significant", value) == text


def test_the_tails_of_the_bell_keep_their_digits():
    """Where 1 minus something near 1 would have lost them, and between the two ways."""
    script = load("activation_explorer")
    for z in np.r_[np.linspace(-6, 6, 49), 2.4999999, 2.5, -2.4999999, -2.5]:
        theirs = script.call("compute", ActivationExplorer(z=z).state())
        ours = ActivationExplorer(z=z).compute()
        for key in ("gelu", "gelu_grad"):
            np.testing.assert_allclose(theirs[key], ours[key], rtol=1e-12, atol=1e-300)
