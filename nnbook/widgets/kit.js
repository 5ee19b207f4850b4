// What every widget of the book shares: the controls, the sentence, the copy buttons.
//
// A widget file says what can be changed (`controls`, `presets`) and gives three pure
// functions of the state: `draw` (SVG text), `sentence` and `script` (Python text). Its
// `label` names the widget for those who cannot see it, its `hint` says what to try.
// `nnKit.mount` builds the rest around them, from native inputs only.
//
// A control is { name, label, unit, group, kind } and, by kind,
//   "range":    min, max, step     a slider with a number box beside it
//   "select":   options            a list of [value, label]; values are plain words
//   "checkbox"                     true or false
//   "drawing":  rows, columns      cells to draw on; the value has a character for each,
//                                  row by row, from 0 (no ink) to g (16, full)
// A preset is { group, label, state }: a button that sets some of the state.
//
// Two more things, where a widget asks for them. `play: { name, by }` puts a button in
// front of that slider, which moves it on by so much, over and over, to its end. `folded`
// names the groups that start folded away where the screen is narrow.
//
// A link to a state reads `#<id of the widget>?x1=1&w3=2.5`. Only names of controls with
// an allowed value are taken from it; everything else is ignored, and nothing from it
// ever becomes HTML. Parts of the picture with a `data-set="x1=1&x2=0"` set that state
// when clicked; the same can be done with the controls, so the keyboard misses nothing.

