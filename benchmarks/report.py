"""What every benchmark reports beside its numbers: when, on what, with what.

Times differ between machines; a ratio means little without the processor, the library
behind NumPy's matrix products and their versions.
"""

import datetime
import json
import platform
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

from nnbook.datasets import DATA


def processor():
    """The name of the processor, as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line for line in lines if "model name" in line).split(": ")[1]
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def has_avx512():
    """Whether the processor has vectors of 512 bits; False where nobody can tell."""
    try:
        return "avx512f" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def blas():
    """What NumPy's matrix products run on, in a benchmark that gives it one thread."""
    return next(
        f"{pool['internal_api']} {pool['version']} {pool['architecture']}, 1 thread"
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    )


def circumstances():
    """Date, machine and versions, for the end of a report."""
    return {
        "date": datetime.date.today().isoformat(),
        "machine": processor(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def write(name, result):
    """Store a result where `nnbook.datasets.measured(name)` finds it, and print it."""
    path = DATA / f"{name}.json"
    path.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(path.read_text("utf-8"), end="")
