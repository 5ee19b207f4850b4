// What reaches the other end of a deep network: see signal_depth.py, with the same numbers.

const LAYERS = "Layers";
const WEIGHTS = "First weights, for 100 inputs";

const controls = [
  {
    name: "activation", label: "activation", unit: "", group: LAYERS, kind: "select",
    options: [["linear", "no bend"], ["sigmoid", "sigmoid"], ["tanh", "tanh"], ["relu", "ReLU"]],
  },
  {
    name: "start", label: "start", unit: "", group: WEIGHTS, kind: "select",
    options: [
      ["zeros", "zeros"], ["small", "spread 0.01"], ["glorot", "Glorot"], ["he", "He"],
      ["large", "spread 1"],
    ],
  },
  {
    name: "factor", label: "factor", unit: "", group: WEIGHTS,
    kind: "range", min: 0.25, max: 4, step: 0.05,
  },
  {
    name: "depth", label: "depth", unit: "layers", group: LAYERS,
    kind: "range", min: 1, max: 30, step: 1,
  },
];

const presets = [
  { group: LAYERS, label: "ten", state: { depth: 10 } },
  { group: LAYERS, label: "thirty", state: { depth: 30 } },
  { group: WEIGHTS, label: "tanh, Glorot", state: { activation: "tanh", start: "glorot", factor: 1 } },
  { group: WEIGHTS, label: "ReLU, Glorot", state: { activation: "relu", start: "glorot", factor: 1 } },
  { group: WEIGHTS, label: "ReLU, He", state: { activation: "relu", start: "he", factor: 1 } },
  { group: WEIGHTS, label: "ReLU, He × 4", state: { activation: "relu", start: "he", factor: 4 } },
  { group: WEIGHTS, label: "sigmoid, Glorot", state: { activation: "sigmoid", start: "glorot", factor: 1 } },
];

// ---- The numbers ----------------------------------------------------------------------

const NAMES = { linear: "no bend", sigmoid: "sigmoid", tanh: "tanh", relu: "ReLU" };
// The number of inputs times the variance of a weight, for layers of 100 neurons.
const STARTS = {
  zeros: ["zeros", 0],
  small: ["weights of spread 0.01", 0.01],
  glorot: ["Glorot's weights", 1],
  he: ["He's weights", 2],
  large: ["weights of spread 1", 100],
};
const FAR = 20;
const WIDE = 10;
// The middles of 400 strips under the bell curve, and their shares.
const U = Array.from({ length: 400 }, (_, i) => 0.03 * (i + 0.5) - 6);
const BELL = U.map((u) => Math.exp(-0.5 * u * u));
const AREA = BELL.reduce((sum, value) => sum + value, 0);
const QUANTILES = [-1.959964, -0.67449, 0.67449, 1.959964];

// Each activation with its slope.
const ACTIVATIONS = {
  linear: [(z) => z, () => 1],
  sigmoid: [sigmoid, (z) => sigmoid(z) * sigmoid(-z)],
  tanh: [Math.tanh, (z) => 4 * sigmoid(2 * z) * sigmoid(-2 * z)],
  relu: [(z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0)],
};

// The mean square of f at normal numbers of this spread.
function meanSquare(f, spread) {
  return U.reduce((sum, u, i) => sum + BELL[i] * f(spread * u) ** 2, 0) / AREA;
}

// The decimal logarithm; of nothing, twice as far down as any picture goes.
function decades(value) {
  return value <= 1e-80 ? -4 * FAR : Math.log10(value);
}

function clamp(value, limit) {
  return Math.max(-limit, Math.min(limit, value));
}

