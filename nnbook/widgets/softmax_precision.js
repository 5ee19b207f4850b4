// Five logits, a softmax and a loss in three formats: see softmax_precision.py, which
// computes the same numbers with NumPy.

const LOGITS = "Logits of the five classes";
const HOW = "How it is computed";
const CLASSES = ["z1", "z2", "z3", "z4", "z5"];

const controls = [
  ...CLASSES.map((name) => ({
    name, label: name, unit: "", group: LOGITS, kind: "range", min: -1200, max: 1200, step: 1,
  })),
  {
    name: "precision", label: "format", unit: "", group: HOW, kind: "select",
    options: [["float16", "float16"], ["float32", "float32"], ["float64", "float64"]],
  },
  {
    name: "formula", label: "formula", unit: "", group: HOW, kind: "select",
    options: [
      ["naive", "naive softmax"], ["max_shift", "shifted softmax"],
      ["log_softmax", "log-softmax"],
    ],
  },
  {
    name: "label", label: "true class", unit: "", group: HOW, kind: "select",
    options: CLASSES.map((name) => [name, name]),
  },
];

function five(z1, z2, z3, z4, z5) {
  return { z1, z2, z3, z4, z5 };
}

const presets = [
  { group: LOGITS, label: "−3 −1 0 3 5", state: five(-3, -1, 0, 3, 5) },
  { group: LOGITS, label: "5 becomes 1000", state: five(-3, -1, 0, 3, 1000) },
  { group: LOGITS, label: "all far below 0", state: five(-1003, -1001, -1000, -997, -995) },
  { group: LOGITS, label: "one far ahead", state: five(0, 0, 0, 0, 60) },
];

// ---- Numbers with a fixed number of digits --------------------------------------------
// JavaScript computes in float64. A sum, difference or quotient of two numbers of a
// smaller format, computed in float64 and then rounded, is what that format's own
// arithmetic gives, to the last bit: float64 has more than twice the digits.

// The nearest number of 11 binary digits; of two equally near, the one that ends in 0.
function toFloat16(x) {
  const size = Math.abs(x);
  if (size >= 65520) return Math.sign(x) * Infinity;
  if (!(size > 0)) return x; // 0, -0 and NaN
  let spacing = 2 ** -24; // of the smallest numbers, then of each next octave
  while (size >= 2048 * spacing) spacing *= 2;
  const below = Math.floor(size / spacing);
  const rest = size / spacing - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  return Math.sign(x) * (below + (up ? 1 : 0)) * spacing;
}

const ROUND = { float16: toFloat16, float32: Math.fround, float64: (x) => x };

// The five operations of one format.
function arithmetic(precision) {
  const round = ROUND[precision];
  return {
    round,
    add: (a, b) => round(a + b),
    subtract: (a, b) => round(a - b),
    divide: (a, b) => round(a / b),
    exp: (x) => round(Math.exp(x)),
    log: (x) => round(Math.log(x)),
  };
}

function logitsOf(state) {
  return CLASSES.map((name) => state[name]);
}

// Every step of the formula, as plain numbers.
function steps(state) {
  const { round, add, subtract, divide, exp, log } = arithmetic(state.precision);
  const z = logitsOf(state).map(round);
  const largest = Math.max(...z);
  const below = state.formula === "naive" ? z : z.map((value) => subtract(value, largest));
  const exponentials = below.map(exp);
  const sum = exponentials.reduce(add, 0);
  if (state.formula === "log_softmax") {
    const logP = below.map((value) => subtract(value, log(sum)));
    return { z, below, exponentials, sum, p: logP.map(exp), logP };
  }
  const p = exponentials.map((value) => divide(value, sum));
  return { z, below, exponentials, sum, p, logP: p.map(log) };
}

// In float64 and without any of the traps: nnbook's formulas.
function exactly(state) {
  const z = logitsOf(state);
  const peak = z.indexOf(Math.max(...z));
  const below = z.map((value) => value - z[peak]);
  const others = below.reduce((sum, value, i) => (i === peak ? sum : sum + Math.exp(value)), 0);
  const loss = Math.log1p(others) - below[CLASSES.indexOf(state.label)];
  return { p: below.map((value) => Math.exp(value) / (1 + others)), loss };
}

function isRight(loss, exact) {
  return Number.isFinite(loss) && Math.abs(loss - exact) <= 0.01 * (1 + exact);
}

