"""A kernel of 3x3 on a picture of 6x6: slide the window and see the sum at each place.

The picture is black and white, its rows are numbers whose six binary digits are the
pixels. Kernel, bias, padding and stride can be changed; pixels that no window reaches
are marked.

Chapter: convolution.
"""

import numpy as np

from nnbook.convolution import correlate, output_size
from nnbook.widgets.base import BookWidget, Number, module, short, whole

SIZE, KERNEL = 6, 3


class SlidingWindow(BookWidget):
    """One kernel on one small picture, with padding and stride.

    Parameters
    ----------
    down, right : float, 0 to 7
        Where the window is, in steps, rounded; at most the last place there is.
    padding : float, 0 to 2
        Zeros on each side, rounded to a whole number.
    stride : float, 1 to 3
        Pixels in one step, rounded to a whole number.
    w11, w12, w13, w21, w22, w23, w31, w32, w33 : float, -5 to 5
        The kernel, row by row.
    bias : float, -5 to 5
    row1, row2, row3, row4, row5, row6 : float, 0 to 63
        The rows of the picture as whole numbers: 33 is 100001, ink at both ends.

    Examples
    --------
    >>> SlidingWindow(padding=1, stride=2).sentence()
    'Padding 1, stride 2: 3 by 3 places. At step 1 down, 1 right the products are \
0, 0, 1, 0, 0, 2, 0, 0, 1; with the bias 0 the sum is 4. \
Pixels and zeros not seen: 15 of 64.'
    """

    name = "sliding_window"
    _esm = module(name)

    down = Number(1, 0, 7)
    right = Number(1, 0, 7)
    padding = Number(0, 0, 2)
    stride = Number(1, 1, 3)
    w11 = Number(-1, -5, 5)
    w12 = Number(0, -5, 5)
    w13 = Number(1, -5, 5)
    w21 = Number(-2, -5, 5)
    w22 = Number(0, -5, 5)
    w23 = Number(2, -5, 5)
    w31 = Number(-1, -5, 5)
    w32 = Number(0, -5, 5)
    w33 = Number(1, -5, 5)
    bias = Number(0, -5, 5)
    row1 = Number(7, 0, 63)
    row2 = Number(7, 0, 63)
    row3 = Number(7, 0, 63)
    row4 = Number(7, 0, 63)
    row5 = Number(7, 0, 63)
    row6 = Number(7, 0, 63)

    def _padded(self):
        rows = [whole(getattr(self, f"row{r}")) for r in range(1, SIZE + 1)]
        picture = [[int(digit) for digit in f"{row:0{SIZE}b}"] for row in rows]
        return np.pad(np.array(picture), whole(self.padding))

    def _kernel(self):
        weights = [getattr(self, f"w{r}{c}") for r in (1, 2, 3) for c in (1, 2, 3)]
        return np.reshape(weights, (KERNEL, KERNEL))

    def compute(self):
        """The picture, the window, and the sum at every place.

        Returns
        -------
        dict
            `padded`, the picture with its zeros; `map`, the sums, row by row; `down`
            and `right`, the place of the window; `products`, the nine of them there,
            and `z`, the sum with the bias; `places` along one axis; `unseen`, how many
            entries of `padded` no window reaches.
        """
        padded, kernel = self._padded(), self._kernel()
        stride = whole(self.stride)
        places = output_size(SIZE, KERNEL, stride=stride, padding=whole(self.padding))
        down, right = [min(whole(n), places - 1) for n in (self.down, self.right)]
        top, left = down * stride, right * stride
        sums = correlate(padded, kernel)[::stride, ::stride] + self.bias
        sums = np.round(sums, 9) + 0.0
        products = padded[top : top + KERNEL, left : left + KERNEL] * kernel
        # Windows do not skip anything where the stride is at most the kernel's size.
        reached = (places - 1) * stride + KERNEL
        return {
            "padded": padded.tolist(),
            "map": sums.tolist(),
            "down": down,
            "right": right,
            "products": (products.ravel() + 0.0).tolist(),
            "z": float(sums[down, right]),
            "places": places,
            "unseen": padded.size - reached**2,
        }

    def sentence(self):
        """How many places there are, and the sum at the present one."""
        n = self.compute()
        products = ", ".join(short(p) for p in n["products"])
        return (
            f"Padding {whole(self.padding)}, stride {whole(self.stride)}: "
            f"{n['places']} by {n['places']} places. At step {n['down']} down, "
            f"{n['right']} right the products are {products}; with the bias "
            f"{short(self.bias)} the sum is {short(n['z'])}. Pixels and zeros not "
            f"seen: {n['unseen']} of {len(n['padded']) ** 2}."
        )
