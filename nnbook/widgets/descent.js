// A ball goes downhill on a surface: see descent.py, which computes the same numbers.

const BALL = "Surface, and where the ball is dropped";
const DESCENT = "Descent: how far to step, and how often";

const controls = [
  {
    name: "surface", label: "surface", unit: "", group: BALL, kind: "select",
    options: [["bowl", "bowl"], ["valley", "valley"], ["wells", "two wells"]],
  },
  { name: "x", label: "x", unit: "", group: BALL, kind: "range", min: -3, max: 3, step: 0.1 },
  { name: "y", label: "y", unit: "", group: BALL, kind: "range", min: -3, max: 3, step: 0.1 },
  {
    name: "rate", label: "learning rate", unit: "", group: DESCENT,
    kind: "range", min: 0.01, max: 1.2, step: 0.01,
  },
  {
    name: "steps", label: "steps", unit: "", group: DESCENT,
    kind: "range", min: 0, max: 60, step: 1,
  },
];

const presets = [
  { group: BALL, label: "on the bowl", state: { surface: "bowl", x: -2, y: 1 } },
  { group: BALL, label: "in the valley", state: { surface: "valley", x: -2.7, y: 1.3 } },
  { group: BALL, label: "left well", state: { surface: "wells", x: -1, y: 2 } },
  { group: BALL, label: "right well", state: { surface: "wells", x: 1, y: 2 } },
  { group: BALL, label: "near the ridge", state: { surface: "wells", x: 0.1, y: 2 } },
  { group: DESCENT, label: "timid", state: { rate: 0.02 } },
  { group: DESCENT, label: "steady", state: { rate: 0.3 } },
  { group: DESCENT, label: "hasty", state: { rate: 0.95 } },
  { group: DESCENT, label: "too far", state: { rate: 1.1 } },
];

// ---- The numbers ----------------------------------------------------------------------

// Every surface is height(x) + c y^2. The products are written out as in descent.py, so
// that both round alike, step after step.
const SURFACES = {
  bowl: {
    title: "Bowl", c: 1, lowest: 2,
    height: (x) => x * x + 2,
    derivative: (x) => 2 * x,
    levels: [2.25, 3, 4.25, 6, 8.25, 11],
  },
  valley: {
    title: "Valley", c: 1, lowest: 0,
    height: (x) => 0.05 * x * x,
    derivative: (x) => 0.1 * x,
    levels: [0.05, 0.2, 0.45, 1, 2.25, 4, 6.25],
  },
  wells: {
    title: "Two wells", c: 0.5, lowest: 0.6946,
    height: (x) => (x * x - 4) * (x * x - 4) / 16 + 0.15 * x + 1,
    derivative: (x) => x * (x * x - 4) / 4 + 0.15,
    levels: [0.8, 1.05, 1.4, 1.7, 2.01, 2.5, 3.3, 4.5],
  },
};
const EDGE = 10;
const AT_REST = 0.01;
const RECENT = 6;

function lossAt({ height, c }, [x, y]) {
  return height(x) + c * y * y;
}

function gradientAt({ derivative, c }, [x, y]) {
  return [derivative(x), 2 * c * y];
}

function step(surface, point, rate) {
  const gradient = gradientAt(surface, point);
  return point.map((value, i) => value + gradient[i] * -rate);
}

function isOff([x, y]) {
  return Math.abs(x) > EDGE || Math.abs(y) > EDGE;
}

// In how many steps the loss did not fall.
function failures(losses) {
  return losses.slice(1).filter((after, i) => after >= losses[i]).length;
}

function outcome(path, losses, slope) {
  const n = path.length - 1;
  if (n === 0) return "waits";
  if (isOff(path.at(-1))) return "left";
  if (slope < AT_REST) return "rests";
  if (n >= 3 && losses.slice(1).every((after, i) => after > losses[i])) return "grows";
  if (failures(losses.slice(-RECENT - 1))) return "swings";
  return "falls";
}

