// Polynomials fitted to four noisy training sets: see bias_variance.py, which computes
// the same numbers.

const MODEL = "The model: how much it may bend";
const DATA = "The data: how many, and how noisy";

const controls = [
  {
    name: "degree", label: "degree", unit: "", group: MODEL,
    kind: "range", min: 1, max: 12, step: 1,
  },
  { name: "noise", label: "noise", unit: "", group: DATA, kind: "range", min: 0, max: 1, step: 0.05 },
  { name: "n", label: "samples", unit: "", group: DATA, kind: "range", min: 8, max: 80, step: 1 },
  {
    name: "log_lambda", label: "λ: 10 to the power", unit: "", group: MODEL,
    kind: "range", min: -4, max: 2, step: 0.5,
  },
];

const presets = [
  { group: MODEL, label: "underfit", state: { degree: 1, log_lambda: -4 } },
  { group: MODEL, label: "about right", state: { degree: 5, log_lambda: -4 } },
  { group: MODEL, label: "overfit", state: { degree: 12, log_lambda: -4 } },
  { group: MODEL, label: "tamed", state: { degree: 12, log_lambda: -1.5 } },
  { group: DATA, label: "few samples", state: { n: 12 } },
  { group: DATA, label: "more samples", state: { n: 80 } },
  { group: DATA, label: "no noise", state: { noise: 0 } },
];

// ---- The numbers ----------------------------------------------------------------------

const SETS = 4;
const LARGEST = 80;
const DEGREES = 12;
const SIZES = [8, 12, 18, 26, 38, 56, 80];
const VERDICTS = {
  fine: "both are near the noise: about right.",
  bias: "even the training error is far above the noise: too stiff.",
  variance: "the gap between the two is large: too bendy.",
  both: "a high training error and a large gap: too stiff in some ways, too bendy in others.",
};

function wave(x) {
  return Math.sin(4 * x);
}

function powers(x) {
  const row = [x];
  while (row.length < DEGREES) row.push(row.at(-1) * x);
  return row;
}

// The generator of Park and Miller (1988) stays below 2^53, so it is exact here, too.
function samples(number, n) {
  let seed = 2027 * (number + 1);
  const uniform = () => {
    seed = seed * 16807 % 2147483647;
    return seed / 2147483647;
  };
  return Array.from({ length: n }, () => {
    const x = 2 * uniform() - 1;
    let noise = -6;
    for (let i = 0; i < 12; i += 1) noise += uniform();
    return { x, noise, truth: wave(x), features: powers(x) };
  });
}

const VALIDATION = samples(0, 100);
const TRAINING = Array.from({ length: SETS }, (_, i) => samples(i + 1, LARGEST));

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < b.length; i += 1) sum += a[i] * b[i];
  return sum;
}

// Least squares by reflections (Householder, 1958): each turns a column to an axis. The
// last column of the rows is the target.
function leastSquares(rows, k) {
  for (let j = 0; j < k; j += 1) {
    let length = 0;
    for (let i = j; i < rows.length; i += 1) length += rows[i][j] ** 2;
    length = Math.sqrt(length) * (rows[j][j] > 0 ? -1 : 1);
    if (length === 0) continue;
    const v = rows.map((row, i) => (i < j ? 0 : row[j]));
    v[j] -= length;
    const size = -length * v[j];
    for (let c = j; c <= k; c += 1) {
      let along = 0;
      for (let i = j; i < rows.length; i += 1) along += v[i] * rows[i][c];
      for (let i = j; i < rows.length; i += 1) rows[i][c] -= v[i] * along / size;
    }
  }
  const w = Array(k).fill(0);
  for (let j = k - 1; j >= 0; j -= 1) {
    let rest = rows[j][k];
    for (let c = j + 1; c < k; c += 1) rest -= rows[j][c] * w[c];
    w[j] = rest / rows[j][j];
  }
  return w;
}

// As nnbook's ridge: the bias is free, and the penalty is k more samples.
function ridge(data, degree, noise, strength) {
  const targets = data.map((sample) => sample.truth + noise * sample.noise);
  const yMean = mean(targets);
  const xMean = Array.from({ length: degree }, (_, j) => mean(data.map((s) => s.features[j])));
  const rows = data.map((sample, i) =>
    [...xMean.map((m, j) => sample.features[j] - m), targets[i] - yMean]);
  for (let j = 0; j < degree; j += 1) {
    const pull = Array(degree + 1).fill(0);
    pull[j] = Math.sqrt(strength);
    rows.push(pull);
  }
  const w = leastSquares(rows, degree);
  return { w, b: yMean - dot(xMean, w) };
}

function predicted({ w, b }, features) {
  return dot(features, w) + b;
}

