// A network that trains in the page: see playground.py, which trains the same with nnbook.

const TIME = "Training time, and what to look at";
const SAMPLES = "Samples";
const NETWORK = "Network";
const METHOD = "Training";

const same = (values) => values.map((value) => [value, value]);
const slider = (name, label, unit, group, max, step) =>
  ({ name, label, unit, group, kind: "range", min: 0, max, step });
const select = (name, label, group, options) =>
  ({ name, label, unit: "", group, kind: "select", options });

const UNITS = [
  ...["1", "2", "3"].flatMap((layer) => ["1", "2", "3", "4", "5", "6"].map((unit) =>
    [`${layer}_${unit}`, `layer ${layer}, unit ${unit}`])),
  ...["1", "2", "3", "4"].map((unit) => [`output_${unit}`, `output ${"ABCD"[unit - 1]}`]),
];
const DATA = { blobs: "Blobs", ring: "Rings", corners: "Four corners", spiral: "Spirals" };
const ACTIVATIONS = {
  relu: "ReLU", leaky_relu: "leaky ReLU", tanh: "tanh", sigmoid: "sigmoid", linear: "linear",
};
const STARTS = {
  zeros: "zeros", small: "a hundredth of Glorot", glorot: "Glorot", he: "He",
  large: "five times Glorot",
};
const OPTIMIZERS = {
  sgd: "gradient descent", momentum: "momentum 0.9", rmsprop: "RMSProp", adam: "Adam",
};

const controls = [
  slider("epochs", "epochs", "", TIME, 100, 1),
  slider("sample", "sample", "", TIME, 95, 1),
  select("unit", "unit", TIME, UNITS),
  select("data", "data", SAMPLES, Object.entries(DATA)),
  select("classes", "classes", SAMPLES, same(["2", "3", "4"])),
  slider("noise", "noise", "", SAMPLES, 0.4, 0.05),
  slider("wrong_labels", "wrong labels", "%", SAMPLES, 40, 5),
  select("depth", "hidden layers", NETWORK, same(["0", "1", "2", "3"])),
  select("width", "units in each", NETWORK, same(["1", "2", "3", "4", "5", "6"])),
  select("activation", "activation", NETWORK, Object.entries(ACTIVATIONS)),
  select("deeper", "in layers 2 and 3", NETWORK,
    [["same", "the same"], ...Object.entries(ACTIVATIONS)]),
  select("start", "first weights", NETWORK, Object.entries(STARTS)),
  slider("seed", "seed", "", NETWORK, 9, 1),
  select("optimizer", "optimizer", METHOD, Object.entries(OPTIMIZERS)),
  select("rate", "learning rate", METHOD,
    same(["0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"])),
  select("batch", "batch size", METHOD, same(["8", "16", "32", "96"])),
  select("penalty", "penalty", METHOD, [["none", "none"], ["l1", "L1"], ["l2", "L2"]]),
  select("strength", "its strength", METHOD,
    same(["0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"])),
  slider("dropout", "dropout", "", METHOD, 0.8, 0.1),
];

// A preset starts from this, so that it does the same whatever was set before.
const PLAIN = {
  epochs: 20, data: "ring", classes: "2", noise: 0.05, wrong_labels: 0, depth: "1",
  width: "4", activation: "tanh", deeper: "same", start: "glorot", seed: 0,
  optimizer: "adam", rate: "0.1", batch: "32", penalty: "none", strength: "0.01", dropout: 0,
};
const preset = (label, state) => ({ group: TIME, label, state: { ...PLAIN, ...state } });
const HEART = {
  data: "blobs", noise: 0.3, wrong_labels: 20, depth: "3", width: "6", activation: "relu",
  rate: "0.03", batch: "8", epochs: 100,
};
const presets = [
  preset("a ring", {}),
  preset("one unit", { width: "1" }),
  preset("zeros", { start: "zeros" }),
  preset("four classes", {
    data: "corners", classes: "4", activation: "relu", width: "6", noise: 0.1 }),
  preset("spirals", { ...HEART, data: "spiral", classes: "3", noise: 0.05, wrong_labels: 0, depth: "2" }),
  preset("diverges", { activation: "linear", optimizer: "sgd", rate: "10" }),
  preset("by heart", HEART),
  preset("with L2", { ...HEART, penalty: "l2", strength: "0.003" }),
];

// ---- Random numbers and samples: the same as in Python --------------------------------

const TRAINING = 96;
const LIMIT = 1000;
const MODULUS = 2147483647;

// Park and Miller's generator; its products stay below 2^53, so they are exact.
function randomNumbers(stream) {
  let state = 1;
  for (let i = 0; i <= stream; i += 1) state = state * 48271 % MODULUS;
  const next = () => { state = state * 16807 % MODULUS; return state; };
  const uniform = () => next() / MODULUS;
  return {
    uniform,
    normal() {
      let sum = 0;
      for (let i = 0; i < 12; i += 1) sum += next();
      return sum / MODULUS - 6;
    },
    permutation(n) {
      const order = Array.from({ length: n }, (_, i) => i);
      for (let last = n - 1; last > 0; last -= 1) {
        const place = Math.floor(uniform() * (last + 1));
        [order[last], order[place]] = [order[place], order[last]];
      }
      return order;
    },
  };
}

// To multiples of 2^-places: so large a number has no finer ones near it.
function toGrid(value, places) {
  const large = 1.5 * 2 ** (52 - places);
  return value + large - large;
}

