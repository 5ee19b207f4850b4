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
// A preset is { group, label, state }: a button that sets some of the state.
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

  const FIELDS = { range: rangeField, select: selectField, checkbox: checkboxField };

  // A preset is pressed while the state is the one it sets.
  function presetField({ label, state }, set) {
    const row = button(label, () => set(state));
    const show = (present) => {
      const same = Object.keys(state).every((name) => state[name] === present[name]);
      row.setAttribute("aria-pressed", same);
    };
    return { row, show };
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
    const { model, el, label, hint, controls, presets, draw, sentence, script } = widget;
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
    const groups = [...new Set(controls.map(({ group }) => group))].map((group) => {
      const rows = (list) =>
        list.filter((field) => field.group === group).map(({ row }) => row);
      return element("fieldset", {}, element("legend", {}, group),
        element("div", { class: "nn-presets" }, ...rows(buttons)), ...rows(fields));
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
    for (const field of el.querySelectorAll("input, select, button, textarea")) {
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
      voice.stop();
    };
  }

  return { mount, readValue, readQuery, writeQuery };
})();
