"""Drawing for the chapters: each function draws one thing on axes it is given.

No figure is made here, nothing is shown and no settings are changed: a chapter does
that in sight of the reader (`plt.style.use("nnbook.book")`, `plt.subplots`,
`plt.show`).
"""

import numpy as np

INK, QUIET = "#222222", "#8A8A8A"
CLASS_COLOURS = ("#0072B2", "#D55E00")
CLASS_MARKERS = ("o", "s")


def draw_image(ax, image, title="", *, numbers=False):
    """Draw one small image of darkness (0 white, 1 black) as a grid of squares.

    Parameters
    ----------
    ax : matplotlib Axes
    image : array_like, shape (height, width)
    title : str
    numbers : bool
        Write each pixel's value into it.
    """
    image = np.asarray(image)
    ax.imshow(image, cmap="Greys", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, loc="center", fontsize=9)
    for spine in ax.spines.values():
        spine.set(visible=True, color=QUIET, linewidth=1)
    if numbers:
        for (row, column), value in np.ndenumerate(image):
            colour = "white" if value > 0.5 else INK
            ax.text(column, row, f"{value:g}", ha="center", va="center", color=colour)


def draw_classes(ax, x, labels, names=("0", "1")):
    """Scatter points of two features, a colour and a marker for each class.

    Parameters
    ----------
    ax : matplotlib Axes
    x : ndarray, shape (samples, 2)
    labels : ndarray of 0 and 1, shape (samples,)
    names : pair of str
        What the two classes are called in the legend.
    """
    for label, name in enumerate(names):
        mine = x[labels == label]
        ax.scatter(
            mine[:, 0],
            mine[:, 1],
            s=22,
            color=CLASS_COLOURS[label],
            marker=CLASS_MARKERS[label],
            edgecolor="white",
            linewidth=0.5,
            label=name,
        )


def draw_boundary(ax, decide, *, colour=INK, label=None):
    """Draw the line where a score changes sign, within the present limits of the axes.

    Parameters
    ----------
    ax : matplotlib Axes
    decide : callable
        Takes points, shape (n, 2), and returns their scores, shape (n,).
    colour : str
    label : str, optional
        Name of the line for the legend.
    """
    across = np.linspace(*ax.get_xlim(), 200)
    up = np.linspace(*ax.get_ylim(), 200)
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    scores = decide(grid.reshape(-1, 2)).reshape(200, 200)
    ax.contour(across, up, scores, levels=[0], colors=[colour], linewidths=1.8)
    if label:
        ax.plot([], [], color=colour, linewidth=1.8, label=label)


def draw_contours(ax, height, *, levels=12):
    """Draw lines of equal height, within the present limits of the axes.

    Parameters
    ----------
    ax : matplotlib Axes
    height : callable
        Takes points, shape (n, 2), and returns their heights, shape (n,).
    levels : int or sequence of float
        How many lines, or their heights in rising order.
    """
    across = np.linspace(*ax.get_xlim(), 120)
    up = np.linspace(*ax.get_ylim(), 120)
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    heights = height(grid.reshape(-1, 2)).reshape(120, 120)
    ax.contour(across, up, heights, levels=levels, colors=QUIET, linewidths=0.7)


def draw_path(ax, path, *, colour=CLASS_COLOURS[1], label=None):
    """Draw the steps of a descent: a ring at the start, a dot at every stop.

    Parameters
    ----------
    ax : matplotlib Axes
    path : array_like, shape (stops, 2)
    colour : str
    label : str, optional
        Name of the path for the legend.
    """
    across, up = np.asarray(path).T
    ax.plot(across, up, "o-", color=colour, markersize=3, linewidth=1.3, label=label)
    ax.plot(across[0], up[0], "o", color=colour, markersize=9, fillstyle="none")


