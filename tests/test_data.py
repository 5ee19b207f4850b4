"""The data that come from files: the digits that ship, MNIST, and damaged files."""

import pickle
import re
import sys
import zipfile
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from nnbook import checks, datasets
from nnbook.datasets import digits, load_mnist, measured


def test_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    theirs = load_digits()
    images, labels = digits()
    np.testing.assert_array_equal(images[..., 0] * 16, theirs.images)
    np.testing.assert_array_equal(labels, theirs.target)


def test_digits_have_the_shape_of_images_and_ink_is_high():
    images, labels = digits()
    assert (images.shape, images.dtype) == ((1797, 8, 8, 1), np.float32)
    assert (labels.shape, labels.dtype) == ((1797,), np.int64)
    assert (images.min(), images.max()) == (0.0, 1.0)
    # A digit stands in the middle of white paper.
    assert images[:, :, 0].mean() < 0.01 < images[:, :, 3:5].mean()
    np.testing.assert_array_equal(np.unique(labels), np.arange(10))


def test_each_call_gives_digits_of_its_own():
    first, _ = digits()
    first[...] = 0
    assert digits()[0].max() == 1.0


def test_the_file_is_small_and_holds_bytes():
    path = datasets.DATA / "digits.npz"
    assert path.stat().st_size < 64_000
    arrays = checks.arrays_in(path)
    assert {name: array.dtype for name, array in arrays.items()} == {
        "images": np.uint8,
        "labels": np.uint8,
    }
    assert (datasets.DATA / "README.md").read_text("utf-8").count("C50P49") == 1


def test_a_missing_data_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"digits.npz does not exist. Install"):
        digits()


# Measurements


@pytest.mark.parametrize("path", sorted(datasets.DATA.glob("*.json")), ids=str)
def test_a_measurement_says_when_and_where_and_has_its_program(path):
    found = measured(path.stem)
    assert date.fromisoformat(found["date"]) and found["machine"]
    root = Path(__file__).parent.parent
    assert (root / "benchmarks" / path.with_suffix(".py").name).exists()


@pytest.mark.parametrize("name", ["nothing", "../data/forward_loops", "digits", "", 3])
def test_what_was_not_measured_is_refused(name):
    with pytest.raises(ValueError, match=r"name must be one of .*forward_loops.*, got"):
        measured(name)


# MNIST, from a stand-in of the right shapes


@pytest.fixture(scope="session")
def mnist():
    rng = np.random.default_rng(0)
    arrays = {}
    for part, n in (("train", 60000), ("test", 10000)):
        arrays[f"x_{part}"] = np.zeros((n, 28, 28), np.uint8)
        arrays[f"x_{part}"][0, 0, :2] = 51, 255
        arrays[f"y_{part}"] = rng.integers(0, 10, n, dtype=np.uint8)
    return arrays


@pytest.fixture(scope="session")
def mnist_file(mnist, tmp_path_factory):
    # A name with a blank and an accent, as folders have.
    path = tmp_path_factory.mktemp("données à part") / "mnist.npz"
    np.savez_compressed(path, **mnist)
    return path


def assert_is_mnist(result, mnist):
    for (images, labels), part in zip(result, ("train", "test"), strict=True):
        n = len(mnist[f"y_{part}"])
        assert (images.shape, images.dtype) == ((n, 28, 28, 1), np.float32)
        assert labels.dtype == np.int64
        np.testing.assert_array_equal(labels, mnist[f"y_{part}"])
        np.testing.assert_array_equal(images[0, 0, :3, 0], np.float32([0.2, 1, 0]))


def test_mnist_from_a_file(mnist, mnist_file):
    assert_is_mnist(load_mnist(mnist_file), mnist)
    assert_is_mnist(load_mnist(str(mnist_file)), mnist)


@pytest.fixture
def keras_download(monkeypatch):
    """Put `load_data` in place of Keras's, which would go to the network."""

    def replace(load_data):
        package = ModuleType("keras.datasets")
        package.mnist = SimpleNamespace(load_data=load_data)
        monkeypatch.setitem(sys.modules, "keras", ModuleType("keras"))
        monkeypatch.setitem(sys.modules, "keras.datasets", package)

    return replace


def test_mnist_from_keras(mnist, keras_download):
    keras_download(
        lambda: (
            (mnist["x_train"], mnist["y_train"]),
            (mnist["x_test"], mnist["y_test"]),
        )
    )
    assert_is_mnist(load_mnist(), mnist)


def test_without_a_network_mnist_says_so_and_what_to_do(keras_download):
    def load_data():
        raise Exception("URL fetch failure on https://example.org: None -- refused")

    keras_download(load_data)
    with pytest.raises(OSError, match=r"not be downloaded \(URL fetch .*mnist.npz'\)"):
        load_mnist()


def test_without_keras_mnist_says_so_and_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    monkeypatch.setitem(sys.modules, "keras.datasets", None)
    with pytest.raises(
        OSError, match=r"could not be downloaded .*keras.*give its path"
    ):
        load_mnist()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"x_train": None}, "x_train must have shape (60000, 28, 28) and dtype uint8"),
        (
            {"y_test": np.zeros(9999, np.uint8)},
            "y_test must have shape (10000,) and dty",
        ),
        (
            {"y_train": np.zeros(60000)},
            "uint8, got (60000,) float64. load_mnist() with",
        ),
        ({"y_test": np.full(10000, 10, np.uint8)}, "y_test must hold digits 0..9"),
    ],
)
def test_a_file_that_is_not_mnist(mnist, tmp_path, change, message):
    path = tmp_path / "other.npz"
    arrays = {k: v for k, v in (mnist | change).items() if v is not None}
    np.savez_compressed(path, **arrays)
    with pytest.raises(OSError, match=re.escape(message)) as error:
        load_mnist(path)
    assert str(path) in str(error.value)


def test_mnist_from_nowhere(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"mnist.npz does not exist. load_mnist"
    ):
        load_mnist(tmp_path / "mnist.npz")
    with pytest.raises(TypeError, match="path must be the name of a file, got 3"):
        load_mnist(3)


# Damaged files


def write_good(path):
    np.savez_compressed(path, a=np.arange(1000.0))
    return path.read_bytes()


def truncated(path):
    path.write_bytes(write_good(path)[:-200])


def one_bit_flipped(path):
    data = bytearray(write_good(path))
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def pickled_array(path):
    np.savez(path, a=np.array([{}], dtype=object))


class Bomb:
    def __reduce__(self):
        return exec, ("raise SystemExit('the file was run')",)


def bare_pickle(path):
    path.write_bytes(pickle.dumps(Bomb()))


def single_array(path):
    with open(path, "wb") as file:
        np.save(file, np.ones(3))


def zip_of_text(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "hello")


DAMAGED = [
    truncated,
    one_bit_flipped,
    pickled_array,
    bare_pickle,
    single_array,
    zip_of_text,
    lambda path: path.write_bytes(b""),
    lambda path: path.write_text("hello"),
]


@pytest.mark.parametrize("write", DAMAGED)
def test_a_damaged_file_is_refused_and_never_run(write, tmp_path):
    path = tmp_path / "file.npz"
    write(path)
    with pytest.raises(ValueError, match="file.npz .*(damaged|which is no array)"):
        checks.arrays_in(path)
    with pytest.raises(OSError, match=r"file.npz .*load_mnist\(\) without a path"):
        load_mnist(path)


def test_a_good_file_is_read(tmp_path):
    write_good(tmp_path / "file.npz")
    arrays = checks.arrays_in(tmp_path / "file.npz")
    np.testing.assert_array_equal(arrays["a"], np.arange(1000.0))
