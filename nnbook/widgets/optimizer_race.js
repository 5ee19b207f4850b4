// Five optimizers go downhill together: see optimizer_race.py, with the same numbers.

const PLACE = "Surface, and where all five start";
const RACE = "Optimizers: what they share";

const controls = [
  {
    name: "surface", label: "surface", unit: "", group: PLACE, kind: "select",
    options: [
      ["valley", "valley"], ["slanted", "slanted valley"], ["plateau", "plateau"],
      ["wells", "two wells"],
    ],
  },
  { name: "x", label: "x", unit: "", group: PLACE, kind: "range", min: -3, max: 3, step: 0.1 },
  { name: "y", label: "y", unit: "", group: PLACE, kind: "range", min: -3, max: 3, step: 0.1 },
  {
    name: "rate", label: "learning rate", unit: "", group: RACE,
    kind: "range", min: 0.01, max: 1, step: 0.01,
  },
  {
    name: "momentum", label: "momentum", unit: "", group: RACE,
    kind: "range", min: 0, max: 0.99, step: 0.01,
  },
  {
    name: "correct", label: "bias correction", unit: "", group: RACE, kind: "checkbox",
  },
  {
    name: "steps", label: "steps", unit: "", group: RACE,
    kind: "range", min: 0, max: 100, step: 1,
  },
];

const presets = [
  { group: PLACE, label: "in the valley", state: { surface: "valley", x: -2.7, y: 1.3 } },
  { group: PLACE, label: "slanted", state: { surface: "slanted", x: -2.8, y: -1 } },
  { group: PLACE, label: "on the plateau", state: { surface: "plateau", x: 2.7, y: 1.3 } },
  { group: PLACE, label: "shallower well", state: { surface: "wells", x: 2.8, y: 2 } },
  { group: RACE, label: "first step", state: { steps: 1 } },
  { group: RACE, label: "slow", state: { rate: 0.02 } },
  { group: RACE, label: "fast", state: { rate: 0.3 } },
  { group: RACE, label: "no momentum", state: { momentum: 0 } },
];

// ---- The numbers ----------------------------------------------------------------------

// The products are written out as in optimizer_race.py, so that both round alike.
const SURFACES = {
  valley: {
    title: "Valley", lowest: 0, levels: [0.05, 0.2, 0.6, 1.5, 3, 5.5],
    height: (x, y) => 0.05 * x * x + y * y,
    slopes: (x, y) => [0.1 * x, 2 * y],
  },
  slanted: {
    title: "Slanted valley", lowest: 0, levels: [0.05, 0.2, 0.6, 1.5, 3, 5.5, 10],
    height: (x, y) => 0.025 * (x + y) * (x + y) + 0.5 * (y - x) * (y - x),
    slopes: (x, y) => [0.05 * (x + y) - (y - x), 0.05 * (x + y) + (y - x)],
  },
  plateau: {
    title: "Plateau", lowest: 0, levels: [0.05, 0.2, 0.4, 0.6, 0.75, 0.85, 0.91],
    height: (x, y) => (x * x + y * y) / (1 + x * x + y * y),
    slopes: (x, y) => [
      2 * x / ((1 + x * x + y * y) * (1 + x * x + y * y)),
      2 * y / ((1 + x * x + y * y) * (1 + x * x + y * y)),
    ],
  },
  wells: {
    title: "Two wells", lowest: 0.6946, levels: [0.8, 1.05, 1.4, 1.7, 2.01, 2.5, 3.3, 4.5],
    height: (x, y) => (x * x - 4) * (x * x - 4) / 16 + 0.15 * x + 1 + 0.5 * y * y,
    slopes: (x, y) => [x * (x * x - 4) / 4 + 0.15, y],
  },
};
const BALLS = {
  plain: "plain descent", momentum: "momentum", nesterov: "Nesterov",
  rmsprop: "RMSProp", adam: "Adam",
};
const EDGE = 10;

// Each makes a function that turns the gradient of one coordinate into its next step.
const OPTIMIZERS = {
  plain: ({ rate }) => () => (g) => g * -rate,
  momentum: ({ rate, momentum }) => () => {
    let velocity = 0;
    return (g) => {
      velocity = velocity * momentum + g * -rate;
      return velocity;
    };
  },
  nesterov: ({ rate, momentum }) => () => {
    let velocity = 0;
    return (g) => {
      velocity = velocity * momentum + g * -rate;
      return g * -rate + momentum * velocity;
    };
  },
  rmsprop: ({ rate }) => () => {
    let square = 0;
    return (g) => {
      square = square * 0.9 + g * g * (1 - 0.9);
      return -(g / Math.sqrt(square + 1e-7) * rate);
    };
  },
  adam: ({ rate, momentum, correct }) => () => {
    let [total, square, t] = [0, 0, 0];
    const scale = Math.sqrt(1 - 0.999);
    return (g) => {
      t += 1;
      total = total * momentum + g;
      square = square * 0.999 + g * g;
      const correction = Math.sqrt(1 - 0.999 ** t) / (1 - momentum ** t);
      // Divided first, as in Python: where balls dance, the last bit of a step grows.
      const corrected = (correct ? rate : rate / correction) * correction;
      const size = Math.sqrt(square) + 1e-7 / scale;
      return -(total / size * (corrected * (1 - momentum) / scale));
    };
  },
};

