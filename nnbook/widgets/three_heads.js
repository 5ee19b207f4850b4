// Four logits through three heads: see three_heads.py, which computes the same numbers.

const LOGITS = "Logits: any numbers";
const ALL = "To all four: what do the heads notice?";
const FRUITS = ["apple", "orange", "pear", "grape"];

const controls = [
  ...FRUITS.map((fruit, i) => ({
    name: `z${i + 1}`, label: fruit, unit: "", group: LOGITS,
    kind: "range", min: -6, max: 6, step: 0.1,
  })),
  {
    name: "added", label: "added to all", unit: "", group: ALL,
    kind: "range", min: -6, max: 6, step: 0.1,
  },
  {
    name: "T", label: "temperature", unit: "", group: ALL,
    kind: "range", min: 0.1, max: 5, step: 0.1,
  },
];

const presets = [
  { group: LOGITS, label: "apple and pear", state: { z1: 0.5, z2: -3, z3: 1, z4: -3.5 } },
  { group: LOGITS, label: "a pear", state: { z1: -3, z2: -2, z3: 4, z4: -4 } },
  { group: LOGITS, label: "empty bowl", state: { z1: -4, z2: -3, z3: -3.5, z4: -5 } },
  { group: LOGITS, label: "everything", state: { z1: 3, z2: 2.5, z3: 4, z4: 2 } },
  { group: LOGITS, label: "all 0", state: { z1: 0, z2: 0, z3: 0, z4: 0 } },
  { group: ALL, label: "as they are", state: { added: 0, T: 1 } },
  { group: ALL, label: "all + 3", state: { added: 3 } },
  { group: ALL, label: "all − 3", state: { added: -3 } },
  { group: ALL, label: "cold", state: { T: 0.2 } },
  { group: ALL, label: "hot", state: { T: 5 } },
];

// ---- The numbers ----------------------------------------------------------------------

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function softmax(logits) {
  const largest = Math.max(...logits);
  const exponentials = logits.map((z) => Math.exp(z - largest));
  const total = sum(exponentials);
  return exponentials.map((value) => value / total);
}

// What the heads see. To nine decimals: tenths have no exact binary form, so two equal
// sums could differ by 1e-16, and a tie would have a winner.
function seen(state, T) {
  return [state.z1, state.z2, state.z3, state.z4]
    .map((z) => Math.round((z + state.added) / T * 1e9) / 1e9);
}

// The fruit with the largest logit, if it is alone with it.
function largest(logits) {
  const top = Math.max(...logits);
  const winners = FRUITS.filter((_, i) => logits[i] === top);
  return winners.length === 1 ? winners[0] : "undecided";
}

// The fruits whose logit is positive, in words.
function inside(logits) {
  const found = FRUITS.filter((_, i) => logits[i] > 0);
  if (found.length < 2) return found[0] ?? "none";
  return `${found.slice(0, -1).join(", ")} and ${found.at(-1)}`;
}

function compute(state) {
  const logits = seen(state, state.T);
  const sigmoids = logits.map(sigmoid);
  return {
    logits,
    apple_or_orange: sigmoid(logits[0] - logits[1]),
    softmax: softmax(logits),
    sigmoids,
    sum: sum(sigmoids),
    either: largest(logits.slice(0, 2)),
    one: largest(logits),
    several: inside(logits),
  };
}

// ---- The words ------------------------------------------------------------------------

// Never a 0 or 1 that it is not.
function three(p) {
  if (p < 0.0005) return "< 0.001";
  if (p >= 0.9995) return "> 0.999";
  return fixed(p, 3);
}

function listed(values, write) {
  return values.map((value, i) => `${FRUITS[i]} ${write(value)}`).join(", ");
}

function sentence(state) {
  const n = compute(state);
  const apple = n.apple_or_orange;
  return `Logits ${listed(n.logits, (z) => short(z))}. `
    + `Apple or orange? ${listed([apple, 1 - apple], three)}: ${n.either}. `
    + `Which one? ${listed(n.softmax, three)}, sum 1: ${n.one}. `
    + `Which ones? ${listed(n.sigmoids, three)}, sum ${fixed(n.sum, 2)}: ${n.several}.`;
}

function script(state) {
  const call = controls.map(({ name }) => `${name}=${state[name]}`).join(", ");
  return `import numpy as np

from nnbook.activations import sigmoid
from nnbook.softmax import softmax
from nnbook.widgets.three_heads import ThreeHeads

widget = ThreeHeads(${call})

z = np.array([${state.z1}, ${state.z2}, ${state.z3}, ${state.z4}])
logits = (z + ${state.added}) / ${state.T}
print(f"apple_or_orange = {sigmoid(logits[0] - logits[1]):.4f}")
print("softmax ", softmax(logits).round(4))
print("sigmoids", sigmoid(logits).round(4))
print(f"sum = {sigmoid(logits).sum():.4f}")

# The same heads in Keras.
import keras

print("Keras softmax ", np.asarray(keras.ops.softmax(logits)).round(4))
print("Keras sigmoids", np.asarray(keras.ops.sigmoid(logits)).round(4))
`;
}

// ---- The picture ----------------------------------------------------------------------

const BAR = 76; // the width of a probability of 1
const ROW = 46;
const TOP = 62;

// One probability: its number, its bar, and a tick if it is the head's answer.
function drawShare(p, chosen, left, top, half) {
  return text(left, top, three(p), chosen ? 'class="nn-strong"' : "")
    + (chosen ? `<path d="M${left + 62} ${top - 5}l4 4l7 -8" class="nn-mark nn-right"/>` : "")
    + rect(left, top + 6, BAR * p, 12, `class="nn-plus" fill-opacity="${chosen ? 1 : 0.45}"`)
    + rect(left, top + 6, BAR, 12, 'class="nn-edge nn-hollow"')
    + (half ? line(left + BAR / 2, top + 3, left + BAR / 2, top + 21) : "");
}

