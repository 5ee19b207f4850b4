// Python in the page: CPython and NumPy as WebAssembly, and the book's own nnbook.
//
// Started by run.js at the first press of a button. The page sends the code cells from
// the first to the one to run; back come `{ kind, value }`: "loading" with the share of
// the bytes that are here, "starting", "cells" with the number of cells above of which
// something is run first, "print" with text, and "done" with whether it went well, or
// "broken" with the reason if Python cannot be started.
"use strict";

const tell = (kind, value) => postMessage({ kind, value });

// Counts what is fetched on its way.
function countBytes(total) {
  const plain = fetch;
  let here = 0;
  self.fetch = async (...request) => {
    const response = await plain(...request);
    if (!response.ok) throw new Error(`${response.status} for ${response.url}`);
    const count = new TransformStream({
      transform(chunk, controller) {
        here += chunk.length;
        tell("loading", Math.min(1, here / total));
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(count), { headers: response.headers });
  };
}

async function start() {
  const { bytes, script } = await (await fetch("packages.json")).json();
  countBytes(bytes);
  tell("loading", 0);
  importScripts(script);
  // The runtime looks for itself under this name.
  const python = (self.Module = await createXeusModule({}));
  const nnbook = fetch(`nnbook.zip${location.search}`).then((file) => file.arrayBuffer());
  await python.bootstrap_from_empack_packed_environment("packages.json", ".", false);
  await new Promise((ready) => {
    python.monitorRunDependencies = (left) => left || ready();
    python.addRunDependency("nothing");
    python.removeRunDependency("nothing");
  });
  tell("starting");
  python.FS.writeFile("/nnbook.zip", new Uint8Array(await nnbook));
  self.nnTell = tell;
  python.exec(`
import sys, zipfile
zipfile.ZipFile("/nnbook.zip").extractall("/book")
sys.path.insert(0, "/book")

import json, pathlib, pyjs
import numpy
from nnbook import cells

def run_cells():
    sources = json.loads(pathlib.Path("/cells.json").read_text(encoding="utf-8"))
    well = cells.run(
        sources,
        lambda text: pyjs.js.nnTell("print", text),
        lambda number: pyjs.js.nnTell("cells", number),
    )
    pyjs.js.nnTell("done", well)
`);
  return python;
}

// What the runtime throws is sometimes the number of a C++ exception.
function words(error) {
  if (typeof error === "number") return self.Module.get_exception_message(error).join(": ");
  return String(error?.message ?? error);
}

let python;
self.onmessage = async ({ data }) => {
  try {
    python ??= start();
    const { FS, exec } = await python;
    FS.writeFile("/cells.json", JSON.stringify(data));
    exec("run_cells()");
  } catch (error) {
    tell("broken", words(error));
  }
};