function polar(radius, angle) {
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

// Sample i of a data set without noise: its label and place.
const SHAPES = {
  blobs: (i, k) => [i % k, polar(0.6, 2 * Math.PI * (i % k) / k + 0.5)],
  ring: (i, k, t, u) => [i % k, polar((i % k + 0.15 + 0.7 * t) / k, 2 * Math.PI * u)],
  corners(i, k, t, u) {
    const corner = i % 4;
    const right = corner === 0 || corner === 3 ? 1 : -1;
    return [corner % k, [right * (0.1 + 0.8 * t), (corner < 2 ? 1 : -1) * (0.1 + 0.8 * u)]];
  },
  spiral: (i, k, t) => [i % k, polar(0.1 + 0.85 * t, 2 * Math.PI * (i % k) / k + 4 * t)],
};

function samplesOf({ data, classes, noise, wrong_labels: wrong }) {
  const random = randomNumbers(0);
  const k = Number(classes);
  const spread = data === "blobs" ? 0.12 + noise : noise;
  const draws = Array.from({ length: 2 * TRAINING }, () => [0, 1, 2, 3].map(random.uniform));
  return draws.map(([t, u, chance, other], i) => {
    const [label, place] = SHAPES[data](i, k, t, u);
    const moved = (label + 1 + Math.floor(other * (k - 1))) % k;
    const x = place.map((value) =>
      toGrid(Math.min(Math.max(value + spread * random.normal(), -1.25), 1.25), 10));
    return { x, label: chance < wrong / 100 ? moved : label };
  });
}

// ---- The network ----------------------------------------------------------------------
// All parameters stand in one array, layer by layer, W (inputs, units) before b, as in a
// Sequential of nnbook.

function squash(z) { return 1 / (1 + Math.exp(-z)); }

// Name -> [the function, its slope from z and a].
const BENDS = {
  relu: [(z) => z > 0 ? z : 0, (z) => z > 0 ? 1 : 0],
  leaky_relu: [(z) => z > 0 ? z : 0.1 * z, (z) => z > 0 ? 1 : 0.1],
  tanh: [Math.tanh, (z, a) => 1 - a * a],
  sigmoid: [squash, (z) => squash(z) * squash(-z)],
  linear: [(z) => z, () => 1],
};

function activationsOf({ activation, deeper, depth }) {
  const later = deeper === "same" ? activation : deeper;
  return [activation, later, later].slice(0, Number(depth));
}

// Layers as { inputs, units, W, b, bend, slope }, W and b being places in the parameters.
function layersOf(state) {
  const bends = [...activationsOf(state), "linear"];
  let place = 0;
  return bends.map((name, i) => {
    const inputs = i === 0 ? 2 : Number(state.width);
    const units = Number(i === bends.length - 1 ? state.classes : state.width);
    const W = place;
    const b = W + inputs * units;
    place = b + units;
    const [bend, slope] = BENDS[name];
    return { inputs, units, W, b, bend, slope, end: place };
  });
}

function firstWeights(state, layers) {
  const random = randomNumbers(3 * Math.floor(state.seed) + 1);
  const params = new Float64Array(layers.at(-1).end);
  const factor = { small: 0.01, large: 5 }[state.start] ?? 1;
  for (const { inputs, units, W, b } of layers) {
    const limit = Math.sqrt(3 * (2 / (inputs + units)));
    const scale = Math.sqrt(2 / inputs);
    for (let i = W; i < b && state.start !== "zeros"; i += 1) {
      const value = state.start === "he" ? scale * random.normal()
        : -limit + 2 * limit * random.uniform();
      params[i] = toGrid(factor * value, 20);
    }
  }
  return params;
}

// Arrays for one sample: what each layer makes of it, and the gradients on the way back.
function workspace(layers) {
  return layers.map(({ units }) => ({
    z: new Float64Array(units), a: new Float64Array(units), d: new Float64Array(units),
    mask: new Float64Array(units).fill(1),
  }));
}

function forward(layers, params, space, x, dropped = false) {
  let input = x;
  for (let l = 0; l < layers.length; l += 1) {
    const { inputs, units, W, b, bend } = layers[l];
    const { z, a, mask } = space[l];
    for (let j = 0; j < units; j += 1) {
      let sum = 0;
      for (let i = 0; i < inputs; i += 1) sum += input[i] * params[W + i * units + j];
      z[j] = sum + params[b + j];
      a[j] = bend(z[j]);
      if (dropped) a[j] *= mask[j];
    }
    input = a;
  }
  return input;
}

// Minus the logarithm of the label's probability; `d` gets the gradient by the logits.
function crossEntropy(logits, label, d) {
  let largest = 0;
  for (let j = 1; j < logits.length; j += 1) if (logits[j] > logits[largest]) largest = j;
  let others = 0;
  for (let j = 0; j < logits.length; j += 1) {
    d[j] = Math.exp(logits[j] - logits[largest]);
    if (j !== largest) others += d[j];
  }
  for (let j = 0; j < logits.length; j += 1) d[j] /= 1 + others;
  const loss = logits[largest] - logits[label] + Math.log1p(others);
  d[label] -= 1;
  return { loss, largest };
}

// From the gradient by the logits in the last `d` down; adds to `grads`, if there are any.
function backward(layers, params, space, x, grads, dropped = false) {
  for (let l = layers.length - 1; l >= 0; l -= 1) {
    const { inputs, units, W, b } = layers[l];
    const { d } = space[l];
    const input = l === 0 ? x : space[l - 1].a;
    if (grads) {
      for (let j = 0; j < units; j += 1) grads[b + j] += d[j];
      for (let i = 0; i < inputs; i += 1) {
        for (let j = 0; j < units; j += 1) grads[W + i * units + j] += input[i] * d[j];
      }
    }
    if (l === 0) return;
    const below = space[l - 1];
    const { slope } = layers[l - 1];
    for (let i = 0; i < inputs; i += 1) {
      let sum = 0;
      for (let j = 0; j < units; j += 1) sum += d[j] * params[W + i * units + j];
      if (dropped) sum *= below.mask[i];
      // What dropout has multiplied is not what the slope is about.
      below.d[i] = sum * slope(below.z[i], dropped ? layers[l - 1].bend(below.z[i]) : below.a[i]);
    }
  }
}

// ---- Training -------------------------------------------------------------------------

const MOVERS = {
  sgd: (rate) => (params, grads) => {
    for (let i = 0; i < params.length; i += 1) params[i] += grads[i] * -rate;
  },
  momentum(rate, n) {
    const velocity = new Float64Array(n);
    return (params, grads) => {
      for (let i = 0; i < n; i += 1) {
        velocity[i] = velocity[i] * 0.9 + grads[i] * -rate;
        params[i] += velocity[i];
      }
    };
  },
  rmsprop(rate, n) {
    const square = new Float64Array(n);
    return (params, grads) => {
      for (let i = 0; i < n; i += 1) {
        square[i] = square[i] * 0.9 + grads[i] * grads[i] * (1 - 0.9);
        params[i] -= grads[i] / Math.sqrt(square[i] + 1e-7) * rate;
      }
    };
  },
  adam(rate, n) {
    const total = new Float64Array(n);
    const square = new Float64Array(n);
    const scale = Math.sqrt(1 - 0.999);
    let t = 0;
    return (params, grads) => {
      t += 1;
      const corrected = rate * (Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t));
      for (let i = 0; i < n; i += 1) {
        total[i] = total[i] * 0.9 + grads[i];
        square[i] = square[i] * 0.999 + grads[i] * grads[i];
        const size = Math.sqrt(square[i]) + 1e-7 / scale;
        params[i] -= total[i] / size * (corrected * (1 - 0.9) / scale);
      }
    };
  },
};