const nnKit = (() => {
  "use strict";

  // ---- From text to state and back ----------------------------------------------------

  const LONGEST_NUMBER = 30;
  const LONGEST_QUERY = 2000;

  // The number in the text, or null if there is none or it is out of the control's range.
  // A comma is a decimal point, and a real minus sign is a minus.
  function readNumber(text, { min, max }) {
    if (text.length > LONGEST_NUMBER) return null;
    const tidy = text.trim().replace("−", "-").replace(",", ".");
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(tidy)) return null;
    const value = Number(tidy) + 0; // -0 + 0 is 0
    return value >= min && value <= max ? value : null;
  }

  // The value that the text gives to the control, or null.
  function readValue(text, control) {
    if (control.kind === "range") return readNumber(text, control);
    if (control.kind === "drawing") {
      const cells = control.rows * control.columns;
      return text.length === cells && /^[0-9a-g]*$/.test(text) ? text : null;
    }
    const allowed = control.kind === "checkbox" ? [true, false]
      : control.options.map(([value]) => value);
    return allowed.find((value) => String(value) === text) ?? null;
  }

  function readQuery(query, controls) {
    const state = {};
    if (query.length > LONGEST_QUERY) return state;
    for (const pair of query.split("&")) {
      const [name, text = ""] = pair.split("=");
      const control = controls.find((candidate) => candidate.name === name);
      const value = control ? readValue(text, control) : null;
      if (value !== null) state[control.name] = value;
    }
    return state;
  }

  // ---- Ink ----------------------------------------------------------------------------

  const FULL = 16;
  const PEN = 0.75; // half the width of a stroke, in cells

  const inkOf = (character) => parseInt(character, FULL + 1);

  // The drawing after a stroke from one point (across, down) to another. A cell whose
  // middle lies well within the pen's width is full, at the rim it is grey. The rubber
  // takes away what the pen would give.
  function stroke(ink, columns, [x1, y1], [x2, y2], rubber = false) {
    const square = (x2 - x1) ** 2 + (y2 - y1) ** 2;
    const within = (share) => Math.max(0, Math.min(1, share));
    return Array.from(ink, (character, i) => {
      const [x, y] = [i % columns + 0.5, Math.floor(i / columns) + 0.5];
      const along = square && within(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / square);
      const apart = Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1));
      const given = Math.round(FULL * within(PEN + 0.5 - apart));
      const level = rubber ? Math.min(inkOf(character), FULL - given)
        : Math.max(inkOf(character), given);
      return level.toString(FULL + 1);
    }).join("");
  }

  function writeQuery(state, controls) {
    return controls.map(({ name }) => `${name}=${state[name]}`).join("&");
  }

  // ---- The parts of the page ----------------------------------------------------------

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  function button(label, act) {
    const made = element("button", { type: "button" }, label);
    made.addEventListener("click", act);
    return made;
  }

  // Ids are unique on the page, also where each view loads this file anew (JupyterLab).
  function freshId() {
    globalThis.nnCount = (globalThis.nnCount ?? 0) + 1;
    return `nn-${globalThis.nnCount}`;
  }

  // Each field is { row, show(value) }: what stands in the page, and how it follows the
  // state. It calls `change(value)` when the reader moves it.

  function rangeField(control, change, say) {
    const { name, label, unit, min, max, step } = control;
    const id = freshId();
    const slider = element("input", {
      id, type: "range", min, max, step, "data-name": name, autocomplete: "off",
    });
    const note = element("span", { id: `${id}-note`, class: "nn-note" });
    const box = element("input", {
      type: "text", "data-name": name, "aria-label": `${label}, as a number`,
      "aria-describedby": note.id, autocomplete: "off", spellcheck: "false",
      // The decimal keypad of some telephones has no minus.
      inputmode: min < 0 ? "text" : "decimal",
    });
    let shown = null;

    function show(value) {
      note.textContent = "";
      if (value === shown) return; // and leave alone what is being typed
      shown = value;
      slider.value = String(value);
      slider.setAttribute("aria-valuetext", `${value} ${unit}`.trim());
      box.value = String(value);
    }
    function moved(value) {
      show(value);
      change(value);
    }

    slider.addEventListener("input", () => moved(Number(slider.value)));
    // On Enter or on leaving the box: half a number is not yet a mistake.
    function take() {
      const typed = box.value.trim();
      if (typed === String(shown)) return;
      const value = readNumber(typed, control);
      box.value = String(shown);
      if (value === null) {
        note.textContent = `${typed.slice(0, 12) || "Nothing"}: `
          + `not a number from ${min} to ${max}. Kept ${shown}.`;
        say(`${label}: ${note.textContent}`);
      } else {
        moved(value);
      }
    }
    box.addEventListener("change", take);
    // In a JupyterLab cell, Enter alone makes no change event.
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") take();
    });

    const row = element("div", { class: "nn-control" },
      element("label", { for: id }, label), slider, box,
      element("span", { class: "nn-unit" }, unit), note);
    return { row, show };
  }

  function selectField({ name, label, options }, change) {
    const id = freshId();
    const list = element("select", { id, "data-name": name, autocomplete: "off" },
      ...options.map(([value, words]) => element("option", { value }, words)));
    list.addEventListener("change", () => change(list.value));
    const row = element("div", { class: "nn-control" },
      element("label", { for: id }, label), list);
    return { row, show: (value) => { list.value = value; } };
  }

  function checkboxField({ name, label }, change) {
    const id = freshId();
    const box = element("input", {
      id, type: "checkbox", "data-name": name, autocomplete: "off",
    });
    box.addEventListener("change", () => change(box.checked));
    const row = element("div", { class: "nn-control" },
      element("label", { for: id }, label), box);
    return { row, show: (value) => { box.checked = value; } };
  }

  // A grid of cells, of which one at a time is in the order of the Tab key. The arrow
  // keys go from cell to cell; mouse, pen and finger draw across them.
  function drawingField({ name, label, rows, columns }, change) {
    const id = freshId();
    const help = element("p", { id: `${id}-help`, class: "nn-hint" },
      "Draw with mouse, pen or finger, or go from cell to cell with the arrow keys and "
      + "press Space.");
    const grid = element("div", {
      id, role: "grid", class: "nn-drawing", "data-name": name, "aria-label": label,
      "aria-describedby": help.id,
    });
    grid.style.gridTemplateColumns = `repeat(${columns}, 1fr)`;
    const cells = Array.from({ length: rows * columns }, () =>
      element("div", { role: "gridcell", tabindex: -1 }));
    for (let row = 0; row < rows; row += 1) {
      grid.append(element("div", { role: "row" },
        ...cells.slice(row * columns, (row + 1) * columns)));
    }
    cells[0].tabIndex = 0;
    let shown = "";

    function show(value) {
      if (value === shown) return;
      for (const [i, cell] of cells.entries()) {
        if (value[i] === shown[i]) continue;
        const ink = inkOf(value[i]);
        const place = `row ${Math.floor(i / columns) + 1}, column ${i % columns + 1}`;
        cell.setAttribute("aria-label", `${place}: ink ${ink} of ${FULL}`);
        const level = Math.round(255 * (1 - ink / FULL));
        cell.style.backgroundColor = `rgb(${level}, ${level}, ${level})`;
      }
      shown = value;
      grid.dataset.value = value;
    }
    function moved(value) {
      show(value);
      change(value);
    }

    grid.addEventListener("focusin", (event) => {
      for (const cell of cells) cell.tabIndex = cell === event.target ? 0 : -1;
    });
    const STEPS = {
      ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
      Home: [0, -columns], End: [0, columns],
    };
    grid.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const here = cells.indexOf(event.target);
      if (event.key === " " || event.key === "Enter") {
        const toggled = inkOf(shown[here]) ? 0 : FULL;
        moved(shown.slice(0, here) + toggled.toString(FULL + 1) + shown.slice(here + 1));
      } else if (event.key in STEPS) {
        const [down, right] = STEPS[event.key];
        const row = Math.floor(here / columns) + down;
        const column = Math.max(0, Math.min(columns - 1, here % columns + right));
        cells[row * columns + column]?.focus();
      } else {
        return;
      }
      event.preventDefault(); // the page is not to scroll
    });

    const rubber = button("Rubber", () => {
      rubber.setAttribute("aria-pressed", rubber.ariaPressed !== "true");
    });
    rubber.setAttribute("aria-pressed", false);
    const clear = button("Clear", () => moved("0".repeat(cells.length)));

    // The place of the pen at its last event, while it is down.
    let last = null;
    function place({ clientX, clientY }) {
      const box = grid.getBoundingClientRect();
      return [columns * (clientX - box.left) / box.width,
        rows * (clientY - box.top) / box.height];
    }
    grid.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || last) return;
      last = place(event);
      grid.setPointerCapture(event.pointerId);
      moved(stroke(shown, columns, last, last, rubber.ariaPressed === "true"));
    });
    grid.addEventListener("pointermove", (event) => {
      if (!last || !grid.hasPointerCapture(event.pointerId)) return;
      let ink = shown;
      // All the places since the last frame: a quick stroke is no polygon.
      for (const between of event.getCoalescedEvents?.() ?? [event]) {
        const next = place(between);
        ink = stroke(ink, columns, last, next, rubber.ariaPressed === "true");
        last = next;
      }
      moved(ink);
    });
    grid.addEventListener("lostpointercapture", () => { last = null; });

    const row = element("div", { class: "nn-control nn-whole" }, grid, help,
      element("div", { class: "nn-actions" }, clear, rubber));
    return { row, show };
  }

  const FIELDS = {
    range: rangeField, select: selectField, checkbox: checkboxField, drawing: drawingField,
  };

  // A preset is pressed while the state is the one it sets.
  function presetField({ label, state }, set) {
    const row = button(label, () => set(state));
    const show = (present) => {
      const same = Object.keys(state).every((name) => state[name] === present[name]);
      row.setAttribute("aria-pressed", same);
    };
    return { row, show };
  }

  // A button that moves a slider to its end, by itself, until it is pressed again. It
  // counts frames that were drawn: a hidden page draws none, so it waits there, and goes
  // on where it was. However often it is pressed, one thing at most runs.
  const PAUSE = 50; // milliseconds from one move to the next

  function player({ name, by }, { min, max }, value, set) {
    let frame = 0;
    let last = 0;
    const made = button("Play", () => frame ? stop() : start());

    function stop() {
      cancelAnimationFrame(frame);
      frame = 0;
      made.textContent = "Play";
    }
    function start() {
      if (value() >= max) set({ [name]: min });
      made.textContent = "Pause";
      frame = requestAnimationFrame(move);
    }
    function move(now) {
      frame = requestAnimationFrame(move);
      if (now - last < PAUSE) return;
      last = now;
      set({ [name]: Math.min(Math.floor(value()) + by, max) });
      if (value() >= max) stop();
    }
    return { row: element("div", { class: "nn-player" }, made), stop };
  }

  // Speaks the latest text, at most once a second: a slider moves sixty times as often.
  function announcer() {
    const output = element("output", { class: "nn-announced", "aria-live": "polite" });
    let latest = "";
    let timer = 0;
    return {
      output,
      say(text) {
        latest = text;
        timer ||= setTimeout(() => {
          timer = 0;
          output.textContent = latest;
        }, 1000);
      },
      stop: () => clearTimeout(timer),
    };
  }

  // Puts a text on the clipboard or, where the page may not, shows it selected.
  function copier() {
    const status = element("span", { class: "nn-status", role: "status" });
    const text = element("textarea", {
      class: "nn-copy", readonly: "", rows: 6, "aria-label": "Text to copy", hidden: "",
    });
    function clear() {
      status.textContent = "";
      text.hidden = true;
    }
    async function copy(content, what) {
      clear();
      try {
        await navigator.clipboard.writeText(content);
        status.textContent = `Copied ${what}.`;
      } catch {
        text.value = content;
        text.hidden = false;
        text.focus();
        text.select();
        status.textContent = `Selected ${what} below: press Ctrl+C (⌘C) to copy.`;
      }
    }
    return { status, text, copy, clear };
  }

  // ---- One widget ---------------------------------------------------------------------

  // Brings `el` to life as a view of `model`; gives back the function that ends it.
  // Everything is built before the first change to the page, so that a widget that fails
  // leaves its static picture where it was.
  function mount(widget) {
    const {
      model, el, label, hint, controls, presets, draw, sentence, script, play, folded = [],
    } = widget;
    const state = () =>
      Object.fromEntries(controls.map(({ name }) => [name, model.get(name)]));
    const initial = state();
    const voice = announcer();
    const clipboard = copier();

    const picture = element("div", { class: "nn-picture" });
    // Heard through the announcer instead.
    const words = element("p", { class: "nn-sentence", "aria-hidden": "true" });

    function set(part) {
      for (const [name, value] of Object.entries(part)) model.set(name, value);
      model.save_changes();
    }

    const fields = controls.map((control) => ({
      group: control.group,
      name: control.name,
      ...FIELDS[control.kind](
        control, (value) => set({ [control.name]: value }), voice.say),
    }));
    const buttons = presets.map((preset) => ({
      group: preset.group, ...presetField(preset, set),
    }));
    const played = controls.find(({ name }) => name === play?.name);
    const playing = played && player(play, played, () => model.get(play.name), set);
    const players = playing ? [{ group: played.group, row: playing.row }] : [];
    const roomy = matchMedia("(min-width: 48rem)").matches;
    const groups = [...new Set(controls.map(({ group }) => group))].map((group) => {
      const rows = (list) =>
        list.filter((field) => field.group === group).map(({ row }) => row);
      const parts = [
        ...rows(players), element("div", { class: "nn-presets" }, ...rows(buttons)),
        ...rows(fields),
      ];
      if (!folded.includes(group)) {
        return element("fieldset", {}, element("legend", {}, group), ...parts);
      }
      return element("details", roomy ? { open: "" } : {}, element("summary", {}, group),
        element("fieldset", { "aria-label": group }, ...parts));
    });

    function show() {
      const present = state();
      picture.innerHTML = draw(present);
      words.textContent = sentence(present);
      fields.forEach(({ name, show }) => show(present[name]));
      buttons.forEach(({ show }) => show(present));
    }

    // However many changes arrive, one picture a frame, of the latest state.
    let frame = 0;
    function changed() {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        show();
        voice.say(words.textContent);
      });
    }

    function reset() {
      clipboard.clear();
      playing?.stop();
      set(initial);
      show();
    }

    const actions = element("div", { class: "nn-actions" },
      button("Reset", reset),
      button("Copy as Python", () => clipboard.copy(script(state()), "the Python text")));

    // Only a published page gives its widgets an id, and so an address.
    function followLink() {
      const [id, query = ""] = location.hash.slice(1).split("?", 2);
      if (id !== el.id) return;
      set(readQuery(query, controls));
      el.scrollIntoView();
    }
    if (el.id) {
      actions.append(button("Copy link", () => {
        const page = location.href.split("#")[0];
        const link = `${page}#${el.id}?${writeQuery(state(), controls)}`;
        clipboard.copy(link, "the link to this state");
      }));
    }
    actions.append(clipboard.status);

    picture.addEventListener("click", (event) => {
      const part = event.target.closest("[data-set]");
      if (part) set(readQuery(part.dataset.set, controls));
    });

    show();
    voice.output.textContent = words.textContent;

    el.classList.add("nn-widget", "nn-live");
    el.setAttribute("role", "group");
    el.setAttribute("aria-label", label);
    el.replaceChildren(picture, words, voice.output,
      element("p", { class: "nn-hint" }, hint),
      element("div", { class: "nn-controls" }, ...groups), actions, clipboard.text);
    // JupyterLab would take the arrow keys of a slider as its own. It looks for this
    // word on the focused element itself.
    const reached = "input, select, button, textarea, summary, [tabindex]";
    for (const field of el.querySelectorAll(reached)) {
      field.setAttribute("data-lm-suppress-shortcuts", "true");
    }

    for (const { name } of controls) model.on(`change:${name}`, changed);
    if (el.id) {
      addEventListener("hashchange", followLink);
      followLink();
    }

    return () => {
      for (const { name } of controls) model.off(`change:${name}`, changed);
      removeEventListener("hashchange", followLink);
      cancelAnimationFrame(frame);
      playing?.stop();
      voice.stop();
    };
  }

  return { mount, readValue, readQuery, writeQuery, stroke };
})();
