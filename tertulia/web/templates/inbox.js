// Keys for the buttons of the inbox: j and k go from item to item, Enter or r opens one to answer it, e sets it aside,
// l puts it off, u goes back to the list, / searches; Ctrl+Enter sends. What is being written is kept every few seconds,
// as the button for it does. Nothing here does what no button does.
"use strict";
const items = [...document.querySelectorAll("[data-item]")];
const kept = "inbox at";
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

function press(what) {
  const place = items[at()] || (items.length ? null : document);
  const button = place && place.querySelector(`button[value^="${what}"]`);
  if (button) {
    sessionStorage.setItem(kept, String(at()));
    button.click();
  }
}

const keys = {
  j: () => go(at() + 1),
  k: () => go(at() - 1),
  e: () => press("done"),
  l: () => press("later"),
  r: () => (answer ? answer.focus() : open()),
  Enter: () => open(),
  u: () => document.querySelector("[data-back]")?.click(),
  "/": () => document.getElementById("q")?.focus(),
};

function open() {
  const link = items[at()]?.querySelector("[data-open]");
  if (link) {
    sessionStorage.setItem(kept, String(at()));
    location.href = `${link.href}#answer`;
  }
}

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
}

if (answer && location.hash === "#answer") answer.focus();
const before = sessionStorage.getItem(kept);
if (items.length && before !== null) {
  sessionStorage.removeItem(kept);
  go(Number(before));
}