// A training at its start. `advance` takes it further; what it was at the start and after
// each epoch is kept, so that going back in time costs nothing.
function newRun(state) {
  const samples = samplesOf(state);
  const layers = layersOf(state);
  const params = firstWeights(state, layers);
  const seed = Math.floor(state.seed);
  const space = workspace(layers);
  const run = {
    samples, layers, params, space, diverged: false, weights: [], curves: [[], []],
    order: randomNumbers(3 * seed + 3), chance: randomNumbers(3 * seed + 2),
    move: MOVERS[state.optimizer](Number(state.rate), params.length),
    grads: new Float64Array(params.length), batch: Number(state.batch), state,
    masks: layers.slice(0, -1).map(({ units }) =>
      new Float64Array(units * Number(state.batch))),
  };
  keepEpoch(run, meanLoss(run, params, 0));
  return run;
}

function meanLoss({ layers, space, samples }, params, part) {
  let total = 0;
  for (const { x, label } of samples.slice(part * TRAINING, (part + 1) * TRAINING)) {
    total += crossEntropy(forward(layers, params, space, x), label, space.at(-1).d).loss;
  }
  return total / TRAINING;
}

function keepEpoch(run, loss) {
  run.weights.push(run.params.slice());
  run.curves[0].push(loss);
  run.curves[1].push(meanLoss(run, run.params, 1));
}

function addPenalty({ layers, params, grads, state: { penalty, strength } }) {
  if (penalty === "none") return;
  for (const { W, b } of layers) {
    for (let i = W; i < b; i += 1) {
      grads[i] += penalty === "l2" ? 2 * strength * params[i] : strength * Math.sign(params[i]);
    }
  }
}

// One step on a batch; `rows` are the places of its samples.
function step(run, rows) {
  const { layers, params, space, grads, samples, chance, masks, state: { dropout } } = run;
  grads.fill(0);
  if (dropout) {
    for (let l = 0; l < masks.length; l += 1) {
      for (let i = 0; i < rows.length * layers[l].units; i += 1) {
        masks[l][i] = (chance.uniform() >= dropout ? 1 : 0) / (1 - dropout);
      }
    }
  }
  const last = space.at(-1).d;
  for (let r = 0; r < rows.length; r += 1) {
    const { x, label } = samples[rows[r]];
    if (dropout) {
      for (let l = 0; l < masks.length; l += 1) {
        const { units } = layers[l];
        space[l].mask.set(masks[l].subarray(r * units, (r + 1) * units));
      }
    }
    crossEntropy(forward(layers, params, space, x, dropout > 0), label, last);
    for (let j = 0; j < last.length; j += 1) last[j] /= rows.length;
    backward(layers, params, space, x, grads, dropout > 0);
  }
  addPenalty(run);
  run.move(params, grads);
  for (let i = 0; i < params.length; i += 1) params[i] = toGrid(params[i], 20);
}

function advance(run, epochs) {
  while (!run.diverged && run.weights.length <= epochs) {
    const order = run.order.permutation(TRAINING);
    for (let start = 0; start < TRAINING; start += run.batch) {
      step(run, order.slice(start, start + run.batch));
    }
    const loss = meanLoss(run, run.params, 0);
    run.diverged = !(loss <= LIMIT && run.params.every((value) => Math.abs(value) <= LIMIT));
    if (!run.diverged) keepEpoch(run, loss);
  }
  return run;
}

// The last few trainings, so that moving the time, the sample or the unit trains nothing
// that has been trained.
const runs = new Map();

function runOf(state) {
  const settings = controls.map(({ name }) => name)
    .filter((name) => !["epochs", "sample", "unit"].includes(name));
  const key = settings.map((name) => state[name]).join();
  if (!runs.has(key)) {
    runs.set(key, newRun(Object.fromEntries(settings.map((name) => [name, state[name]]))));
    if (runs.size > 6) runs.delete(runs.keys().next().value);
  }
  return advance(runs.get(key), Math.floor(state.epochs));
}