function drawHead(left, question, head, shares, chosen, total, half) {
  return text(left, 14, question, 'class="nn-small nn-strong"')
    + text(left, 31, head, 'class="nn-small nn-muted"')
    + shares.map((p, i) => drawShare(p, chosen[i], left, TOP + ROW * i, half)).join("")
    + text(left, TOP + ROW * 4 + 4, total, 'class="nn-strong"');
}

function drawHeads(state, numbers) {
  const { logits, softmax: shares, sigmoids, either, one } = numbers;
  const apple = numbers.apple_or_orange;
  const is = (answer) => FRUITS.map((fruit) => fruit === answer);
  const names = FRUITS.map((fruit, i) => text(0, TOP + ROW * i, fruit)
    + text(0, TOP + ROW * i + 16, short(logits[i], 2), 'class="nn-small nn-muted"'));
  const no = [2, 3].map((i) => text(98, TOP + ROW * i + 16, "not asked", 'class="nn-small nn-muted nn-middle"'));
  return panel(262, sentence(state),
    text(0, 31, "logit seen", 'class="nn-small nn-muted"')
    + names.join("") + no.join("")
    + line(0, 40, 320, 40) + line(0, TOP + ROW * 4 - 14, 320, TOP + ROW * 4 - 14)
    + text(0, TOP + ROW * 4 + 4, "sum", 'class="nn-muted"')
    + drawHead(60, "apple/orange?", "one sigmoid", [apple, 1 - apple], is(either), "1", false)
    + drawHead(152, "which one?", "softmax", shares, is(one), "1", false)
    + drawHead(244, "which ones?", "four sigmoids", sigmoids, logits.map((z) => z > 0),
      fixed(numbers.sum, 2), true));
}

// The four logits as bars from 0, as the heads see them.
function drawLogits(state, { logits }) {
  const reach = Math.max(...logits.map(Math.abs));
  const limit = [6, 12, 30, 60, 120].find((value) => reach <= value + 1e-9);
  const at = (value) => 174 + 92 * value / limit;
  const bars = logits.map((z, i) => {
    const y = 26 + 22 * i;
    return text(52, y + 11, FRUITS[i], 'class="nn-end"')
      + rect(Math.min(at(0), at(z)), y, Math.abs(at(z) - at(0)), 14,
        `class="${z < 0 ? "nn-minus" : "nn-plus"}"`)
      + text(316, y + 11, short(z, 2), 'class="nn-end"');
  });
  const scale = [-limit, 0, limit].map((value) =>
    text(at(value), 132, short(value), 'class="nn-small nn-muted nn-middle"'));
  return panel(138, `The logits as the heads see them: ${listed(logits, (z) => short(z, 2))}.`,
    text(0, 14, "what the heads see", 'class="nn-strong"')
    + text(316, 14, "(logit + added) / T", 'class="nn-small nn-muted nn-end"')
    + bars.join("") + line(at(0), 22, at(0), 116) + scale.join(""));
}

const DASHES = ["none", "7 3", "2 3", "9 3 2 3"];

// The softmax over the temperature, from 0.1 to 5 on a logarithmic axis.
function drawTemperature(state, numbers) {
  const at = (T) => 30 + 282 * Math.log(T / 0.1) / Math.log(50);
  const up = (p) => 146 - 104 * p;
  const grid = Array.from({ length: 61 }, (_, k) => 0.1 * 50 ** (k / 60));
  const columns = grid.map((T) => softmax(seen(state, T)));
  const curves = FRUITS.map((_, i) => {
    const points = grid.map((T, k) => `${at(T).toFixed(1)} ${up(columns[k][i]).toFixed(1)}`);
    return `<path d="M${points.join("L")}" class="nn-curve" stroke-dasharray="${DASHES[i]}"/>`;
  });
  const legend = FRUITS.map((fruit, i) => {
    const x = 30 + 74 * i;
    return `<path d="M${x} 30h20" class="nn-curve" stroke-dasharray="${DASHES[i]}"/>`
      + text(x + 24, 34, fruit, 'class="nn-small"');
  });
  const dots = numbers.softmax.map((p) => `<circle cx="${at(state.T).toFixed(1)}" `
    + `cy="${up(p).toFixed(1)}" r="5" class="nn-dot nn-plus"/>`);
  const levels = [0, 0.5, 1].map((p) => line(30, up(p), 312, up(p))
    + text(24, up(p) + 4, `${p}`, 'class="nn-small nn-muted nn-end"'));
  const marks = [0.1, 0.3, 1, 3, 5].map((T) =>
    text(at(T), 162, `${T}`, 'class="nn-small nn-muted nn-middle"'));
  return panel(168, `The softmax over the temperature, with dots at ${short(state.T)}: `
    + `${listed(numbers.softmax, three)}.`,
    text(0, 14, `softmax at temperature ${short(state.T)}`, 'class="nn-strong"')
    + legend.join("") + levels.join("") + marks.join("") + curves.join("")
    + line(at(state.T), up(0), at(state.T), up(1), 'class="nn-drop nn-plus"')
    + dots.join(""));
}

function draw(state) {
  const numbers = compute(state);
  return drawHeads(state, numbers) + drawLogits(state, numbers)
    + drawTemperature(state, numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "Four logits through three heads",
    hint: "A tick marks what each head answers. Which of the heads notice when the same "
      + "number is added to all logits?",
  });
}

export default { compute, draw, render };
