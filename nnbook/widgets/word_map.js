// A map of words that a text teaches: see word_map.py, which computes the same numbers.

const STEPS = 200;
const RATE = 3;
const NEGATIVES = 5;
const LISTED = 5;
const GROUPS = [
  "king queen prince princess man woman boy girl", "cat dog horse cow",
  "bread cheese apple pear", "tea milk water juice", "hot cold",
].map((words) => words.split(" "));
const SHOWN = GROUPS.flat();
const MEASURES = [["dot", "dot product"], ["cosine", "cosine"], ["distance", "distance"]];

// What the text says: how often each word stands near each other one (the upper triangle,
// row by row; an empty place is 0). And the first rows, in thousandths.
const WORDS = ("apple boy bread cat chases cheese cold cow dog drinks eats feeds girl her his horse hot "
  + "juice king man milk palace pear plays prince princess queen ripe tea village water woman "
  + "works").split(" ");
const MEETINGS = (""
  + ",15,,21,,,,19,18,,195,,16,66,54,17,,,11,9,,,,,19,20,13,120,,,,17,,,11,12,,15,28,6,7,55,53,40,,,"
  + "210,15,27,17,,,13,,12,62,,,,53,9,62,16,,,,21,,,,21,18,,208,,23,71,63,14,,,21,14,,,,,17,15,19,"
  + "134,,,,14,,,244,21,40,85,71,64,80,107,1,50,57,88,24,12,16,17,22,118,17,,12,20,14,,20,126,10,15,,"
  + ",,,255,262,,,,,,,271,,,,,,255,,,,,,,,261,,,,,,19,17,,181,,11,51,55,18,,,15,14,,,,,11,18,10,106,,"
  + ",,12,,,32,32,390,,,30,121,128,37,,91,32,32,97,,,,36,37,33,,99,,103,21,,,89,64,72,98,13,54,44,81,"
  + "32,17,14,12,17,127,13,,12,9,12,,13,128,17,20,,,67,64,116,16,65,51,102,35,15,13,15,21,135,11,,16,"
  + "15,17,,18,127,13,17,,,,,62,250,240,75,370,183,62,54,202,,,,69,73,64,,174,,201,51,,,,75,258,242,"
  + "64,,,69,55,,,196,,65,65,61,500,,,,57,,,46,234,210,123,,,57,60,,,,,53,61,59,,,,,68,,,247,,16,32,"
  + "13,,,16,,25,64,,,,75,17,64,16,,,,,65,129,64,,,68,118,70,124,,259,242,258,50,131,68,243,125,,58,"
  + "112,56,254,230,56,128,70,124,249,,,242,58,123,70,,127,,38,19,14,16,18,130,15,,13,17,16,,15,141,"
  + "23,16,,,92,30,22,105,,,,33,36,31,,75,,98,30,,,13,9,,,,,17,19,17,,,,,15,,,,20,66,22,,,,,69,13,,"
  + "16,,66,,13,,18,,,,,55,14,61,18,,61,,,,,10,22,17,,,,,13,,,,122,62,60,58,,,,,,124,,,18,12,19,140,,"
  + ",,14,,,62,60,,,,126,,,,,,,65,22,,20,,,,,65,11,,21,,,,61,14,,16,,58,,,,,57,,,,,8,,,,67,128,,15,,,"
  + "67,").split(",").map(Number);
const WORDS_START = [
  8, -31, -26, -25, 97, 27, 35, -34, 36, -75, -90, 70, -98, 96, 65, 57, -90, -59, 70, -14, 25, -76,
  -63, -1, 52, 8, -79, 73, -72, -12, 17, -36, -16, 77, -9, 8, 94, -45, 79, -28, -38, 76, -87, 73,
  66, 79, -88, -52, 55, -13, -99, 39, 60, 95, -70, -50, 68, -82, -45, -10, -16, 9, 74, 26, 31, 18,
];
const NEIGHBOURS_START = [
  -58, -10, 98, 82, 53, 7, 74, 26, -20, 5, -60, 15, -37, 56, 66, 99, 67, -88, 45, 62, 74, -2, -5, 6,
  -69, 91, 97, -47, 91, -58, -83, 46, 63, -60, 91, -20, -63, -40, -77, 54, -43, 39, -8, -75, 17,
  93, -63, 93, -76, 15, -65, 99, 10, 74, 42, -10, -48, 74, 77, 57, 61, -92, -56, 11, -84, 18,
];