function isOff(path) {
  return Math.max(...path.at(-1).map(Math.abs)) > EDGE;
}

function pathOf(state, ball, steps) {
  const { slopes } = SURFACES[state.surface];
  const start = OPTIMIZERS[ball](state);
  const movers = [start(), start()]; // one for x, one for y
  const path = [[state.x, state.y]];
  while (path.length <= steps && !isOff(path)) {
    const point = path.at(-1);
    const gradient = slopes(...point);
    path.push(point.map((value, i) => value + movers[i](gradient[i])));
  }
  return path;
}

function arrival(lowest, path, losses) {
  const near = 0.01 * (losses[0] - lowest);
  const steps = losses.findLastIndex((loss) => loss - lowest > near) + 1;
  return isOff(path) || steps === losses.length ? -1 : steps;
}

function winner(paths, losses) {
  const scores = Object.keys(BALLS).map((ball) =>
    isOff(paths[ball]) ? Infinity : Math.floor(losses[ball].at(-1) * 1e6 + 0.5));
  const best = Math.min(...scores);
  return best === Infinity ? "nobody" : Object.values(BALLS)[scores.indexOf(best)];
}

function byBall(value) {
  return Object.fromEntries(Object.keys(BALLS).map((ball) => [ball, value(ball)]));
}

function compute(state) {
  const { height, lowest } = SURFACES[state.surface];
  const paths = byBall((ball) => pathOf(state, ball, Math.floor(state.steps)));
  const losses = byBall((ball) => paths[ball].map(([x, y]) => height(x, y)));
  const [x1, y1] = pathOf(state, "adam", 1)[1];
  return {
    paths, losses, ...byBall((ball) => losses[ball].at(-1)),
    arrived: byBall((ball) => arrival(lowest, paths[ball], losses[ball])),
    winner: winner(paths, losses), adam_x_1: x1, adam_y_1: y1,
  };
}

// ---- The words ------------------------------------------------------------------------

function ending(path, losses) {
  return isOff(path) ? "off the map" : fixed(losses.at(-1), 3);
}

function sentence(state) {
  const { paths, losses, winner } = compute(state);
  const n = Math.floor(state.steps);
  const start = `${SURFACES[state.surface].title}, from (${fixed(state.x, 2)}, `
    + `${fixed(state.y, 2)})`;
  if (n === 0) {
    return `${start}: all five stand at a loss of ${fixed(losses.plain[0], 3)}. `
      + `No step is taken yet.`;
  }
  const ends = Object.entries(BALLS)
    .map(([ball, title]) => `${title} ${ending(paths[ball], losses[ball])}`).join(", ");
  return `${start}, learning rate ${short(state.rate)}, momentum ${short(state.momentum)}`
    + `${state.correct ? "" : " without bias correction"}. Loss after `
    + `${n} step${n === 1 ? "" : "s"}: ${ends}. Lowest: ${winner}.`;
}

const FORMULAS = {
  valley: ["0.05 * x**2 + y**2", "0.1 * x, 2 * y"],
  slanted: ["0.025 * (x + y) ** 2 + 0.5 * (y - x) ** 2",
    "0.05 * (x + y) - (y - x), 0.05 * (x + y) + (y - x)"],
  plateau: ["(x**2 + y**2) / (1 + x**2 + y**2)",
    "2 * x / (1 + x**2 + y**2) ** 2, 2 * y / (1 + x**2 + y**2) ** 2"],
  wells: ["(x**2 - 4) ** 2 / 16 + 0.15 * x + 1 + 0.5 * y**2", "x * (x**2 - 4) / 4 + 0.15, y"],
};

function pythonCall(state) {
  const text = { surface: `"${state.surface}"`, correct: state.correct ? "True" : "False" };
  return controls.map(({ name }) => `${name}=${text[name] ?? state[name]}`).join(", ");
}

const KERAS = (state) => `
# Adam's first step in Keras, with the gradient that TensorFlow finds by itself.
import keras
import tensorflow as tf

place = keras.Variable([${state.x}, ${state.y}], dtype="float64")
with tf.GradientTape() as tape:
    height = loss(place[0], place[1])
slopes = tape.gradient(height, place.value)
keras.optimizers.Adam(${state.rate}, beta_1=${state.momentum}).apply([slopes], [place])
x_1, y_1 = place.numpy()
print(f"Keras: adam_x_1 = {x_1:.4f}, adam_y_1 = {y_1:.4f}")
`;

