// Is a published page light, quick and open to everyone?
//
//     node audit.mjs ../../_build/html [page ...]
//
// Lighthouse opens each page as a slow phone does (a processor four times slower,
// 1.6 Mbit/s, 150 ms), axe-core looks for barriers in both themes, and every slider is
// moved twenty times, timed from the key to the changed picture. It needs a Chromium
// (CHROME_PATH, if it is not where one usually is). Times belong to one machine.

import { createReadStream, existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, relative, resolve } from "node:path";
import { createGzip } from "node:zlib";
import lighthouse from "lighthouse";
import puppeteer from "puppeteer-core";

const KINDS = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css",
  ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png",
  ".woff2": "font/woff2", ".ipynb": "application/json", ".xml": "text/xml",
  ".wasm": "application/wasm", ".txt": "text/plain",
};
const PACKED = new Set([".png", ".woff2", ".zip", ".whl"]);
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];
const MOVES = 20;

function browserPath() {
  if (process.env.CHROME_PATH) return process.env.CHROME_PATH;
  const paths = process.env.PATH.split(":").flatMap((folder) =>
    BROWSERS.map((name) => join(folder, name)));
  return paths.find(existsSync);
}

// A file server that compresses, as the server of a published site does.
function serve(folder) {
  const server = createServer((request, response) => {
    const path = join(folder, decodeURIComponent(new URL(request.url, "http://x").pathname));
    if (!path.startsWith(folder) || !existsSync(path) || !extname(path)) {
      response.writeHead(404).end();
      return;
    }
    const headers = { "content-type": KINDS[extname(path)] ?? "application/octet-stream" };
    const packed = PACKED.has(extname(path));
    if (!packed) headers["content-encoding"] = "gzip";
    response.writeHead(200, headers);
    const file = createReadStream(path);
    (packed ? file : file.pipe(createGzip())).pipe(response);
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

function pagesIn(folder) {
  const all = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".html"));
  return all.filter((name) => name !== "index.html").sort();
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

// ---- What is measured on a page --------------------------------------------------------

async function onASlowPhone(browser, url) {
  const flags = { port: new URL(browser.wsEndpoint()).port, output: "json", logLevel: "error" };
  const { lhr } = await lighthouse(url, flags, {
    extends: "lighthouse:default",
    settings: { throttlingMethod: "devtools", skipAudits: ["screenshot-thumbnails"] },
  });
  const score = (name) => Math.round(100 * lhr.categories[name].score);
  const value = (name) => lhr.audits[name].numericValue;
  return {
    performance: score("performance"),
    accessibility: score("accessibility"),
    "best practices": score("best-practices"),
    "paint s": (value("largest-contentful-paint") / 1000).toFixed(2),
    shift: value("cumulative-layout-shift").toFixed(3),
    "blocked ms": Math.round(value("total-blocking-time")),
    kB: Math.round(value("total-byte-weight") / 1000),
  };
}

async function barriers(browser, url) {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  let found = 0;
  for (const theme of ["light", "dark"]) {
    const page = await browser.newPage();
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
    await page.goto(url);
    await page.waitForSelector("html:not([data-first])"); // all of it is drawn
    await page.evaluate(axe);
    found += await page.evaluate(async () => {
      const { violations } = await globalThis.axe.run({ resultTypes: ["violations"] });
      return violations.length;
    });
    await page.close();
  }
  return found;
}

// Milliseconds from an arrow key on a slider until its widget's picture has changed.
async function sliders(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForNetworkIdle({ idleTime: 300 });
  await page.evaluate(() => {
    globalThis.times = [];
    for (const widget of document.querySelectorAll(".nn-widget")) {
      let pressed = null;
      widget.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
      new MutationObserver(() => {
        if (pressed !== null) globalThis.times.push(performance.now() - pressed);
        pressed = null;
      }).observe(widget.querySelector(".nn-picture"), {
        childList: true, subtree: true, characterData: true,
      });
    }
    document.querySelectorAll(".nn-widget details").forEach((d) => { d.open = true; });
  });
  for (const slider of await page.$$(".nn-widget input[type=range]")) {
    await slider.focus();
    for (let i = 0; i < MOVES; i += 1) {
      await page.keyboard.press(i % 2 ? "ArrowLeft" : "ArrowRight");
      await new Promise((done) => setTimeout(done, 20 + 3 * (i % 7))); // at no fixed beat
    }
  }
  const times = await page.evaluate(() => globalThis.times);
  await page.close();
  return times.length ? median(times).toFixed(1) : "";
}

const [folder, ...chosen] = process.argv.slice(2);
const root = resolve(folder);
const server = await serve(root);
const home = `http://127.0.0.1:${server.address().port}`;
const asRoot = process.getuid?.() === 0; // whom a browser refuses to put into a sandbox
const browser = await puppeteer.launch({
  executablePath: browserPath(),
  args: asRoot ? ["--no-sandbox"] : [],
});
const table = {};
for (const name of chosen.length ? chosen : pagesIn(root)) {
  const url = `${home}/${relative(".", name)}`;
  table[name] = {
    ...(await onASlowPhone(browser, url)),
    axe: await barriers(browser, url),
    "slider ms": await sliders(browser, url),
  };
  console.log(name, JSON.stringify(table[name]));
}
await browser.close();
server.close();
console.table(table);
