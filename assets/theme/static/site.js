// What a page does beyond being read. All of it is an extra: nothing is lost without.
"use strict";

// The switch between light and dark.
{
  const button = document.querySelector(".icon-button.theme");
  const other = () => (theme.current() === "dark" ? "light" : "dark");
  const label = () => button.setAttribute("aria-label", `Use the ${other()} theme`);
  button.addEventListener("click", () => {
    theme.choose(other());
    label();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  label();
  button.hidden = false;
}

// The list of chapters: closes after a choice on a narrow screen, and shows where we are.
{
  const contents = document.querySelector("#contents");
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a")) contents.hidePopover?.();
  });
  const here = contents.querySelector("[aria-current=page]");
  if (here && contents.scrollHeight > contents.clientHeight) {
    contents.scrollTop = here.offsetTop - contents.clientHeight / 3;
  }

  const links = new Map(
    [...contents.querySelectorAll("ul ul a")].map((link) => [
      decodeURIComponent(link.hash.slice(1)),
      link,
    ]),
  );
  const mark = new IntersectionObserver(
    (entries) => {
      const seen = entries.find((entry) => entry.isIntersecting);
      if (!seen) return;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(seen.target.id).setAttribute("aria-current", "location");
    },
    { rootMargin: "0px 0px -75% 0px" },
  );
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section) mark.observe(section);
  }
}

// The first screen is drawn: now the sections below it, in five portions, so that the
// reader can act in between.
const allDrawn = new Promise((done) => {
  const sections = [...document.querySelectorAll("article > section > section")];
  const portion = Math.ceil(sections.length / 5);
  const next = () => {
    if ("first" in document.documentElement.dataset && sections.length) {
      for (const section of sections.splice(0, portion)) section.classList.add("drawn");
      setTimeout(next, 20);
    } else {
      delete document.documentElement.dataset.first;
      done();
    }
  };
  addEventListener("load", () => setTimeout(next));
});

// Whatever scrolls sideways can be reached and scrolled with the keyboard.
{
  const wide = document.querySelectorAll("pre, .table, .formula");
  const update = () => {
    // All are measured before the first is changed: else each would be laid out anew.
    const isWide = [...wide].map((box) => box.scrollWidth > box.clientWidth);
    wide.forEach((box, i) => {
      if (isWide[i]) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  };
  Promise.all([allDrawn, document.fonts.ready]).then(() => {
    update();
    addEventListener("resize", update);
  });
}

// A button that copies the code of a cell.
for (const code of document.querySelectorAll(".cell_input pre")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy the code");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent.trimEnd());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  code.parentElement.append(button);
}

// A hidden cell right below a fold belongs to it: a diagnosis opens its repair as well.
{
  const hidden = ".cell.tag_hide-input.tag_hide-output";
  for (const fold of document.querySelectorAll("details")) {
    fold.addEventListener("toggle", () => {
      let cell = fold.nextElementSibling;
      for (; cell?.matches(hidden); cell = cell.nextElementSibling) {
        for (const part of cell.querySelectorAll(".reveal")) part.open = fold.open;
      }
    });
  }
}

// Whoever follows a link to a hidden cell wants to see it.
{
  const show = () => {
    const cell = document.querySelector(":target")?.closest(".cell");
    for (const part of cell?.querySelectorAll(".reveal") ?? []) part.open = true;
  };
  show();
  addEventListener("hashchange", show);
}

// On paper nothing can be opened, so what is hidden is printed.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("article details")) fold.open = true;
});