function script(state) {
  const [loss, gradient] = FORMULAS[state.surface];
  const adam = state.correct ? "Adam" : "UncorrectedAdam";
  const imported = state.correct ? "OptimizerRace" : "OptimizerRace, UncorrectedAdam";
  const { paths } = compute(state);
  const steps = Object.keys(BALLS).map((ball) => paths[ball].length - 1).join(", ");
  return `import numpy as np

from nnbook.optimizers import SGD, Adam, RMSProp
from nnbook.widgets.optimizer_race import ${imported}

widget = OptimizerRace(${pythonCall(state)})


def loss(x, y):
    return ${loss}


def gradient(x, y):
    return np.array([${gradient}])


optimizers = {
    "plain": SGD(${state.rate}),
    "momentum": SGD(${state.rate}, ${state.momentum}),
    "nesterov": SGD(${state.rate}, ${state.momentum}, nesterov=True),
    "rmsprop": RMSProp(${state.rate}),
    "adam": ${adam}(${state.rate}, beta_1=${state.momentum}),
}
for (name, optimizer), steps in zip(optimizers.items(), [${steps}]):
    position = np.array([${state.x}, ${state.y}], dtype=float)
    for _ in range(steps):
        optimizer.step(position, gradient(*position))
    print(f"nnbook: {name} = {loss(*position):.4f}")
${state.correct ? KERAS(state) : ""}`;
}

// ---- The picture ----------------------------------------------------------------------
// Three panels: the map from above, the loss over the steps, and a table. Each ball has a
// letter, so that colour is not the only sign. A click on the map moves the start.

const REACH = 3;
const MAP = { left: 28, top: 6, size: 290, cells: 10 };
const GRID = 56; // squares along a side, for the lines of equal height
const LOOK = {
  plain: ["D", "nn-ink"], momentum: ["M", "nn-plus"], nesterov: ["N", "nn-right"],
  rmsprop: ["R", "nn-minus"], adam: ["A", "nn-wrong"],
};

function strokes(lines, attributes) {
  const drawn = lines.map((line) =>
    `M${line.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`);
  return lines.length ? `<path d="${drawn.join("")}" ${attributes}/>` : "";
}