const TRAINING = "The training";
const NEAR = "What is near?";

const controls = [
  { name: "step", label: "step", unit: "", group: TRAINING, kind: "range", min: 0, max: STEPS, step: 1 },
  { name: "focus", label: "word", unit: "", group: NEAR, kind: "select", options: SHOWN.map((word) => [word, word]) },
  { name: "by", label: "nearest by", unit: "", group: NEAR, kind: "select", options: MEASURES },
];

const presets = [0, 40, 60, 120, 200].map((step) => (
  { group: TRAINING, label: `step ${step}`, state: { step } }));

// ---- The numbers ----------------------------------------------------------------------

// To nine decimals, so that a tie is one in both languages.
function clean(value) {
  return Math.round(value * 1e9) / 1e9 + 0;
}

function meetings() {
  const table = WORDS.map(() => []);
  let k = 0;
  for (let i = 0; i < WORDS.length; i++) {
    for (let j = i; j < WORDS.length; j++) table[i][j] = table[j][i] = MEETINGS[k++];
  }
  return table;
}

// The shares of the true pairs, and of the drawn ones that are to score low.
function shares() {
  const counts = meetings();
  const sums = counts.map((row) => row.reduce((a, b) => a + b));
  const total = sums.reduce((a, b) => a + b);
  const weights = sums.map((sum) => sum ** 0.75);
  const all = weights.reduce((a, b) => a + b);
  return {
    real: counts.map((row) => row.map((count) => count / total)),
    drawn: sums.map((sum) => weights.map((w) => NEGATIVES * sum / total * w / all)),
  };
}

function rows(thousandths) {
  return WORDS.map((_, i) => [thousandths[2 * i] / 1000, thousandths[2 * i + 1] / 1000]);
}

// The loss with all pairs, and its gradients by the words and by the neighbours.
function lossAndGradients(W, C, { real, drawn }) {
  let loss = 0;
  const dW = W.map(() => [0, 0]);
  const dC = C.map(() => [0, 0]);
  W.forEach((u, i) => C.forEach((v, j) => {
    const score = u[0] * v[0] + u[1] * v[1];
    const tail = Math.log1p(Math.exp(-Math.abs(score)));
    loss += real[i][j] * (Math.max(0, -score) + tail) + drawn[i][j] * (Math.max(0, score) + tail);
    const slope = (real[i][j] + drawn[i][j]) * sigmoid(score) - real[i][j];
    for (const k of [0, 1]) {
      dW[i][k] += slope * v[k];
      dC[j][k] += slope * u[k];
    }
  }));
  return { loss, dW, dC };
}

// Every step once, when the first picture asks for them: a few milliseconds.
let stops = null;

function track() {
  if (stops) return stops;
  const pairs = shares();
  const shown = SHOWN.map((word) => WORDS.indexOf(word));
  const moved = (table, gradient) =>
    table.map((row, i) => row.map((value, k) => value - RATE * gradient[i][k]));
  let W = rows(WORDS_START);
  let C = rows(NEIGHBOURS_START);
  stops = [];
  for (let step = 0; step <= STEPS; step++) {
    const { loss, dW, dC } = lossAndGradients(W, C, pairs);
    stops.push({ loss: clean(loss), places: shown.map((i) => W[i].map(clean)) });
    [W, C] = [moved(W, dW), moved(C, dC)];
  }
  return stops;
}

function closeness(by, [x, y], [u, v]) {
  if (by === "distance") return Math.hypot(x - u, y - v);
  const dot = x * u + y * v;
  return by === "dot" ? dot : dot / (Math.hypot(x, y) * Math.hypot(u, v));
}

// The other words, nearest first, as [number of the word, value].
function ranked(places, focus, by) {
  const sign = by === "distance" ? 1 : -1;
  return places.map((place, i) => [i, closeness(by, place, places[focus])])
    .filter(([i]) => i !== focus)
    .sort(([i, a], [j, b]) => sign * (a - b) || i - j);
}

