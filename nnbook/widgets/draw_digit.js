// A network that reads what is drawn: see draw_digit.py, which computes the same. `DATA`
// is what benchmarks/draw_digit.py wrote: the weights, in eight bits each.

const INK = "Draw a digit";
const PLACE = "Move it on the sheet";
const CELLS = 8;
const SHEET = 28;
const SEEN = 21; // rows and columns that the last map can see
const FULL = 16;

const controls = [
  { name: "ink", label: "cells to draw on", unit: "", group: INK, kind: "drawing",
    rows: CELLS, columns: CELLS },
  { name: "right", label: "right", unit: "pixels", group: PLACE, kind: "range",
    min: -8, max: 8, step: 1 },
  { name: "down", label: "down", unit: "pixels", group: PLACE, kind: "range",
    min: -8, max: 8, step: 1 },
];

// Of each digit one picture that the network did not learn from.
const DIGITS = [
  "004db70000egdg2005g4057008e004800690048002e1086000dc9f20003gc500",
  "006fc500008ggd10008ggc00008gga0000ggg50005ggg10003fgg20000agf300",
  "005eb00000fgf00000a8g1000006e000000c9000001g3000008gcb00007gc700",
  "01cgg90002e59e000001cb00000cg60000028f5000200b9004e44e6000fggb10",
  "0009d000003f6c0001c85e0006e0c7000e62g9500gddgf401fggc200033d4000",
  "00dggg8002gd841007g100000bfc500005ggg3000006g200003f900000be0000",
  "0009a000007g700000dd100000f7000004gfc70002gc4ba0008e59e00006ce90",
  "004fgb0000799g0000004d000019fga000dfg8200037d000001d4000006b0000",
  "004fd30001gdgf1006f04g4003fege00004ggb0000bc8g5000gacg30007gd700",
  "004egf1005g84g7008d04gc007gfgd30006cg400000bc000000g7000003g2000",
];

const presets = [
  ...DIGITS.map((ink, digit) => ({ group: INK, label: `a ${digit}`, state: { ink } })),
  { group: INK, label: "a 7 without a bar",
    state: { ink: "00ggggg00000000g000000g000000g000000g000000g000000g000000g000000" } },
  { group: PLACE, label: "in place", state: { right: 0, down: 0 } },
  { group: PLACE, label: "3 to the left", state: { right: -3, down: 0 } },
  { group: PLACE, label: "3 to the right", state: { right: 3, down: 0 } },
];

// ---- The numbers ----------------------------------------------------------------------

// Bytes from base64, each a whole number from -127 to 127. Not every engine has `atob`.
function fromBase64(letters) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const bits = Array.from(letters.replaceAll("=", ""), (letter) => alphabet.indexOf(letter));
  const bytes = new Int8Array(Math.floor(bits.length * 6 / 8));
  for (let i = 0; i < bytes.length; i += 1) {
    const first = Math.floor(i * 8 / 6);
    const both = (bits[first] << 6) | (bits[first + 1] ?? 0);
    bytes[i] = both >> (4 - (i * 8) % 6);
  }
  return bytes;
}

const PARAMS = DATA.arrays.map(({ int8, scale }) =>
  Float64Array.from(fromBase64(int8), (whole) => scale * whole));

// The cells enlarged, on the sheet, moved.
function sheet(state) {
  const [right, down] = [Math.round(state.right), Math.round(state.down)];
  const picture = new Float64Array(SHEET * SHEET);
  for (let r = 0; r < SHEET; r += 1) {
    for (let c = 0; c < SHEET; c += 1) {
      const row = Math.floor((r - down - 2) / 3);
      const column = Math.floor((c - right - 2) / 3);
      const inside = [row, column].every((i) => i >= 0 && i < CELLS);
      if (inside) {
        picture[r * SHEET + c] = parseInt(state.ink[row * CELLS + column], FULL + 1) / FULL;
      }
    }
  }
  return picture;
}

// Maps are flat, row by row, the channels innermost, as in nnbook. The ReLU is done here.
function convolved(x, size, cIn, cOut, W, b) {
  const places = size - 3;
  const z = new Float64Array(places * places * cOut);
  for (let r = 0; r < places; r += 1) {
    for (let c = 0; c < places; c += 1) {
      const here = (r * places + c) * cOut;
      for (let k = 0; k < cOut; k += 1) z[here + k] = b[k];
      for (let i = 0; i < 4; i += 1) {
        for (let j = 0; j < 4; j += 1) {
          for (let m = 0; m < cIn; m += 1) {
            const value = x[((r + i) * size + c + j) * cIn + m];
            if (value === 0) continue; // most of the paper is white
            const from = ((i * 4 + j) * cIn + m) * cOut;
            for (let k = 0; k < cOut; k += 1) z[here + k] += value * W[from + k];
          }
        }
      }
      for (let k = 0; k < cOut; k += 1) z[here + k] = Math.max(0, z[here + k]);
    }
  }
  return z;
}