// ---- The numbers ----------------------------------------------------------------------

function softmax(logits) {
  const largest = Math.max(...logits);
  const exponentials = Array.from(logits, (z) => Math.exp(z - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

// Forward and backward with one sample, without penalty and dropout.
function sampleOf({ layers, space, samples }, params, i) {
  const { x, label } = samples[i];
  const logits = forward(layers, params, space, x);
  const { loss } = crossEntropy(logits, label, space.at(-1).d);
  backward(layers, params, space, x, null);
  const all = (key) => space.map((part) => Array.from(part[key]));
  const probabilities = softmax(logits);
  return {
    x, label, z: all("z"), a: [...all("a").slice(0, -1), probabilities], delta: all("d"),
    probabilities, loss,
  };
}

// Layer (from 0) and place of the unit to look at, or of the nearest that there is.
function unitPlace(state, layers) {
  const [layer, unit] = state.unit.split("_");
  const last = layers.length - 1;
  const l = layer === "output" || last === 0 ? last : Math.min(layer - 1, last - 1);
  return [l, Math.min(unit - 1, layers[l].units - 1)];
}

function unitOf(state, { layers }, params, sample) {
  const [layer, j] = unitPlace(state, layers);
  const { W, b, units } = layers[layer];
  const inputs = layer === 0 ? sample.x : sample.a[layer - 1];
  return {
    layer, j, inputs, weights: inputs.map((_, i) => params[W + i * units + j]),
    bias: params[b + j], gradient: inputs.map((value) => value * sample.delta[layer][j]),
  };
}

function penaltyOf({ layers }, params, { penalty, strength }) {
  let sum = 0;
  for (const { W, b } of layers) {
    for (let i = W; i < b; i += 1) {
      sum += penalty === "l2" ? params[i] * params[i] : Math.abs(params[i]);
    }
  }
  return penalty === "none" ? 0 : strength * sum;
}

function rightOf({ layers, space, samples }, params, part) {
  return samples.slice(part * TRAINING, (part + 1) * TRAINING).filter(({ x, label }) =>
    crossEntropy(forward(layers, params, space, x), label, space.at(-1).d).largest === label)
    .length;
}

function compute(state) {
  const run = runOf(state);
  const epochs = Math.min(Math.floor(state.epochs), run.weights.length - 1);
  const params = run.weights[epochs];
  const sample = sampleOf(run, params, Math.floor(state.sample));
  const curves = run.curves.map((curve) => curve.slice(0, epochs + 1));
  return {
    epochs, diverged: run.diverged && Math.floor(state.epochs) > epochs,
    parameters: params.length,
    train_loss: curves[0][epochs], validation_loss: curves[1][epochs],
    train_right: rightOf(run, params, 0), validation_right: rightOf(run, params, 1),
    penalty: penaltyOf(run, params, state),
    train_curve: curves[0], validation_curve: curves[1],
    sample, unit: unitOf(state, run, params, sample),
  };
}

// ---- The words ------------------------------------------------------------------------

function sentence(state, numbers = compute(state)) {
  const { sample, epochs: n, diverged } = numbers;
  const wrong = state.wrong_labels ? `, ${short(state.wrong_labels)} % wrong labels` : "";
  const depth = Number(state.depth);
  const kinds = [...new Set(activationsOf(state).map((name) => ACTIVATIONS[name]))];
  const layers = depth
    ? `${depth} hidden layer${depth === 1 ? "" : "s"} of ${state.width} (${kinds.join(", then ")})`
    : "no hidden layer";
  const dropout = state.dropout && depth ? `, dropout ${short(state.dropout)}` : "";
  const penalty = state.penalty === "none" ? ""
    : `, ${state.penalty.toUpperCase()} penalty ${state.strength}`;
  const broken = diverged
    ? ` Diverged in epoch ${n + 1}: weights or loss went beyond ${LIMIT}; what follows was `
      + "before."
    : "";
  return `${DATA[state.data]}, ${state.classes} classes, noise ${short(state.noise)}${wrong}; `
    + `${layers}, start ${STARTS[state.start]}${dropout}; ${OPTIMIZERS[state.optimizer]}, `
    + `learning rate ${state.rate}, batches of ${state.batch}${penalty}.${broken} After ${n} `
    + `epoch${n === 1 ? "" : "s"}: training loss ${fixed(numbers.train_loss, 3)}, `
    + `${numbers.train_right} of ${TRAINING} right; validation loss `
    + `${fixed(numbers.validation_loss, 3)}, ${numbers.validation_right} of ${TRAINING} right. `
    + `Sample ${Math.floor(state.sample)} is ${"ABCD"[sample.label]}: probability `
    + `${probability(sample.probabilities[sample.label])}.`;
}

// ---- Python to copy -------------------------------------------------------------------

const CLASSES = { relu: "ReLU()", leaky_relu: "LeakyReLU(0.1)", tanh: "Tanh()", sigmoid: "Sigmoid()" };
const INITIALIZERS = {
  zeros: "zeros", small: "scaled(0.01, glorot_uniform)", glorot: "glorot_uniform",
  he: "he_normal", large: "scaled(5, glorot_uniform)",
};
const STEPPERS = {
  sgd: ["SGD", (rate) => `SGD(${rate})`],
  momentum: ["SGD", (rate) => `SGD(${rate}, momentum=0.9)`],
  rmsprop: ["RMSProp", (rate) => `RMSProp(${rate})`],
  adam: ["Adam", (rate) => `Adam(${rate})`],
};
const KERAS_BENDS = {
  relu: "keras.ops.relu", leaky_relu: "lambda z: keras.ops.leaky_relu(z, 0.1)",
  tanh: "keras.ops.tanh", sigmoid: "keras.ops.sigmoid", linear: "lambda z: z",
};
// What is not named np.float64 would lose digits: Keras casts by way of float32.
const KERAS_STEPPERS = {
  sgd: (rate) => `SGD(${rate})`,
  momentum: (rate) => `SGD(${rate}, momentum=np.float64(0.9))`,
  rmsprop: (rate) => `RMSprop(${rate}, rho=np.float64(0.9))`,
  adam: (rate) => `Adam(\n    ${rate}, beta_1=np.float64(0.9), beta_2=np.float64(0.999)\n)`,
};

// A rate of 1 has to be 1.0 for Keras.
function decimal(number) {
  return number.includes(".") ? number : `${number}.0`;
}

function pythonCall(state) {
  return controls.map(({ name }) => {
    const value = state[name];
    return `    ${name}=${typeof value === "string" ? JSON.stringify(value) : value},\n`;
  }).join("");
}

function nnbookScript(state, epochs) {
  const { optimizer, rate, batch, start, penalty, strength, dropout, width, classes } = state;
  const bends = activationsOf(state);
  const seed = Math.floor(state.seed);
  const penalized = penalty === "none" ? "" : `, penalty=${penalty}(${strength})`;
  const penaltyImport = penalty === "none" ? ""
    : `from nnbook.regularization import ${penalty}\n`;
  const dense = (n, m) => `    Dense(${n}, ${m}, **kind),\n`;
  const hidden = bends.map((name, i) => dense(i ? width : 2, width)
    + (name === "linear" ? "" : `    ${CLASSES[name]},\n`)
    + (dropout ? `    Dropout(${dropout}, rng=dropped),\n` : ""));
  const classNames = [...new Set(["Dense", ...dropout && bends.length ? ["Dropout"] : [],
    ...bends.filter((name) => name !== "linear").map((name) => CLASSES[name].split("(")[0])])];
  const [stepper, make] = STEPPERS[optimizer];
  const initial = { zeros: "zeros", he: "he_normal" }[start] ?? "glorot_uniform";
  const tools = ["ParkMiller", "Playground", "on_grid", ...start === "small" || start === "large"
    ? ["scaled"] : [], "to_grid"];
  return `import numpy as np

from nnbook.initializers import ${initial}
from nnbook.layers import ${classNames.sort().join(", ")}
from nnbook.model import Sequential
from nnbook.optimizers import ${stepper}
${penaltyImport}from nnbook.softmax import softmax_cross_entropy
from nnbook.widgets.playground import ${tools.join(", ")}

widget = Playground(
${pythonCall(state)})

# The network. Its random numbers are those of the page.
(x, labels), (x_new, labels_new) = widget.samples()
drawn, dropped, order = ParkMiller(${3 * seed + 1}), ParkMiller(${3 * seed + 2}), ParkMiller(${3 * seed + 3})
kind = dict(rng=drawn, initializer=${INITIALIZERS[start]}${penalized}, dtype=np.float64)
layers = [
${hidden.join("")}${dense(bends.length ? width : 2, classes)}]
model = Sequential(layers)
model.flat_params[...] = to_grid(model.flat_params, 20)
start = model.flat_params.copy()

# Training; ${epochs} whole epochs. Each step rounds the weights, as the page does.
model.fit(
    x, labels, loss=softmax_cross_entropy, optimizer=on_grid(${make(rate)}),
    epochs=${epochs}, batch_size=${batch}, rng=order,
)
train = model.evaluate(x, labels, loss=softmax_cross_entropy)
validation = model.evaluate(x_new, labels_new, loss=softmax_cross_entropy)
print(f"nnbook: train_loss = {train['loss']:.4f}")
print(f"nnbook: validation_loss = {validation['loss']:.4f}")
`;
}

function kerasScript(state, epochs) {
  const { optimizer, rate, batch, penalty, strength, dropout, width, classes } = state;
  const bends = activationsOf(state);
  const seed = Math.floor(state.seed);
  const size = { l1: "abs(W)", l2: "W**2" }[penalty];
  const added = !size ? "" : ` + ${strength} * sum(
        keras.ops.sum(${size}) for W in [dense.kernel for dense in denses]
    )`;
  const masks = dropout && bends.length
    ? `[(dropped.random((len(rows), ${width})) >= ${dropout}) / (1 - ${dropout}) for _ in bends]`
    : `[np.ones((len(rows), ${width})) for _ in bends]`;
  return `
# The same in Keras, in float64 and from the same start.
import keras
import tensorflow as tf

keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")
bends = [${bends.map((name) => KERAS_BENDS[name]).join(", ")}]
denses = [keras.layers.Dense(units) for units in [${[...bends.map(() => width), classes].join(", ")}]]
place, n_in = 0, 2
for dense in denses:
    dense.build((None, n_in))
    n_W = n_in * dense.units
    W, b = np.split(start[place : place + n_W + dense.units], [n_W])
    dense.set_weights([W.reshape(n_in, dense.units), b])
    place, n_in = place + n_W + dense.units, dense.units


def logits(x, masks):
    for dense, bend, mask in zip(denses, bends, masks):
        x = bend(dense(x)) * mask
    return denses[-1](x)


def loss(x, labels, masks):
    return tf.reduce_mean(
        keras.ops.sparse_categorical_crossentropy(labels, logits(x, masks), from_logits=True)
    )


def cost(x, labels, masks):
    return loss(x, labels, masks)${added}


variables = [variable for dense in denses for variable in dense.trainable_variables]
optimizer = keras.optimizers.${KERAS_STEPPERS[optimizer](decimal(rate))}
optimizer.build(variables)


@tf.function(reduce_retracing=True)
def step(x, labels, masks):
    with tf.GradientTape() as tape:
        value = cost(x, labels, masks)
    optimizer.apply(tape.gradient(value, [v.value for v in variables]), variables)
    for variable in variables:
        variable.assign(tf.round(variable * 2.0**20) / 2.0**20)


dropped, order = ParkMiller(${3 * seed + 2}), ParkMiller(${3 * seed + 3})
for _ in range(${epochs}):
    for rows in np.split(order.permutation(len(x)), len(x) // ${batch}):
        masks = ${masks}
        step(x[rows], labels[rows], masks)
ones = [np.ones((1, ${width})) for _ in bends]
print(f"Keras: train_loss = {float(loss(x, labels, ones)):.4f}")
print(f"Keras: validation_loss = {float(loss(x_new, labels_new, ones)):.4f}")
keras.config.set_floatx("float32")  # as it was
keras.config.set_dtype_policy("float32")
`;
}

function script(state) {
  const { epochs } = compute(state);
  return nnbookScript(state, epochs) + kerasScript(state, epochs);
}

// ---- The picture ----------------------------------------------------------------------
// Left the plane, with the regions of the classes and the samples, and below it both
// losses. Right the network, each unit a small map of the plane, and one unit's numbers.

const REACH = 1.3; // the plane from -REACH to REACH, both ways
const PLANE = { left: 10, top: 24, size: 300, cells: 10, grid: 50 };
const NODE = { size: 28, pitch: 52, grid: 20 };
const LEVELS = [0.15, 0.4, 0.75]; // above which shares of the largest a map grows darker

function onPlane([x, y]) {
  return [
    PLANE.left + PLANE.size * (x + REACH) / (2 * REACH),
    PLANE.top + PLANE.size * (REACH - y) / (2 * REACH),
  ];
}

// The middles of the cells of an n x n grid over the plane, row by row from the top.
function gridOf(n) {
  const middle = (i) => REACH * (2 * i + 1 - n) / n;
  return Array.from({ length: n * n }, (_, cell) =>
    [middle(cell % n), -middle(Math.floor(cell / n))]);
}

// What each unit of each layer says at each cell; [layer][unit] -> Float64Array.
function unitMaps({ layers, space }, params, n) {
  const maps = layers.map(({ units }) =>
    Array.from({ length: units }, () => new Float64Array(n * n)));
  gridOf(n).forEach((x, cell) => {
    forward(layers, params, space, x);
    for (let l = 0; l < layers.length; l += 1) {
      const values = l === layers.length - 1 ? softmax(space[l].a) : space[l].a;
      for (let j = 0; j < layers[l].units; j += 1) maps[l][j][cell] = values[j];
    }
  });
  return maps;
}

// One path for each kind of cell, of the runs of equal cells in each row. `kindOf(cell)`
// names the kind, "" is left out; `attributes` says how each is drawn.
function cellPaths(n, kindOf, attributes) {
  const paths = {};
  for (let row = 0; row < n; row += 1) {
    for (let from = 0; from < n;) {
      const kind = kindOf(row * n + from);
      let to = from + 1;
      while (to < n && kindOf(row * n + to) === kind) to += 1;
      if (kind) paths[kind] = `${paths[kind] ?? ""}M${from} ${row}h${to - from}v1h${from - to}z`;
      from = to;
    }
  }
  return Object.keys(paths).sort().map((kind) =>
    `<path d="${paths[kind]}" ${attributes(kind)}/>`).join("");
}

// Cells in a square of the picture; no seams between them.
function placed(left, top, size, n, body) {
  return `<g transform="translate(${left.toFixed(1)} ${top.toFixed(1)}) `
    + `scale(${(size / n).toFixed(3)})" shape-rendering="crispEdges">${body}</g>`;
}

// A unit's map: blue where it is positive, orange where negative, the darker the larger.
function drawMap(values, n, left, top, size) {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const kindOf = (cell) => {
    const level = LEVELS.filter((share) => Math.abs(values[cell]) > share * largest).length;
    return level ? `${values[cell] > 0 ? "p" : "m"}${level}` : "";
  };
  const cells = Array.from(values, (_, cell) => kindOf(cell));
  return rect(left, top, size, size, 'class="nn-edge nn-sheet"')
    + placed(left, top, size, n, cellPaths(n, (cell) => cells[cell], (kind) =>
      `class="nn-${kind[0] === "p" ? "plus" : "minus"}" fill-opacity="${kind[1] * 0.3}"`));
}

// ---- The plane ----

// Each class has a colour and a shape, which is drawn around (0, 0).
const MARKS = [
  "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z", "m-3 -3h6v6h-6z",
  "m0 -4l4 7h-8z", "m0 -4.5l3.5 4.5l-3.5 4.5l-3.5 -4.5z",
];

function marks(places, label, attributes) {
  const at = places.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}${MARKS[label]}`);
  return places.length ? `<path d="${at.join("")}" ${attributes}/>` : "";
}

function drawRegions(map) {
  const n = PLANE.grid;
  const cells = Array.from({ length: n * n }, (_, cell) => {
    let best = 0;
    map.forEach((values, j) => { if (values[cell] > map[best][cell]) best = j; });
    const sure = map[best][cell];
    return `${best}${sure > 0.95 ? 3 : sure > 0.75 ? 2 : 1}`;
  });
  return placed(PLANE.left, PLANE.top, PLANE.size, n, cellPaths(n, (cell) => cells[cell],
    ([label, level]) => `class="nn-kind${label}" fill-opacity="${[0, 0.08, 0.2, 0.34][level]}"`));
}

// A click chooses the nearest training sample.
function drawChoices(run) {
  run.choices ??= choices(run.samples.slice(0, TRAINING));
  return run.choices;
}

function choices(samples) {
  const width = 2 * REACH / PLANE.cells;
  const size = PLANE.size / PLANE.cells;
  return gridOf(PLANE.cells).map(([x, y]) => {
    const away = samples.map(({ x: [a, b] }) => (a - x) ** 2 + (b - y) ** 2);
    const [left, top] = onPlane([x - width / 2, y + width / 2]);
    return `<g data-set="sample=${away.indexOf(Math.min(...away))}">`
      + rect(left, top, size, size, 'class="nn-hollow"') + "</g>";
  }).join("");
}

function drawPlane(state, numbers, run, map) {
  const { samples } = run;
  const labels = map.map((_, label) => label);
  const of = (part, label) => samples.slice(part * TRAINING, (part + 1) * TRAINING)
    .filter((one) => one.label === label).map(({ x }) => onPlane(x));
  const [x, y] = onPlane(numbers.sample.x);
  const legend = labels.map((label) =>
    marks([[16 + 34 * label, 12]], label, `class="nn-kind${label} nn-sample"`)
    + text(24 + 34 * label, 16, "ABCD"[label])).join("");
  return legend
    + text(310, 16, "hollow: validation", 'class="nn-small nn-muted nn-end"')
    + drawRegions(map)
    + rect(PLANE.left, PLANE.top, PLANE.size, PLANE.size, 'class="nn-edge nn-hollow"')
    + labels.map((label) => marks(of(1, label), label, `class="nn-ring${label}"`)).join("")
    + labels.map((label) => marks(of(0, label), label, `class="nn-kind${label} nn-sample"`)).join("")
    + `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="8" class="nn-shown nn-hollow"/>`
    + drawChoices(run);
}

// ---- The losses over the epochs, from a hundredth to ten on a logarithmic scale ----

function drawLosses(state, { train_curve: train, validation_curve: validation }, top) {
  const across = (epoch) => 40 + 270 * epoch / 100;
  const up = (loss) => top + 22 + 124 * (1 - Math.log10(Math.min(Math.max(loss, 0.01), 10))) / 3;
  const levels = [10, 1, 0.1, 0.01].map((loss) =>
    line(40, up(loss), 310, up(loss), 'class="nn-line" stroke-opacity="0.4"')
    + text(34, up(loss) + 4, String(loss), 'class="nn-small nn-muted nn-end"')).join("");
  const curve = (losses, look) => losses.length < 2 ? "" : `<path d="M${losses
    .map((loss, k) => `${across(k).toFixed(1)} ${up(loss).toFixed(1)}`).join("L")}" class="${look}"/>`;
  const end = (losses, look) => `<circle cx="${across(losses.length - 1).toFixed(1)}" `
    + `cy="${up(losses.at(-1)).toFixed(1)}" r="4" class="nn-dot ${look}"/>`;
  const ticks = [0, 20, 40, 60, 80, 100].map((epoch) =>
    text(across(epoch), top + 162, String(epoch), 'class="nn-small nn-muted nn-middle"')).join("");
  return text(10, top + 12, "loss:")
    + line(52, top + 8, 76, top + 8, 'class="nn-path nn-plus"') + text(80, top + 12, "training")
    + line(144, top + 8, 168, top + 8, 'class="nn-path nn-wrong" stroke-dasharray="5 3"')
    + text(172, top + 12, "validation")
    + text(310, top + 12, "epochs →", 'class="nn-small nn-muted nn-end"')
    + levels + ticks
    + curve(train, "nn-path nn-plus")
    + curve(validation, 'nn-path nn-wrong" stroke-dasharray="5 3')
    + end(train, "nn-plus") + end(validation, "nn-fault");
}

// ---- The network ----

// The middle of unit j of n in column c of so many.
function nodePlace(c, columns, j, n) {
  return [24 + 272 * c / (columns - 1), 184 + NODE.pitch * (j - (n - 1) / 2)];
}

// All weights, thicker the larger; those below 0 dashed.
function drawWeights({ layers }, params) {
  const columns = layers.length + 1;
  const groups = {};
  layers.forEach(({ inputs, units, W }, l) => {
    for (let i = 0; i < inputs; i += 1) {
      for (let j = 0; j < units; j += 1) {
        const w = params[W + i * units + j];
        const width = Math.min(4, Math.ceil(Math.abs(w) * 1.5));
        if (!width) continue;
        const [x1, y1] = nodePlace(l, columns, i, inputs);
        const [x2, y2] = nodePlace(l + 1, columns, j, units);
        const key = `${w > 0 ? "p" : "m"}${width}`;
        groups[key] = `${groups[key] ?? ""}M${(x1 + 14).toFixed(1)} ${y1.toFixed(1)}`
          + `L${(x2 - 14).toFixed(1)} ${y2.toFixed(1)}`;
      }
    }
  });
  return Object.keys(groups).sort().map((key) => `<path d="${groups[key]}" stroke-width="${key[1]}" `
    + `class="nn-weight nn-${key[0] === "p" ? "plus" : "minus"}"`
    + `${key[0] === "p" ? "" : ' stroke-dasharray="4 3"'}/>`).join("");
}

function drawNetwork(state, { sample, unit }, { layers }, params, maps) {
  const columns = layers.length + 1;
  const half = NODE.size / 2;
  const titles = ["input", ...layers.map((_, l) => l === layers.length - 1 ? "output"
    : `layer ${l + 1}`)];
  const heads = titles.map((title, c) =>
    text(nodePlace(c, columns, 0, 1)[0], 12, title, 'class="nn-small nn-muted nn-middle"')).join("");
  const numbers = (x, y, a, delta) =>
    text(x, y + half + 10, a, 'class="nn-small nn-middle nn-halo"')
    + (delta === undefined ? "" : text(x, y + half + 20, `δ ${fixed(delta, 2)}`,
      'class="nn-small nn-muted nn-middle nn-halo"'));
  const inputs = sample.x.map((value, i) => {
    const [x, y] = nodePlace(0, columns, i, 2);
    const map = gridOf(NODE.grid).map((place) => place[i]);
    return drawMap(map, NODE.grid, x - half, y - half, NODE.size)
      + numbers(x, y, `x${"₁₂"[i]} ${fixed(value, 2)}`);
  });
  const units = layers.flatMap((_, l) => maps[l].map((map, j) => {
    const [x, y] = nodePlace(l + 1, columns, j, maps[l].length);
    const last = l === layers.length - 1;
    const chosen = l === unit.layer && j === unit.j;
    return `<g data-set="unit=${last ? "output" : l + 1}_${j + 1}">`
      + drawMap(map, NODE.grid, x - half, y - half, NODE.size)
      + (chosen ? rect(x - half, y - half, NODE.size, NODE.size, 'class="nn-shown nn-hollow"') : "")
      + numbers(x, y, `${last ? `${"ABCD"[j]} ` : ""}${fixed(sample.a[l][j], 2)}`, sample.delta[l][j])
      + "</g>";
  }));
  const label = `The network: under each unit what it makes of sample ${Math.floor(state.sample)}, `
    + "and delta, the slope of this sample's loss by its weighted sum.";
  return panel(346, label, drawWeights({ layers }, params) + heads + inputs.join("") + units.join(""));
}

// ---- The numbers of one unit ----

function unitName({ layer, j }, layers) {
  return layer === layers.length - 1 ? `output ${"ABCD"[j]}` : `layer ${layer + 1}, unit ${j + 1}`;
}

// "z = 0.52·x₁ − 1.03·x₂ + 0.40", cut into lines of three terms.
function formulaLines({ weights, bias, layer }) {
  const signed = (value) => `${value < 0 ? "−" : "+"} ${fixed(Math.abs(value), 2)}`;
  const from = layer === 0 ? "x" : "a";
  const terms = [...weights.map((w, i) => `${signed(w)}·${from}${"₁₂₃₄₅₆"[i]}`), signed(bias)];
  const lines = [];
  for (let i = 0; i < terms.length; i += 3) lines.push(terms.slice(i, i + 3).join(" "));
  return lines.map((words, i) => i ? words : `z = ${words.replace(/^\+ |(?<=^−) /, "")}`);
}

function drawUnit(state, { sample, unit }, { layers }, maps) {
  const { layer, j, inputs, weights, bias, gradient } = unit;
  const last = layer === layers.length - 1;
  const [z, a, delta] = [sample.z[layer][j], sample.a[layer][j], sample.delta[layer][j]];
  const kind = last ? "softmax of all z" : `${ACTIVATIONS[activationsOf(state)[layer]]}(z)`;
  const beside = [
    ...formulaLines(unit).map((words) => [words, ""]),
    [`a = ${kind}`, ""],
    [`sample ${Math.floor(state.sample)}: z = ${fixed(z, 3)}, a = ${fixed(a, 3)}`, "nn-strong"],
    [`δ = ∂loss/∂z = ${fixed(delta, 4)}`, "nn-strong"],
  ];
  const small = (x, y, words, more = "") => text(x, y, words, `class="nn-small nn-end ${more}"`);
  const row = (y, name, ...numbers) => text(10, y, name, 'class="nn-small"')
    + numbers.map((value, i) => small(116 + 64 * i, y, fixed(value, 4))).join("");
  const from = layer === 0 ? "x" : "a";
  const rows = weights.map((w, i) =>
    row(152 + 16 * i, `${from}${"₁₂₃₄₅₆"[i]}`, inputs[i], w, w * inputs[i], gradient[i]));
  const heads = ["input", "weight", "product", "∂loss/∂w"].map((word, i) =>
    small(116 + 64 * i, 134, word, "nn-muted")).join("");
  return panel(264, `The numbers of ${unitName(unit, layers)} for one sample.`,
    text(10, 14, unitName(unit, layers), 'class="nn-strong"')
    + drawMap(maps[layer][j], NODE.grid, 10, 24, 92)
    + beside.map(([words, look], i) =>
      text(112, 32 + 15 * i, words, `class="nn-small ${look}"`)).join("")
    + heads + rows.join("")
    + row(152 + 16 * weights.length, "bias", 1, bias, bias, delta));
}

function draw(state) {
  const numbers = compute(state);
  const run = runOf(state);
  const params = run.weights[numbers.epochs];
  const maps = unitMaps(run, params, NODE.grid);
  const plane = unitMaps(run, params, PLANE.grid).at(-1);
  return panel(500, sentence(state, numbers), drawPlane(state, numbers, run, plane)
      + drawLosses(state, numbers, 334))
    + drawNetwork(state, numbers, run, params, maps)
    + drawUnit(state, numbers, run, maps);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "A network that trains in the page",
    hint: "Press Play. Blue in a map is positive, orange negative; thick lines are large "
      + "weights, dashed ones negative. Click a unit or a sample to see its numbers.",
    play: { name: "epochs", by: 1 },
    folded: [SAMPLES, NETWORK, METHOD],
  });
}

export default { compute, draw, render };
