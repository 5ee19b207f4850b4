// A kernel of 3x3 on a picture of 6x6: see sliding_window.py, which computes the same.

const WINDOW = "The window";
const WEIGHTS = "The kernel";
const PICTURE = "The picture: rows as binary numbers, or click on pixels";
const SIZE = 6;
const KERNEL = 3;
const CELLS = [11, 12, 13, 21, 22, 23, 31, 32, 33];

const controls = [
  { name: "down", label: "steps down", unit: "", group: WINDOW, kind: "range", min: 0, max: 7, step: 1 },
  { name: "right", label: "steps right", unit: "", group: WINDOW, kind: "range", min: 0, max: 7, step: 1 },
  { name: "padding", label: "padding", unit: "", group: WINDOW, kind: "range", min: 0, max: 2, step: 1 },
  { name: "stride", label: "stride", unit: "", group: WINDOW, kind: "range", min: 1, max: 3, step: 1 },
  ...CELLS.map((cell) => ({
    name: `w${cell}`, label: `row ${Math.floor(cell / 10)}, column ${cell % 10}`, unit: "",
    group: WEIGHTS, kind: "range", min: -5, max: 5, step: 1,
  })),
  { name: "bias", label: "bias", unit: "", group: WEIGHTS, kind: "range", min: -5, max: 5, step: 1 },
  ...[1, 2, 3, 4, 5, 6].map((row) => ({
    name: `row${row}`, label: `row ${row}`, unit: "", group: PICTURE,
    kind: "range", min: 0, max: 63, step: 1,
  })),
];

function kernelState(weights) {
  return Object.fromEntries(CELLS.map((cell, i) => [`w${cell}`, weights[i]]));
}

function pictureState(rows) {
  return Object.fromEntries(rows.map((row, i) => [`row${i + 1}`, row]));
}

const presets = [
  { group: WINDOW, label: "valid", state: { padding: 0, stride: 1 } },
  { group: WINDOW, label: "same", state: { padding: 1, stride: 1 } },
  { group: WINDOW, label: "side by side", state: { padding: 0, stride: 3 } },
  { group: WINDOW, label: "padding 1, stride 2", state: { padding: 1, stride: 2 } },
  { group: WEIGHTS, label: "sobel_x", state: kernelState([-1, 0, 1, -2, 0, 2, -1, 0, 1]) },
  { group: WEIGHTS, label: "sobel_y", state: kernelState([-1, -2, -1, 0, 0, 0, 1, 2, 1]) },
  { group: WEIGHTS, label: "laplacian", state: kernelState([0, 1, 0, 1, -4, 1, 0, 1, 0]) },
  { group: WEIGHTS, label: "sharpen", state: kernelState([0, -1, 0, -1, 5, -1, 0, -1, 0]) },
  { group: WEIGHTS, label: "middle only", state: kernelState([0, 0, 0, 0, 1, 0, 0, 0, 0]) },
  { group: PICTURE, label: "step", state: pictureState([7, 7, 7, 7, 7, 7]) },
  { group: PICTURE, label: "dot", state: pictureState([0, 0, 8, 0, 0, 0]) },
  { group: PICTURE, label: "ring", state: pictureState([0, 30, 18, 18, 30, 0]) },
  { group: PICTURE, label: "diagonal", state: pictureState([32, 16, 8, 4, 2, 1]) },
  { group: PICTURE, label: "all ink", state: pictureState([63, 63, 63, 63, 63, 63]) },
];

// ---- The numbers ----------------------------------------------------------------------

function inkOf(row) {
  return Math.round(row).toString(2).padStart(SIZE, "0").split("").map(Number);
}

function paddedPicture(state) {
  const zeros = Math.round(state.padding);
  const size = SIZE + 2 * zeros;
  const rows = [1, 2, 3, 4, 5, 6].map((row) => inkOf(state[`row${row}`]));
  return Array.from({ length: size }, (_, r) => Array.from({ length: size },
    (_, c) => rows[r - zeros]?.[c - zeros] ?? 0));
}

