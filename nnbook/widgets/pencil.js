// What the widgets' pictures and sentences are made of. `base.py` puts this text in front
// of every widget's own file, in the page, in JupyterLab and in the tests; like them it
// uses no browser, only numbers and text.

// ---- Numbers in words: the same as the functions of these names in Python --------------

// Neither branch lets exp overflow.
function sigmoid(z) {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  return Math.exp(z) / (1 + Math.exp(z));
}

// With a real minus sign, and none before a zero.
function fixed(value, digits) {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

// As many decimals as the number needs, at most four (or so many).
function short(value, most = 4) {
  const text = fixed(value, most);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function raised(power) {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  return String(power).replace("-", "⁻").replace(/\d/g, (digit) => digits[digit]);
}

// At most three significant digits (or so many), as people write them.
function significant(value, digits = 3) {
  if (value === 0) return "0";
  const sign = value < 0 ? "−" : "";
  const [mantissa, exponent] = Math.abs(value).toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power >= -3 && power < 4) return sign + String(Number(`${mantissa}e${power}`));
  return `${sign}${Number(mantissa)}·10${raised(power)}`;
}

// Never a 0 or 1 that it is not.
function probability(a) {
  if (a < 0.00005) return "< 0.0001";
  if (a >= 0.99995) return "> 0.9999";
  return `= ${fixed(a, 4)}`;
}

// ---- SVG, with a fixed number of decimals ----------------------------------------------

function escaped(words) {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

// Panels have one width, so that they can stand beside or below each other.
function panel(height, label, body) {
  return `<svg viewBox="0 0 320 ${height}" role="img" aria-label="${escaped(label)}">${body}</svg>`;
}

function text(x, y, words, attributes = "") {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(words)}</text>`;
}

function rect(x, y, width, height, attributes) {
  return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" `
    + `height="${height.toFixed(1)}" ${attributes}/>`;
}

function line(x1, y1, x2, y2, attributes = 'class="nn-line"') {
  return `<path d="M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}" `
    + `${attributes}/>`;
}

function grey(darkness) {
  const level = Math.round(255 * (1 - darkness));
  return `rgb(${level},${level},${level})`;
}
