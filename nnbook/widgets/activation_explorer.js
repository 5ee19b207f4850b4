// Eight activations under one cursor: see activation_explorer.py, which computes the
// same numbers.

const PLACE = "The cursor z, and the leak α";
const CHAIN = "A chain of layers, all at this z";

const controls = [
  { name: "z", label: "z", unit: "", group: PLACE, kind: "range", min: -6, max: 6, step: 0.05 },
  {
    name: "alpha", label: "leak α", unit: "", group: PLACE,
    kind: "range", min: 0.01, max: 1, step: 0.01,
  },
  {
    name: "depth", label: "depth", unit: "layers", group: CHAIN,
    kind: "range", min: 1, max: 30, step: 1,
  },
  {
    name: "w", label: "weight of each", unit: "", group: CHAIN,
    kind: "range", min: 0.25, max: 4, step: 0.25,
  },
];

const presets = [
  { group: PLACE, label: "z = 0", state: { z: 0 } },
  { group: PLACE, label: "far left", state: { z: -5 } },
  { group: PLACE, label: "far right", state: { z: 5 } },
  { group: PLACE, label: "leak of 0.01", state: { alpha: 0.01 } },
  { group: CHAIN, label: "one layer", state: { depth: 1, w: 1 } },
  { group: CHAIN, label: "ten layers", state: { depth: 10, w: 1 } },
  { group: CHAIN, label: "thirty layers", state: { depth: 30, w: 1 } },
  { group: CHAIN, label: "weight 4", state: { w: 4 } },
];

// ---- The numbers ----------------------------------------------------------------------

