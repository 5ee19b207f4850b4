"""Pictures that can be moved: the widgets of the book.

A widget is one class in `<name>.py` and one JavaScript file, `<name>.js`. The class
holds the state and says in one sentence what the numbers are, computed by nnbook. The
file computes the same numbers where no Python is (in the published page) and draws
them. The tests run both on random states and compare.

`base.py` is what the classes share, `kit.js` what the files share, `host.js` brings the
widgets of a published page to life, and `widgets.css` is their look. This is the only
folder of the package that imports anywidget.

>>> from nnbook.widgets.stairs_neuron import StairsNeuron
>>> StairsNeuron(x2=1.0)
StairsNeuron(x2=1.0)
"""