function pooled(x, size, channels) {
  const places = Math.floor(size / 3);
  const largest = new Float64Array(places * places * channels);
  for (let r = 0; r < 3 * places; r += 1) {
    for (let c = 0; c < 3 * places; c += 1) {
      const block = (Math.floor(r / 3) * places + Math.floor(c / 3)) * channels;
      for (let k = 0; k < channels; k += 1) {
        const value = x[(r * size + c) * channels + k];
        if (value > largest[block + k]) largest[block + k] = value; // none is below 0
      }
    }
  }
  return largest;
}

function dense(x, W, b) {
  return b.map((bias, k) => x.reduce((sum, value, i) => sum + value * W[i * b.length + k], bias));
}

// All that the layers say. One state is asked for several times, by picture and words.
const latest = { key: "", layers: null };

function layers(state) {
  const key = `${state.ink} ${Math.round(state.right)} ${Math.round(state.down)}`;
  if (latest.key !== key) {
    const picture = sheet(state);
    const conv1 = convolved(picture, SHEET, 1, 32, PARAMS[0], PARAMS[1]);
    const pool1 = pooled(conv1, 25, 32);
    const conv2 = convolved(pool1, 8, 32, 64, PARAMS[2], PARAMS[3]);
    const pool2 = pooled(conv2, 5, 64);
    const hidden = dense(pool2, PARAMS[4], PARAMS[5]).map((z) => Math.max(0, z));
    const logits = dense(hidden, PARAMS[6], PARAMS[7]);
    const powers = logits.map((z) => Math.exp(z - Math.max(...logits)));
    const total = powers.reduce((sum, power) => sum + power, 0);
    const probabilities = powers.map((power) => power / total);
    latest.layers = { picture, conv1, pool1, conv2, pool2, hidden, logits, probabilities };
    latest.key = key;
  }
  return latest.layers;
}

// The ten digits, the likeliest first.
function ranking({ probabilities: p }) {
  return Array.from(p, (_, digit) => digit).sort((a, b) => p[b] - p[a] || a - b);
}

function compute(state) {
  const n = layers(state);
  const [says, second] = ranking(n);
  return {
    picture: Array.from({ length: SHEET }, (_, r) =>
      Array.from(n.picture.subarray(r * SHEET, (r + 1) * SHEET))),
    pooled: Array.from(n.pool2),
    hidden: Array.from(n.hidden),
    logits: Array.from(n.logits),
    probabilities: Array.from(n.probabilities),
    says,
    second,
    probability: n.probabilities[says],
  };
}

// ---- The words ------------------------------------------------------------------------

function sentence(state) {
  const n = layers(state);
  const [says, second] = ranking(n);
  const likely = (digit) => probability(n.probabilities[digit]);
  return `The network says ${says} (probability ${likely(says)}), `
    + `then ${second} (probability ${likely(second)}).`;
}

function script(state) {
  return `import numpy as np

from nnbook.softmax import softmax
from nnbook.widgets.draw_digit import DrawDigit, digit_network, sheet, stored_weights

ink = "${state.ink}"
widget = DrawDigit(ink=ink, right=${state.right}, down=${state.down})

x = sheet(ink, right=${Math.round(state.right)}, down=${Math.round(state.down)})[None, :, :, None]
weights = stored_weights()
logits = digit_network(weights).forward(x)[0]
print(f"says = {logits.argmax()}, probability = {softmax(logits).max():.4f}")

# The same in Keras.
import keras

keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")
model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(32, 4, activation="relu"),
        keras.layers.MaxPooling2D(3),
        keras.layers.Conv2D(64, 4, activation="relu"),
        keras.layers.MaxPooling2D(3),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
keras.config.set_floatx("float32")
keras.config.set_dtype_policy("float32")
model.set_weights(weights)
p = np.asarray(model(x))[0]
print(f"says = {p.argmax()}, probability = {p.max():.4f}")
`;
}

// ---- The picture ----------------------------------------------------------------------

const SHADES = 4;

// Many pixels in few characters: for each shade one path, and in it a line for each run
// of equal pixels. `shades[r][c]` is a whole number, 0 for nothing.
function runs(shades, darkest, kind = "nn-runs") {
  const paths = Array.from({ length: darkest + 1 }, () => "");
  shades.forEach((row, r) => {
    for (let c = 0, end; c < row.length; c = end) {
      end = c + 1;
      while (row[end] === row[c]) end += 1;
      if (row[c] > 0) paths[row[c]] += `M${c} ${r}h${end - c}`;
    }
  });
  return paths.map((d, shade) => (d
    ? `<path class="${kind}" stroke-opacity="${(shade / darkest).toFixed(2)}" d="${d}"/>`
    : "")).join("");
}

