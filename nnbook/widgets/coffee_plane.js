// Three neurons, three lines, one region: see coffee_plane.py, which computes the same.

const OUTPUT = "Output neuron";
const ROAST = "One roast, followed through the network";
const RULES = { all: "all three say yes", two: "at least two say yes", any: "any says yes" };
const BIASES = { all: -25, two: -15, any: -5 };

const range = (name, label, unit, group, min, max, step) =>
  ({ name, label, unit, group, kind: "range", min, max, step });

const controls = [
  ...[1, 2, 3].flatMap((i) => [
    range(`turn${i}`, `turn ${i}`, "°", `Neuron ${i}`, -180, 180, 1),
    range(`shift${i}`, `shift ${i}`, "sd", `Neuron ${i}`, -2, 2, 0.1),
  ]),
  range("sharpness", "sharpness", "", OUTPUT, 1, 20, 0.5),
  {
    name: "rule", label: "good if", unit: "", group: OUTPUT, kind: "select",
    options: Object.entries(RULES),
  },
  range("temperature", "temperature", "°C", ROAST, 150, 285, 1),
  range("duration", "duration", "min", ROAST, 12, 15, 0.05),
];

const presets = [
  { group: OUTPUT, label: "sharp", state: { sharpness: 20 } },
  { group: OUTPUT, label: "soft", state: { sharpness: 2 } },
  { group: ROAST, label: "cold", state: { temperature: 160, duration: 14 } },
  { group: ROAST, label: "short", state: { temperature: 200, duration: 12.1 } },
  { group: ROAST, label: "burnt", state: { temperature: 260, duration: 14 } },
  { group: ROAST, label: "good", state: { temperature: 200, duration: 13.5 } },
];

// Eighty roasts: temperature, duration, and 1 for a good one. They are the first eighty
// of datasets.coffee with generator 0; a test compares them.
const ROASTS = [
  [236, 14.27, 0], [186.4, 13.49, 1], [155.5, 13.59, 0], [152.2, 14.36, 0], [259.8, 13.24, 0], [273.2, 14.2, 0],
  [231.9, 14.13, 0], [248.5, 14.8, 0], [223.4, 12.34, 1], [276.2, 14.19, 0], [260.1, 14.78, 0], [150.4, 14.9, 0],
  [265.7, 12.04, 0], [154.5, 14.59, 0], [248.5, 14.94, 0], [173.7, 14.87, 1], [266.5, 12.45, 0], [223.1, 14.92, 0],
  [190.5, 14.67, 0], [207.1, 14.47, 0], [153.8, 13.44, 0], [166.8, 12.7, 0], [240.5, 14.41, 0], [237.4, 14.77, 0],
  [233.1, 12.8, 1], [201.8, 13.62, 1], [284.6, 13.33, 0], [282.4, 14.79, 0], [242.5, 12.12, 0], [237.8, 14.2, 0],
  [242.9, 13.84, 0], [202.5, 12.09, 0], [168.2, 14.16, 0], [247.4, 12.05, 0], [220.9, 14.27, 0], [191.9, 13.54, 1],
  [215.6, 14.79, 0], [270.1, 12.2, 0], [276.1, 14.52, 0], [198.3, 12.2, 0], [227.2, 13.03, 1], [193.5, 13.29, 1],
  [230.2, 14.9, 0], [195.6, 13.69, 1], [202.9, 12.78, 1], [270.2, 12.73, 0], [180.7, 14.66, 1], [234.1, 12.68, 1],
  [161.3, 12.37, 0], [262.4, 12.86, 0], [256.3, 13.76, 0], [182.3, 13.66, 1], [268.3, 14.43, 0], [157.9, 13.68, 0],
  [195.4, 12.87, 1], [170.3, 13.24, 1], [210.8, 14.45, 0], [257.5, 13.88, 0], [181.1, 14.88, 1], [157, 13.11, 0],
  [204.6, 13.66, 1], [176.8, 13.78, 1], [162.3, 14.54, 0], [228.3, 12.44, 1], [190.3, 13.22, 1], [240.7, 14.73, 0],
  [176.9, 12.13, 0], [277.2, 14.47, 0], [199.3, 13.25, 1], [164.2, 14.49, 0], [234.9, 12.03, 0], [275.2, 13.1, 0],
  [209.5, 12.24, 0], [278.9, 13.96, 0], [217.5, 12.82, 1], [207.4, 14.11, 0], [233.7, 14.83, 0], [284.3, 12.38, 0],
  [278.1, 14.59, 0], [212.1, 12.18, 0],
];

// ---- The numbers ----------------------------------------------------------------------

