// Keys for the buttons of the inbox: j and k go from item to item, Enter or r opens one to answer it, e sets it aside,
// l puts it off, a publishes what waits for a decision, p shows its person, z undoes, u goes back to the list, / searches;
// with an item open, 1 to 9 put a saved answer in; Ctrl+Enter sends. What is being written is kept every few seconds,
// as the button for it does. Nothing here does what no button does.
"use strict";
const items = [...document.querySelectorAll("[data-item]")];
const answer = document.getElementById("answer");

function at() {
  return items.findIndex((item) => item.contains(document.activeElement));
}

function go(to) {
  const item = items[Math.max(0, Math.min(items.length - 1, to))];
  if (item) {
    item.focus();
    item.scrollIntoView({ block: "nearest" });
  }
}

function press(selector) {
  const place = items[at()] || (items.length ? null : document);
  place?.querySelector(selector)?.click();
}

function open() {
  const link = items[at()]?.querySelector("[data-open]");
  if (link) location.href = `${link.href}#answer`;
}

function search() {
  const field = document.getElementById("q");
  if (!field) return;
  field.closest("details").open = true;
  field.focus();
}

const keys = {
  j: () => go(at() + 1),
  k: () => go(at() - 1),
  e: () => press('button[value^="done"]'),
  l: () => press('button[value^="later"]'),
  a: () => press('button[value^="approve"]'),
  p: () => press("[data-person]"),
  r: () => (answer ? answer.focus() : open()),
  Enter: () => open(),
  z: () => document.querySelector("[data-undo]")?.click(),
  u: () => document.querySelector("[data-back]")?.click(),
  "/": search,
};
document.querySelectorAll('button[value^="saved "]').forEach((button, number) => {
  keys[number + 1] = () => button.click();
});

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (typing) {
    if (event.key === "Escape") event.target.blur();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === answer) {
      document.querySelector('button[value="send"]').click();
    }
    return;
  }
  const usual = event.key === "Enter" && /^(A|BUTTON|SUMMARY)$/.test(event.target.tagName);
  if (event.ctrlKey || event.metaKey || event.altKey || usual || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
});

if (answer) {
  let waits = 0;
  const keep = () => {
    const form = new FormData(answer.form);
    form.set("do", "draft");
    fetch(location.pathname, { method: "POST", body: new URLSearchParams(form) }).catch(() => {});
  };
  answer.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(keep, 2000);
  });
  answer.form.addEventListener("submit", () => clearTimeout(waits));
  if (location.hash === "#answer" || answer.autofocus) {
    answer.focus();
    answer.setSelectionRange(answer.value.length, answer.value.length);
  }
}

// A button led here, and its address ends in the item that comes next: whoever works goes on there.
const next = items.findIndex((item) => `#${item.id}` === location.hash);
if (next >= 0) go(next);

// What a page says as it comes is not read aloud; what is put there afterwards is.
const told = document.querySelector('[role="status"]');
if (told) {
  const live = document.createElement("p");
  live.className = "visually-hidden";
  live.role = "status";
  document.body.append(live);
  setTimeout(() => { live.textContent = (told.querySelector("p") || told).textContent; }, 100);
}