// The nine products with the upper left corner of the window at (top, left).
function productsAt(padded, kernel, top, left) {
  return kernel.map((w, i) => w * padded[top + Math.floor(i / KERNEL)][left + i % KERNEL] + 0);
}

function compute(state) {
  const padded = paddedPicture(state);
  const kernel = CELLS.map((cell) => state[`w${cell}`]);
  const stride = Math.round(state.stride);
  const places = Math.floor((padded.length - KERNEL) / stride) + 1;
  const down = Math.min(Math.round(state.down), places - 1);
  const right = Math.min(Math.round(state.right), places - 1);
  const sum = (r, c) => {
    const products = productsAt(padded, kernel, r * stride, c * stride);
    const total = products.reduce((before, product) => before + product, 0) + state.bias;
    return Math.round(total * 1e9) / 1e9 + 0;
  };
  const steps = Array.from({ length: places }, (_, step) => step);
  const map = steps.map((r) => steps.map((c) => sum(r, c)));
  const reached = (places - 1) * stride + KERNEL;
  return {
    padded, map, down, right, places,
    products: productsAt(padded, kernel, down * stride, right * stride),
    z: map[down][right],
    unseen: padded.length ** 2 - reached ** 2,
  };
}

// ---- The words ------------------------------------------------------------------------

function sentence(state) {
  const n = compute(state);
  return `Padding ${Math.round(state.padding)}, stride ${Math.round(state.stride)}: `
    + `${n.places} by ${n.places} places. At step ${n.down} down, ${n.right} right the `
    + `products are ${n.products.map((p) => short(p)).join(", ")}; with the bias `
    + `${short(state.bias)} the sum is ${short(n.z)}. Pixels and zeros not seen: `
    + `${n.unseen} of ${n.padded.length ** 2}.`;
}

function script(state) {
  const n = compute(state);
  const call = controls.map(({ name }) => `${name}=${state[name]}`).join(", ");
  const rows = n.padded.map((row) => `    [${row.join(", ")}],`).join("\n");
  const kernel = [0, 3, 6].map((i) =>
    `    [${CELLS.slice(i, i + 3).map((cell) => state[`w${cell}`]).join(", ")}],`).join("\n");
  return `import numpy as np

from nnbook.convolution import correlate
from nnbook.widgets.sliding_window import SlidingWindow

widget = SlidingWindow(${call})

padded = np.array([
${rows}
])
kernel = np.array([
${kernel}
])
stride = ${Math.round(state.stride)}
sums = correlate(padded, kernel)[::stride, ::stride] + ${state.bias}
print(sums.round(4))
print(f"z = {sums[${n.down}, ${n.right}]:.4f}")

# The same in Keras.
import keras

layer = keras.layers.Conv2D(1, 3, strides=stride)
layer.build((None, *padded.shape, 1))
layer.set_weights([kernel[:, :, None, None], np.array([${state.bias}])])
x = padded[None, :, :, None].astype("float32")
print(np.asarray(layer(x))[0, :, :, 0].round(4))
`;
}

// ---- The picture ----------------------------------------------------------------------

const CELL = 27; // 24 pixels to hit on a narrow screen
const TOP = 24;
const WIDE = 38;

// A pixel of the picture sets its row when it is clicked; a zero around it does nothing.
function drawPixel(state, n, r, c) {
  const zeros = Math.round(state.padding);
  const reached = (n.places - 1) * Math.round(state.stride) + KERNEL;
  const [x, y] = [CELL * c, TOP + CELL * r];
  const inside = [r, c].every((i) => i >= zeros && i < zeros + SIZE);
  const seen = r < reached && c < reached;
  const cross = seen ? "" : `<path d="M${x + 7} ${y + 7}l13 13m0 -13l-13 13" class="nn-mark nn-wrong"/>`;
  if (!inside) {
    return rect(x, y, CELL, CELL, 'class="nn-edge nn-hollow" stroke-dasharray="2 3"')
      + (seen ? text(x + CELL / 2, y + 18, "0", 'class="nn-small nn-muted nn-middle"') : cross);
  }
  const row = r - zeros + 1;
  const toggled = Math.round(state[`row${row}`]) ^ (1 << (SIZE - 1 - (c - zeros)));
  const ink = n.padded[r][c];
  return `<g data-set="row${row}=${toggled}">`
    + rect(x, y, CELL, CELL, 'fill="#ffffff" class="nn-edge"')
    + (ink ? rect(x, y, CELL, CELL, 'fill="#222222" class="nn-edge"') : "")
    + text(x + CELL / 2, y + 18, `${ink}`, `class="nn-small nn-middle ${ink ? "nn-on-dark" : "nn-on-light"}"`)
    + `${cross}</g>`;
}