function compute(state) {
  const surface = SURFACES[state.surface];
  const first = step(surface, [state.x, state.y], state.rate);
  const path = [[state.x, state.y]];
  while (path.length <= Math.floor(state.steps) && !isOff(path.at(-1))) {
    path.push(step(surface, path.at(-1), state.rate));
  }
  const losses = path.map((point) => lossAt(surface, point));
  const [dx, dy] = gradientAt(surface, path.at(-1));
  const slope = Math.sqrt(dx * dx + dy * dy);
  return {
    path, losses, slope, x: path.at(-1)[0], y: path.at(-1)[1], loss: losses.at(-1),
    failed: failures(losses), outcome: outcome(path, losses, slope),
    x_1: first[0], y_1: first[1],
  };
}

// ---- The words ------------------------------------------------------------------------

function amount(loss) {
  return loss > 1000 ? "more than 1000" : fixed(loss, 3);
}

function place(surface, x) {
  if (surface !== "wells") return "at the bottom";
  if (x < -1) return "in the deeper well";
  if (x > 1) return "in the shallower well, a local minimum";
  return "on the saddle between the wells";
}

function sentence(state) {
  const numbers = compute(state);
  const { losses, x } = numbers;
  const n = losses.length - 1;
  const count = n === 1 ? "1 step" : `${n} steps`;
  const goes = `the loss goes from ${amount(losses[0])} to ${amount(losses.at(-1))}`;
  const slope = fixed(numbers.slope, 3);
  const story = {
    waits: `the loss is ${amount(losses[0])}, the slope ${slope}. No step is taken yet.`,
    left: `after ${count} the ball has left the map. The steps are too long for this `
      + `slope: the descent diverges.`,
    grows: `in ${count} ${goes}, and it rises in every step: the descent diverges.`,
    rests: `in ${count} ${goes}, and the ball rests ${place(state.surface, x)}.`,
    swings: `in ${count} ${goes}, but in ${numbers.failed} of them it did not fall: `
      + `the ball keeps overshooting.`,
    falls: `in ${count} ${goes}. The slope is still ${slope}: the ball is on its way.`,
  }[numbers.outcome];
  return `${SURFACES[state.surface].title}, from (${fixed(state.x, 2)}, `
    + `${fixed(state.y, 2)}), learning rate ${short(state.rate)}: ${story}`;
}

const FORMULAS = {
  bowl: ["x**2 + 2 + y**2", "[2 * x, 2 * y]"],
  valley: ["0.05 * x**2 + y**2", "[0.1 * x, 2 * y]"],
  wells: ["(x**2 - 4) ** 2 / 16 + 0.15 * x + 1 + 0.5 * y**2",
    "[x * (x**2 - 4) / 4 + 0.15, y]"],
};

function script(state) {
  const call = controls.map(({ name }) =>
    `${name}=${name === "surface" ? `"${state.surface}"` : state[name]}`).join(", ");
  const [loss, gradient] = FORMULAS[state.surface];
  return `import numpy as np

from nnbook.optimizers import SGD
from nnbook.widgets.descent import Descent

widget = Descent(${call})


def loss(x, y):
    return ${loss}


def gradient(x, y):
    return np.array(${gradient})


position = np.array([${state.x}, ${state.y}], dtype=float)
optimizer = SGD(${state.rate})
for _ in range(${compute(state).path.length - 1}):
    optimizer.step(position, gradient(*position))
x, y = position
print(f"nnbook: x = {x:.4f}, y = {y:.4f}, loss = {loss(x, y):.4f}")

# The first step in Keras, with the gradient that TensorFlow finds by itself.
import keras
import tensorflow as tf

place = keras.Variable([${state.x}, ${state.y}], dtype="float64")
with tf.GradientTape() as tape:
    height = loss(place[0], place[1])
slopes = tape.gradient(height, place.value)
keras.optimizers.SGD(${state.rate}).apply([slopes], [place])
x_1, y_1 = place.numpy()
print(f"Keras: x_1 = {x_1:.4f}, y_1 = {y_1:.4f}")
`;
}

// ---- The picture ----------------------------------------------------------------------
// Three panels: the map from above, the loss over the steps, and the surface from the
// side. A click on the map drops the ball in the middle of one of its hundred squares.

