"""Run the notebooks and the Keras parity tests as another machine would compute them.

Stored outputs must not depend on the processor. Here BLAS gets another kernel and one
thread, and NumPy loses its AVX-512 loops; the last digits of many results change. A
probe first makes sure that they do: otherwise this run would test nothing.
"""

import os
import subprocess
import sys

PROBE = """
import hashlib, numpy as np
from threadpoolctl import threadpool_info
np.ones((9, 9)) @ np.ones((9, 9))
blas = next(p for p in threadpool_info() if p["user_api"] == "blas")
x = np.random.default_rng(0).normal(size=10_000)
bits = np.exp(x).tobytes() + np.exp(x.astype(np.float32)).tobytes()
print(blas["architecture"], blas["num_threads"], hashlib.sha256(bits).hexdigest()[:8])
"""
AVX512 = "X86_V4 AVX512_ICL AVX512_SPR"


def probe(settings):
    """(BLAS kernel, BLAS threads, digest of many exponentials) under these settings."""
    run = [sys.executable, "-W", "ignore", "-c", PROBE]
    done = subprocess.run(
        run, env=os.environ | settings, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def another_machine(blas_here):
    """Settings under which this processor computes as a different one would."""
    with open("/proc/cpuinfo") as file:
        has_avx512 = "avx512f" in file.read()
    kernels = ["SkylakeX", "Haswell"] if has_avx512 else ["Haswell", "Nehalem"]
    return {
        "OPENBLAS_CORETYPE": next(kernel for kernel in kernels if kernel != blas_here),
        "OPENBLAS_NUM_THREADS": "1",
        "NPY_DISABLE_CPU_FEATURES": AVX512 if has_avx512 else "X86_V3",
    }


def main():
    here = probe({})
    settings = another_machine(here[0])
    there = probe(settings)
    print("here:      BLAS {}, {} threads, exp {}".format(*here))
    print("elsewhere: BLAS {}, {} threads, exp {}".format(*there))
    assert there[0] == settings["OPENBLAS_CORETYPE"], "the same BLAS kernel"
    assert there[1] == "1", "more than one BLAS thread"
    assert here[2] != there[2], "np.exp computes the same bits"
    tests = ["--nbval", "chapters", "tests/test_keras_parity.py"]
    command = [sys.executable, "-m", "pytest", "-n", "2", *tests]
    sys.exit(subprocess.run(command, env=os.environ | settings).returncode)


if __name__ == "__main__":
    main()