// The middle of the plane and about one standard deviation.
const CENTRE = [217.5, 13.5];
const SCALE = [39, 0.87];

// The hidden neurons as { w, b, turn, shift }, the turn in radians.
function hidden(state) {
  return [1, 2, 3].map((i) => {
    const turn = state[`turn${i}`] * Math.PI / 180;
    const shift = state[`shift${i}`];
    const w = [state.sharpness * Math.cos(turn), state.sharpness * Math.sin(turn)];
    return { w, b: -state.sharpness * shift, turn, shift };
  });
}

function fires({ w, b }, u, v) {
  return sigmoid(w[0] * u + w[1] * v + b);
}

// To nine decimals, so that a sum that is 0 on paper is not 4e-17.
function output(a, rule) {
  const z = a.reduce((sum, one) => sum + 10 * one, 0) + BIASES[rule];
  return Math.round(z * 1e9) / 1e9;
}

function standardised(temperature, duration) {
  return [(temperature - CENTRE[0]) / SCALE[0], (duration - CENTRE[1]) / SCALE[1]];
}

function compute(state) {
  const neurons = hidden(state);
  const forward = (temperature, duration) => {
    const [u, v] = standardised(temperature, duration);
    return neurons.map((neuron) => fires(neuron, u, v));
  };
  const a = forward(state.temperature, state.duration);
  const z = output(a, state.rule);
  const says = ROASTS.map(([temperature, duration]) =>
    output(forward(temperature, duration), state.rule) > 0);
  return {
    a1: a[0], a2: a[1], a3: a[2], z, output: sigmoid(z), good: z > 0,
    w: neurons.map(({ w }) => w), b: neurons.map(({ b }) => b),
    roasts: ROASTS, says,
    right: says.filter((yes, k) => yes === (ROASTS[k][2] === 1)).length,
  };
}

// ---- The words ------------------------------------------------------------------------

function sentence(state) {
  const numbers = compute(state);
  const parts = ["a1", "a2", "a3", "output"]
    .map((key) => `${key} ${probability(numbers[key])}`).join(", ");
  return `${short(state.temperature)} °C for ${short(state.duration)} min: ${parts}, `
    + `so ${numbers.good ? "good" : "not good"}. `
    + `The network is right on ${numbers.right} of 80 roasts.`;
}

function script(state) {
  const text = (value) => typeof value === "string" ? JSON.stringify(value) : value;
  const call = controls.map(({ name }) => `${name}=${text(state[name])}`).join(",\n    ");
  return `import numpy as np

from nnbook.datasets import coffee
from nnbook.layers import Dense, Sigmoid
from nnbook.model import Sequential
from nnbook.widgets.coffee_plane import CoffeePlane

widget = CoffeePlane(
    ${call},
)

turns = np.radians([${[1, 2, 3].map((i) => state[`turn${i}`]).join(", ")}])
shifts = np.array([${[1, 2, 3].map((i) => state[`shift${i}`]).join(", ")}])
W1 = ${state.sharpness} * np.array([np.cos(turns), np.sin(turns)])
b1 = -${state.sharpness} * shifts
W2, b2 = np.full((3, 1), 10.0), np.array([${BIASES[state.rule]}.0])

rng = np.random.default_rng(0)
first = Dense(2, 3, rng=rng, dtype=np.float64)
last = Dense(3, 1, rng=rng, dtype=np.float64)
first.params["W"][...], first.params["b"][...] = W1, b1
last.params["W"][...], last.params["b"][...] = W2, b2
model = Sequential([first, Sigmoid(), last, Sigmoid()])

roasts, good = coffee(80, rng=np.random.default_rng(0))
centre, scale = np.array([217.5, 13.5]), np.array([39, 0.87])
x = np.array([[${state.temperature}, ${state.duration}]])
print(f"nnbook: output = {model.predict((x - centre) / scale).item():.4f}")
says = model.predict((roasts - centre) / scale)[:, 0] > 0.5
print(f"of 80 roasts, right = {np.sum(says == good)}")

# The same network in Keras.
import keras

network = keras.Sequential(
    [
        keras.Input((2,), dtype="float64"),
        keras.layers.Dense(3, activation="sigmoid", dtype="float64"),
        keras.layers.Dense(1, activation="sigmoid", dtype="float64"),
    ]
)
network.set_weights([W1, b1, W2, b2])
print(f"Keras: output = {network((x - centre) / scale).numpy().item():.4f}")
`;
}

// ---- The picture ----------------------------------------------------------------------
// Left the plane with the region, the lines and the roasts; right the same roast and the
// three half planes, one for each hidden neuron, and the sum that the output makes.

