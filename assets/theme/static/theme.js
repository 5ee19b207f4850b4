// Chooses light or dark before the page is drawn, so that it does not flash.
// A reader's choice is kept; without one, or where nothing can be kept, the system's rules.
"use strict";
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
