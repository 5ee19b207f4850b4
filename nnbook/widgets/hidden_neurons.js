// Hidden neurons, one by one: see hidden_neurons.py, which computes the same numbers.

const NETWORK = "Network: how many neurons, and what for";
const NUMBERS = [1, 2, 3, 4];
const TARGETS = { hat: "the hat", valley: "the valley", wave: "the wave", step: "the step" };

const handle = (name, label, group, step = 0.5) => ({
  name, label, unit: "", group, kind: "range", min: -4, max: 4, step,
});

const controls = [
  {
    name: "n", label: "hidden neurons", unit: "", group: NETWORK, kind: "select",
    options: ["0", "1", "2", "3", "4"].map((count) => [count, count]),
  },
  {
    name: "target", label: "target", unit: "", group: NETWORK, kind: "select",
    options: Object.entries(TARGETS),
  },
  handle("c", "c bias of the output", NETWORK),
  ...NUMBERS.flatMap((i) => [
    handle(`w${i}`, `w${i} weight of x`, `Neuron ${i}`),
    handle(`b${i}`, `b${i} bias`, `Neuron ${i}`),
    handle(`v${i}`, `v${i} weight in f`, `Neuron ${i}`, 0.1),
  ]),
];

// All of the state from [w, b, v] of the neurons that are joined.
function built(target, c, ...neurons) {
  const state = { n: String(neurons.length), target, c };
  neurons.forEach(([w, b, v], i) => {
    Object.assign(state, { [`w${i + 1}`]: w, [`b${i + 1}`]: b, [`v${i + 1}`]: v });
  });
  return state;
}

const presets = [
  { group: NETWORK, label: "hat", state: built("hat", 0, [1, 1, 1], [1, 0, -2], [1, -1, 1]) },
  { group: NETWORK, label: "valley", state: built("valley", 0, [1, 0, 1], [-1, 0, 1]) },
  { group: NETWORK, label: "ramp", state: built("step", 0, [1, 0.5, 1], [1, -0.5, -1]) },
  { group: NETWORK, label: "wave", state: built("wave", 0, [1, 2, -1], [1, 1, 2], [1, -1, -2]) },
];

// ---- The numbers ----------------------------------------------------------------------

const X = Array.from({ length: 161 }, (_, k) => k / 40 - 2);

function relu(z) {
  return Math.max(0, z);
}

// To nine decimals: what is 0 on paper is 0, not 4e-17.
function clean(value) {
  return Math.round(value * 1e9) / 1e9 + 0;
}

// Neuron i as { w, b, v }.
function neuron(state, i) {
  return { w: state[`w${i}`], b: state[`b${i}`], v: state[`v${i}`] };
}

function joined(state) {
  return NUMBERS.slice(0, Number(state.n)).map((i) => neuron(state, i));
}

function term({ w, b, v }, x) {
  return v * relu(w * x + b);
}

function network(state, x) {
  return joined(state).reduce((sum, one) => sum + term(one, x), state.c);
}

// From below and from above, which differ only where the target jumps.
function target(name, x) {
  if (name === "step") return [x > 0 ? 1 : 0, x >= 0 ? 1 : 0];
  const value = {
    hat: Math.max(0, 1 - Math.abs(x)), valley: Math.abs(x), wave: Math.sin(Math.PI * x / 2),
  }[name];
  return [value, value];
}

// Where neuron's line crosses zero, if that is in view.
function kink({ w, b }) {
  const place = -b / w;
  return w !== 0 && place > -2 && place < 2 ? clean(place) : null;
}

function compute(state) {
  const f = X.map((x) => network(state, x));
  const places = joined(state).filter(({ v }) => v !== 0).map(kink)
    .filter((place) => place !== null);
  const misses = X.map((x, k) =>
    Math.max(...target(state.target, x).map((value) => Math.abs(f[k] - value))));
  return {
    f_left: clean(f[0]), f_middle: clean(f[80]), f_right: clean(f[160]),
    kinks: [...new Set(places)].sort((a, b) => a - b),
    parameters: 3 * Number(state.n) + 1,
    error: clean(Math.max(...misses)),
  };
}

// ---- The words ------------------------------------------------------------------------