function compute(state) {
  const [h, slope] = ACTIVATIONS[state.activation];
  const layers = Math.floor(state.depth + 0.5);
  const gain = STARTS[state.start][1] * state.factor * state.factor;
  let square = 1;
  const sizes = [];
  const quantiles = [];
  const passed = [];
  for (let layer = 0; layer < layers; layer += 1) {
    const spread = Math.sqrt(gain * square);
    passed.push(gain * meanSquare(slope, spread));
    square = meanSquare(h, spread);
    sizes.push(clamp(decades(square) / 2, FAR));
    quantiles.push(QUANTILES.map((q) => clamp(h(spread * q), WIDE)));
  }
  const back = [0];
  for (const factor of passed.slice(0, -1).reverse()) back.push(back.at(-1) + decades(factor) / 2);
  const gradient = back.reverse().map((value) => clamp(value, FAR));
  return { layers, sizes, quantiles, gradient, size: sizes.at(-1), arrives: gradient[0] };
}

// ---- The words ------------------------------------------------------------------------

function amount(power) {
  if (power <= -FAR) return "less than 10⁻²⁰";
  if (power >= FAR) return "more than 10²⁰";
  // A little more, so that halves are rounded up in Python and JavaScript alike.
  return significant(10 ** power * (1 + 1e-9));
}

function verdict(arrives) {
  if (arrives < -2) return "It vanishes.";
  if (arrives > 2) return "It explodes.";
  return "It gets through.";
}

function title(state) {
  const times = state.factor === 1 ? "" : ` times ${short(state.factor)}`;
  return `${NAMES[state.activation]}, ${STARTS[state.start][0]}${times}`;
}

function sentence(state) {
  const { layers, size, arrives } = compute(state);
  return `${layers} layer${layers === 1 ? "" : "s"} with ${title(state)}: the activations `
    + `of the last layer have the size ${amount(size)}, and the gradient reaches the first `
    + `layer ${amount(arrives)} times as long as it left the last. ${verdict(arrives)}`;
}

function script(state) {
  const call = controls.map(({ name }) =>
    `${name}=${typeof state[name] === "string" ? `"${state[name]}"` : state[name]}`).join(", ");
  const gain = STARTS[state.start][1] * state.factor * state.factor;
  const { layers } = compute(state);
  return `import keras
import numpy as np

from nnbook import activations
from nnbook.widgets.signal_depth import SHARE, SignalDepth, U

widget = SignalDepth(${call})

# Computed for wide layers: mean squares under the bell curve, as decimal logarithms.
h, slope = activations.${state.activation}, activations.${state.activation}_grad
gain, square, arrives = ${gain}, 1.0, 0.0
with np.errstate(divide="ignore"):
    for layer in range(${layers}):
        spread = np.sqrt(gain * square)
        if layer < ${layers - 1}:
            arrives += np.log10(gain * SHARE @ slope(spread * U) ** 2) / 2
        square = SHARE @ h(spread * U) ** 2
    size = np.clip(np.log10(square) / 2, -20, 20)
    arrives = np.clip(arrives, -20, 20)
print(f"nnbook: size = {size:.4f}, arrives = {arrives:.4f}")

# And drawn: layers of 100 neurons in Keras, with an input of 200 standardised samples.
keras.utils.set_random_seed(0)
random = keras.initializers.RandomNormal(stddev=np.sqrt(gain / 100))
a = keras.random.normal((200, 100))
for _ in range(${layers}):
    a = keras.layers.Dense(100, "${state.activation}", kernel_initializer=random)(a)
drawn = np.sqrt(np.mean(np.asarray(a, float) ** 2))
print(f"Keras: the last layer's activations have the size {drawn:.2g}")
`;
}

// ---- The picture ----------------------------------------------------------------------
// Two panels: where the activations of each layer lie, and the gradient's length there.

const FRAME = { left: 40, right: 312, top: 26, bottom: 150 };

// The middle of a layer's column, and how wide it is.
function column(layers, layer) {
  const width = (FRAME.right - FRAME.left) / layers;
  return { x: FRAME.left + width * (layer - 0.5), width: Math.min(width * 0.7, 26) };
}

