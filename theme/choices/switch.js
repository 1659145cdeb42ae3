/*
   Light or dark: what the reader chose is on the page before anything is drawn, so nothing flashes.

   It is kept in the browser alone, and forgotten when the choice is again what the system says. Without this file, and where
   nothing can be kept, the system decides. The words come from the data attributes of the script element. The pages of the
   service have it too: under the blog's own address they know what was chosen there.
*/

const KEY = "scheme";
const { dark, light } = document.currentScript.dataset;
const system = matchMedia("(prefers-color-scheme: dark)");
const other = { dark: "light", light: "dark" };
let chosen = "";

try {
  chosen = localStorage.getItem(KEY) ?? "";
} catch {
  /* a browser that keeps nothing */
}
show();
addEventListener("DOMContentLoaded", addButton);

function scheme() {
  return chosen in other ? chosen : system.matches ? "dark" : "light";
}

function show() {
  if (chosen in other) document.documentElement.dataset.scheme = chosen;
  else delete document.documentElement.dataset.scheme;
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
    meta.dataset.media ??= meta.media;
    meta.media = !(chosen in other) ? meta.dataset.media : meta.dataset.media.includes(chosen) ? "all" : "not all";
  }
}

function addButton() {
  const list = document.querySelector("body > header nav ul") ?? document.querySelector("body > header");
  if (!list) return;
  const item = document.createElement(list.matches("ul") ? "li" : "p");
  const button = document.createElement("button");
  const name = () => (button.textContent = scheme() === "dark" ? light : dark);
  item.dataset.switch = "";
  button.type = "button";
  button.addEventListener("click", () => {
    const next = other[scheme()];
    chosen = (next === "dark") === system.matches ? "" : next;
    try {
      if (chosen) localStorage.setItem(KEY, chosen);
      else localStorage.removeItem(KEY);
    } catch {
      /* it holds for this page */
    }
    show();
    name();
  });
  system.addEventListener("change", name);
  name();
  item.append(button);
  list.insertBefore(item, list.querySelector("li:has([hreflang])"));
}