// Maps side by side in so many columns, one empty pixel between them; of a layer the
// largest number is the darkest.
function drawMaps(values, size, channels, columns, top) {
  const largest = Math.max(1e-9, values.reduce((a, b) => Math.max(a, b)));
  const step = size + 1;
  const rows = channels / columns;
  const shades = Array.from({ length: rows * step - 1 }, (_, y) =>
    Array.from({ length: columns * step - 1 }, (_, x) => {
      const [r, c] = [y % step, x % step];
      if (r === size || c === size) return 0;
      const k = Math.floor(y / step) * columns + Math.floor(x / step);
      return Math.ceil(SHADES * values[(r * size + c) * channels + k] / largest - 0.5);
    }));
  const scale = 320 / (columns * step - 1);
  const frames = Array.from({ length: channels }, (_, k) => {
    const [x, y] = [k % columns * step, Math.floor(k / columns) * step];
    return `M${x} ${y}h${size}v${size}h-${size}z`;
  });
  return `<g transform="translate(0 ${top}) scale(${scale.toFixed(3)})">`
    + `<path class="nn-edge nn-hollow" stroke-width="${(0.6 / scale).toFixed(2)}" d="${frames.join("")}"/>`
    + `<g transform="translate(0 .5)">${runs(shades, SHADES)}</g></g>`;
}

function drawLayers(state, n) {
  const title = (y, words) => text(0, y, words, 'class="nn-small nn-muted"');
  return panel(444, sentence(state),
    text(0, 14, "what the layers say", 'class="nn-strong"')
    + title(32, "first convolution: 32 maps of 25 by 25")
    + drawMaps(n.conv1, 25, 32, 8, 38)
    + title(214, "the largest of each 3 by 3: 32 maps of 8 by 8")
    + drawMaps(n.pool1, 8, 32, 16, 220)
    + title(275, "second convolution: 64 maps of 5 by 5")
    + drawMaps(n.conv2, 5, 64, 16, 281)
    + title(376, "the largest of each: 64 numbers")
    + drawMaps(n.pool2, 1, 64, 32, 382)
    + title(416, "the layer of 64 neurons")
    + drawMaps(n.hidden, 1, 64, 32, 422));
}

const PIXEL = 6;

function drawSheet(n) {
  const shades = Array.from({ length: SHEET }, (_, r) =>
    Array.from({ length: SHEET }, (_, c) => Math.round(FULL * n.picture[r * SHEET + c])));
  const [side, seen] = [PIXEL * SHEET, PIXEL * SEEN];
  const p = n.probabilities;
  const [best] = ranking(n);
  const bars = Array.from(p, (share, digit) => {
    const y = 27 + 17 * digit;
    return text(190, y + 12, `${digit}`, `class="${digit === best ? "nn-strong" : ""}"`)
      + rect(206, y + 2, 70 * share, 12, 'class="nn-plus"')
      + text(280, y + 12, fixed(share, 2), `class="nn-small ${digit === best ? "nn-strong" : ""}"`);
  });
  const likely = Array.from(p, (share, digit) => `${digit} ${fixed(share, 4)}`).join(", ");
  return panel(212,
    `The sheet of 28 by 28 pixels that the network gets. The probabilities: ${likely}.`,
    text(0, 14, "what the network gets", 'class="nn-strong"')
    + text(190, 14, "probability", 'class="nn-strong"')
    + rect(0, 26, side, side, 'class="nn-edge" fill="#ffffff"')
    + `<g transform="translate(0 26) scale(${PIXEL}) translate(0 .5)">`
    + `${runs(shades, FULL, "nn-runs nn-black")}</g>`
    + rect(0, 26, seen, seen, 'class="nn-badge nn-minus" fill-opacity="0"')
    + text(0, 208, "in the frame: what reaches the end", 'class="nn-small nn-muted"')
    + bars.join(""));
}

function draw(state) {
  const numbers = layers(state);
  return drawLayers(state, numbers) + drawSheet(numbers);
}

function render({ model, el }) {
  return nnKit.mount({
    model, el, controls, presets, draw, sentence, script,
    label: "A network that reads what is drawn",
    hint: "Draw a digit as high as the cells: so are all those that the network learned "
      + "from. How far can it be moved before it is misread?",
  });
}

export default { compute, draw, render };