function sentence(state) {
  const { kinks, parameters, error } = compute(state);
  const neurons = state.n === "1" ? "1 hidden neuron" : `${state.n} hidden neurons`;
  const count = parameters === 1 ? "1 parameter" : `${parameters} parameters`;
  const places = kinks.map((place) => short(place)).join(", ");
  const bends = kinks.length === 0 ? "no kink"
    : kinks.length === 1 ? `a kink at ${places}` : `kinks at ${places}`;
  const away = error === 0 ? "exactly" : `up to ${short(error)} away from`;
  return `${neurons}, ${count}: f has ${bends}, and is ${away} ${TARGETS[state.target]}.`;
}

function script(state) {
  const text = (value) => typeof value === "string" ? JSON.stringify(value) : value;
  const call = controls.map(({ name }) => `${name}=${text(state[name])}`).join(", ");
  const list = (key) => joined(state).map((one) => one[key]).join(", ");
  if (state.n === "0") {
    return `from nnbook.widgets.hidden_neurons import HiddenNeurons

widget = HiddenNeurons(${call})

# Without a hidden neuron nothing but the output's bias is left.
print(f"f_middle = {${state.c}:.4f}")
`;
  }
  return `import numpy as np

from nnbook.layers import Dense, ReLU
from nnbook.model import Sequential
from nnbook.widgets.hidden_neurons import HiddenNeurons

widget = HiddenNeurons(${call})

n = ${state.n}
w = np.array([${list("w")}])
b = np.array([${list("b")}])
v = np.array([${list("v")}])
c = ${state.c}

rng = np.random.default_rng(0)
hidden = Dense(1, n, rng=rng, dtype=np.float64)
output = Dense(n, 1, rng=rng, dtype=np.float64)
hidden.params["W"][...], hidden.params["b"][...] = w, b
output.params["W"][...], output.params["b"][...] = v[:, None], c
model = Sequential([hidden, ReLU(), output])

x = np.array([[-2.0], [0.0], [2.0]])
left, middle, right = model.predict(x).ravel()
print(f"nnbook: f_left = {left:.4f}, f_middle = {middle:.4f}, f_right = {right:.4f}")
print(f"parameters = {model.flat_params.size}")

# The same network in Keras.
import keras

first = keras.layers.Dense(n, activation="relu", dtype="float64")
last = keras.layers.Dense(1, dtype="float64")
network = keras.Sequential([keras.Input((1,)), first, last])
network.set_weights([w[None], b, v[:, None], np.array([c])])
left, middle, right = network(x).numpy().ravel()
print(f"Keras: f_left = {left:.4f}, f_middle = {middle:.4f}, f_right = {right:.4f}")
`;
}

// ---- The picture ----------------------------------------------------------------------
// Left the function and its target; right the network, each neuron drawn as the piece
// that it adds. A click on a neuron joins all neurons up to it.

function dot(x, y, radius, attributes) {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" ${attributes}/>`;
}

// A frame that shows x from -2 to 2 and heights from -reach to reach.
function frame(left, top, width, height, reach) {
  return {
    reach,
    across: (x) => left + width * (x + 2) / 4,
    up: (y) => top + height * (reach - y) / (2 * reach),
  };
}

// The curve through [x, y] in order, cut off where it leaves the frame.
function curve(points, { across, up, reach }) {
  const inside = (y) => Math.abs(y) <= reach;
  const place = ([x, y]) => `${across(x).toFixed(1)} ${up(y).toFixed(1)}`;
  let path = "";
  for (let k = 1; k < points.length; k++) {
    const ends = clipped(points[k - 1], points[k], reach);
    if (!ends) continue;
    const goesOn = path !== "" && inside(points[k - 1][1]);
    path += `${goesOn ? "" : `M${place(ends[0])}`}L${place(ends[1])}`;
  }
  return path || "M0 0";
}

// The part of a straight piece that lies between -reach and reach, or null.
function clipped([x0, y0], [x1, y1], reach) {
  if (Math.max(y0, y1) < -reach || Math.min(y0, y1) > reach) return null;
  const at = (y) => [x0 + (x1 - x0) * (y - y0) / (y1 - y0), y];
  const end = (x, y) => Math.abs(y) <= reach ? [x, y] : at(Math.sign(y) * reach);
  return [end(x0, y0), end(x1, y1)];
}

// Straight between its kinks, so these points are the whole function.
function corners(places, f) {
  return [-2, ...places, 2].map((x) => [x, f(x)]);
}

