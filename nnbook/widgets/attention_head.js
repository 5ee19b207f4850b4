// One head of attention on six words: see attention_head.py, which computes the same.

const HEAD = "The head";
const QUERIES = "Queries: what each word asks for";
const KEYS = "Keys: what each word can be found by";
const VALUES = "Values: what each word has to say";
const WORDS = ["the", "dog", "bites", "the", "old", "man"];

function numbersOf(letter, group, reach, step) {
  return WORDS.map((word, i) => ({
    name: `${letter}${i + 1}`, label: `${i + 1} ${word}`, unit: "", group,
    kind: "range", min: -reach, max: reach, step,
  }));
}

const controls = [
  { name: "asks", label: "who asks", unit: "", group: HEAD, kind: "select",
    options: WORDS.map((word, i) => [`${i + 1}`, `${i + 1} ${word}`]) },
  { name: "T", label: "temperature", unit: "", group: HEAD, kind: "range", min: 0.1, max: 10, step: 0.1 },
  { name: "mask", label: "mask the future", unit: "", group: HEAD, kind: "checkbox" },
  ...numbersOf("q", QUERIES, 4, 0.5),
  ...numbersOf("k", KEYS, 4, 0.5),
  ...numbersOf("v", VALUES, 9, 1),
];

function all(letter, values) {
  return Object.fromEntries(values.map((value, i) => [`${letter}${i + 1}`, value]));
}

const presets = [
  { group: HEAD, label: "cold", state: { T: 0.2 } },
  { group: HEAD, label: "as it is", state: { T: 1 } },
  { group: HEAD, label: "hot", state: { T: 10 } },
  { group: QUERIES, label: "as at first", state: all("q", [0.5, 1, 1.5, 0.5, 1, -1]) },
  { group: QUERIES, label: "all queries 0", state: all("q", [0, 0, 0, 0, 0, 0]) },
  { group: QUERIES, label: "turned round", state: all("q", [-0.5, -1, -1.5, -0.5, -1, 1]) },
  { group: KEYS, label: "as at first", state: all("k", [-1, 2, 0.5, -1, 0, 1.5]) },
  { group: KEYS, label: "one loud word", state: all("k", [0, 4, 0, 0, 0, 0]) },
  { group: VALUES, label: "as at first", state: all("v", [0, 6, -4, 0, 3, 8]) },
  { group: VALUES, label: "all equal", state: all("v", [5, 5, 5, 5, 5, 5]) },
];

// ---- The numbers ----------------------------------------------------------------------

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function listOf(letter, state) {
  return WORDS.map((_, i) => state[`${letter}${i + 1}`]);
}

function softmax(scores) {
  const largest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const total = sum(exponentials);
  return exponentials.map((value) => value / total);
}

// What is masked has a score of minus infinity, and its exponential is 0.
function weightsOf(scores, masked) {
  return scores.map((row, i) =>
    softmax(row.map((score, j) => (masked && j > i ? -Infinity : score))));
}

function compute(state) {
  const [queries, keys, values] = ["q", "k", "v"].map((letter) => listOf(letter, state));
  const scores = queries.map((q) => keys.map((k) => q * k / state.T + 0));
  const weights = weightsOf(scores, state.mask);
  const output = weights.map((row) => sum(row.map((w, j) => w * values[j])));
  const row = Number(state.asks) - 1;
  const heard = weights[row].filter((w) => w > 0);
  return {
    scores, weights, output,
    mixed: output[row],
    listened: Math.exp(-sum(heard.map((w) => w * Math.log(w)))),
  };
}

// ---- The words ------------------------------------------------------------------------

// Never a 0 or 1 that it is not.
function share(weight) {
  if (weight === 1) return "1";
  if (weight < 0.005) return "<0.01";
  return weight >= 0.995 ? ">0.99" : fixed(weight, 2);
}

function count(listened) {
  const text = fixed(listened, 2);
  return `${text} ${text === "1.00" ? "word" : "words"}`;
}

function sentence(state) {
  const n = compute(state);
  const row = Number(state.asks) - 1;
  const seen = WORDS.slice(0, state.mask ? row + 1 : 6);
  return `${WORDS[row]}, temperature ${short(state.T)}, `
    + `${state.mask ? "future masked" : "no mask"}: `
    + `${seen.map((word, j) => `${word} ${share(n.weights[row][j])}`).join(", ")}. `
    + `It listens to ${count(n.listened)} and gets ${fixed(n.mixed, 2)}.`;
}

function script(state) {
  const inPython = (value) => (value === true ? "True" : value === false ? "False"
    : typeof value === "string" ? `"${value}"` : value);
  const call = controls.map(({ name }) => `${name}=${inPython(state[name])}`).join(", ");
  const column = (letter) => `np.array([${listOf(letter, state).join(", ")}])[:, None]`;
  return `import numpy as np

from nnbook.sequences import attention, causal_mask
from nnbook.widgets.attention_head import AttentionHead

widget = AttentionHead(${call})

queries = ${column("q")} / ${state.T}
keys = ${column("k")}
values = ${column("v")}
mask = ${state.mask ? "causal_mask(6)" : "None"}
output, weights = attention(queries, keys, values, mask)
row = weights[${Number(state.asks) - 1}]
heard = row[row > 0]
print(weights.round(4))
print(f"mixed = {output[${Number(state.asks) - 1}, 0]:.4f}")
print(f"listened = {np.exp(-(heard * np.log(heard)).sum()):.4f}")

# The same in Keras, whose simple attention divides by nothing.
import keras

q, k, v = (a[None].astype("float32") for a in (queries, keys, values))
theirs = keras.layers.Attention()([q, v, k], use_causal_mask=${inPython(state.mask)})
print(np.asarray(theirs)[0, :, 0].round(4))
`;
}

