// One neuron looks at a 2x2 image: see stairs_neuron.py, which computes the same numbers.

const IMAGE = "Image: 0 is white, 1 is black";
const NEURON = "Neuron: four weights and a bias";
const CORNERS = ["top left", "top right", "bottom left", "bottom right"];

const controls = [
  ...CORNERS.map((corner, i) => ({
    name: `x${i + 1}`, label: `x${i + 1} ${corner}`, unit: "dark", group: IMAGE,
    kind: "range", min: 0, max: 1, step: 0.05,
  })),
  ...CORNERS.map((corner, i) => ({
    name: `w${i + 1}`, label: `w${i + 1} ${corner}`, unit: "", group: NEURON,
    kind: "range", min: -20, max: 20, step: 0.5,
  })),
  {
    name: "b", label: "b bias", unit: "", group: NEURON,
    kind: "range", min: -20, max: 20, step: 0.5,
  },
];

const presets = [
  { group: IMAGE, label: "left stairs", state: { x1: 1, x2: 0, x3: 1, x4: 1 } },
  { group: IMAGE, label: "right stairs", state: { x1: 0, x2: 1, x3: 1, x4: 1 } },
  { group: IMAGE, label: "solid black", state: { x1: 1, x2: 1, x3: 1, x4: 1 } },
  { group: IMAGE, label: "bottom row only", state: { x1: 0, x2: 0, x3: 1, x4: 1 } },
  { group: IMAGE, label: "white", state: { x1: 0, x2: 0, x3: 0, x4: 0 } },
  { group: IMAGE, label: "grey case", state: { x1: 0.4, x2: 0, x3: 0.5, x4: 1 } },
  { group: NEURON, label: "hand-chosen", state: { w1: -8, w2: -8, w3: 12, w4: 12, b: -12 } },
  { group: NEURON, label: "only the bottom row",
    state: { w1: 0, w2: 0, w3: 12, w4: 12, b: -18 } },
  { group: NEURON, label: "detector of left stairs",
    state: { w1: 8, w2: -8, w3: 8, w4: 8, b: -20 } },
  { group: NEURON, label: "all zero", state: { w1: 0, w2: 0, w3: 0, w4: 0, b: 0 } },
];

// ---- The numbers ----------------------------------------------------------------------

// To nine decimals: twentieths have no exact binary form, so a sum that is 0 on paper can
// come out as 4e-17, and the neuron would say "stairs" to a z that reads 0.
function weightedSum(x, w, b) {
  const sum = x.reduce((total, value, i) => total + w[i] * value, 0) + b;
  return Math.round(sum * 1e9) / 1e9;
}

// Stairs: the bottom row dark and exactly one top pixel dark.
function isStairs([x1, x2, x3, x4]) {
  return x1 + x2 === 1 && x3 === 1 && x4 === 1;
}

// The sixteen black-and-white images in counting order.
function allPatterns() {
  return Array.from({ length: 16 }, (_, k) => [k >> 3 & 1, k >> 2 & 1, k >> 1 & 1, k & 1]);
}

function image(state) {
  return [state.x1, state.x2, state.x3, state.x4];
}

function weights(state) {
  return [state.w1, state.w2, state.w3, state.w4];
}

function compute(state) {
  const x = image(state);
  const w = weights(state);
  const z = weightedSum(x, w, state.b);
  const patterns = allPatterns().map((pixels) => {
    const patternZ = weightedSum(pixels, w, state.b);
    return {
      x: pixels, z: patternZ, a: sigmoid(patternZ), says: patternZ > 0, is: isStairs(pixels),
    };
  });
  const products = x.map((value, i) => w[i] * value);
  return { z, a: sigmoid(z), stairs: z > 0, products, patterns };
}

function countRight(patterns) {
  return patterns.filter(({ says, is }) => says === is).length;
}

// ---- The words ------------------------------------------------------------------------

// A further term of a sum.
function signed(value) {
  return ` ${value < 0 ? "−" : "+"} ${short(Math.abs(value))}`;
}

// With its sign, also a plus.
function push(value) {
  return value > 0 ? `+${short(value)}` : short(value);
}

function sentence(state) {
  const { z, a, stairs, patterns } = compute(state);
  const [first, ...others] = weights(state).map((w, i) => [w, image(state)[i]]);
  const terms = `${short(first[0])}·${short(first[1])}`
    + others.map(([w, x]) => `${signed(w)}·${short(x)}`).join("")
    + signed(state.b);
  return `z = ${terms} = ${short(z)}, sigmoid(z) ${probability(a)}: `
    + `the neuron says ${stairs ? "stairs" : "not stairs"}, and gets `
    + `${countRight(patterns)} of the 16 black-and-white patterns right.`;
}