function groupOf(i) {
  return GROUPS.findIndex((words) => words.includes(SHOWN[i]));
}

function compute(state) {
  const { loss, places } = track()[Math.round(state.step)];
  const focus = SHOWN.indexOf(state.focus);
  const found = { nearest: {}, values: {}, own: {} };
  for (const [by] of MEASURES) {
    const list = ranked(places, focus, by).slice(0, LISTED);
    found.nearest[by] = list.map(([i]) => SHOWN[i]);
    found.values[by] = list.map(([, value]) => value);
    found.own[by] = places.filter((_, i) =>
      groupOf(ranked(places, i, by)[0][0]) === groupOf(i)).length;
  }
  return { loss, x: places.map(([x]) => x), y: places.map(([, y]) => y), ...found };
}

// ---- The words ------------------------------------------------------------------------

function sentence(state) {
  const n = compute(state);
  const first = MEASURES.map(([by, words]) =>
    `${n.nearest[by][0]} by ${words} (${fixed(n.values[by][0], 3)})`).join(", ");
  const own = MEASURES.map(([by, words]) => `${n.own[by]} by ${words}`).join(", ");
  return `Step ${Math.round(state.step)}, loss ${fixed(n.loss, 2)}. Nearest to `
    + `${state.focus}: ${first}. Words whose nearest is of their own group, `
    + `of ${SHOWN.length}: ${own}.`;
}

function script(state) {
  return `from nnbook.embedding import nearest, skip_gram_loss
from nnbook.widgets.word_map import SHOWN, WordMap, corpus, start

widget = WordMap(step=${state.step}, focus="${state.focus}", by="${state.by}")

words, counts = corpus()
noise = counts.sum(axis=0) ** 0.75
noise /= noise.sum()
W, C = start()
for _ in range(${Math.round(state.step)}):
    loss, d_W, d_C = skip_gram_loss(W, C, counts, noise, negatives=${NEGATIVES})
    W, C = W - ${RATE} * d_W, C - ${RATE} * d_C
loss, *_ = skip_gram_loss(W, C, counts, noise, negatives=${NEGATIVES})
print(f"loss = {loss:.4f}")

table = W[[words.index(word) for word in SHOWN]]
focus = SHOWN.index("${state.focus}")
ids, values = nearest(table[focus], table, ${LISTED}, by="${state.by}", without=[focus])
for i, value in zip(ids, values):
    print(f"{SHOWN[i]:10} {value:.3f}")

# The same loss in Keras: a pair has the label 1, what is drawn has the label 0.
import keras

scores = keras.ops.matmul(W, C.T)
surprise = keras.ops.softplus
real = counts / counts.sum()
drawn = ${NEGATIVES} * real.sum(axis=1, keepdims=True) * noise
total = keras.ops.sum(real * surprise(-scores) + drawn * surprise(scores))
print(f"loss = {float(total):.4f}")
`;
}

// ---- The picture ----------------------------------------------------------------------
// Left the map, right three lists. Words of the focus's group are filled, others hollow.

const UNIT = 128;
const HEIGHT = 286;

function across(x) {
  return 262 + UNIT * x;
}

function up(y) {
  return 128 - UNIT * y;
}

// The box of a word written beside its dot.
function label(word, [x, y], [side, lift]) {
  const width = 7 * word.length + 2;
  const left = side > 0 ? x + 7 : side < 0 ? x - 7 - width : x - width / 2;
  return { word, left, right: left + width, top: y + lift - 10, bottom: y + lift + 3, base: y + lift };
}

