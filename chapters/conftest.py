"""Compare the figures of a notebook pixel by pixel, beside nbval's text comparison.

nbval passes over images; here a figure whose code has drifted from the stored picture
fails like any other output. A root mean square of 5 of 255 grey levels leaves room for
another version of the font renderer, and for nothing else: a moved curve gives 10.
"""

import base64
import io

import numpy as np
from nbval.plugin import IPyNbCell
from PIL import Image

TOLERANCE = 5
compare_text = IPyNbCell.compare_outputs


def figures(outputs):
    """The PNG images among a cell's outputs, as arrays of grey levels 0..255."""
    for output in outputs:
        if png := output.get("data", {}).get("image/png"):
            image = Image.open(io.BytesIO(base64.b64decode(png)))
            yield np.asarray(image.convert("RGB"), float)


def compare_outputs(cell, fresh, stored, skip_compare=None):
    """nbval's comparison, then the figures; differences go to the test report."""
    same = compare_text(cell, fresh, stored, skip_compare)
    new, old = list(figures(fresh)), list(figures(stored))
    differences = []
    if len(new) != len(old):
        differences.append(f"{len(new)} figures drawn, {len(old)} stored")
    for i, (a, b) in enumerate(zip(new, old, strict=False)):
        if a.shape != b.shape:
            differences.append(f"figure {i} has shape {a.shape}, stored {b.shape}")
        elif (rms := np.sqrt(((a - b) ** 2).mean())) > TOLERANCE:
            differences.append(f"figure {i} differs from the stored (rms {rms:.1f})")
    cell.comparison_traceback += differences
    return same and not differences


IPyNbCell.compare_outputs = compare_outputs