// ---- The picture ----------------------------------------------------------------------

const CELL = 36;
const ROW = 29; // 24 pixels to hit on a narrow screen
const LEFT = 50;
const TOP = 42;

function headers() {
  return WORDS.map((word, j) =>
    text(LEFT + CELL * (j + 0.5), TOP - 7, word, 'class="nn-small nn-muted nn-middle"')).join("");
}

// One cell of a table: how strong its colour is, and what stands in it.
function drawCell(i, j, strength, words, masked) {
  const [x, y] = [LEFT + CELL * j, TOP + ROW * i];
  if (masked) return rect(x, y, CELL, ROW, 'class="nn-edge nn-hollow" stroke-dasharray="2 3"');
  const kind = strength < 0 ? "nn-minus" : "nn-plus";
  return rect(x, y, CELL, ROW, `class="${kind}" fill-opacity="${(0.6 * Math.abs(strength)).toFixed(3)}"`)
    + rect(x, y, CELL, ROW, 'class="nn-edge" fill-opacity="0"')
    + text(x + CELL / 2, y + 19, words, 'class="nn-small nn-middle"');
}

// A click on a row lets its word ask.
function drawRow(state, i, cells, last) {
  const asks = Number(state.asks) - 1 === i;
  return `<g data-set="asks=${i + 1}">`
    + rect(0, TOP + ROW * i, 320, ROW, 'class="nn-hollow"')
    + text(LEFT - 6, TOP + ROW * i + 19, WORDS[i], `class="nn-end ${asks ? "nn-strong" : ""}"`)
    + cells
    + (last === "" ? "" : text(318, TOP + ROW * i + 19, last, `class="nn-end ${asks ? "nn-strong" : ""}"`))
    + "</g>";
}

function frame(state, width) {
  const y = TOP + ROW * (Number(state.asks) - 1);
  return rect(LEFT, y, width, ROW, 'class="nn-badge nn-minus" fill-opacity="0" stroke-width="3" '
    + 'pointer-events="none"');
}

function drawWeights(state, n) {
  const tables = n.weights.map((row, i) => drawRow(state, i,
    row.map((w, j) => drawCell(i, j, w, share(w), state.mask && j > i)).join(""),
    fixed(n.output[i], 2)));
  return panel(TOP + ROW * 6 + 24, sentence(state),
    text(0, 14, "weights: who listens to whom", 'class="nn-strong"')
    + text(318, TOP - 7, "gets", 'class="nn-small nn-muted nn-end"')
    + headers() + tables.join("") + frame(state, CELL * 6)
    + text(LEFT, TOP + ROW * 6 + 16, state.mask ? "each row sums to 1; dashed: masked" : "each row sums to 1",
      'class="nn-small nn-muted"'));
}

function drawScores(state, n) {
  const largest = Math.max(1e-9, ...n.scores.flat().map(Math.abs));
  const tables = n.scores.map((row, i) => drawRow(state, i,
    row.map((s, j) => drawCell(i, j, s / largest, short(s, 1), state.mask && j > i)).join(""), ""));
  return panel(TOP + ROW * 6 + 6,
    `The scores, row by row: ${n.scores.map((row) => row.map((s) => short(s, 1)).join(", ")).join("; ")}.`,
    text(0, 14, `scores: query · key / ${short(state.T)}`, 'class="nn-strong"')
    + headers() + tables.join("") + frame(state, CELL * 6));
}

// The row of the word that asks, from left to right: score, weight, value.
function drawAnswer(state, n) {
  const row = Number(state.asks) - 1;
  const [query, keys, values] = [state[`q${row + 1}`], listOf("k", state), listOf("v", state)];
  const lines = WORDS.map((word, j) => {
    const y = 56 + 24 * j;
    if (state.mask && j > row) {
      return text(0, y, word, 'class="nn-muted"') + text(46, y, "masked", 'class="nn-small nn-muted"');
    }
    const weight = n.weights[row][j];
    return text(0, y, word)
      + text(112, y, `${short(query, 2)} · ${short(keys[j], 2)}`, 'class="nn-small nn-end"')
      + text(156, y, short(n.scores[row][j], 2), 'class="nn-small nn-end"')
      + rect(166, y - 11, 62 * weight, 13, 'class="nn-plus"')
      + rect(166, y - 11, 62, 13, 'class="nn-edge nn-hollow"')
      + text(270, y, share(weight), 'class="nn-end"')
      + text(318, y, `· ${short(values[j], 2)}`, 'class="nn-end"');
  });
  return panel(234, `${WORDS[row]} listens to ${count(n.listened)} and gets ${fixed(n.mixed, 2)}.`,
    text(0, 14, `${row + 1} ${WORDS[row]} asks`, 'class="nn-strong"')
    + text(112, 34, "query · key", 'class="nn-small nn-muted nn-end"')
    + text(156, 34, "score", 'class="nn-small nn-muted nn-end"')
    + text(166, 34, "weight", 'class="nn-small nn-muted"')
    + text(318, 34, "value", 'class="nn-small nn-muted nn-end"')
    + lines.join("") + line(0, 188, 320, 188)
    + text(0, 206, `listens to ${count(n.listened)}`)
    + text(318, 206, `gets ${fixed(n.mixed, 2)}`, 'class="nn-end nn-strong"')
    + text(0, 226, "equal weights on k words count as k", 'class="nn-small nn-muted"'));
}

function draw(state) {
  const numbers = compute(state);
  return drawWeights(state, numbers) + drawAnswer(state, numbers) + drawScores(state, numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "One head of attention on six words",
    hint: "Click on a row to let its word ask. With the mask on, which rows does the last "
      + "word still reach?",
  });
}

export default { compute, draw, render };