// A ring with the ball's letter in it.
function badge(ball, x, y) {
  const [letter, colour] = LOOK[ball];
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="8" class="nn-badge ${colour}"/>`
    + text(x, y + 4, letter, 'class="nn-small nn-middle nn-strong"');
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

function onMap([x, y]) {
  return [across(x), down(y)];
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

// Lines of equal height by marching triangles: each little triangle of a grid that the
// level passes through holds one straight piece.
function contour({ height }, level) {
  const ticks = range(GRID, -REACH, REACH);
  const heights = ticks.map((y) => ticks.map((x) => height(x, y) - level));
  const corner = (i, j) => ({ x: ticks[j], y: ticks[i], h: heights[i][j] });
  const pieces = [];
  for (let i = 0; i < GRID; i += 1) {
    for (let j = 0; j < GRID; j += 1) {
      const [a, b, c, d] = [corner(i, j), corner(i, j + 1), corner(i + 1, j), corner(i + 1, j + 1)];
      for (const triangle of [[a, b, c], [b, d, c]]) {
        const ends = triangle.map((p, k) => [p, triangle[(k + 1) % 3]])
          .filter(([p, q]) => (p.h < 0) !== (q.h < 0))
          .map(([p, q]) => {
            const t = p.h / (p.h - q.h);
            return onMap([p.x + t * (q.x - p.x), p.y + t * (q.y - p.y)]);
          });
        if (ends.length) pieces.push(ends);
      }
    }
  }
  return pieces;
}

// The ground changes with the surface only, and is the longest part to compute.
const grounds = {};

function drawGround(name) {
  grounds[name] ??= strokes(
    SURFACES[name].levels.flatMap((level) => contour(SURFACES[name], level)),
    'class="nn-line" stroke-opacity="0.55"');
  return grounds[name];
}

// Where the ball is now, or where it left the map.
function endOnMap(path) {
  const legs = path.slice(1).map((end, i) => clipped(path[i], end)).filter(Boolean);
  const inside = Math.max(...path.at(-1).map(Math.abs)) <= REACH;
  return { legs, end: inside || !legs.length ? path.at(-1) : legs.at(-1)[1] };
}

function drawPath(ball, path) {
  const { legs } = endOnMap(path);
  return strokes(legs.map((leg) => leg.map(onMap)), `class="nn-path ${LOOK[ball][1]}"`);
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

function drawMap(state, { paths, losses }) {
  const bottom = MAP.top + MAP.size;
  const small = 'class="nn-small nn-muted nn-middle"';
  const ticks = [-3, -2, -1, 0, 1, 2, 3].map((value) =>
    text(across(value), bottom + 14, fixed(value, 0), small)
    + text(14, down(value) + 4, fixed(value, 0), small)).join("");
  const balls = Object.keys(BALLS);
  const lowestLast = [...balls].sort((a, b) => losses[b].at(-1) - losses[a].at(-1));
  return panel(bottom + 34, sentence(state),
    drawGround(state.surface)
    + rect(MAP.left, MAP.top, MAP.size, MAP.size, 'class="nn-edge nn-hollow"')
    + ticks
    + text(across(0), bottom + 29, "x  (y upwards)", small)
    + balls.map((ball) => drawPath(ball, paths[ball])).join("")
    + `<circle cx="${across(state.x).toFixed(1)}" cy="${down(state.y).toFixed(1)}" r="5" `
    + `class="nn-curve"/>`
    + lowestLast.map((ball) => badge(ball, ...onMap(endOnMap(paths[ball]).end))).join("")
    + drawCells());
}

// Heights of labels that are at least 17 apart, in the same order, within the panel.
function spread(heights) {
  const order = heights.map((_, i) => i).sort((i, j) => heights[i] - heights[j] || i - j);
  const placed = [...heights];
  order.forEach((i, k) => {
    if (k > 0) placed[i] = Math.max(placed[i], placed[order[k - 1]] + 17);
  });
  const over = Math.max(0, placed[order.at(-1)] - 132);
  [...order].reverse().forEach((i, k) => {
    const limit = k === 0 ? 132 : placed[order[order.length - k]] - 17;
    if (over) placed[i] = Math.min(placed[i], limit);
  });
  return placed;
}

// The loss above the lowest, in powers of ten from a millionth to a hundred.
function drawLosses(state, { losses }) {
  const { lowest } = SURFACES[state.surface];
  const n = Math.max(Math.floor(state.steps), 1);
  const up = (loss) => {
    const power = Math.log10(Math.max(loss - lowest, 1e-6));
    return 132 - 104 * (Math.min(power, 2) + 6) / 8;
  };
  const at = (k) => 40 + 240 * k / n;
  const balls = Object.keys(BALLS);
  const level = (power, words) =>
    strokes([[[40, up(lowest + power)], [282, up(lowest + power)]]], 'class="nn-line" stroke-opacity="0.5"')
    + text(34, up(lowest + power) + 4, words, 'class="nn-small nn-muted nn-end"');
  const ends = spread(balls.map((ball) => up(losses[ball].at(-1))));
  return panel(154, "The loss of each ball over the steps, on a logarithmic scale.",
    text(4, 14, "loss above the lowest, over the steps")
    + level(100, "100") + level(1, "1") + level(0.01, "0.01") + level(0.0001, "10⁻⁴")
    + level(1e-6, "10⁻⁶")
    + balls.map((ball) => strokes(
      losses[ball].length > 1 ? [losses[ball].map((loss, k) => [at(k), up(loss)])] : [],
      `class="nn-path ${LOOK[ball][1]}"`)).join("")
    + balls.map((ball, i) => strokes(
      [[[at(losses[ball].length - 1), up(losses[ball].at(-1))], [298, ends[i]]]],
      'class="nn-line" stroke-opacity="0.5"')
      + badge(ball, 304, ends[i])).join("")
    + text(at(0), 150, "0", 'class="nn-small nn-muted nn-middle"')
    + text(at(n), 150, `${n} step${n === 1 ? "" : "s"}`, 'class="nn-small nn-muted nn-end"'));
}

function drawTable(state, { paths, losses, arrived }) {
  const rows = Object.entries(BALLS).map(([ball, title], i) => {
    const y = 42 + 22 * i;
    const when = arrived[ball] < 0 ? "not there" : `step ${arrived[ball]}`;
    return badge(ball, 14, y - 4)
      + text(30, y, title)
      + text(216, y, ending(paths[ball], losses[ball]), 'class="nn-end"')
      + text(316, y, when, 'class="nn-end"');
  });
  return panel(140, "For each ball the loss at the end, and from which step on it stayed "
    + "below a hundredth of the start.",
    text(216, 18, "loss", 'class="nn-small nn-muted nn-end"')
    + text(316, 18, "down to 1 % from", 'class="nn-small nn-muted nn-end"')
    + rows.join(""));
}

function draw(state) {
  const numbers = compute(state);
  return drawMap(state, numbers) + drawLosses(state, numbers) + drawTable(state, numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "Five optimizers go downhill together",
    hint: "Click on the map to move the start. Which ball is down first, and which one "
      + "never comes to rest?",
  });
}

export default { compute, draw, render };
