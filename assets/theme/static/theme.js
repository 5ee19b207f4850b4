// What has to happen before the page is drawn.
"use strict";

// Ask for the fonts before the text does, so that it does not move when they come. From
// file:// a browser refuses to, and complains.
if (location.protocol !== "file:") {
  for (const font of document.currentScript.dataset.fonts.split(" ")) {
    const link = document.createElement("link");
    link.rel = "preload";
    link.as = "font";
    link.type = "font/woff2";
    link.crossOrigin = "";
    link.href = font;
    document.head.append(link);
  }
}

// Choose light or dark, so that the page does not flash. A reader's choice is kept;
// without one, or where nothing can be kept, the system rules.
const theme = (() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
  const systems = () => (system.matches ? "dark" : "light");
  const show = () => {
    document.documentElement.dataset.theme =
      chosen === "dark" || chosen === "light" ? chosen : systems();
  };
  show();
  system.addEventListener("change", show);
  return {
    current: () => document.documentElement.dataset.theme,
    // Going back to what the system says forgets the choice.
    choose: (wanted) => {
      chosen = wanted === systems() ? null : wanted;
      show();
      try {
        if (chosen) localStorage.setItem("theme", chosen);
        else localStorage.removeItem("theme");
      } catch {
        // As above.
      }
    },
  };
})();

// Say whether the page's cells can be run here, so that nothing moves when their buttons
// come to life. From a disk no browser starts a worker.
{
  const root = document.documentElement.dataset;
  if (root.run === "here") {
    if (location.protocol === "file:") root.run = "disk";
    else if (!("Worker" in window && "WebAssembly" in window)) root.run = "none";
  }
}

// Draw the first screen first, where the page is opened at its top.
if (!location.hash && performance.getEntriesByType("navigation")[0]?.type === "navigate") {
  document.documentElement.dataset.first = "";
}