function script(state) {
  const call = controls.map(({ name }) => `${name}=${state[name]}`).join(", ");
  return `import numpy as np

from nnbook.activations import sigmoid
from nnbook.datasets import stairs_patterns
from nnbook.neuron import weighted_sum
from nnbook.widgets.stairs_neuron import StairsNeuron

widget = StairsNeuron(${call})

x = np.array([${image(state).join(", ")}])
w = np.array([${weights(state).join(", ")}])
b = ${state.b}
z = weighted_sum(x, w, b)
print(f"nnbook: z = {z:.4f}, a = {sigmoid(z):.4f}")

patterns, labels = stairs_patterns()
says = weighted_sum(patterns, w, b) > 0
print(f"patterns right: {np.sum(says == labels)} of 16")

# The same neuron in Keras.
import keras

dense = keras.layers.Dense(1, activation="sigmoid", dtype="float64")
neuron = keras.Sequential([keras.Input((4,)), dense])
dense.set_weights([w[:, None], np.array([b])])
print(f"Keras: a = {neuron(x[None]).numpy().item():.4f}")
`;
}

// ---- The picture ----------------------------------------------------------------------
// Three panels of one width, which stand beside or below each other. Whatever carries a
// `data-set` puts that state into the widget when it is clicked.

// Whether a number pushes towards stairs or away from it.
function side(value) {
  return value < 0 ? "nn-minus" : "nn-plus";
}

const CELL = 56;

// The number in a cell: two decimals fit if they are small.
function cellNumber(x, y, value, colour = "") {
  const word = short(value, 2);
  const size = word.length > 4 ? "nn-middle" : "nn-big";
  return text(x + CELL / 2, y + 37, word, `class="${size} ${colour}"`);
}

// Where pixel i of a 2x2 image lies.
function corner(i, left, top, size) {
  return [left + (i % 2) * size, top + (i >> 1) * size];
}

function drawImage(x, left, top) {
  return x.map((darkness, i) => {
    const [px, py] = corner(i, left, top, CELL);
    const ink = darkness > 0.535 ? "nn-on-dark" : "nn-on-light";
    const toggled = darkness > 0.5 ? 0 : 1;
    return `<g data-set="x${i + 1}=${toggled}">`
      + rect(px, py, CELL, CELL, `fill="${grey(darkness)}" class="nn-edge"`)
      + text(px + 5, py + 14, `x${i + 1}`, `class="nn-small ${ink}"`)
      + cellNumber(px, py, darkness, ink)
      + "</g>";
  }).join("");
}

function drawWeights(w, left, top) {
  return w.map((weight, i) => {
    const [px, py] = corner(i, left, top, CELL);
    const strength = `fill-opacity="${(0.45 * Math.abs(weight) / 20).toFixed(3)}"`;
    return rect(px, py, CELL, CELL, `class="${side(weight)}" ${strength}`)
      + rect(px, py, CELL, CELL, 'class="nn-edge nn-hollow"')
      + text(px + 5, py + 14, `w${i + 1}`, 'class="nn-small"')
      + cellNumber(px, py, weight);
  }).join("");
}

// A bar from one running total to the next, with a point in its direction.
function drawBar(from, to, y) {
  const tip = Math.sign(to - from) * Math.min(5, Math.abs(to - from));
  const shoulder = to - tip;
  const points = [
    [from, y - 6], [shoulder, y - 6], [to, y], [shoulder, y + 6], [from, y + 6],
  ];
  const path = points.map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join("L");
  return `<path d="M${path}Z" class="${side(to - from)}"/>`;
}

// Below an axis: its ends, its middle, and which side of 0 means what.
function drawScale(at, limit, y) {
  const words = [
    [-limit, short(-limit)], [-limit / 2, "not stairs"], [0, "0"],
    [limit / 2, "stairs"], [limit, short(limit)],
  ];
  return words.map(([value, word]) =>
    text(at(value), y, word, 'class="nn-small nn-muted nn-middle"')).join("");
}

// The five terms laid end to end, from 0 to z.
function drawSum(state, products, z) {
  const names = ["w1·x1", "w2·x2", "w3·x3", "w4·x4", "b"];
  const terms = [...products, state.b];
  const totals = terms.reduce((sums, term) => [...sums, sums.at(-1) + term], [0]);
  const reach = Math.max(...totals.map(Math.abs));
  const limit = [20, 40, 100].find((value) => reach <= value + 1e-9);
  const at = (value) => 162 + 104 * value / limit;
  const rows = terms.map((term, i) => {
    const y = 164 + 19 * i;
    return text(50, y + 4, names[i], 'class="nn-end"')
      + line(at(totals[i + 1]), y + 6, at(totals[i + 1]), y + 13)
      + drawBar(at(totals[i]), at(totals[i + 1]), y)
      + text(316, y + 4, push(term), 'class="nn-end"');
  });
  return line(at(0), 152, at(0), 276)
    + rows.join("")
    + line(4, 250, 316, 250)
    + text(50, 267, "z", 'class="nn-strong nn-end"')
    + drawBar(at(0), at(z), 263)
    + text(316, 267, short(z), 'class="nn-strong nn-end"')
    + drawScale(at, limit, 290);
}