// From the input on the left to the end of the network on the right.
function drawAxis(layers) {
  const some = layers <= 10 ? 1 : 5;
  const numbers = Array.from({ length: layers }, (_, i) => i + 1)
    .filter((layer) => layer === 1 || layer % some === 0);
  return numbers.map((layer) => text(
    column(layers, layer).x, FRAME.bottom + 15, `${layer}`,
    'class="nn-small nn-muted nn-middle"')).join("")
    + text((FRAME.left + FRAME.right) / 2, FRAME.bottom + 30, "layer", 'class="nn-small nn-muted nn-middle"');
}

function level(y, words) {
  return line(FRAME.left, y, FRAME.right, y, 'class="nn-line" stroke-opacity="0.5"')
    + text(FRAME.left - 6, y + 4, words, 'class="nn-small nn-muted nn-end"');
}

// Half of a layer's activations lie in the dark bar, 19 in 20 in the pale one.
function drawActivations(state, { layers, quantiles, size }) {
  const reach = state.activation === "tanh" || state.activation === "sigmoid" ? 1 : 3;
  const lowest = state.activation === "tanh" || state.activation === "linear" ? -reach : 0;
  const up = (value) => FRAME.bottom
    - (FRAME.bottom - FRAME.top) * (Math.max(lowest, Math.min(reach, value)) - lowest) / (reach - lowest);
  const bars = quantiles.map(([low, lower, upper, high], i) => {
    const { x, width } = column(layers, i + 1);
    const bar = (from, to, opacity) => rect(
      x - width / 2, Math.min(up(to), FRAME.bottom - 2), width, Math.max(up(from) - up(to), 2),
      `class="nn-plus" fill-opacity="${opacity}"`);
    return bar(low, high, "0.3") + bar(lower, upper, "0.85");
  });
  const levels = lowest < 0 ? [lowest, 0, reach] : [0, reach];
  const cut = quantiles.some(([low, , , high]) => high > reach || low < lowest);
  return panel(186, sentence(state),
    text(4, 14, "activations")
    + text(316, 14, `size at the end ${amount(size)}`, 'class="nn-strong nn-end"')
    + levels.map((value) => level(up(value), fixed(value, 0))).join("")
    + bars.join("")
    + (cut ? text(FRAME.right, FRAME.top + 12, "reaches farther", 'class="nn-small nn-end"') : "")
    + drawAxis(layers));
}

function drawGradient({ layers, gradient, arrives }) {
  const reach = [2, 6, 20].find((limit) => gradient.every((value) => Math.abs(value) <= limit + 1e-9));
  const up = (value) => (FRAME.top + FRAME.bottom) / 2
    - (FRAME.bottom - FRAME.top) / 2 * value / reach;
  const bars = gradient.map((value, i) => {
    const { x, width } = column(layers, i + 1);
    const top = Math.min(up(value), up(0));
    return rect(x - width / 2, top - 1, width, Math.abs(up(value) - up(0)) + 2,
      `class="${value < 0 ? "nn-minus" : "nn-plus"}" fill-opacity="0.85"`);
  });
  const words = (power) => (power === 0 ? "1" : `10${raised(power)}`);
  return panel(186, `The gradient by layer: at the first ${amount(arrives)} times that of the `
    + `last. ${verdict(arrives)}`,
    text(4, 14, "gradient, last layer = 1")
    + text(316, 14, `at the first ${amount(arrives)}`, 'class="nn-strong nn-end"')
    + [-reach, 0, reach].map((power) => level(up(power), words(power))).join("")
    + bars.join("")
    + drawAxis(layers));
}

function draw(state) {
  const numbers = compute(state);
  return drawActivations(state, numbers) + drawGradient(numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "Activations and gradients in a deep network before training",
    hint: "Dark: the middle half of a layer's activations; pale: nineteen in twenty. Which "
      + "weights let both the signal and the gradient through?",
  });
}

export default { compute, draw, render };