function frame(x, y, width, height) {
  return rect(x, y, width, height, 'class="nn-badge nn-minus" fill-opacity="0" stroke-width="3" '
    + 'pointer-events="none"');
}

function drawPicture(state, n) {
  const stride = Math.round(state.stride);
  const [top, left] = [n.down * stride, n.right * stride];
  const below = TOP + CELL * n.padded.length + 32;
  const pixels = n.padded.map((row, r) => row.map((_, c) => drawPixel(state, n, r, c)).join(""));
  const nine = CELLS.map((cell, i) => {
    const [r, c] = [Math.floor(i / KERNEL), i % KERNEL];
    const [x, y] = [WIDE * c, below + 26 * r];
    const ink = n.padded[top + r][left + c];
    return rect(x, y, WIDE, 26, 'class="nn-edge nn-hollow"')
      + text(x + WIDE / 2, y + 17, `${ink}·${short(state[`w${cell}`], 1)}`, 'class="nn-middle"');
  });
  return panel(below + 84, sentence(state),
    text(0, 14, "picture", 'class="nn-strong"') + text(0, below - 10, "pixel · weight", 'class="nn-strong"')
    + pixels.join("") + nine.join("")
    + frame(CELL * left, TOP + CELL * top, CELL * KERNEL, CELL * KERNEL)
    + frame(0, below, WIDE * KERNEL, 26 * KERNEL)
    + text(140, below + 17, `products ${short(n.z - state.bias, 2)}`)
    + text(140, below + 37, `+ bias ${short(state.bias, 2)}`)
    + text(140, below + 59, `sum ${short(n.z, 2)}`, 'class="nn-strong"')
    + (n.unseen ? text(140, below + 78, "crosses: not seen", 'class="nn-small nn-muted"') : ""));
}

function drawMap(n) {
  const largest = Math.max(1e-9, ...n.map.flat().map(Math.abs));
  const cells = n.map.map((row, r) => row.map((z, c) => {
    const [x, y] = [WIDE * c, TOP + CELL * r];
    const strength = (0.6 * Math.abs(z) / largest).toFixed(3);
    return `<g data-set="down=${r}&amp;right=${c}">`
      + rect(x, y, WIDE, CELL, `class="${z < 0 ? "nn-minus" : "nn-plus"}" fill-opacity="${strength}"`)
      + rect(x, y, WIDE, CELL, 'class="nn-edge" fill-opacity="0"')
      + text(x + WIDE / 2, y + 18, short(z, 1), 'class="nn-small nn-middle"') + "</g>";
  }).join(""));
  return panel(TOP + CELL * n.places + 6,
    `The feature map, ${n.places} by ${n.places}: ${n.map.map((row) => row.map((z) => short(z, 1)).join(", ")).join("; ")}.`,
    text(0, 14, `feature map, ${n.places} by ${n.places}`, 'class="nn-strong"')
    + cells.join("") + frame(WIDE * n.right, TOP + CELL * n.down, WIDE, CELL));
}

function draw(state) {
  const numbers = compute(state);
  return drawPicture(state, numbers) + drawMap(numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "A window that slides over a picture",
    hint: "Click on pixels to change them, and on a number of the feature map to move the "
      + "window there. With a padding of 1, which pixels does a stride of 3 never see?",
  });
}

export default { compute, draw, render };