function errorOf(model, data, noise) {
  return mean(data.map((sample) =>
    (predicted(model, sample.features) - sample.truth - noise * sample.noise) ** 2));
}

function fits({ noise, log_lambda }, degree, n) {
  return TRAINING.map((set) => ridge(set.slice(0, n), degree, noise, 10 ** log_lambda));
}

function errors(state, degree, n) {
  const models = fits(state, degree, n);
  return [
    mean(models.map((model, i) => errorOf(model, TRAINING[i].slice(0, n), state.noise))),
    mean(models.map((model) => errorOf(model, VALIDATION, state.noise))),
  ];
}

function verdictOf(noise, train, validation) {
  const floor = noise * noise;
  const large = 0.08 + 0.4 * floor;
  const bias = train - floor > large;
  const variance = validation - train > large;
  if (bias && variance) return "both";
  return bias ? "bias" : variance ? "variance" : "fine";
}

function whole(value) {
  return Math.floor(value + 0.5);
}

// The picture and the words need the same numbers, so the latest are kept.
let latest = { key: "", numbers: null };

function compute(state) {
  const key = JSON.stringify(state);
  if (latest.key !== key) latest = { key, numbers: computed(state) };
  return latest.numbers;
}

function computed(state) {
  const [degree, n] = [whole(state.degree), whole(state.n)];
  const byDegree = Array.from({ length: DEGREES }, (_, i) => errors(state, i + 1, n));
  const bySize = SIZES.map((size) => errors(state, degree, size));
  const [train, validation] = byDegree[degree - 1];
  const onFresh = byDegree.map((pair) => pair[1]);
  return {
    train, validation,
    degree_train: byDegree.map((pair) => pair[0]), degree_validation: onFresh,
    curve_train: bySize.map((pair) => pair[0]),
    curve_validation: bySize.map((pair) => pair[1]),
    best_degree: 1 + onFresh.indexOf(Math.min(...onFresh)),
    verdict: verdictOf(state.noise, train, validation),
  };
}

// ---- The words ------------------------------------------------------------------------

function amount(error) {
  return error > 100 ? "more than 100" : fixed(error, 3);
}

function sentence(state) {
  const { train, validation, verdict } = compute(state);
  return `Degree ${whole(state.degree)}, ${whole(state.n)} samples, noise `
    + `${short(state.noise)}, lambda 10^${short(state.log_lambda)}: training error `
    + `${amount(train)}, validation error ${amount(validation)}, noise alone `
    + `${amount(state.noise * state.noise)}; ${VERDICTS[verdict]}`;
}

function script(state) {
  const call = controls.map(({ name }) => `${name}=${state[name]}`).join(", ");
  return `import numpy as np
from sklearn.linear_model import Ridge

from nnbook.model_selection import polynomial_features, ridge
from nnbook.widgets.bias_variance import BiasVariance, draws

widget = BiasVariance(${call})
degree, n, noise = ${whole(state.degree)}, ${whole(state.n)}, ${state.noise}
strength = 10.0 ** ${state.log_lambda}


def data(number, n):
    x, chance = draws(number, n)
    return polynomial_features(x[:, None], degree), np.sin(4 * x) + noise * chance


fresh, target = data(0, 100)
found, theirs = [], []
for number in (1, 2, 3, 4):
    x, y = data(number, n)
    w, b = ridge(x, y, strength)
    model = Ridge(strength, solver="svd").fit(x, y)
    found.append([np.mean((x @ w + b - y) ** 2), np.mean((fresh @ w + b - target) ** 2)])
    theirs.append([np.mean((model.predict(a) - c) ** 2) for a, c in [(x, y), (fresh, target)]])

train, validation = np.mean(found, axis=0)
print(f"nnbook: train = {train:.4f}, validation = {validation:.4f}")
train, validation = np.mean(theirs, axis=0)
print(f"scikit-learn: train = {train:.4f}, validation = {validation:.4f}")
`;
}

// ---- The picture ----------------------------------------------------------------------
// Three panels: the four fits, the errors over the degree, the errors over the samples.

function polyline(points, attributes) {
  const corners = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
  return `<path d="M${corners}" ${attributes}/>`;
}

function circle(x, y, radius, attributes) {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" ${attributes}/>`;
}

