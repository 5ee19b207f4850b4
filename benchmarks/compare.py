"""nnbook beside Keras, PyTorch, scikit-learn and the bare matrix products.

Every library lives in a process of its own, with one thread, and prepares a work once.
Then they take turns, so that a busy moment of the machine hits all of them. A round
gives each library a time, and its ratio to nnbook's in the same round; the table shows
medians, and the quartiles of the ratios. Ratios are what to look at: seconds belong to
one machine on one day.

    make bench                                     # all works, about ten minutes
    python benchmarks/compare.py W1 W2             # some of them
    MNIST=mnist.npz python benchmarks/compare.py   # with real pictures in W3 and W4

writes compare.json into the data of the package, unless only some works were done.
PyTorch is left out where it is not installed. "nnbook, AVX-512" is nnbook with other
matrix products: OpenBLAS does not choose its kernels for the widest vectors on every
processor that has them; one environment variable makes it.
"""

import importlib
import importlib.util
import os
import subprocess
import sys
from statistics import median, quantiles
from time import perf_counter

LIBRARIES = {
    "nnbook": "with_nnbook",
    "nnbook, AVX-512": "with_nnbook",
    "Keras": "with_keras",
    "Keras, tuned": "with_keras_tuned",
    "PyTorch": "with_torch",
    "scikit-learn": "with_sklearn",
    "products alone": "with_gemm",
}
ROUNDS = 7
SINGLE = 50  # how often a single operation is repeated within a round
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "1",  # as TensorFlow is installed; the tests turn it off
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
}
WIDE_PRODUCTS = {"OPENBLAS_CORETYPE": "SkylakeX"}


def timed(run, times):
    start = perf_counter()
    for _ in range(times):
        run()
    return perf_counter() - start


def serve(module):
    """One library: asked for a work, prepare it; asked again, do it and say how long.

    The words on the way: a work's name in, "ready" or "no" out; "go" in, seconds out.
    """
    library = importlib.import_module(module)
    print("here", flush=True)
    run = work = None
    for line in sys.stdin:
        if line.strip() != "go":
            work = line.strip()
            run = library.prepare(work)
            if run:
                run()  # what is compiled or cached at first is not counted
            print("ready" if run else "no", flush=True)
        else:
            print(timed(run, SINGLE if work >= "W5" else 1), flush=True)


class Library:
    """A library in its own process."""

    def __init__(self, name):
        settings = WIDE_PRODUCTS if name.endswith("AVX-512") else {}
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", LIBRARIES[name]],
            env=os.environ | ONE_THREAD | settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "here\n"

    def ask(self, word):
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


def rounds_of(work, libraries):
    """Name -> seconds of each round, for the libraries that do the work."""
    names = [name for name, library in libraries.items() if library.ask(work) != "no"]
    times = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name in names:
            times[name].append(float(libraries[name].ask("go")))
    return times


def compared(times):
    """Medians, and the ratio of each library's time to nnbook's with its quartiles."""
    result = {}
    for name, seconds in times.items():
        pairs = zip(seconds, times["nnbook"], strict=True)
        ratios = [other / ours for other, ours in pairs]
        low, _, high = quantiles(ratios)
        result[name] = {
            "seconds": float(f"{median(seconds):.3g}"),
            "ratio": float(f"{median(ratios):.3g}"),
            "quartiles": [float(f"{low:.3g}"), float(f"{high:.3g}")],
        }
    return result


def table(results):
    """The ratios as lines of text: above 1, nnbook is faster."""
    names = [name for name in LIBRARIES if any(name in row for row in results.values())]
    lines = [f"{'time / nnbook':16}" + "".join(f"{name:>22}" for name in names)]
    for work, row in results.items():
        cells = [
            "{ratio:g} ({quartiles[0]:g}-{quartiles[1]:g})".format(**row[name])
            if name in row
            else "-"
            for name in names
        ]
        lines.append(f"{work:16}" + "".join(f"{cell:>22}" for cell in cells))
    return "\n".join(lines)


def main():
    from report import blas, circumstances, has_avx512, write
    from works import WHAT

    works = sys.argv[1:] or list(WHAT)
    here = {
        "PyTorch": importlib.util.find_spec("torch"),
        "nnbook, AVX-512": has_avx512(),  # its products are for no other processor
    }
    libraries = {name: Library(name) for name in LIBRARIES if here.get(name, True)}
    results = {}
    for work in works:
        results[work] = compared(rounds_of(work, libraries))
        print(table({work: results[work]}), flush=True)
    for library in libraries.values():
        library.process.stdin.close()
        library.process.wait()
    if len(works) == len(WHAT):
        whole = {work: {"what": WHAT[work]} | results[work] for work in works}
        report = {"works": whole, "rounds": ROUNDS, "blas": blas()}
        write("compare", report | circumstances())
    print(table(results))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2])
    else:
        main()
