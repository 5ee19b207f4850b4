// Forward and backward, one factor at a time: see backprop_steps.py, which computes the
// same numbers.

const WALK = "Walk: the arrow keys go from step to step";
const IMAGE = "Image: 0 is white, 1 is black";
const OUTPUT = "Output; the buttons set all weights";
const CORNERS = ["top left", "top right", "bottom left", "bottom right"];
const FOUR = [1, 2, 3, 4];
const LAST = 17;

const handle = (name, label, group, min = -20, step = 0.5) => ({
  name, label, unit: "", group, kind: "range", min, max: -min || 1, step,
});

const neuron = (j) => [
  ...FOUR.map((i) => handle(`w${i}${j}`, `w${i}${j} from x${i}`, `Hidden neuron ${j}`)),
  handle(`b${j}`, `b${j} bias`, `Hidden neuron ${j}`),
];

const controls = [
  { name: "step", label: "step", unit: "of 17", group: WALK, kind: "range",
    min: 0, max: LAST, step: 1 },
  { name: "loss", label: "loss", unit: "", group: WALK, kind: "select",
    options: [["cross_entropy", "cross-entropy"], ["half_square", "half the square"]] },
  { name: "t", label: "t truth", unit: "", group: IMAGE, kind: "select",
    options: [["1", "1, stairs"], ["0", "0, not stairs"]] },
  ...FOUR.map((i) => handle(`x${i}`, `x${i} ${CORNERS[i - 1]}`, IMAGE, 0, 0.05)),
  ...neuron(1),
  ...neuron(2),
  handle("v1", "v1 from neuron 1", OUTPUT),
  handle("v2", "v2 from neuron 2", OUTPUT),
  handle("c", "c bias", OUTPUT),
];

const image = (t, ...pixels) => ({
  t, ...Object.fromEntries(pixels.map((value, i) => [`x${i + 1}`, value])),
});

// All weights, from [w1, w2, w3, w4, b] of both hidden neurons and [v1, v2, c].
function weights(first, second, output) {
  const names = ["w1#", "w2#", "w3#", "w4#", "b#"];
  const of = (values, j) => values.map((value, i) => [names[i].replace("#", j), value]);
  const out = output.map((value, i) => [["v1", "v2", "c"][i], value]);
  return Object.fromEntries([...of(first, 1), ...of(second, 2), ...out]);
}

const presets = [
  { group: WALK, label: "start", state: { step: 0 } },
  { group: WALK, label: "forward", state: { step: 6 } },
  { group: WALK, label: "loss", state: { step: 7 } },
  { group: WALK, label: "backward", state: { step: 16 } },
  { group: WALK, label: "update", state: { step: 17 } },
  { group: IMAGE, label: "left stairs", state: image("1", 1, 0, 1, 1) },
  { group: IMAGE, label: "right stairs", state: image("1", 0, 1, 1, 1) },
  { group: IMAGE, label: "solid black", state: image("0", 1, 1, 1, 1) },
  { group: IMAGE, label: "white", state: image("0", 0, 0, 0, 0) },
  { group: OUTPUT, label: "gentle", state:
    weights([2, -2, 2, 2, -5], [-2, 2, 2, 2, -5], [2.5, 2.5, -1.5]) },
  { group: OUTPUT, label: "hand-chosen", state:
    weights([8, -8, 8, 8, -20], [-8, 8, 8, 8, -20], [10, 10, -5]) },
  { group: OUTPUT, label: "learned", state:
    weights([-8.5, -8.5, -0.5, 0, 6], [-11, -11, 8.5, 8, 1], [-15.5, 15.5, -7]) },
  { group: OUTPUT, label: "cut off", state: { v1: 0, v2: 0 } },
];

// ---- The numbers ----------------------------------------------------------------------