function square(x, y, half, attributes) {
  return `<rect x="${(x - half).toFixed(1)}" y="${(y - half).toFixed(1)}" `
    + `width="${2 * half}" height="${2 * half}" ${attributes}/>`;
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

const SMALL = 'class="nn-small nn-muted nn-middle"';

function drawFits(state, verdict) {
  const [left, right, top, bottom] = [30, 312, 30, 270];
  const at = (x) => left + (right - left) * (x + 1) / 2;
  const up = (y) => bottom - (bottom - top) * (clamp(y, -2.5, 2.5) + 2.5) / 5;
  const n = whole(state.n);
  const places = Array.from({ length: 101 }, (_, i) => -1 + i / 50);
  const curves = fits(state, whole(state.degree), n).map((model, i) =>
    polyline(places.map((x) => [at(x), up(predicted(model, powers(x)))]),
      `class="nn-path nn-${i === 0 ? "minus" : "ink"}"${i === 0 ? "" : ' stroke-opacity="0.45"'}`));
  const truth = polyline(places.map((x) => [at(x), up(wave(x))]),
    'class="nn-path nn-plus" stroke-dasharray="5 4"');
  const dots = TRAINING[0].slice(0, n).map(({ x, truth: y, noise }) =>
    circle(at(x), up(y + state.noise * noise), 3, 'fill="currentColor"')).join("");
  const ticks = [-1, 0, 1].map((x) => text(at(x), bottom + 16, fixed(x, 0), SMALL)).join("")
    + [-2, 0, 2].map((y) => text(14, up(y) + 4, fixed(y, 0), SMALL)).join("");
  return panel(310, sentence(state),
    text(4, 14, "four training sets, four fits") + text(316, 14, verdict, 'class="nn-strong nn-end"')
    + polyline([[left, top], [left, bottom], [right, bottom]], 'class="nn-line"')
    + ticks + truth + curves.reverse().join("") + dots
    + text(at(0), bottom + 34, "dots: the set of the coloured fit; dashes: the truth", SMALL));
}

// Errors on a logarithmic scale from 0.01 to 10; circles train, squares validate.
const UP = { top: 24, bottom: 118 };

function height(error) {
  const share = (Math.log10(clamp(error, 0.01, 10)) + 2) / 3;
  return UP.bottom - (UP.bottom - UP.top) * share;
}

function drawErrors(label, title, places, train, validation, noise, chosen, ticks) {
  const levels = [0.01, 0.1, 1, 10].map((value) =>
    text(30, height(value) + 4, String(value), 'class="nn-small nn-muted nn-end"')
    + polyline([[36, height(value)], [310, height(value)]], 'class="nn-line" stroke-opacity="0.35"')).join("");
  const floor = noise > 0
    ? polyline([[36, height(noise * noise)], [310, height(noise * noise)]], 'class="nn-drop nn-plus"') : "";
  const curve = (values, sign) => polyline(values.map((value, i) => [places[i], height(value)]),
    `class="nn-path nn-${sign}"`);
  const marks = (values, mark, half, sign) => values.map((value, i) =>
    mark(places[i], height(value), half, `class="nn-${sign}"`)).join("");
  const here = polyline([[chosen, UP.top], [chosen, UP.bottom]], 'class="nn-line"');
  return panel(150, label,
    text(4, 14, title) + text(316, 14, "● train  ■ validate", 'class="nn-small nn-end"')
    + levels + here + floor
    + curve(train, "ink") + marks(train, circle, 3, "shown")
    + curve(validation, "minus") + marks(validation, square, 3, "minus")
    + ticks.map(([x, words]) => text(x, 134, words, SMALL)).join("")
    + text(173, 147, "dashes: the noise", SMALL));
}

function drawDegrees(state, numbers) {
  const at = (degree) => 46 + 256 * (degree - 1) / (DEGREES - 1);
  const places = Array.from({ length: DEGREES }, (_, i) => at(i + 1));
  const label = `Errors over the degree: the validation error is lowest at degree `
    + `${numbers.best_degree}.`;
  return drawErrors(label, "error over the degree", places, numbers.degree_train,
    numbers.degree_validation, state.noise, at(whole(state.degree)),
    [1, 3, 5, 7, 9, 11].map((degree) => [at(degree), String(degree)]));
}

function drawCurve(state, numbers) {
  const at = (n) => 46 + 256 * Math.log(n / 8) / Math.log(10);
  const label = `Learning curve: with 80 samples the training error is `
    + `${amount(numbers.curve_train.at(-1))}, the validation error `
    + `${amount(numbers.curve_validation.at(-1))}.`;
  return drawErrors(label, "error over the samples", SIZES.map(at), numbers.curve_train,
    numbers.curve_validation, state.noise, at(whole(state.n)),
    SIZES.map((n) => [at(n), String(n)]));
}

const WORDS = { fine: "about right", bias: "too stiff", variance: "too bendy", both: "both" };

function draw(state) {
  const numbers = compute(state);
  return drawFits(state, WORDS[numbers.verdict]) + drawDegrees(state, numbers)
    + drawCurve(state, numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "Too stiff or too bendy: a polynomial and its errors",
    hint: "Which of the knobs can bring the validation error down to the noise, and "
      + "which cannot?",
  });
}

export default { compute, draw, render };