const LOW = [150, 12];
const HIGH = [285, 15];
const DASHES = ["", 'stroke-dasharray="9 4"', 'stroke-dasharray="2 4"'];
const LEVELS = 6;

function path(points, attributes) {
  const ends = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
  return `<path d="M${ends}" ${attributes}/>`;
}

function dot(x, y, radius, attributes) {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" ${attributes}/>`;
}

// A plane of temperature and duration on the paper.
function plane(left, top, width, height) {
  const across = (t) => left + width * (t - LOW[0]) / (HIGH[0] - LOW[0]);
  const up = (d) => top + height * (HIGH[1] - d) / (HIGH[1] - LOW[1]);
  return { left, top, width, height, across, up };
}

// Shades where `says(u, v)` is high: one path a level, made of runs along each row.
function shade({ left, top, width, height }, columns, rows, says) {
  const paths = Array.from({ length: LEVELS + 1 }, () => "");
  const [dx, dy] = [width / columns, height / rows];
  for (let row = 0; row < rows; row++) {
    const d = HIGH[1] - (row + 0.5) * (HIGH[1] - LOW[1]) / rows;
    const level = (column) => {
      const t = LOW[0] + (column + 0.5) * (HIGH[0] - LOW[0]) / columns;
      return Math.round(LEVELS * says(...standardised(t, d)));
    };
    let start = 0;
    let present = level(0);
    for (let column = 1; column <= columns; column++) {
      const next = column < columns ? level(column) : -1;
      if (next === present) continue;
      paths[present] += `M${(left + start * dx).toFixed(1)} ${(top + row * dy).toFixed(1)}`
        + `h${((column - start) * dx).toFixed(1)}v${dy.toFixed(1)}H${(left + start * dx).toFixed(1)}z`;
      start = column;
      present = next;
    }
  }
  return paths.map((d, level) => level === 0 || d === "" ? ""
    : `<path d="${d}" class="nn-plus" fill-opacity="${(0.4 * level / LEVELS).toFixed(2)}"/>`)
    .join("");
}

// The ends of a neuron's line within the plane, in degrees and minutes, or null.
function ends({ turn, shift }) {
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const low = standardised(...LOW);
  const high = standardised(...HIGH);
  // The line is (c, s) * shift + t (-s, c); keep the t within both ranges.
  let [from, to] = [-9, 9];
  for (const [start, step, axis] of [[c * shift, -s, 0], [s * shift, c, 1]]) {
    if (Math.abs(step) < 1e-9) {
      if (start < low[axis] || start > high[axis]) return null;
      continue;
    }
    const bounds = [(low[axis] - start) / step, (high[axis] - start) / step];
    from = Math.max(from, Math.min(...bounds));
    to = Math.min(to, Math.max(...bounds));
  }
  if (to - from < 1e-6) return null;
  const at = (t) => [
    CENTRE[0] + SCALE[0] * (c * shift - t * s), CENTRE[1] + SCALE[1] * (s * shift + t * c),
  ];
  return [at(from), at(to)];
}

function onPaper({ across, up }, [t, d]) {
  return [across(t), up(d)];
}

// The line of neuron i, its number, and a short stroke towards the side where it says yes.
function drawLine(neuron, i, space) {
  const found = ends(neuron);
  if (!found) return "";
  const [from, to] = found.map((end) => onPaper(space, end));
  const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const aside = [Math.cos(neuron.turn) / SCALE[0] * space.width / (HIGH[0] - LOW[0]),
    -Math.sin(neuron.turn) / SCALE[1] * space.height / (HIGH[1] - LOW[1])];
  // Perpendicular on paper: the scales of the two axes differ.
  const normal = [-(to[1] - from[1]), to[0] - from[0]];
  const length = Math.hypot(...normal);
  const side = normal[0] * aside[0] + normal[1] * aside[1] < 0 ? -1 : 1;
  const off = (far) =>
    middle.map((place, axis) => place + side * far * normal[axis] / length);
  const [x, y] = off(20);
  return path([from, to], `class="nn-curve" ${DASHES[i]}`)
    + path([middle, off(11)], 'class="nn-curve"')
    + text(x, y + 5, `${i + 1}`, 'class="nn-strong nn-middle"');
}

function drawRoast([t, d, good], says, { across, up }) {
  const [x, y] = [across(t), up(d)];
  const mark = good ? dot(x, y, 3.5, 'class="nn-plus"')
    : rect(x - 3, y - 3, 6, 6, 'class="nn-minus"');
  return mark + (says === (good === 1) ? "" : dot(x, y, 7, 'class="nn-hollow nn-shown"'));
}

