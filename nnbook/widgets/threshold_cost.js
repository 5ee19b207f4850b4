// A threshold runs through the scores of a thousand castings: see threshold_cost.py,
// which computes the same numbers.

const CUT = "The threshold, and what a mistake costs";
const WORLD = "The castings and their scores";

const controls = [
  {
    name: "threshold", label: "threshold", unit: "", group: CUT,
    kind: "range", min: -6, max: 12, step: 0.1,
  },
  {
    name: "prevalence", label: "cracked", unit: "%", group: WORLD,
    kind: "range", min: 1, max: 50, step: 1,
  },
  {
    name: "separation", label: "separation", unit: "", group: WORLD,
    kind: "range", min: 0, max: 6, step: 0.1,
  },
  {
    name: "miss_cost", label: "cost of a miss", unit: "alarms", group: CUT,
    kind: "range", min: 1, max: 100, step: 1,
  },
];

const presets = [
  { group: WORLD, label: "rare", state: { prevalence: 1 } },
  { group: WORLD, label: "one in ten", state: { prevalence: 10 } },
  { group: WORLD, label: "half", state: { prevalence: 50 } },
  { group: WORLD, label: "knows nothing", state: { separation: 0 } },
  { group: CUT, label: "call all", state: { threshold: -6 } },
  { group: CUT, label: "call few", state: { threshold: 7 } },
];

// ---- The numbers ----------------------------------------------------------------------

const CASTINGS = 1000;

function quantiles(n) {
  return Array.from({ length: n }, (_, i) => {
    const q = (i + 0.5) / n;
    return Math.log(q / (1 - q));
  });
}

function rounded(score) {
  return Math.floor(score * 1e6 + 0.5) / 1e6;
}

function castings({ prevalence, separation }) {
  const nCracked = Math.floor(10 * prevalence + 0.5);
  return {
    sound: quantiles(CASTINGS - nCracked).map(rounded),
    cracked: quantiles(nCracked).map((score) => rounded(score + separation)),
  };
}

// At every score that occurs, from high to low: how many of each kind reach it.
function countsAtThresholds({ sound, cracked }) {
  const all = [...sound.map((score) => [score, 0]), ...cracked.map((score) => [score, 1])];
  all.sort((a, b) => b[0] - a[0]);
  const points = [];
  const counts = [0, 0];
  all.forEach(([score, kind], i) => {
    counts[kind] += 1;
    if (i + 1 === all.length || all[i + 1][0] !== score) {
      points.push({ threshold: score, alarms: counts[0], hits: counts[1] });
    }
  });
  return points;
}

function area(points) {
  let sum = 0;
  for (let i = 1; i < points.length; i += 1) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    sum += Math.abs(x1 - x0) * (y0 + y1) / 2;
  }
  return sum;
}

function curvesOf(points, nSound, nCracked) {
  return {
    roc: [[0, 0], ...points.map(({ alarms, hits }) => [alarms / nSound, hits / nCracked])],
    pr: [[0, 1], ...points.map(({ alarms, hits }) => [hits / nCracked, hits / (hits + alarms)])],
  };
}

function share(part, whole) {
  return whole ? part / whole : 0;
}

function everything(state) {
  const { sound, cracked } = castings(state);
  const [nSound, nCracked] = [sound.length, cracked.length];
  const reach = (scores) => scores.filter((score) => score >= state.threshold).length;
  const [alarms, hits] = [reach(sound), reach(cracked)];
  const misses = nCracked - hits;
  const passed = nSound - alarms;
  const points = countsAtThresholds({ sound, cracked });
  const curves = curvesOf(points, nSound, nCracked);
  // Calling nothing is a choice, too.
  const choices = [{ threshold: points[0].threshold + 1, alarms: 0, hits: 0 }, ...points];
  const costs = choices.map((p) => p.alarms + (nCracked - p.hits) * state.miss_cost);
  const lowest = Math.min(...costs);
  const numbers = {
    hits, misses, alarms, passed,
    accuracy: (hits + passed) / CASTINGS,
    precision: share(hits, hits + alarms), recall: hits / nCracked,
    f1: share(2 * hits, 2 * hits + alarms + misses), alarm_rate: alarms / nSound,
    cost: alarms + state.miss_cost * misses,
    roc_area: area(curves.roc), pr_area: area(curves.pr),
    cheapest: choices[costs.indexOf(lowest)].threshold, lowest_cost: lowest,
  };
  return { numbers, curves, best: costs.indexOf(lowest) };
}

function compute(state) {
  return everything(state).numbers;
}

// ---- The words ------------------------------------------------------------------------

function sentence(state) {
  const n = compute(state);
  return `Threshold ${short(state.threshold)}: of ${n.hits + n.misses} cracked castings `
    + `${n.hits} are found and ${n.misses} missed, with ${n.alarms} false alarms. `
    + `Accuracy ${fixed(n.accuracy, 3)}, precision ${fixed(n.precision, 3)}, recall `
    + `${fixed(n.recall, 3)}, F1 ${fixed(n.f1, 3)}. Cost ${short(n.cost)}; the cheapest `
    + `threshold, ${fixed(n.cheapest, 2)}, costs ${short(n.lowest_cost)}. Area under ROC `
    + `${fixed(n.roc_area, 3)}, under precision-recall ${fixed(n.pr_area, 3)}.`;
}