const REACH = 3;
const MAP = { left: 28, top: 6, size: 290, cells: 10 };

function polyline(points, attributes, end = "") {
  const corners = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
  return `<path d="M${corners}${end}" ${attributes}/>`;
}

function dot(x, y, radius, attributes) {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" ${attributes}/>`;
}

function stop(x, y) {
  return dot(x, y, 2.5, 'fill="currentColor"');
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

function range(n, low, high) {
  return Array.from({ length: n + 1 }, (_, i) => low + (high - low) * i / n);
}

// On the map: from the surface's x and y to the panel's.
function across(x) {
  return MAP.left + MAP.size * (x + REACH) / (2 * REACH);
}

function down(y) {
  return MAP.top + MAP.size * (REACH - y) / (2 * REACH);
}

// The part of a straight line that lies on the map, or null (Liang and Barsky, 1984).
function clipped([x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  let [from, to] = [0, 1];
  for (const [towards, room] of [
    [-dx, x0 + REACH], [dx, REACH - x0], [-dy, y0 + REACH], [dy, REACH - y0],
  ]) {
    if (towards === 0 && room < 0) return null;
    if (towards < 0) from = Math.max(from, room / towards);
    if (towards > 0) to = Math.min(to, room / towards);
  }
  const at = (t) => [x0 + t * dx, y0 + t * dy];
  return from <= to ? [at(from), at(to)] : null;
}

// What lies below a level: where height(x) <= level, it reaches up and down to
// y = sqrt((level - height(x)) / c). Each piece is one closed outline.
function basin({ height, c }, level) {
  const outlines = [];
  let upper = [];
  function close() {
    if (upper.length > 1) {
      const lower = upper.map(([x, y]) => [x, -y]).reverse();
      outlines.push([...upper, ...lower].map(([x, y]) => [across(x), down(y)]));
    }
    upper = [];
  }
  const crossing = (x0, x1) => x0 + (x1 - x0) * (level - height(x0)) / (height(x1) - height(x0));
  range(120, -REACH, REACH).forEach((x, i, xs) => {
    const depth = level - height(x);
    if (depth < 0) {
      if (upper.length) upper.push([crossing(xs[i - 1], x), 0]);
      return close();
    }
    if (i > 0 && !upper.length) upper.push([crossing(xs[i - 1], x), 0]);
    upper.push([x, Math.min(REACH, Math.sqrt(depth / c))]);
  });
  close();
  return outlines;
}

function drawGround(surface) {
  return [...surface.levels].reverse().flatMap((level) => basin(surface, level))
    .map((outline) => polyline(outline, 'class="nn-plus" fill-opacity="0.07"', "Z")
      + polyline(outline, 'class="nn-line"', "Z")).join("");
}

function isOnMap([x, y]) {
  return Math.max(Math.abs(x), Math.abs(y)) <= REACH;
}

// The start is a ring, the end a ball; from beyond the map it shows where it left.
function drawPath(path) {
  const onPanel = ([x, y]) => [across(x), down(y)];
  const legs = path.slice(1).map((end, i) => clipped(path[i], end)).filter(Boolean);
  const end = legs.length && !isOnMap(path.at(-1)) ? legs.at(-1)[1] : path.at(-1);
  return legs.map((leg) => polyline(leg.map(onPanel), 'class="nn-curve"')).join("")
    + path.filter(isOnMap).map((point) => stop(...onPanel(point))).join("")
    + dot(...onPanel(path[0]), 8, 'class="nn-curve"')
    + dot(...onPanel(end), 7, 'class="nn-dot nn-minus"');
}

function drawCells() {
  const width = 2 * REACH / MAP.cells;
  const size = MAP.size / MAP.cells;
  const middles = range(MAP.cells - 1, -REACH + width / 2, REACH - width / 2);
  return middles.flatMap((x) => middles.map((y) =>
    `<g data-set="x=${x.toFixed(1)}&amp;y=${y.toFixed(1)}">`
    + rect(across(x) - size / 2, down(y) - size / 2, size, size, 'class="nn-hollow"')
    + "</g>")).join("");
}

function drawMap(state, { path }) {
  const bottom = MAP.top + MAP.size;
  const small = 'class="nn-small nn-muted nn-middle"';
  const ticks = [-3, -2, -1, 0, 1, 2, 3].map((value) =>
    text(across(value), bottom + 14, fixed(value, 0), small)
    + text(14, down(value) + 4, fixed(value, 0), small)).join("");
  return panel(bottom + 34, sentence(state),
    drawGround(SURFACES[state.surface])
    + rect(MAP.left, MAP.top, MAP.size, MAP.size, 'class="nn-edge nn-hollow"')
    + ticks
    + text(across(0), bottom + 29, "x  (y upwards)", small)
    + drawPath(path) + drawCells());
}

const WORDS = {
  waits: "no step yet", left: "diverges", grows: "diverges", rests: "at rest",
  swings: "overshoots", falls: "on its way",
};

function title(left, right) {
  return text(4, 14, left) + text(316, 14, right, 'class="nn-strong nn-end"');
}

// Both small panels show a height: the lowest of the surface below, `top` above.
function upwards(lowest, top) {
  return (loss) => 128 - 98 * clamp((loss - lowest) / (top - lowest), 0, 1);
}

function drawLosses(state, { losses, outcome, loss }) {
  const { lowest } = SURFACES[state.surface];
  const n = losses.length - 1;
  const top = Math.min(Math.max(...losses, lowest + 0.01), 1000);
  const up = upwards(lowest, top);
  const at = (k) => 54 + 256 * k / Math.max(n, 1);
  const points = losses.map((value, k) => [at(k), up(value)]);
  const level = (value) => polyline([[54, up(value)], [310, up(value)]], 'class="nn-line"')
    + text(48, up(value) + 4, fixed(value, 2), 'class="nn-small nn-muted nn-end"');
  return panel(150, `The loss over the steps ends at ${amount(loss)}: ${WORDS[outcome]}.`,
    title("loss over the steps", WORDS[outcome])
    + level(lowest) + level(top)
    + (n ? polyline(points, 'class="nn-curve"') : "")
    + points.map((point) => stop(...point)).join("")
    + dot(...points.at(-1), 5, 'class="nn-dot nn-minus"')
    + text(at(0), 146, "0", 'class="nn-small nn-muted nn-middle"')
    + text(310, 146, n === 1 ? "1 step" : `${n} steps`, 'class="nn-small nn-muted nn-end"'));
}

// Along the x axis; the valley along y, where it is steep.
function drawSide(state, { path, losses, slope }) {
  const surface = SURFACES[state.surface];
  const axis = state.surface === "valley" ? 1 : 0;
  const along = range(80, -REACH, REACH);
  const profile = along.map((t) => lossAt(surface, axis ? [0, t] : [t, 0]));
  const top = Math.max(...profile, losses[0]);
  const up = upwards(surface.lowest, top);
  const at = (t) => 160 + 150 * clamp(t, -REACH, REACH) / REACH;
  const points = path.map((point, k) => [at(point[axis]), up(losses[k])]);
  const stops = points.filter((_, k) => isOnMap(path[k]));
  const word = `from the side, along ${axis ? "y" : "x"}`;
  return panel(150, `The surface ${word}, with the ball's stops above it.`,
    title(word, `slope ${slope > 1000 ? "> 1000" : fixed(slope, 3)}`)
    + polyline(along.map((t, i) => [at(t), up(profile[i])]), 'class="nn-line"')
    + stops.map((point) => stop(...point)).join("")
    + dot(...points[0], 7, 'class="nn-curve"')
    + dot(...points.at(-1), 6, 'class="nn-dot nn-minus"')
    + [-3, 0, 3].map((value) =>
      text(at(value), 146, fixed(value, 0), 'class="nn-small nn-muted nn-middle"')).join(""));
}

function draw(state) {
  const numbers = compute(state);
  return drawMap(state, numbers) + drawLosses(state, numbers) + drawSide(state, numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "A ball goes downhill on a surface",
    hint: "Drop the ball with a click on the map, or with x and y. Which learning rate "
      + "is the largest that still brings it to rest?",
  });
}

export default { compute, draw, render };
