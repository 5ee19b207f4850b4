// Code cells that can be changed and run in the page, by Python in a worker.
//
// Nothing of Python is loaded before the first press of a button. One worker serves the
// page; it runs one cell at a time, afresh, and itself finds out what the cell needs of
// those above it, as they stand in the page. To stop it is to end it: the next run
// starts another.
"use strict";

if (document.documentElement.dataset.run === "here") {
  const { worker: workerAddress } = document.currentScript.dataset;
  const codeOf = (cell) =>
    cell.querySelector("textarea")?.value ?? cell.querySelector(".cell_input pre").textContent;
  const cells = [...document.querySelectorAll(".cell:has(.cell_input)")];

  let worker = null;
  let running = null; // the cell that is being run

  function listen({ data: { kind, value } }) {
    running?.[kind](value);
    if (kind === "broken") stop();
  }

  function start(cell, sources) {
    if (!worker) {
      worker = new Worker(workerAddress);
      worker.onmessage = listen;
      worker.onerror = (event) => listen({ data: { kind: "broken", value: event.message } });
    }
    running = cell;
    worker.postMessage(sources);
  }

  function stop() {
    worker?.terminate();
    worker = running = null;
  }

  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

  // What the book printed under a cell, if text is all it printed.
  function printedBy(cell) {
    const output = cell.querySelector(".cell_output");
    return [...output.querySelectorAll("pre")].map((pre) => pre.textContent).join("");
  }

  function makeEditor(cell, place, bar) {
    const original = cell.querySelector(".cell_input .highlight");
    const book = codeOf(cell);
    const box = make("div", { className: "editor" });
    const text = make("textarea", {
      value: book.trimEnd(),
      spellcheck: false,
      autocapitalize: "off",
      autocomplete: "off",
      wrap: "off",
    });
    text.setAttribute("aria-label", "Code of this cell");
    const keys = make("p", {
      className: "keys",
      id: `keys-${place}`,
      textContent: "Ctrl + Enter runs, Escape leaves the editor.",
    });
    text.setAttribute("aria-describedby", keys.id);
    const button = (className, textContent, hidden = false) =>
      make("button", { type: "button", className, textContent, hidden });
    const runButton = button("run", "Run");
    const stopButton = button("stop", "Stop", true);
    const resetButton = button("reset", "Reset");
    const status = make("p", { className: "status" });
    status.setAttribute("role", "status");
    const ran = make("div", { className: "ran", hidden: true });
    const output = make("pre");
    ran.setAttribute("role", "group");
    ran.setAttribute("aria-label", "What your run printed");
    ran.append(output);

    let started = 0;
    let closed = false;
    const fit = () => (text.rows = text.value.split("\n").length + 1);

    function finish(words) {
      running = null;
      status.textContent = words;
      const focused = document.activeElement === stopButton;
      runButton.hidden = false;
      if (focused) runButton.focus();
      stopButton.hidden = true;
      if (output.scrollWidth > output.clientWidth) output.tabIndex = 0;
      else output.removeAttribute("tabindex");
    }

    // What the worker says.
    const reports = {
      loading(share) {
        const percent = Math.floor(100 * share);
        status.textContent =
          share < 1 ? `Loading Python and NumPy: ${percent}%` : "Unpacking Python and NumPy …";
      },
      starting() {
        status.textContent = "Starting Python …";
      },
      cells(number) {
        const above = number === 1 ? "1 earlier cell" : `${number} earlier cells`;
        status.textContent = number ? `Running, after what it needs of ${above} …` : "Running …";
        started = performance.now();
        reports.first = number ? `, after what it needs of ${above}` : "";
      },
      print(piece) {
        ran.hidden = false;
        output.append(piece);
      },
      done(well) {
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        ran.classList.toggle("failed", !well);
        if (!output.textContent) output.textContent = "(It printed nothing.)";
        ran.hidden = false;
        const same = output.textContent.trim() === printedBy(cell).trim();
        const verdict = !well ? "Stopped with an error" : same ? "The same as in the book" : "Done";
        finish(`${verdict}: ${seconds} s${reports.first}.`);
      },
      broken(reason) {
        finish(`Python could not be started (${reason}). The notebook has this cell, too.`);
      },
    };

    function run() {
      if (running === reports) return;
      if (running) {
        status.textContent = "Another cell is running. Wait for it, or stop it.";
        return;
      }
      output.textContent = "";
      ran.hidden = true;
      ran.classList.remove("failed");
      status.textContent = worker ? "Running …" : "Loading Python and NumPy …";
      reports.first = "";
      const focused = document.activeElement === runButton;
      stopButton.hidden = false;
      if (focused) stopButton.focus();
      runButton.hidden = true;
      start(reports, cells.slice(0, place + 1).map(codeOf));
    }

    runButton.addEventListener("click", run);
    stopButton.addEventListener("click", () => {
      stop();
      finish("Stopped. The next run starts Python anew.");
    });
    resetButton.addEventListener("click", () => {
      if (running === reports) stop();
      box.replaceWith(original);
      ran.remove();
      bar.replaceChildren(opener);
      opener.focus();
    });
    text.addEventListener("input", fit);
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.shiftKey || event.metaKey)) {
        event.preventDefault();
        run();
      } else if (event.key === "Escape") {
        (runButton.hidden ? stopButton : runButton).focus();
      } else if (event.key === "Enter" && !event.isComposing) {
        // A new line begins where the code of this one does, or further in after a colon.
        const before = text.value.slice(0, text.selectionStart).split("\n").at(-1);
        const indent = before.match(/^ */)[0] + (before.trimEnd().endsWith(":") ? "    " : "");
        event.preventDefault();
        document.execCommand("insertText", false, `\n${indent}`);
      }
    });

    const [opener] = bar.children;
    fit();
    box.append(text);
    original.replaceWith(box);
    bar.replaceChildren(runButton, stopButton, resetButton, keys, status);
    bar.after(ran);
    text.focus();
    run();
  }

  cells.forEach((cell, place) => {
    const bar = cell.querySelector(".run-bar");
    const opener = bar?.querySelector("button");
    if (!opener) return;
    opener.disabled = false;
    opener.addEventListener("click", () => makeEditor(cell, place, bar));
  });
}
