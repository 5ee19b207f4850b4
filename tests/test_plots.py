"""The drawing functions draw what they are given, on the axes they are given."""

import ast
from pathlib import Path

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)

from nnbook import plots  # noqa: E402

NAMES = [name for name in vars(plots) if name.startswith("draw_")]


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_an_image_is_drawn_with_white_for_0_and_black_for_1(ax):
    plots.draw_image(ax, [[0, 0.25], [1, 0.5]], "a title", numbers=True)
    image = ax.images[0]
    np.testing.assert_array_equal(image.get_array(), [[0, 0.25], [1, 0.5]])
    assert image.cmap(image.norm(0.0))[:3] == (1, 1, 1)
    assert image.cmap(image.norm(1.0))[:3] == (0, 0, 0)
    assert texts(ax) == ["0", "0.25", "1", "0.5"]
    assert [t.get_color() == "white" for t in ax.texts] == [False, False, True, False]
    assert ax.get_title() == "a title"


def test_classes_get_their_own_points_colour_and_marker(ax):
    x, labels = np.array([[0, 1], [2, 3], [4, 5]]), np.array([1, 0, 1])
    plots.draw_classes(ax, x, labels, names=("no", "yes"))
    no, yes = ax.collections
    np.testing.assert_array_equal(no.get_offsets(), x[[1]])
    np.testing.assert_array_equal(yes.get_offsets(), x[[0, 2]])
    assert [no.get_label(), yes.get_label()] == ["no", "yes"]
    assert tuple(no.get_facecolor()[0]) != tuple(yes.get_facecolor()[0])
    assert no.get_paths()[0].vertices.shape != yes.get_paths()[0].vertices.shape


def test_a_boundary_runs_where_the_score_is_zero(ax):
    ax.set(xlim=(0, 4), ylim=(0, 4))
    plots.draw_boundary(ax, lambda p: p[:, 0] + 2 * p[:, 1] - 4, label="line")
    (path,) = ax.collections[0].get_paths()
    np.testing.assert_allclose(path.vertices @ [1, 2], 4, atol=1e-9)
    assert ax.get_legend_handles_labels()[1] == ["line"]


def test_contours_run_at_equal_height(ax):
    ax.set(xlim=(-2, 2), ylim=(-2, 2))
    plots.draw_contours(ax, lambda p: (p**2).sum(axis=1), levels=[1, 2.25])
    for path, radius in zip(ax.collections[0].get_paths(), [1, 1.5], strict=True):
        lengths = np.hypot(*path.vertices.T)
        np.testing.assert_allclose(lengths, radius, atol=1e-3)


def test_a_path_has_a_dot_at_each_stop_and_a_ring_at_the_start(ax):
    plots.draw_path(ax, [[0, 1], [2, 3], [4, 0]], colour="red", label="down")
    steps, start = ax.lines
    np.testing.assert_array_equal(steps.get_xydata(), [[0, 1], [2, 3], [4, 0]])
    np.testing.assert_array_equal(start.get_xydata(), [[0, 1]])
    assert steps.get_marker() == "o" and start.get_fillstyle() == "none"
    assert ax.get_legend_handles_labels()[1] == ["down"]


def test_a_network_has_a_circle_for_each_name_and_an_edge_for_each_pair(ax):
    plots.draw_network(ax, [["a", "b"], ["c", "d", "e"], ["f"]])
    circles = [line for line in ax.lines if line.get_marker() == "o"]
    edges = [line for line in ax.lines if line.get_marker() != "o"]
    assert len(circles) == 6
    assert len(edges) == 2 * 3 + 3 * 1
    assert texts(ax) == list("abcdef")


def test_weights_stand_on_their_edges_and_negative_ones_are_dashed(ax):
    plots.draw_network(ax, [["a", "b"], ["c"], ["d"]], [[[0.5], [-2]], [["h"]]])
    edges = [line for line in ax.lines if line.get_marker() != "o"]
    assert [line.get_linestyle() for line in edges] == ["-", "--", "-"]
    assert texts(ax)[:3] == ["+0.5", "-2", "h"]


def test_a_graph_runs_from_left_to_right_and_names_what_came_from_what(ax):
    nodes = {"x": (0, "1"), "w": (1, "2"), "z": (0.5, "3"), "b": (2, "4"), "y": (0, "")}
    edges = [("x", "z", "slope"), ("w", "z", ""), ("z", "y", ""), ("b", "y", "")]
    plots.draw_graph(ax, nodes, edges)
    circles = {}
    for line in ax.lines:
        if line.get_marker() == "o":
            circles[len(circles)] = tuple(line.get_xydata()[0])
    # y comes last; b, which is used only there, stands beside z.
    places = dict(zip(nodes, circles.values(), strict=True))
    assert places == {"x": (0, 0), "w": (0, 1), "z": (1, 0.5), "b": (1, 2), "y": (2, 0)}
    ways = [line.get_xydata().tolist() for line in ax.lines if line.get_marker() != "o"]
    assert ways[0] == [[0, 0], [1, 0.5]] and len(ways) == 4
    assert texts(ax) == ["slope", "x", "1", "w", "2", "z", "3", "b", "4", "y", ""]


def test_drawing_makes_no_figure_shows_nothing_and_changes_no_setting():
    source = Path(plots.__file__).read_text()
    names = {
        n.attr for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Attribute)
    }
    assert not names & {"figure", "subplots", "show", "rcParams", "use", "pyplot"}
    assert "matplotlib" not in source.split('"""', 2)[2].split("def ")[0]


def test_the_books_style_can_be_loaded_and_tells_classes_apart():
    with plt.style.context("nnbook.book"):
        assert plt.rcParams["axes.prop_cycle"].by_key()["color"][0] == "#0072B2"


def test_every_function_is_tested_here():
    source = Path(__file__).read_text()
    assert not [name for name in NAMES if f"plots.{name}(" not in source]