function drawWeighing(state, { products, z }) {
  return panel(296, sentence(state),
    text(80, 14, "image", 'class="nn-muted nn-middle"')
    + text(240, 14, "weights", 'class="nn-muted nn-middle"')
    + drawImage(image(state), 24, 22)
    + text(160, 84, "×", 'class="nn-big nn-muted"')
    + drawWeights(weights(state), 184, 22)
    + drawSum(state, products, z));
}

// The sigmoid from -10 to 10; a z beyond is drawn at the edge.
function drawSquashing({ z, a, stairs }) {
  const at = (value) => 166 + 14 * Math.max(-10, Math.min(10, value));
  const up = (value) => 124 - 94 * value;
  const curve = Array.from({ length: 81 }, (_, k) => k / 4 - 10)
    .map((value) => `${at(value).toFixed(1)} ${up(sigmoid(value)).toFixed(1)}`).join("L");
  const level = (value) => line(26, up(value), 306, up(value))
    + text(20, up(value) + 4, `${value}`, 'class="nn-small nn-muted nn-end"');
  const reading = `sigmoid(${short(z)}) ${probability(a)}`;
  return panel(142, `The curve of the sigmoid with a point on it: ${reading}.`,
    text(4, 14, reading)
    + text(316, 14, stairs ? "stairs" : "not stairs", 'class="nn-strong nn-end"')
    + level(0) + level(0.5) + level(1)
    + line(at(0), up(0), at(0), up(1))
    + drawScale(at, 10, 140)
    + `<path d="M${curve}" class="nn-curve"/>`
    + line(at(z), up(0), at(z), up(a), `class="nn-drop ${side(z)}"`)
    + line(26, up(a), at(z), up(a), `class="nn-drop ${side(z)}"`)
    + `<circle cx="${at(z).toFixed(1)}" cy="${up(a).toFixed(1)}" r="6" `
    + `class="nn-dot ${side(z)}"/>`);
}

// A check or a cross, so that colour is not the only sign.
function drawMark(x, y, right) {
  return right
    ? `<path d="M${x - 5} ${y}l4 4l7 -8" class="nn-mark nn-right"/>`
    : `<path d="M${x - 4} ${y - 4}l8 8m0 -8l-8 8" class="nn-mark nn-wrong"/>`;
}

function drawTile(pattern, left, top, shown) {
  const pixels = pattern.x.map((darkness, i) => {
    const [px, py] = corner(i, left + 6, top + 5, 13);
    return rect(px, py, 13, 13, `fill="${grey(darkness)}" class="nn-edge"`);
  });
  const target = pattern.x.map((darkness, i) => `x${i + 1}=${darkness}`).join("&amp;");
  const frame = shown ? "nn-edge nn-hollow nn-shown" : "nn-hollow";
  return `<g data-set="${target}">`
    + rect(left, top, 38, 54, `rx="4" class="${frame}"`)
    + pixels.join("")
    + drawMark(left + 19, top + 42, pattern.says === pattern.is)
    + "</g>";
}

// The two stairs in a column of their own, the fourteen others beside them.
function drawVerdicts(state, { patterns }) {
  const right = countRight(patterns);
  const same = (pattern) => pattern.x.every((darkness, i) => darkness === image(state)[i]);
  const stairs = patterns.filter((pattern) => pattern.is).reverse();
  const others = patterns.filter((pattern) => !pattern.is);
  const wrong = patterns.filter(({ says, is }) => says !== is)
    .map(({ x }) => x.join(" ")).join("; ");
  const label = `${right} of the 16 black-and-white patterns right`
    + (wrong ? `. Wrong (x1 x2 x3 x4): ${wrong}.` : ".");
  return panel(146, label,
    text(23, 14, "stairs", 'class="nn-muted nn-middle"')
    + text(52, 14, "not stairs", 'class="nn-muted"')
    + text(316, 14, `${right} of 16 right`, 'class="nn-strong nn-end"')
    + stairs.map((p, i) => drawTile(p, 4, 26 + 56 * i, same(p))).join("")
    + line(46, 26, 46, 134)
    + others.map((p, i) => drawTile(p, 50 + 38 * (i % 7), 26 + 56 * Math.floor(i / 7), same(p)))
      .join(""));
}

function draw(state) {
  const numbers = compute(state);
  return drawWeighing(state, numbers) + drawSquashing(numbers) + drawVerdicts(state, numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "One neuron looks at a 2 by 2 image",
    hint: "Can you find weights that get all sixteen patterns right? "
      + "Click a pixel to turn it, or a pattern to show it to the neuron.",
  });
}

export default { compute, draw, render };
