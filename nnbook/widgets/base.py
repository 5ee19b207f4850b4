"""What the widgets of the book have in common.

The same widget lives in two places. In JupyterLab (and Notebook, VS Code, Colab) it is
an anywidget: its class in Python and its view in the browser share one state, so that
`observe` and `ipywidgets.link` work. In the published page there is no Python: the
notebook's stored output is a `<div class="nn-widget">` with the state and one sentence,
and the page's scripts bring it to life. Both places run the same JavaScript file, which
imports nothing and ends with the line `EXPORT`.

Every chapter uses the widgets; none of them teaches this file.
"""

import html
import importlib
import json
import math
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import anywidget
import traitlets

from nnbook.checks import number

FOLDER = Path(__file__).parent
EXPORT = "export default { compute, draw, render };\n"
INK = "0123456789abcdefg"  # the digits of the numbers 0 to 16


def names():
    """The names of all widgets: every Python file with a JavaScript file beside it.

    Examples
    --------
    >>> "stairs_neuron" in names()
    True
    """
    return sorted(
        path.stem for path in FOLDER.glob("*.js") if path.with_suffix(".py").exists()
    )


def widget_class(name):
    """The class of a widget.

    Examples
    --------
    >>> widget_class("stairs_neuron").__name__
    'StairsNeuron'
    """
    members = vars(importlib.import_module(f"nnbook.widgets.{name}")).values()
    return next(member for member in members if getattr(member, "name", None) == name)


def source(name):
    """The JavaScript of a widget without its export line: functions, and no more.

    In front of its own stand those of `pencil.js`, which all widgets share. If the
    package has data of the widget's name, they come first, as the constant `DATA`.

    Parameters
    ----------
    name : str
        One of `names()`.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no such widget, or its file does not end with the export line.
    """
    if name not in names():
        raise ValueError(
            f"name must be one of the widgets {', '.join(names())}, got {name!r}"
        )
    text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
    if not text.endswith("\n" + EXPORT):
        raise ValueError(f"{name}.js must end with the line {EXPORT.strip()!r}")
    pencil = (FOLDER / "pencil.js").read_text(encoding="utf-8")
    data = FOLDER.parent / "data" / f"{name}.json"
    if data.exists():
        pencil = f"const DATA = {data.read_text(encoding='utf-8').strip()};\n{pencil}"
    return f"{pencil}\n{text.removesuffix(EXPORT)}"


def module(name):
    """The widget as one JavaScript module: the kit, then the widget's own file.

    This is what anywidget sends to the browser.
    """
    kit = (FOLDER / "kit.js").read_text(encoding="utf-8")
    return f"{kit}\n{source(name)}{EXPORT}"


def classic_script(name):
    """The widget as a script for the published page, without `import` or `export`.

    Browsers refuse modules from `file://`, and the page is to work from there. The
    functions stay private to the script, which registers the exported ones as
    `nnWidgets[name]`.

    Parameters
    ----------
    name : str
        One of `names()`.

    Returns
    -------
    str

    Examples
    --------
    >>> print(classic_script("stairs_neuron").splitlines()[-2])
    (globalThis.nnWidgets ??= {})["stairs_neuron"] = { compute, draw, render };
    """
    exported = EXPORT.removeprefix("export default ")
    register = f'(globalThis.nnWidgets ??= {{}})["{name}"] = {exported}'
    return f'"use strict";\n(() => {{\n{source(name)}{register}}})();\n'


class Number(traitlets.TraitType):
    """A finite number within a range, shared by Python and the browser.

    Parameters
    ----------
    default : float
    minimum, maximum : float
        Both allowed.
    """

    def __init__(self, default, minimum, maximum):
        super().__init__(default_value=float(default))
        self.minimum = minimum
        self.maximum = maximum
        self.tag(sync=True, shared=True)

    def validate(self, widget, value):
        value = number(self.name, value, at_least=self.minimum, at_most=self.maximum)
        return value + 0.0  # -0.0 becomes 0.0, which prints without a sign


class Drawing(traitlets.TraitType):
    """Cells with ink, row by row: one character each, from 0 (none) to g (16, full).

    Parameters
    ----------
    default : str
    rows, columns : int
    """

    def __init__(self, default, rows, columns):
        super().__init__(default_value=default)
        self.rows = rows
        self.columns = columns
        self.tag(sync=True, shared=True)

    def validate(self, widget, value):
        if not isinstance(value, str):
            raise TypeError(f"{self.name} must be a string, got {value!r}")
        size = self.rows * self.columns
        if len(value) != size or not set(value) <= set(INK):
            raise ValueError(
                f"{self.name} must be {size} characters from 0 to 9 and a to g, got "
                f"{len(value)}: {value[:20]!r}"
            )
        return value


