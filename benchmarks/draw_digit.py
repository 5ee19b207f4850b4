"""Train the network that the chapter on convolution puts into its page.

The network and the pictures are the chapter's: 32 and 64 kernels of 4x4, digits of 8x8
pixels enlarged to 28x28, the same 1,300 of them to learn from and 497 to be asked
about. Only it learns for longer, since readers will draw digits that are unlike all
of these.

    python benchmarks/draw_digit.py

takes a minute and writes draw_digit.json into the data of the package: every array of
weights as whole numbers of eight bits, in base64, with the number that they are to be
multiplied by. The widget `draw_digit` reads the file, in Python and in the page. Also
in it are how many of the 497 test pictures were read rightly before and after the
rounding to eight bits.
"""

import base64

import numpy as np
from report import circumstances, write
from with_nnbook import cnn

from nnbook.datasets import digits
from nnbook.optimizers import Adam
from nnbook.softmax import softmax_cross_entropy
from nnbook.widgets.draw_digit import as_ink, digit_network, quantized, sheet

EPOCHS, BATCH, RATE = 20, 32, 0.002


def as_stored(array):
    numbers, scale = quantized(array)
    text = base64.b64encode(numbers.tobytes()).decode()
    return {"shape": list(array.shape), "scale": scale, "int8": text}


def main():
    images, labels = digits()
    large = np.stack([sheet(as_ink(image)) for image in images])[..., None]
    order = np.random.default_rng(0).permutation(len(images))
    train, test = order[:1300], order[1300:]

    model = cnn(np.random.default_rng(0))
    model.fit(
        large[train].astype(np.float32),
        labels[train],
        loss=softmax_cross_entropy,
        optimizer=Adam(RATE),
        epochs=EPOCHS,
        batch_size=BATCH,
        rng=np.random.default_rng(0),
        verbose=1,
    )
    arrays = [param for layer in model.layers for param in layer.params.values()]
    rounded = [scale * whole for whole, scale in map(quantized, arrays)]

    def right(arrays):
        answers = digit_network(arrays).predict(large[test]).argmax(axis=1)
        return int((answers == labels[test]).sum())

    report = {
        "what": f"two convolutions on {len(train)} enlarged digits, Adam({RATE})",
        "epochs": EPOCHS,
        "batch": BATCH,
        "test_pictures": len(test),
        "right_in_32_bits": right(arrays),
        "right_in_8_bits": right(rounded),
        "arrays": [as_stored(array) for array in arrays],
    }
    write("draw_digit", report | circumstances())


if __name__ == "__main__":
    main()