function bell(z) {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

// The share of the bell curve below z. JavaScript has no error function: a series near
// the middle (Marsaglia 2004), and in the tails Laplace's continued fraction, which
// keeps all digits of small numbers.
function normalCdf(z) {
  if (Math.abs(z) > 2.5) {
    const far = Math.abs(z);
    let fraction = far;
    for (let k = 80; k > 0; k -= 1) fraction = far + k / fraction;
    return z < 0 ? bell(z) / fraction : 1 - bell(z) / fraction;
  }
  let term = z;
  let sum = z;
  for (let k = 3; k < 80; k += 2) {
    term *= z * z / k;
    sum += term;
  }
  return 0.5 + bell(z) * sum;
}

// nnbook's name, the reader's, the function and its slope, in the order of the chapter.
const FUNCTIONS = [
  { key: "linear", name: "linear", h: (z) => z, slope: () => 1 },
  {
    key: "sigmoid", name: "sigmoid", h: sigmoid, slope: (z) => sigmoid(z) * sigmoid(-z),
  },
  { key: "tanh", name: "tanh", h: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
  { key: "relu", name: "ReLU", h: (z) => Math.max(z, 0), slope: (z) => (z > 0 ? 1 : 0) },
  {
    key: "leaky_relu", name: "leaky ReLU",
    h: (z, alpha) => Math.max(alpha * z, z), slope: (z, alpha) => (z > 0 ? 1 : alpha),
  },
  {
    key: "elu", name: "ELU",
    h: (z, alpha) => (z > 0 ? z : alpha * Math.expm1(z)),
    slope: (z, alpha) => (z > 0 ? 1 : alpha * Math.exp(z)),
  },
  {
    key: "softplus", name: "softplus",
    h: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), slope: sigmoid,
  },
  {
    key: "gelu", name: "GELU",
    h: (z) => z * normalCdf(z), slope: (z) => normalCdf(z) + z * bell(z),
  },
];
const FAR = 20; // decades: as far as the picture goes

function layersOf(state) {
  return Math.floor(state.depth + 0.5);
}

// What all layers together pass on; a loop, so that Python rounds alike.
function passedOn(factor, layers) {
  let product = 1;
  for (let k = 0; k < layers; k += 1) product *= factor;
  return product;
}

function compute(state) {
  const layers = layersOf(state);
  const numbers = { layers, factors: {}, decades: {} };
  for (const { key, h, slope } of FUNCTIONS) {
    numbers[key] = h(state.z, state.alpha);
    numbers[`${key}_grad`] = slope(state.z, state.alpha);
    const factor = state.w * numbers[`${key}_grad`];
    const size = Math.abs(passedOn(factor, layers));
    numbers.factors[key] = factor;
    numbers.decades[key] = size > 0 ? Math.max(-FAR, Math.log10(size)) : -FAR;
  }
  return numbers;
}

// ---- The words ------------------------------------------------------------------------

// For narrow places.
function brief(value) {
  return fixed(value, 3).replace(/\.?0+$/, "");
}

function sentence(state) {
  const { layers, factors } = compute(state);
  const passed = FUNCTIONS
    .map(({ key, name }) => `${name} ${significant(passedOn(factors[key], layers))}`);
  return `At z = ${short(state.z)}, with weight ${short(state.w)} and `
    + `α = ${short(state.alpha)}, ${layers} ${layers === 1 ? "layer passes" : "layers pass"} `
    + `on: ${passed.join(", ")}.`;
}

function script(state) {
  const call = controls.map(({ name }) => `${name}=${state[name]}`).join(", ");
  return `import keras
import tensorflow as tf

from nnbook import activations
from nnbook.widgets.activation_explorer import ActivationExplorer

widget = ActivationExplorer(${call})

z, alpha, w, layers = ${state.z}, ${state.alpha}, ${state.w}, ${layersOf(state)}
ours = {"leaky_relu": {"alpha": alpha}, "elu": {"alpha": alpha}}
theirs = {"leaky_relu": {"negative_slope": alpha}, "elu": {"alpha": alpha}}
for name in "linear sigmoid tanh relu leaky_relu elu softplus gelu".split():
    h = getattr(activations, name)(z, **ours.get(name, {}))
    slope = getattr(activations, f"{name}_grad")(z, **ours.get(name, {}))
    print(f"nnbook: {name} = {h:.4f}, {name}_grad = {slope:.4f}")
    print(f"passed on by the chain: {(w * slope) ** layers:.3g}")

    # The same in Keras.
    at = tf.constant(z, dtype="float64")
    with tf.GradientTape() as tape:
        tape.watch(at)
        value = getattr(keras.activations, name)(at, **theirs.get(name, {}))
    gradient = tape.gradient(value, at)
    print(f"Keras:  {name} = {value:.4f}, {name}_grad = {gradient:.4f}")
`;
}

// ---- The picture ----------------------------------------------------------------------
// Left the eight functions, solid, with their slopes, dashed, cut by the cursor. Right
// what one layer passes on, and below it, on a logarithmic scale, what all do.

function dot(x, y, attributes) {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="4.5" ${attributes}/>`;
}

// A dashed line is open: it must not be filled, whatever its class says.
const SOLID = 'class="nn-curve"';
const DASHED = 'class="nn-drop nn-plus" fill-opacity="0"';

const LOWEST = -1.5;
const HIGHEST = 2.5;

// The points of a curve that lie within the height of the plot.
function curve(f, at, up) {
  const points = Array.from({ length: 241 }, (_, k) => k / 20 - 6)
    .map((z) => [z, f(z)])
    .filter(([, y]) => y >= LOWEST && y <= HIGHEST)
    .map(([z, y]) => `${at(z).toFixed(1)} ${up(y).toFixed(1)}`);
  return `M${points.join("L")}`;
}

// One function: its name, its two numbers, and both curves under the cursor.
function drawFunction({ key, name, h, slope }, state, numbers, left, top) {
  const at = (z) => left + 75 + 12 * z;
  const up = (y) => top + 94 - 19 * (y - LOWEST);
  const value = numbers[key];
  const inside = value >= LOWEST && value <= HIGHEST;
  const gain = numbers[`${key}_grad`];
  return text(left, top - 4, name, 'class="nn-strong"')
    + text(left, top + 10, `${brief(value)}, slope ${brief(gain)}`, 'class="nn-small"')
    + line(left + 3, up(0), left + 147, up(0))
    + line(at(0), up(LOWEST), at(0), up(HIGHEST))
    + line(at(state.z), up(LOWEST), at(state.z), up(HIGHEST), 'class="nn-drop nn-minus"')
    + `<path d="${curve((z) => slope(z, state.alpha), at, up)}" ${DASHED}/>`
    + `<path d="${curve((z) => h(z, state.alpha), at, up)}" ${SOLID}/>`
    + (inside ? dot(at(state.z), up(value), 'class="nn-dot" fill="currentColor"') : "")
    + dot(at(state.z), up(gain), 'class="nn-dot nn-plus"');
}

function drawFunctions(state, numbers) {
  const plots = FUNCTIONS.map((entry, i) =>
    drawFunction(entry, state, numbers, 4 + 162 * (i % 2), 42 + 118 * (i >> 1)));
  return panel(486, sentence(state),
    line(4, 10, 26, 10, SOLID) + text(31, 14, "h(z)")
    + line(76, 10, 98, 10, DASHED) + text(103, 14, "its slope h′(z)")
    + text(316, 14, `z = ${short(state.z)}`, 'class="nn-strong nn-end"')
    + plots.join(""));
}

// A bar from one value to another, with a point in its direction.
function drawBar(from, to, y) {
  const tip = Math.sign(to - from) * Math.min(5, Math.abs(to - from));
  const points = [
    [from, y - 5], [to - tip, y - 5], [to, y], [to - tip, y + 5], [from, y + 5],
  ];
  const path = points.map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join("L");
  return `M${path}Z`;
}

function side(value) {
  return value < 0 ? "nn-minus" : "nn-plus";
}

const ROW = 21;
const FIRST = 50;

// A row for each function: its name, a bar from `from` to its place, its number.
function drawRows(from, place, words, sign) {
  return FUNCTIONS.map(({ key, name }, i) => {
    const y = FIRST + ROW * i;
    return text(74, y + 4, name, 'class="nn-end"')
      + `<path d="${drawBar(from, place(key), y)}" class="${side(sign(key))}"/>`
      + text(316, y + 4, words(key), 'class="nn-end"');
  }).join("");
}

function drawScale(marks, at, y) {
  return marks.map(([value, word]) => line(at(value), FIRST - 12, at(value), y - 12)
    + text(at(value), y, word, 'class="nn-small nn-muted nn-middle"')).join("");
}

function drawOneLayer(state, { factors }) {
  const reach = Math.max(1, ...Object.values(factors));
  const limit = [1.25, 2.5, 5].find((value) => reach <= value);
  const at = (value) => 104 + 130 * value / limit;
  const marks = limit === 1.25 ? [0, 0.25, 0.5, 1] : [0, 1, limit];
  const rows = FUNCTIONS.map(({ key, name }) => `${name} ${significant(factors[key])}`);
  return panel(232, `What one layer passes on: ${rows.join(", ")}.`,
    text(4, 14, "One layer passes on weight × slope", 'class="nn-strong"')
    + drawScale(marks.map((mark) => [mark, short(mark)]), at, 228)
    + drawRows(at(0), (key) => at(factors[key]), (key) => significant(factors[key]),
      (key) => factors[key]));
}

function drawAllLayers(state, { layers, factors, decades }) {
  const at = (power) => 164 + 76 * power / FAR;
  const marks = [[-20, "10⁻²⁰"], [-10, "10⁻¹⁰"], [0, "1"], [10, "10¹⁰"], [20, "10²⁰"]];
  const title = layers === 1 ? "1 layer, on a scale of powers"
    : `${layers} layers multiply that`;
  return panel(232, `${title}: bars to the left vanish, bars to the right explode.`,
    text(4, 14, title, 'class="nn-strong"')
    + text(at(-10), 32, "← vanishes", 'class="nn-small nn-muted nn-middle"')
    + text(at(10), 32, "explodes →", 'class="nn-small nn-muted nn-middle"')
    + drawScale(marks, at, 228)
    + drawRows(at(0), (key) => at(decades[key]),
      (key) => significant(passedOn(factors[key], layers)), (key) => decades[key]));
}

function draw(state) {
  const numbers = compute(state);
  return drawFunctions(state, numbers) + drawOneLayer(state, numbers)
    + drawAllLayers(state, numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "Eight activations and their slopes under one cursor",
    hint: "With which weight does a chain of sigmoids neither fade nor explode, and for "
      + "how wide a range of z?",
  });
}

export default { compute, draw, render };