def fixed(value, digits):
    """A number with a fixed number of decimals, as the widgets write it.

    JavaScript rounds halves away from zero and Python to the even digit; the sentence
    has to be the same text from both, so this rounds like JavaScript's `toFixed`. The
    minus is a real minus sign, and zero has none.

    Examples
    --------
    >>> fixed(0.125, 2), fixed(-0.5, 1), fixed(-0.001, 2)
    ('0.13', '−0.5', '0.00')
    """
    unit = Decimal(1).scaleb(-digits)
    text = str(Decimal(abs(value)).quantize(unit, ROUND_HALF_UP))
    return f"−{text}" if value < 0 and Decimal(text) != 0 else text


def short(value):
    """A number with as many decimals as it needs, at most four.

    Examples
    --------
    >>> short(12.0), short(-0.05), short(1 / 3)
    ('12', '−0.05', '0.3333')
    """
    return fixed(value, 4).rstrip("0").rstrip(".")


def probability(value):
    """How a probability follows its name: never as a 0 or 1 that it is not.

    Examples
    --------
    >>> probability(0.98201), probability(1 - 1e-9)
    ('= 0.9820', '> 0.9999')
    """
    if value < 0.00005:
        return "< 0.0001"
    if value >= 0.99995:
        return "> 0.9999"
    return f"= {fixed(value, 4)}"


def significant(value, digits=3):
    """A number with at most so many significant digits, as people write it.

    Examples
    --------
    >>> significant(0.3125), significant(-8.63e-8), significant(2.0**30)
    ('0.313', '−8.63·10⁻⁸', '1.07·10⁹')
    """
    if value == 0:
        return "0"
    exact = Decimal(abs(value))
    unit = Decimal(1).scaleb(exact.adjusted() + 1 - digits)
    rounded = exact.quantize(unit, ROUND_HALF_UP)
    sign, power = "−" if value < 0 else "", rounded.adjusted()
    if -3 <= power < 4:
        return f"{sign}{rounded.normalize():f}"
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{sign}{rounded.scaleb(-power).normalize():f}·10{raised}"


def whole(value):
    """The nearest whole number, halves upwards, as JavaScript's `Math.round` has it.

    Examples
    --------
    >>> whole(0.5), whole(1.49), whole(2)
    (1, 1, 2)
    """
    return math.floor(value + 0.5)


def clean(value):
    """A number to nine decimals: what is 0 on paper is 0, not 4e-17.

    Examples
    --------
    >>> clean(0.1 + 0.2), clean(-0.0)
    (0.3, 0.0)
    """
    return round(float(value), 9) + 0.0


class BookWidget(anywidget.AnyWidget):
    """A widget of the book: subclasses give `name`, `_esm`, traits and two methods.

    Its own traits (`Number(...)`, or another trait tagged `sync=True, shared=True`) are
    the state that the page, a link and the constructor share.

    Raises
    ------
    TypeError
        If the constructor is given a name that is not in the state.
    ValueError
        If a number is out of range or NaN.
    """

    name = ""
    _css = (FOLDER / "widgets.css").read_text(encoding="utf-8")

    def __init__(self, **state):
        known = self._shared_traits()
        for key in state:
            if key not in known:
                raise TypeError(
                    f"{type(self).__name__} has no {key!r}; it takes {', '.join(known)}"
                )
        super().__init__(**state)

    def compute(self):
        """The numbers that the picture shows, computed by nnbook.

        Returns
        -------
        dict
            The same keys and values as the JavaScript `compute(state)`.
        """
        raise NotImplementedError

    def sentence(self):
        """The one sentence that states the numbers; the JavaScript says the same."""
        raise NotImplementedError

    def state(self):
        """The shared state, as a plain dict in the order of the class."""
        return {key: getattr(self, key) for key in self._shared_traits()}

    def _shared_traits(self):
        """Name -> trait of the state, in the order in which the class states them."""
        return {
            key: trait
            for cls in reversed(type(self).__mro__)
            for key, trait in vars(cls).items()
            if isinstance(trait, traitlets.TraitType) and trait.metadata.get("shared")
        }

    def __repr__(self):
        """The constructor call that builds this widget again."""
        changed = [
            f"{key}={value!r}"
            for key, value in self.state().items()
            if value != self._shared_traits()[key].default_value
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def html(self):
        """What the notebook stores for the page: the state and the sentence."""
        state = html.escape(json.dumps(self.state(), sort_keys=True))
        return (
            f'<div class="nn-widget" data-widget="{self.name}" data-state="{state}">'
            f'<p class="nn-sentence">{html.escape(self.sentence())}</p></div>'
        )

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/html": self.html()}, metadata