// A number, or Python's word for what is none.
function told(value) {
  if (Number.isFinite(value)) return value + 0;
  if (Number.isNaN(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

function compute(state) {
  const { z, below, exponentials, sum, p, logP } = steps(state);
  const loss = -logP[CLASSES.indexOf(state.label)];
  const exact = exactly(state);
  return {
    z: z.map(told), below: below.map(told), exp: exponentials.map(words), sum: words(sum),
    p: p.map(told), log_p: logP.map(told), loss: told(loss),
    exact_p: exact.p, exact_loss: exact.loss, right: isRight(loss, exact.loss),
  };
}

// ---- The words ------------------------------------------------------------------------

// A number with four digits, or the word.
function words(value) {
  const known = told(value);
  return typeof known === "string" ? known.replace("-", "−") : significant(known, 4);
}

const FORMULAS = Object.fromEntries(
  controls.find(({ name }) => name === "formula").options);

function verdict(numbers) {
  return numbers.right ? "as it should be" : `and should be ${words(numbers.exact_loss)}`;
}

// What compute told, as words: a word stays what it is.
function shown(value) {
  return typeof value === "string" ? value.replace("-", "−") : significant(value, 4);
}

function sentence(state) {
  const numbers = compute(state);
  return `In ${state.precision}, ${FORMULAS[state.formula]}: the exponentials add up to `
    + `${numbers.sum}, the probabilities are ${numbers.p.map(shown).join(", ")}. `
    + `The loss at ${state.label} is ${shown(numbers.loss)}, ${verdict(numbers)}.`;
}

const SCRIPTS = {
  naive: `    p = np.exp(z) / np.sum(np.exp(z))
    log_p = np.log(p)`,
  max_shift: `    below = z - np.max(z)
    p = np.exp(below) / np.sum(np.exp(below))
    log_p = np.log(p)`,
  log_softmax: `    below = z - np.max(z)
    log_p = below - np.log(np.sum(np.exp(below)))
    p = np.exp(log_p)`,
};

function script(state) {
  const call = controls
    .map(({ name, kind }) => `${name}=${kind === "range" ? state[name] : `"${state[name]}"`}`)
    .join(", ");
  return `import keras
import numpy as np

from nnbook.softmax import softmax, softmax_cross_entropy
from nnbook.widgets.softmax_precision import SoftmaxPrecision

widget = SoftmaxPrecision(${call})

logits = np.array([${logitsOf(state).join(", ")}], np.float64)
label = ${CLASSES.indexOf(state.label)}

# The formula, in ${state.precision}.
z = logits.astype(np.${state.precision})
with np.errstate(all="ignore"):
${SCRIPTS[state.formula]}
print("p:", p)
print("loss:", -log_p[label])

# What nnbook and Keras make of the same logits in float64.
print("nnbook: p:", softmax(logits))
exact_loss, _ = softmax_cross_entropy(logits[None], [label])
print(f"nnbook: exact_loss = {exact_loss:.4f}")
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
in_keras = float(loss(np.array([label]), logits[None]))
print(f"Keras: exact_loss = {in_keras:.4f}")
`;
}

// ---- The picture ----------------------------------------------------------------------
// A table of every step, a row for each class; then where the exponentials lie in the
// range of the format; then the probabilities beside the right ones, and the loss.

// A check or a cross, so that colour is not the only sign.
function drawMark(x, y, right) {
  return right
    ? `<path d="M${x - 5} ${y}l4 4l7 -8" class="nn-mark nn-right"/>`
    : `<path d="M${x - 4} ${y - 4}l8 8m0 -8l-8 8" class="nn-mark nn-wrong"/>`;
}

const ROW = 28; // 24 pixels to hit on a narrow screen
const TOP = 58;

// The columns of the table: heading, right edge, values as words.
function columns(state, numbers) {
  const z = { head: "z", right: 58, values: numbers.z.map(shown) };
  const p = { head: "p", right: 240, values: numbers.p.map(shown) };
  const logP = { head: "log p", right: 316, values: numbers.log_p.map(shown) };
  if (state.formula === "naive") {
    return [z, { head: "e^z", right: 156, values: numbers.exp }, p, logP];
  }
  const below = { head: "z − max", right: 106, values: numbers.below.map(shown) };
  const exp = { head: "e^(z−max)", right: 173, values: numbers.exp };
  if (state.formula === "max_shift") return [z, below, exp, p, logP];
  return [z, below, exp, { ...logP, right: 230 }, { ...p, right: 316 }];
}

// What is no number, or has been rounded to nothing, stands on a coloured ground.
function drawCell(word, right, y) {
  const trouble = /inf|nan/.test(word) || word === "0";
  const ground = rect(right - 46, y - 14, 49, 19,
    `rx="3" class="nn-minus" fill-opacity="${/inf|nan/.test(word) ? 0.45 : 0.15}"`);
  return (trouble ? ground : "")
    + text(right, y, word, `class="nn-small nn-end${trouble ? " nn-strong" : ""}"`);
}

function drawColumn({ head, right, values }, ignoreZero) {
  return text(right, TOP - 18, head, 'class="nn-small nn-muted nn-end"')
    + values.map((word, i) => {
      const plain = ignoreZero && word === "0";
      const y = TOP + ROW * i;
      return plain ? text(right, y, word, 'class="nn-small nn-end"') : drawCell(word, right, y);
    }).join("");
}

// Under the column of exponentials, what they add up to.
function drawSum(state, numbers) {
  const right = state.formula === "naive" ? 156 : 173;
  const y = TOP + 5 * ROW + 4;
  return line(right - 46, y - 17, right + 3, y - 17)
    + text(right - 52, y, "sum", 'class="nn-small nn-muted nn-end"')
    + drawCell(numbers.sum, right, y);
}

function drawSteps(state, numbers) {
  const rows = CLASSES.map((name, i) => {
    const y = TOP + ROW * i;
    const mine = name === state.label;
    return `<g data-set="label=${name}">`
      + rect(1, y - 18, 318, 27, `rx="4" class="nn-edge nn-hollow" `
        + `stroke-opacity="${mine ? 1 : 0}"`)
      + text(6, y, name, `class="nn-small${mine ? " nn-strong" : " nn-muted"}"`) + "</g>";
  });
  // A logit of 0, and the 0 below the maximum, are what they should be; so is log 1.
  const harmless = (head) => head === "z" || head === "z − max" || head === "log p";
  const y = TOP + 5 * ROW + 34;
  return panel(y + 16, sentence(state),
    text(4, 14, `Every step in ${state.precision}`, 'class="nn-strong"')
    + text(316, 14, FORMULAS[state.formula], 'class="nn-end"')
    + rows.join("")
    + columns(state, numbers).map((c) => drawColumn(c, harmless(c.head))).join("")
    + drawSum(state, numbers)
    + line(4, y - 18, 316, y - 18)
    + text(6, y, `loss = −log p of ${state.label}`)
    + text(296, y, shown(numbers.loss), 'class="nn-strong nn-end"')
    + drawMark(309, y - 4, numbers.right));
}

// Where e^x is 0, loses digits, is a full number, and is inf, as x: the logarithms of
// half the smallest number, of the smallest with all digits, and of the largest.
const REACH = {
  float16: [-17.33, -9.7, 11.09],
  float32: [-103.97, -87.34, 88.72],
  float64: [-745.13, -708.4, 709.78],
};

function drawReach(state, numbers) {
  const [zero, few, most] = REACH[state.precision];
  const span = 1.45 * Math.max(-zero, most);
  const at = (x) => 160 + 150 * Math.max(-1, Math.min(1, x / span));
  const bottom = 142;
  const zone = (from, to, opacity) => rect(at(from), 26, at(to) - at(from), bottom - 26,
    `class="nn-minus" fill-opacity="${opacity}"`);
  const edge = (x, word) => line(at(x), 26, at(x), bottom + 4)
    + text(at(x), bottom + 17, word, 'class="nn-small nn-muted nn-middle"');
  const over = state.formula === "naive" ? "z" : "z − max";
  const dots = numbers.below.map((x, i) => {
    const y = 50 + 19 * i;
    const beyond = Math.abs(x) > span ? (x > 0 ? " →" : "← ") : "";
    const name = x > 0 ? `${CLASSES[i]}${beyond}` : `${beyond}${CLASSES[i]}`;
    const side = at(x) > 270 ? -9 : 9;
    return `<circle cx="${at(x).toFixed(1)}" cy="${y}" r="5" class="nn-dot nn-plus"/>`
      + text(at(x) + side, y + 4, name, `class="nn-small${side < 0 ? " nn-end" : ""}"`);
  });
  const label = `Where the exponents ${over} lie: below ${zero} e^x is 0, above ${most} inf.`;
  return panel(164, label.replaceAll("-", "−"),
    text(4, 14, `e^x in ${state.precision}, for x = ${over}`, 'class="nn-strong"')
    + zone(-span, zero, 0.3) + zone(zero, few, 0.12) + zone(most, span, 0.45)
    + text((at(-span) + at(zero)) / 2, 38, "0", 'class="nn-middle nn-strong"')
    + text((at(most) + at(span)) / 2, 38, "inf", 'class="nn-middle nn-strong"')
    + edge(zero, String(Math.round(zero)).replace("-", "−")) + edge(0, "0")
    + edge(most, String(Math.round(most)))
    + dots.join(""));
}

// Bars of the probabilities; a hollow bar around each is what it should be.
function drawProbabilities(state, numbers) {
  const rows = CLASSES.map((name, i) => {
    const y = 40 + 20 * i;
    const p = numbers.p[i];
    const known = typeof p === "number";
    const wide = 190 * numbers.exact_p[i];
    return text(22, y + 4, name, 'class="nn-small nn-end"')
      + (known ? rect(30, y - 6, 190 * p, 12, 'class="nn-plus"') : "")
      + rect(30, y - 8, wide, 16, 'class="nn-curve nn-hollow"')
      + (known ? "" : drawMark(36, y, false))
      + text(316, y + 4, shown(p), 'class="nn-small nn-end"');
  });
  const right = numbers.exact_p.map((p) => significant(p, 4)).join(", ");
  return panel(140, `The probabilities should be ${right}.`,
    text(4, 14, "Probabilities", 'class="nn-strong"')
    + text(316, 14, "hollow: what is right", 'class="nn-small nn-muted nn-end"')
    + line(30, 28, 30, 130) + rows.join(""));
}

function draw(state) {
  const numbers = compute(state);
  return drawSteps(state, numbers) + drawReach(state, numbers)
    + drawProbabilities(state, numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "The softmax of five logits, every step rounded to a format",
    hint: "Find logits at which the naive softmax fails in float16 and not in float32; "
      + "then repair it with the formula alone. Click a row to make it the true class.",
  });
}

export default { compute, draw, render };