// Words in order of importance, each where it covers no word, and no dot if there is such
// a place. Where there is none, only the first few are written; the others can be chosen.
function labels(order, dots) {
  const sides = [[1, 4], [-1, 4], [0, -9], [0, 17], [1, -7], [-1, -7], [1, 15], [-1, 15],
    [1, -19], [-1, -19], [1, 27], [-1, 27]];
  const placed = [];
  order.forEach((i, rank) => {
    const boxes = sides.map((side) => label(SHOWN[i], dots[i], side)).filter((box) =>
      box.left > 0 && box.right < 318 && box.top > 18 && box.bottom < HEIGHT
      && placed.every((other) => box.right < other.left || box.left > other.right
        || box.bottom < other.top || box.top > other.bottom));
    const clear = boxes.find((box) => dots.every(([x, y]) =>
      x < box.left - 3 || x > box.right + 3 || y < box.top - 3 || y > box.bottom + 3));
    const place = clear ?? (rank < 4 ? boxes[0] : undefined);
    if (place) placed.push({ ...place, i });
  });
  return placed;
}

function dot(x, y, radius, attributes) {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" ${attributes}/>`;
}

function drawMap(state, n) {
  const focus = SHOWN.indexOf(state.focus);
  const near = n.nearest[state.by].slice(0, 3).map((word) => SHOWN.indexOf(word));
  const dots = n.x.map((x, i) => [across(x), up(n.y[i])]);
  const others = SHOWN.map((_, i) => i).filter((i) => i !== focus && !near.includes(i));
  const marks = others.concat(near, focus).map((i) => {
    const own = groupOf(i) === groupOf(focus);
    return dot(...dots[i], i === focus ? 6 : 4,
      own ? 'class="nn-dot nn-plus"' : 'class="nn-badge nn-minus"');
  });
  const names = labels([focus, ...near, ...others], dots).map(({ word, left, base, i }) =>
    text(left, base, word, i === focus || near.includes(i) ? 'class="nn-strong"' : 'class="nn-muted nn-small"'));
  const lines = near.map((i) => line(...dots[focus], ...dots[i], 'class="nn-drop nn-plus" fill="none"'));
  return panel(HEIGHT, sentence(state),
    text(0, 13, `step ${Math.round(state.step)}, loss ${fixed(n.loss, 2)}`, 'class="nn-strong"')
    + text(320, 13, `filled: the group of ${state.focus}`, 'class="nn-muted nn-end"')
    + line(0, up(0), 320, up(0), 'class="nn-line" stroke-opacity="0.5"')
    + line(across(0), 22, across(0), HEIGHT, 'class="nn-line" stroke-opacity="0.5"')
    + line(across(0), up(0), ...dots[focus], 'class="nn-curve" stroke-opacity="0.5"')
    + lines.join("") + marks.join("") + names.join(""));
}

const ROW = 30;

function drawLists(state, n) {
  const columns = MEASURES.map(([by, words], column) => {
    const x = 108 * column;
    const chosen = by === state.by;
    const items = n.nearest[by].map((word, k) => {
      const y = 26 + ROW * k;
      const own = groupOf(SHOWN.indexOf(word)) === groupOf(SHOWN.indexOf(state.focus));
      return `<g data-set="focus=${word}">`
        + rect(x, y, 104, 27, `rx="4" class="nn-hollow nn-edge"`)
        + (own ? rect(x, y, 104, 27, 'rx="4" class="nn-plus" fill-opacity="0.18"') : "")
        + text(x + 5, y + 18, word, 'class="nn-small"')
        + text(x + 100, y + 18, fixed(n.values[by][k], 3), 'class="nn-small nn-muted nn-end"')
        + "</g>";
    });
    return text(x, 13, words, chosen ? 'class="nn-strong"' : 'class="nn-muted"')
      + items.join("")
      + text(x, 40 + ROW * LISTED, `own group: ${n.own[by]}/${SHOWN.length}`, 'class="nn-small"');
  });
  const listed = MEASURES.map(([by, words]) => `${words}: ${n.nearest[by].join(", ")}`).join("; ");
  return panel(46 + ROW * LISTED, `Nearest to ${state.focus} by ${listed}.`, columns.join(""));
}

function draw(state) {
  const numbers = compute(state);
  return drawMap(state, numbers) + drawLists(state, numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "A map of words",
    hint: "Move the step from 0 to 200. When does the map know that hot and cold go together, "
      + "and do the three measures agree? A click on a word in a list takes it as the focus.",
  });
}

export default { compute, draw, render };