// log(1 + e^z), without overflow.
function softplus(z) {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

function image4(state) {
  return FOUR.map((i) => state[`x${i}`]);
}

// The parameters as { w: two lists of four, b: two, v: two, c }.
function parameters(state) {
  return {
    w: [1, 2].map((j) => FOUR.map((i) => state[`w${i}${j}`])),
    b: [state.b1, state.b2], v: [state.v1, state.v2], c: state.c,
  };
}

function run(state, { w, b, v, c }) {
  const x = image4(state);
  // To nine decimals: what is 0 on paper is 0, not 4e-17.
  const zs = [0, 1].map((j) => {
    const sum = x.reduce((total, value, i) => total + value * w[j][i], 0) + b[j];
    return Math.round(sum * 1e9) / 1e9;
  });
  const as = zs.map(sigmoid);
  const z = as[0] * v[0] + as[1] * v[1] + c;
  const p = sigmoid(z);
  const yes = state.t === "1";
  const error = yes ? -sigmoid(-z) : p;
  const half = state.loss === "half_square";
  const loss = half ? error * error / 2 : softplus(yes ? -z : z);
  const dZ = half ? error * p * sigmoid(-z) : error;
  const dAs = v.map((weight) => dZ * weight);
  const dZs = dAs.map((d, j) => d * as[j] * sigmoid(-zs[j]));
  return {
    z1: zs[0], a1: as[0], z2: zs[1], a2: as[1], z, p, loss,
    d_z: dZ, d_v1: dZ * as[0], d_v2: dZ * as[1],
    d_a1: dAs[0], d_a2: dAs[1], d_z1: dZs[0], d_z2: dZs[1],
    d_w: dZs.map((d) => x.map((value) => d * value)),
  };
}

function compute(state) {
  const { w, b, v, c } = parameters(state);
  const n = run(state, { w, b, v, c });
  const moved = {
    w: w.map((row, j) => row.map((weight, i) => weight - n.d_w[j][i])),
    b: [b[0] - n.d_z1, b[1] - n.d_z2],
    v: [v[0] - n.d_v1, v[1] - n.d_v2],
    c: c - n.d_z,
  };
  return { ...n, loss_after: run(state, moved).loss };
}

// The gradient by p: how it is computed, and its value.
function byP(state, { z, p }) {
  if (state.loss === "half_square") return ["p − t", state.t === "1" ? -sigmoid(-z) : p];
  return state.t === "1" ? ["−1/p", -1 / p] : ["1/(1 − p)", 1 / sigmoid(-z)];
}

// ---- The words ------------------------------------------------------------------------

function term(value) {
  return ` ${value < 0 ? "−" : "+"} ${short(Math.abs(value))}`;
}

function products(list, values, write) {
  const terms = list.map((w, i) => `${term(w)} × ${write(values[i])}`);
  const [first, ...others] = terms;
  return (first[1] === "+" ? first.slice(3) : `−${first.slice(3)}`) + others.join("");
}

function stepOf(state) {
  return Math.floor(state.step + 0.5);
}

function phaseOf(step) {
  return { 0: "start", 7: "loss", 17: "update" }[step] ?? (step < 7 ? "forward" : "backward");
}

const pixels = (state) => image4(state).map((value) => short(value)).join(", ");

// What each step says, in full; and its line in the list, as [formula, value].
function explained(step, state, n) {
  const say = (value) => significant(value);
  const { w, b, v } = parameters(state);
  const [how, dP] = byP(state, n);
  const weighted = (j) => {
    const terms = products(w[j - 1], image4(state), short);
    return [`z${j} = ${terms}${term(b[j - 1])} = ${say(n[`z${j}`])}`,
      `z${j} = x · w${j} + b${j}`, n[`z${j}`]];
  };
  const bent = (j) =>
    [`a${j} = σ(z${j}) = ${say(n[`a${j}`])}`, `a${j} = σ(z${j})`, n[`a${j}`]];
  const back = (j) => {
    const [z, a, dA, dZ] = ["z", "a", "d_a", "d_z"].map((name) => n[`${name}${j}`]);
    return [
      [`∂L/∂a${j} = δ × v${j} = ${say(n.d_z)} × ${short(v[j - 1])} = ${say(dA)}`,
        `∂L/∂a${j} = δ × v${j}`, dA],
      [`δ${j} = ∂L/∂a${j} × a${j}(1 − a${j}) = ${say(dA)} × ${say(a * sigmoid(-z))} = ${say(dZ)}`,
        `δ${j} = ∂L/∂a${j} × a${j}(1 − a${j})`, dZ],
      [`the four weights of neuron ${j} get δ${j} × x = ${say(dZ)} × (${pixels(state)}) = `
        + `(${n.d_w[j - 1].map(say).join(", ")}), and its bias δ${j}`,
        `∂L/∂w${j} = δ${j} × x, ∂L/∂b${j} = δ${j}`, null],
    ];
  };
  const truth = state.t === "1" ? "p" : "(1 − p)";
  const lossHow = state.loss === "half_square" ? "½(p − t)²" : `−log ${truth}`;
  const sum = products(v, [n.a1, n.a2], say);
  const dV = [1, 2].map((j) =>
    `∂L/∂v${j} = δ × a${j} = ${say(n.d_z)} × ${say(n[`a${j}`])} = ${say(n[`d_v${j}`])}`);
  return [
    [`the image (${pixels(state)}) goes in; it is ${state.t === "1" ? "stairs" : "not stairs"}, `
      + `so t = ${state.t}`, "x and t are given", null],
    weighted(1), bent(1), weighted(2), bent(2),
    [`z = ${sum}${term(state.c)} = ${say(n.z)}`, "z = a1 v1 + a2 v2 + c", n.z],
    [`p = σ(z) = ${say(n.p)}`, "p = σ(z)", n.p],
    [`L = ${lossHow} = ${say(n.loss)}`, `L = ${lossHow}`, n.loss],
    [`∂L/∂p = ${how} = ${say(dP)}`, `∂L/∂p = ${how}`, dP],
    [`δ = ∂L/∂z = ∂L/∂p × p(1 − p) = ${say(dP)} × ${say(n.p * sigmoid(-n.z))} = ${say(n.d_z)}`,
      "δ = ∂L/∂p × p(1 − p)", n.d_z],
    [`${dV.join(", ")}, and for the bias c it is δ itself`, "∂L/∂v = δ × a, ∂L/∂c = δ", null],
    ...back(1), ...back(2),
    [`with every parameter moved against its gradient, at learning rate 1, the `
      + `loss goes from ${say(n.loss)} to ${say(n.loss_after)}`,
      "all minus 1 × gradient: L", n.loss_after],
  ][step];
}

function sentence(state) {
  const step = stepOf(state);
  return `Step ${step}, ${phaseOf(step)}: ${explained(step, state, compute(state))[0]}.`;
}

function script(state) {
  const text = (value) => typeof value === "string" ? JSON.stringify(value) : value;
  const call = controls.map(({ name }) => `${name}=${text(state[name])}`).join(", ");
  const { w, b, v, c } = parameters(state);
  const rows = FOUR.map((_, i) => `[${w[0][i]}, ${w[1][i]}]`).join(", ");
  const half = state.loss === "half_square";
  return `import numpy as np

from nnbook.layers import Dense, Sigmoid
from nnbook.losses import ${half ? "mean_squared_error" : "binary_cross_entropy_with_logits"}
from nnbook.widgets.backprop_steps import BackpropSteps

widget = BackpropSteps(${call})

x = np.array([[${image4(state).join(", ")}]], dtype=float)
t = np.array([[${state.t}.0]])
W = np.array([${rows}], dtype=float)
b = np.array([${b.join(", ")}], dtype=float)
v = np.array([[${v[0]}], [${v[1]}]], dtype=float)
c = np.array([${c}], dtype=float)

rng = np.random.default_rng(0)
first, bend = Dense(4, 2, rng=rng, dtype=float), Sigmoid()
last = Dense(2, 1, rng=rng, dtype=float)
first.params["W"][...], first.params["b"][...] = W, b
last.params["W"][...], last.params["b"][...] = v, c

z = last.forward(bend.forward(first.forward(x)))
${half ? `output = Sigmoid()
mse, d_p = mean_squared_error(output.forward(z), t)
loss, d_z = mse / 2, output.backward(d_p / 2)` : "loss, d_z = binary_cross_entropy_with_logits(z, t)"}
d_hidden = bend.backward(last.backward(d_z))
first.backward(d_hidden)
d_v1, d_v2 = last.grads["W"][:, 0]
print(f"nnbook: loss = {loss:.4f}, d_z = {d_z.item():.4f}")
print(f"nnbook: d_v1 = {d_v1:.4f}, d_v2 = {d_v2:.4f}")
print("nnbook, hidden weights:", first.grads["W"].round(4).tolist())

# The same gradients from TensorFlow.
import keras
import tensorflow as tf

parts = [tf.Variable(part) for part in (W, b, v, c)]
with tf.GradientTape() as tape:
    hidden = keras.ops.sigmoid(x @ parts[0] + parts[1])
    z = hidden @ parts[2] + parts[3]
    loss = ${half ? "tf.reduce_sum((keras.ops.sigmoid(z) - t) ** 2) / 2"
    : "tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(t, z))"}
d_W, d_b, d_v, d_c = tape.gradient(loss, parts)
d_v1, d_v2 = d_v.numpy()[:, 0]
print(f"TensorFlow: d_v1 = {d_v1:.4f}, d_v2 = {d_v2:.4f}")
print("TensorFlow, hidden weights:", d_W.numpy().round(4).tolist())
`;
}

// ---- The picture ----------------------------------------------------------------------
// Left the network, with what is known after this step; right the list of all steps. A
// click on a line of the list goes to that step, a click on a pixel turns it.

// Short enough for a box, or with two digits for an edge.
function compact(value, digits = 3) {
  const size = Math.abs(value);
  return significant(value, size !== 0 && (size < 0.001 || size >= 1e4) ? 1 : digits);
}

function signed(value) {
  return value > 0 ? `+${compact(value, 2)}` : compact(value, 2);
}

// On a ground of paper, so that the edges below do not cross it.
const HALO = 'stroke="var(--nn-paper)" stroke-width="5" paint-order="stroke"';

// An edge with its weight or, once that is known, its gradient on a coloured, dashed line.
function edge(from, to, share, weight, gradient, now) {
  const [x, y] = [0, 1].map((k) => from[k] + share * (to[k] - from[k]));
  const known = gradient !== null;
  const style = !known ? "nn-line"
    : `nn-drop ${gradient < 0 ? "nn-minus" : gradient > 0 ? "nn-plus" : "nn-line"}`;
  const width = known && now ? 'stroke-width="3"' : "";
  const path = `M${from[0].toFixed(1)} ${from[1].toFixed(1)}L${to[0].toFixed(1)} ${to[1].toFixed(1)}`;
  const look = known ? "nn-small nn-strong" : "nn-small nn-muted";
  return {
    line: `<path d="${path}" fill="none" class="${style}" ${width}/>`,
    label: text(x, y + 4, known ? signed(gradient) : short(weight, 2),
      `class="nn-middle ${look}" ${HALO}`),
  };
}

// A box with lines of [name, value, now]; a value of null is not known yet.
function node(x, y, width, title, lines, now) {
  const height = 20 * lines.length + 6;
  const top = y - height / 2;
  const rows = lines.map(([name, value, current], k) => {
    const line = top + 19 + 20 * k;
    const look = current ? "nn-strong" : value === null ? "nn-muted" : "";
    const word = value === null ? "·" : compact(value);
    return text(x + 5, line, name, `class="${current ? "nn-strong" : "nn-muted"}"`)
      + text(x + width - 4, line, word,
        `class="nn-end ${look} ${word.length > 5 ? "nn-small" : ""}"`);
  });
  return rect(x, top, width, height, 'fill="var(--nn-paper)" rx="6" class="nn-edge"')
    + (now ? rect(x, top, width, height, 'rx="6" class="nn-hollow nn-shown"') : "")
    + text(x + width / 2, top - 6, title, 'class="nn-small nn-muted nn-middle"')
    + rows.join("");
}

// The height of pixel i.
function across(i) {
  return 72 + 92 * (i - 1);
}

function drawPixel(state, i) {
  const y = across(i);
  const darkness = state[`x${i}`];
  const ink = darkness > 0.535 ? "nn-on-dark" : "nn-on-light";
  return `<g data-set="x${i}=${darkness > 0.5 ? 0 : 1}">`
    + rect(2, y - 17, 34, 34, `fill="${grey(darkness)}" class="nn-edge"`)
    + text(19, y + 4, short(darkness, 2), `class="nn-middle ${ink}"`)
    + text(19, y - 23, `x${i}`, 'class="nn-small nn-muted nn-middle"')
    + "</g>";
}

const HIDDEN = [[1, 130], [2, 290]];
const LOOK = { forward: "edges carry weights", start: "edges carry weights",
  loss: "how wrong?", backward: "edges get gradients", update: "against the gradients" };

function drawNetwork(state, n) {
  const step = stepOf(state);
  const { w, b, v } = parameters(state);
  const from = (first, value) => step >= first ? value : null;
  const edges = [];
  const nodes = [];
  for (const [j, y] of HIDDEN) {
    const [sum, back] = j === 1 ? [1, 11] : [3, 14];
    FOUR.forEach((i) => edges.push(edge([36, across(i)], [132, y],
      j === 1 ? 0.25 : 0.71, w[j - 1][i - 1],
      from(back + 2, n.d_w[j - 1][i - 1]), step === back + 2)));
    edges.push(edge([204, y], [250, 210], 0.5, v[j - 1], from(10, n[`d_v${j}`]), step === 10));
    nodes.push(node(132, y, 72, `neuron ${j}, b${j} ${short(b[j - 1])}`, [
      ["z", from(sum, n[`z${j}`]), step === sum],
      ["a", from(sum + 1, n[`a${j}`]), step === sum + 1],
      ["∂a", from(back, n[`d_a${j}`]), step === back],
      ["δ", from(back + 1, n[`d_z${j}`]), step === back + 1],
    ], [sum, sum + 1, back, back + 1, back + 2].includes(step)));
  }
  const output = node(250, 210, 68, `out, c ${short(state.c)}`, [
    ["z", from(5, n.z), step === 5], ["p", from(6, n.p), step === 6],
    ["∂p", from(8, byP(state, n)[1]), step === 8], ["δ", from(9, n.d_z), step === 9],
  ], [5, 6, 8, 9].includes(step));
  const loss = node(250, 336, 68, "loss", [
    ["t", Number(state.t), false], ["L", from(7, n.loss), step === 7],
  ], step === 7);
  const down = '<path d="M284 254L284 296" class="nn-line"/>';
  return panel(390, sentence(state),
    text(2, 14, phaseOf(step), 'class="nn-strong"')
    + text(318, 14, LOOK[phaseOf(step)], 'class="nn-muted nn-end"')
    + down + edges.map(({ line }) => line).join("") + nodes.join("") + output + loss
    + FOUR.map((i) => drawPixel(state, i)).join("")
    + edges.map(({ label }) => label).join(""));
}

const ROW = 27; // 24 pixels to hit on a narrow screen

function drawSteps(state, n) {
  const step = stepOf(state);
  const rows = Array.from({ length: LAST + 1 }, (_, k) => {
    const [, formula, value] = explained(k, state, n);
    const y = 22 + ROW * k;
    const done = k <= step;
    const look = k === step ? "nn-strong" : done ? "" : "nn-muted";
    return `<g data-set="step=${k}">`
      + rect(2, y, 316, ROW, `rx="4" class="nn-hollow${k === step ? " nn-shown" : ""}"`)
      + text(24, y + 18, `${k}`, `class="nn-end ${look}"`)
      + text(34, y + 18, formula, `class="${look}"`)
      + text(312, y + 18, done && value !== null ? significant(value) : "",
        `class="nn-end ${look}"`)
      + "</g>";
  });
  const label = `The list of steps: ${step} of ${LAST} done.`;
  return panel(24 + ROW * (LAST + 1), label,
    text(4, 14, "one factor at a time", 'class="nn-strong"') + rows.join(""));
}

function draw(state) {
  const n = compute(state);
  return drawNetwork(state, n) + drawSteps(state, n);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "One training step of a small network, step by step",
    hint: "Which weight is to blame, and how much? Walk with the arrow keys on the step, or "
      + "click a line of the list; click a pixel to turn it.",
  });
}

export default { compute, draw, render };