function crosshair(x, y) {
  return `<path d="M${(x - 11).toFixed(1)} ${y.toFixed(1)}h22" class="nn-curve"/>`
    + `<path d="M${x.toFixed(1)} ${(y - 11).toFixed(1)}v22" class="nn-curve"/>`;
}

function drawPlane(state, { says, right }) {
  const space = plane(34, 24, 280, 220);
  const neurons = hidden(state);
  const region = (u, v) =>
    sigmoid(output(neurons.map((neuron) => fires(neuron, u, v)), state.rule));
  const temperatures = [150, 180, 210, 240, 270].map((t) =>
    text(space.across(t), 258, `${t}`, 'class="nn-small nn-muted nn-middle"'));
  const durations = [12, 13, 14, 15].map((d) =>
    text(28, space.up(d) + 4, `${d}`, 'class="nn-small nn-muted nn-end"'));
  return panel(276, sentence(state),
    text(4, 14, "minutes", 'class="nn-muted"')
    + text(316, 14, `${right} of 80 right`, 'class="nn-strong nn-end"')
    + shade(space, 56, 44, region)
    + rect(34, 24, 280, 220, 'class="nn-edge nn-hollow"')
    + ROASTS.map((roast, k) => drawRoast(roast, says[k], space)).join("")
    + neurons.map((neuron, i) => drawLine(neuron, i, space)).join("")
    + crosshair(space.across(state.temperature), space.up(state.duration))
    + temperatures.join("") + durations.join("")
    + text(174, 273, "degrees Celsius", 'class="nn-muted nn-middle"'));
}

function drawHalfPlane(state, numbers, neuron, i) {
  const space = plane(8 + 104 * i, 26, 96, 76);
  const line = ends(neuron);
  const middle = space.left + 48;
  return text(middle, 14, `neuron ${i + 1}`, 'class="nn-muted nn-middle"')
    + shade(space, 24, 19, (u, v) => fires(neuron, u, v))
    + rect(space.left, space.top, 96, 76, 'class="nn-edge nn-hollow"')
    + (line ? path(line.map((end) => onPaper(space, end)), `class="nn-curve" ${DASHES[i]}`) : "")
    + crosshair(space.across(state.temperature), space.up(state.duration))
    + text(middle, 118, `w ${fixed(neuron.w[0], 1)}, ${fixed(neuron.w[1], 1)}`, 'class="nn-small nn-middle"')
    + text(middle, 133, `b ${fixed(neuron.b, 1)}`, 'class="nn-small nn-middle"')
    + text(middle, 153, `a${i + 1} ${probability(numbers[`a${i + 1}`])}`, 'class="nn-middle"');
}

// The output neuron: what each hidden neuron brings, and what is left after the bias.
function drawOutput(state, { a1, a2, a3, z, output: a, good }) {
  const at = (value) => 150 + 4 * value;
  const bars = [["10·a1", 10 * a1], ["10·a2", 10 * a2], ["10·a3", 10 * a3],
    ["bias", BIASES[state.rule]]];
  let total = 0;
  const rows = bars.map(([name, term], k) => {
    const [from, y] = [total, 176 + 17 * k];
    total += term;
    return text(4, y + 9, name, 'class="nn-small"')
      + rect(at(Math.min(from, total)), y, Math.max(1, 4 * Math.abs(term)), 11,
        `class="${term < 0 ? "nn-minus" : "nn-plus"}"`)
      + text(316, y + 9, short(term, 1), 'class="nn-small nn-end"');
  });
  return path([[at(0), 172], [at(0), 264]], 'class="nn-line"')
    + rows.join("")
    + text(4, 257, "z", 'class="nn-strong"')
    + rect(at(Math.min(0, z)), 247, Math.max(1, 4 * Math.abs(z)), 11,
      `class="${z < 0 ? "nn-minus" : "nn-plus"}"`)
    + text(316, 257, short(z, 1), 'class="nn-strong nn-end"')
    + text(4, 273, `sigmoid(z) ${probability(a)}`)
    + text(316, 273, good ? "good" : "not good", 'class="nn-strong nn-end"');
}

function drawNetwork(state, numbers) {
  const label = `The three half planes, and the sum of the output neuron: z is ${short(numbers.z, 1)}.`;
  return panel(276, label,
    hidden(state).map((neuron, i) => drawHalfPlane(state, numbers, neuron, i)).join("")
    + drawOutput(state, numbers));
}

function draw(state) {
  const numbers = compute(state);
  return drawPlane(state, numbers) + drawNetwork(state, numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "Three neurons mark off the good coffee",
    hint: "Dots are good roasts, squares are not, rings are mistakes. Which turn and "
      + "shift of neuron 3 leave out the burnt ones?",
  });
}

export default { compute, draw, render };