function script(state) {
  const call = controls.map(({ name }) => `${name}=${state[name]}`).join(", ");
  return `import keras
from sklearn import metrics as sk

from nnbook.metrics import auc, f1, precision, recall, roc_curve
from nnbook.widgets.threshold_cost import ThresholdCost

widget = ThresholdCost(${call})
scores, labels = widget.scores()
called = (scores >= ${state.threshold}).astype(int)
false_alarms, found, _ = roc_curve(scores, labels)
print(f"nnbook: precision = {precision(called, labels):.4f}")
print(f"nnbook: recall = {recall(called, labels):.4f}, f1 = {f1(called, labels):.4f}")
print(f"nnbook: roc_area = {auc(false_alarms, found):.4f}")
print(f"scikit-learn: roc_area = {sk.roc_auc_score(labels, scores):.4f}")

metric = keras.metrics.Recall()
metric.update_state(labels, called)
print(f"Keras: recall = {float(metric.result()):.4f}")
`;
}

// ---- The picture ----------------------------------------------------------------------
// Three panels: the scores with the threshold and the table, and the two curves.

function polyline(points, attributes) {
  const corners = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
  return `<path d="M${corners}" ${attributes}/>`;
}

function circle(x, y, radius, attributes) {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" ${attributes}/>`;
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

const SMALL = 'class="nn-small nn-muted nn-middle"';

// Bars of half a unit. Each kind has its own height: at one crack in a hundred the
// cracked ones could not be seen otherwise.
function histogram(scores, at, base, height, sign) {
  const bins = Array(36).fill(0);
  for (const score of scores) bins[clamp(Math.floor(2 * (score + 6)), 0, 35)] += 1;
  const most = Math.max(...bins);
  return bins.map((count, i) => (count === 0 ? "" : rect(at(-6 + i / 2) + 0.5,
    base - height * count / most, at(0.5) - at(0) - 1, height * count / most,
    `class="nn-${sign}"`))).join("");
}

function drawTable({ hits, misses, alarms, passed }) {
  const cell = (x, y, count, words, sign) =>
    rect(x, y, 104, 40, `class="nn-hollow nn-edge"`)
    + text(x + 52, y + 18, String(count), 'class="nn-strong nn-middle"')
    + text(x + 52, y + 33, `${words} ${sign}`, SMALL);
  return text(158, 196, "called sound", SMALL) + text(262, 196, "called cracked", SMALL)
    + text(100, 225, "sound", 'class="nn-small nn-muted nn-end"')
    + text(100, 265, "cracked", 'class="nn-small nn-muted nn-end"')
    + cell(106, 201, passed, "passed", "✓") + cell(210, 201, alarms, "false alarms", "✗")
    + cell(106, 241, misses, "misses", "✗") + cell(210, 241, hits, "hits", "✓");
}

function drawScores(state, numbers) {
  const at = (score) => 14 + 298 * (score + 6) / 18;
  const { sound, cracked } = castings(state);
  const x = at(state.threshold);
  const cheapest = at(clamp(numbers.cheapest, -6, 12));
  const ticks = [-6, -3, 0, 3, 6, 9, 12].map((score) => text(at(score), 164, fixed(score, 0), SMALL));
  return panel(310, sentence(state),
    text(4, 14, `${cracked.length} cracked`) + text(316, 14, `cost ${short(numbers.cost)}`, 'class="nn-strong nn-end"')
    + histogram(cracked, at, 78, 52, "minus") + polyline([[14, 78], [312, 78]], 'class="nn-line"')
    + histogram(sound, at, 150, 52, "plus") + polyline([[14, 150], [312, 150]], 'class="nn-line"')
    + text(4, 94, `${sound.length} sound`)
    + polyline([[cheapest, 22], [cheapest, 150]], 'class="nn-line" stroke-dasharray="2 3"')
    + polyline([[x, 20], [x, 152]], 'class="nn-curve"') + ticks.join("")
    + drawTable(numbers)
    + text(160, 302, "line: the threshold; dots: the cheapest one", SMALL));
}

function drawCurve(label, title, areaText, points, here, best, axes, diagonal) {
  const at = (x) => 40 + 262 * x;
  const up = (y) => 122 - 96 * y;
  const ticks = [0, 0.5, 1].map((value) => text(at(value), 136, short(value), SMALL)
    + text(34, up(value) + 4, short(value), 'class="nn-small nn-muted nn-end"')).join("");
  return panel(152, label,
    text(4, 14, title) + text(316, 14, areaText, 'class="nn-strong nn-end"')
    + polyline([[at(0), up(1)], [at(0), up(0)], [at(1), up(0)]], 'class="nn-line"') + ticks
    + (diagonal ? polyline([[at(0), up(0)], [at(1), up(1)]], 'class="nn-line" stroke-dasharray="2 3"') : "")
    + polyline(points.map(([x, y]) => [at(x), up(y)]), 'class="nn-path nn-ink"')
    + circle(at(best[0]), up(best[1]), 5, 'class="nn-badge nn-ink"')
    + circle(at(here[0]), up(here[1]), 6, 'class="nn-dot nn-minus"')
    + text(171, 149, axes, SMALL));
}

function draw(state) {
  const { numbers, curves, best } = everything(state);
  const none = numbers.hits + numbers.alarms === 0;
  return drawScores(state, numbers)
    + drawCurve(`ROC curve, area ${fixed(numbers.roc_area, 3)}.`, "ROC",
      `area ${fixed(numbers.roc_area, 3)}`, curves.roc,
      [numbers.alarm_rate, numbers.recall], curves.roc[best],
      "share of sound that raise an alarm → found ↑", true)
    + drawCurve(`Precision-recall curve, area ${fixed(numbers.pr_area, 3)}.`,
      "precision-recall", `area ${fixed(numbers.pr_area, 3)}`, curves.pr,
      none ? curves.pr[0] : [numbers.recall, numbers.precision], curves.pr[best],
      "share of cracked found → precision ↑", false);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "A threshold among the scores of a thousand castings",
    hint: "The filled dot is your threshold, the ring the cheapest one. Which knobs move "
      + "the ring, and which curve moves when cracks become rare?",
  });
}

export default { compute, draw, render };