def draw_network(ax, layers, weights=None):
    """Draw layers of named circles, each joined to all circles of the layer before.

    Parameters
    ----------
    ax : matplotlib Axes
    layers : list of list of str
        The names in the circles, layer by layer from left to right.
    weights : list of (array_like of shape (n_in, n_out), or None), optional
        What is written on the edges between each pair of layers: a text, or a number,
        whose edge is solid if it is positive and dashed if it is negative.
    """
    tallest = max(map(len, layers))
    ax.set(xlim=(-0.4, len(layers) - 0.6), ylim=(-0.55 * tallest, 0.55 * tallest))
    ax.axis("off")
    places = [
        [(across, (len(layer) - 1) / 2 - j) for j in range(len(layer))]
        for across, layer in enumerate(layers)
    ]
    for left, right, labels in zip(
        places[:-1], places[1:], weights or [None] * (len(layers) - 1), strict=True
    ):
        for j, start in enumerate(left):
            for k, end in enumerate(right):
                _draw_edge(ax, start, end, "" if labels is None else labels[j][k])
    for layer, spots in zip(layers, places, strict=True):
        for name, (across, up) in zip(layer, spots, strict=True):
            ax.plot(across, up, "o", markersize=38, color="white", mec=INK, mew=1.3)
            ax.text(across, up, name, ha="center", va="center", fontsize=9)


def _draw_edge(ax, start, end, label):
    """One connection; its label stands nearer to the start, on a white ground."""
    (x0, y0), (x1, y1) = start, end
    is_text = isinstance(label, str)
    style = "--" if not is_text and label < 0 else "-"
    ax.plot([x0, x1], [y0, y1], color=QUIET, lw=1.1, ls=style, zorder=0)
    at = (x0 + 0.42 * (x1 - x0), y0 + 0.42 * (y1 - y0))
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    if label != "":
        text = label if is_text else f"{label:+g}"
        ax.text(*at, text, ha="center", va="center", fontsize=9, bbox=box)


def draw_graph(ax, nodes, edges):
    """Draw a computation from left to right: every number, and what it came from.

    A number stands one column to the right of the last of those it was computed from.
    What was computed from nothing stands just before its first use.

    Parameters
    ----------
    ax : matplotlib Axes
    nodes : dict of str to (float, str)
        Name in the circle -> its height, and the text below it.
    edges : list of (str, str, str)
        From which node to which, and what is written on the way.
    """
    columns = _columns(nodes, edges)
    places = {name: (columns[name], nodes[name][0]) for name in nodes}
    heights = [height for height, _ in nodes.values()]
    ax.set(xlim=(-0.4, max(columns.values()) + 0.4))
    ax.set(ylim=(min(heights) - 0.75, max(heights) + 0.4))
    ax.axis("off")
    for start, end, label in edges:
        (x0, y0), (x1, y1) = places[start], places[end]
        ax.plot([x0, x1], [y0, y1], color=QUIET, lw=1.1, zorder=0)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        at = (x0 + x1) / 2, (y0 + y1) / 2
        if label:
            ax.text(*at, label, ha="center", va="center", fontsize=8, bbox=box)
    for name, (across, up) in places.items():
        ax.plot(across, up, "o", markersize=24, color="white", mec=INK, mew=1.2)
        ax.text(across, up, name, ha="center", va="center", fontsize=9)
        below = {"xytext": (0, -15), "textcoords": "offset points"}
        ax.annotate(
            nodes[name][1], (across, up), ha="center", va="top", fontsize=8, **below
        )


def _columns(nodes, edges):
    """How far to the right each node stands."""
    columns = dict.fromkeys(nodes, 0)
    for _ in nodes:  # as often as the longest way could ask for
        for start, end, _ in edges:
            columns[end] = max(columns[end], columns[start] + 1)
    for name in nodes.keys() - {end for _, end, _ in edges}:
        uses = [columns[end] for start, end, _ in edges if start == name]
        columns[name] = min(uses, default=1) - 1
    return columns