function targetPath(name, space) {
  if (name === "step") {
    return curve([[-2, 0], [0, 0]], space) + curve([[0, 1], [2, 1]], space);
  }
  return curve(X.map((x) => [x, target(name, x)[0]]), space);
}

function drawFunction(state, { kinks, error }) {
  const space = frame(28, 26, 286, 214, 3);
  const { across, up } = space;
  const levels = [-3, -2, -1, 0, 1, 2, 3].map((y) =>
    line(28, up(y), 314, up(y), `class="nn-line" stroke-opacity="${y === 0 ? 1 : 0.3}"`)
    + text(22, up(y) + 4, short(y), 'class="nn-small nn-muted nn-end"'));
  const marks = [-2, -1, 0, 1, 2].map((x) =>
    text(across(x), 256, short(x), 'class="nn-small nn-muted nn-middle"'));
  const f = (x) => network(state, x);
  const handles = kinks.map((x) => [x, f(x)]).map(([x, y]) =>
    line(across(x), up(0) - 5, across(x), up(0) + 5, 'class="nn-curve"')
    + (Math.abs(y) <= 3 ? dot(across(x), up(y), 5, 'class="nn-dot nn-plus"') : ""));
  return panel(278, sentence(state),
    text(4, 14, "f(x)", 'class="nn-strong"')
    + text(40, 14, `and ${TARGETS[state.target]}, dashed`, 'class="nn-muted"')
    + text(316, 14, `off by ${short(error)}`, 'class="nn-strong nn-end"')
    + levels.join("") + marks.join("")
    + text(171, 273, "x", 'class="nn-middle nn-muted"')
    + `<path d="${targetPath(state.target, space)}" class="nn-drop nn-wrong" fill="none"/>`
    + `<path d="${curve(corners(kinks, f), space)}" class="nn-curve"/>`
    + handles.join(""));
}

const ROW = 58;

// One neuron: its own line cut off at zero, times its weight in f.
function drawNeuron(state, i) {
  const one = neuron(state, i);
  const on = i <= Number(state.n);
  const y = 26 + ROW * (i - 1);
  const middle = y + 24;
  const space = frame(128, y + 2, 68, 44, 3);
  const place = kink(one);
  const places = place === null ? [] : [place];
  const dashes = on ? "" : 'stroke-dasharray="2 4"';
  const path = curve(corners(places, (x) => term(one, x)), space);
  return line(33, 140, 62, middle, `class="nn-line" ${dashes}`)
    + line(258, middle, 287, 140, `class="nn-line" ${dashes}`)
    + `<g data-set="n=${i}" opacity="${on ? 1 : 0.6}">`
    + `<rect x="62" y="${y}" width="196" height="48" rx="6" class="nn-edge nn-hollow"/>`
    + line(128, middle, 196, middle, 'class="nn-line" stroke-opacity="0.5"')
    + `<path d="${path}" class="nn-curve"/>`
    + (place === null ? "" : dot(space.across(place), middle, 4, 'class="nn-dot nn-plus"'))
    + text(70, middle - 5, `w${i} ${short(one.w)}`, 'class="nn-small"')
    + text(70, middle + 12, `b${i} ${short(one.b)}`, 'class="nn-small"')
    + text(252, middle + 4, `v${i} ${short(one.v)}`, 'class="nn-small nn-end"')
    + "</g>";
}

function drawNetwork(state, { parameters }) {
  const label = `The network: ${state.n} of 4 neurons joined, 3 times ${state.n} plus 1 `
    + `is ${parameters} parameters.`;
  const circle = (x, name) => dot(x, 140, 16, 'class="nn-edge nn-hollow"')
    + text(x, 144, name, 'class="nn-middle nn-strong"');
  return panel(278, label,
    text(4, 14, `${state.n} hidden`, 'class="nn-muted"')
    + text(316, 14, `3·${state.n} + 1 = ${parameters} parameters`, 'class="nn-strong nn-end"')
    + NUMBERS.map((i) => drawNeuron(state, i)).join("")
    + circle(17, "x") + circle(303, "f")
    + text(318, 173, `c ${short(state.c)}`, 'class="nn-small nn-end"'));
}

function draw(state) {
  const numbers = compute(state);
  return drawFunction(state, numbers) + drawNetwork(state, numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "A function built from hidden neurons",
    hint: "Can you match the target? Click a neuron to join it and all above it. "
      + "A neuron bends where its line crosses zero, at −b / w.",
  });
}

export default { compute, draw, render };
