"""Do two machines that share a batch learn what one machine learns?

Two TensorFlow processes stand for two machines. They talk through two ports of this
one, with the strategy that TensorFlow has for real clusters. Each computes the gradient
of its half of every batch; `all_reduce` hands both of them the mean of the two, and
both take the same step. The same program with one process and whole batches is the
judge. A third run leaves the mean out, to see what it is good for.

    python benchmarks/two_workers.py

It takes about a minute, at most six, and writes two_workers.json into the data of the
package, where `datasets.measured` finds it. The chapter on training quotes it with its
date; no test runs it. The loop is written by hand because `fit` of Keras 3 does not
support this strategy.
"""

import contextlib
import faulthandler
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from report import circumstances, write

from nnbook.datasets import digits

INPUTS, NEURONS, CLASSES = 64, 32, 10
BATCH, STEPS, RATE = 64, 200, 0.5
SHOWN = (1, 50, 100, 150, 200)
MINUTES = 2  # for each of the three runs


def train(worker, workers, averaging):
    """What one process does: the losses of all steps, its last weights, a version."""
    import tensorflow as tf

    if workers == 1:
        strategy = tf.distribute.get_strategy()  # of one machine
    else:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()  # reads TF_CONFIG
    # All processes draw the same numbers, so they agree without a word.
    rng = np.random.default_rng(0)
    images, labels = digits()
    x = images.reshape(len(images), INPUTS)
    with strategy.scope():
        weights = [
            tf.Variable(start.astype(np.float32))
            for start in (
                rng.normal(0, (2 / INPUTS) ** 0.5, (INPUTS, NEURONS)),
                np.zeros(NEURONS),
                rng.normal(0, (1 / NEURONS) ** 0.5, (NEURONS, CLASSES)),
                np.zeros(CLASSES),
            )
        ]

    def step(x, labels):
        W1, b1, W2, b2 = weights
        with tf.GradientTape() as tape:
            logits = tf.nn.relu(x @ W1 + b1) @ W2 + b2
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            )
        gradients = tape.gradient(loss, weights)
        if averaging:
            here = tf.distribute.get_replica_context()
            loss, gradients = here.all_reduce("MEAN", [loss, gradients])
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.assign_sub(RATE * gradient)
        return loss

    run = tf.function(lambda x, labels: strategy.run(step, args=(x, labels)))
    losses = []
    for _ in range(STEPS):
        batch = rng.choice(len(x), BATCH, replace=False)
        mine = np.split(batch, workers)[worker]
        losses.append(float(run(x[mine], labels[mine])))
    return {
        "losses": np.array(losses),
        "weights": np.concatenate([weight.numpy().ravel() for weight in weights]),
        "tensorflow": tf.__version__,
    }


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("localhost", 0))
        return [each.getsockname()[1] for each in sockets]


def run_workers(workers, averaging=True):
    """What each of so many processes returns, after they have all ended."""
    cluster = {"worker": [f"localhost:{port}" for port in free_ports(workers)]}
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder, processes = Path(name), []
        for worker in range(workers):
            settings = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
            if workers > 1:
                task = {"type": "worker", "index": worker}
                settings["TF_CONFIG"] = json.dumps({"cluster": cluster, "task": task})
            numbers = [str(int(number)) for number in (worker, workers, averaging)]
            log = stack.enter_context(open(folder / f"{worker}.log", "w"))
            process = subprocess.Popen(
                [sys.executable, __file__, *numbers, str(folder / f"{worker}.npz")],
                env=os.environ | settings,
                stderr=log,
            )
            # Whatever happens here, nobody stays behind.
            stack.callback(process.wait)
            stack.callback(process.kill)
            processes.append(process)
        for worker, process in enumerate(processes):
            if process.wait(timeout=60 * MINUTES):
                said = (folder / f"{worker}.log").read_text()
                raise RuntimeError(f"worker {worker} has failed:\n{said}")
        return [dict(np.load(folder / f"{worker}.npz")) for worker in range(workers)]


def largest_difference(one, other):
    """Between the last weights of two runs, as a number of two digits."""
    difference = abs(one["weights"].astype(np.float64) - other["weights"]).max()
    return float(f"{difference:.1e}")


def main():
    [one] = run_workers(1)
    first, second = run_workers(2)
    alone, _ = run_workers(2, averaging=False)
    np.testing.assert_allclose(first["weights"], one["weights"], rtol=0, atol=1e-6)

    def shown(run):
        return {str(step): round(float(run["losses"][step - 1]), 4) for step in SHOWN}

    result = {
        "what": f"network {INPUTS}-{NEURONS}-{CLASSES} on the digits, float32, "
        f"{STEPS} steps of SGD({RATE})",
        "workers": 2,
        "steps": STEPS,
        "batch": BATCH,
        "batch_of_each_worker": BATCH // 2,
        "parameters": len(one["weights"]),
        "largest_weight": round(float(abs(one["weights"]).max()), 2),
        "loss_at_step": {"one_machine": shown(one), "two_workers": shown(first)},
        "largest_difference": largest_difference(first, one),
        "largest_difference_between_the_workers": largest_difference(first, second),
        "largest_difference_without_averaging": largest_difference(alone, one),
        "tensorflow": str(one["tensorflow"]),
    }
    write("two_workers", result | circumstances())


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        # Should its parent die, a process still comes to an end.
        faulthandler.dump_traceback_later(60 * MINUTES, exit=True)
        *numbers, path = sys.argv[1:]
        np.savez(path, **train(*map(int, numbers)))
