// Brings the widgets of a published page to life, without Python and without a server.
//
// Loaded last, deferred, after kit.js and the script of each widget on the page. A widget
// stands in the page as `<div class="nn-widget" data-widget="name" data-state="{...}">`
// with its static picture in it, which stays if anything fails. Each gets an id of its
// own, `widget-name`, the next copy `widget-name-2`, which is what links to it use.

(() => {
  "use strict";

  // As much of anywidget's model as a widget needs.
  function localModel(state) {
    const listeners = {};
    return {
      get: (name) => state[name],
      set(name, value) {
        if (state[name] === value) return;
        state[name] = value;
        for (const listener of listeners[`change:${name}`] ?? []) listener();
      },
      save_changes() {},
      on: (event, listener) => { (listeners[event] ??= new Set()).add(listener); },
      off: (event, listener) => { listeners[event]?.delete(listener); },
    };
  }

  const copies = {};
  for (const el of document.querySelectorAll(".nn-widget")) {
    const { widget, state } = el.dataset;
    copies[widget] = (copies[widget] ?? 0) + 1;
    el.id ||= `widget-${widget}` + (copies[widget] > 1 ? `-${copies[widget]}` : "");
    try {
      nnWidgets[widget].render({ model: localModel(JSON.parse(state)), el });
    } catch (error) {
      console.error(`The widget ${widget} keeps its static picture:`, error);
    }
  }
})();
