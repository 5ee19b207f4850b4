"""The convolutional network of the book on all of MNIST, in nnbook and in Keras.

    python benchmarks/mnist.py mnist.npz

The file is the one that Keras downloads; it does not ship. Both libraries train the
same network with Adam for five epochs on the first 54,000 pictures, watch the last
6,000 and are measured on the 10,000 test pictures: once with ink from 0 to 1, once with
the bytes 0 to 255 as they are in the file. Six seeds each, because one training says
little. It takes about twenty minutes and writes mnist.json into the data of the
package, where `datasets.measured` finds it. The chapter on convolution shows it with
its date; no test runs it.
"""

import os
import sys
from statistics import mean

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import with_keras
import with_nnbook
from report import circumstances, write

from nnbook.datasets import load_mnist
from nnbook.metrics import accuracy
from nnbook.optimizers import Adam
from nnbook.softmax import softmax_cross_entropy

EPOCHS, BATCH, SEEDS = 5, 32, range(6)
WATCHED = 6000


def measured(loss, logits, labels):
    return {"test_loss": float(loss), "test_accuracy": accuracy(logits, labels)}


def in_nnbook(train, watched, test, seed):
    rng = np.random.default_rng(seed)
    model = with_nnbook.cnn(rng)
    history = model.fit(
        *train,
        loss=softmax_cross_entropy,
        optimizer=Adam(),
        epochs=EPOCHS,
        batch_size=BATCH,
        rng=rng,
        validation_data=watched,
    )
    logits = model.predict(test[0])
    loss, _ = softmax_cross_entropy(logits, test[1])
    return {"val_loss": history["val_loss"]} | measured(loss, logits, test[1])


def in_keras(train, watched, test, seed):
    keras.utils.set_random_seed(seed)
    model, _, _ = with_keras.model_for("W4 b32")
    history = model.fit(
        *train,
        epochs=EPOCHS,
        batch_size=BATCH,
        validation_data=watched,
        verbose=0,
    )
    logits = model.predict(test[0], verbose=0)
    loss, _ = softmax_cross_entropy(logits, test[1])
    return {"val_loss": history.history["val_loss"]} | measured(loss, logits, test[1])


def summary(runs):
    """Rounded means of the test, and every run's own numbers."""
    return {
        "test_accuracy": round(mean(run["test_accuracy"] for run in runs), 4),
        "test_loss": round(mean(run["test_loss"] for run in runs), 4),
        "of_each_seed": [
            {
                "test_accuracy": round(run["test_accuracy"], 4),
                "test_loss": round(run["test_loss"], 4),
                "val_loss": [round(float(loss), 4) for loss in run["val_loss"]],
            }
            for run in runs
        ],
    }


def main():
    (images, labels), (test_images, test_labels) = load_mnist(sys.argv[1])
    results = {}
    for ink, scale in (("0 to 1", 1), ("0 to 255", 255)):
        x = np.float32(scale) * images
        train, watched = (
            (x[:-WATCHED], labels[:-WATCHED]),
            (x[-WATCHED:], labels[-WATCHED:]),
        )
        test = (np.float32(scale) * test_images, test_labels)
        for name, run in (("nnbook", in_nnbook), ("Keras", in_keras)):
            runs = [run(train, watched, test, seed) for seed in SEEDS]
            results[f"{name}, ink {ink}"] = summary(runs)
            print(name, ink, results[f"{name}, ink {ink}"]["test_accuracy"], flush=True)
    model = with_nnbook.cnn(np.random.default_rng(0))
    report = {
        "what": "two convolutions and two dense layers on MNIST, Adam",
        "parameters": sum(layer.n_params for layer in model.layers),
        "epochs": EPOCHS,
        "batch": BATCH,
        "seeds": len(SEEDS),
        "results": results,
    }
    versions = {"keras": keras.__version__, "tensorflow": with_keras.tf.__version__}
    write("mnist", report | circumstances() | versions)


if __name__ == "__main__":
    main()
