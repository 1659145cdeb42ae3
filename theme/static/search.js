/*
   The search page: asks Pagefind's index, which lies beside the site, and writes what it finds below the form.

   Every phrase comes from the form's data attributes, so that this file knows no language.
   https://pagefind.app/docs/api/
*/

const form = document.querySelector("search form");
const field = form.elements.q;
const status = document.querySelector("search [role=status]");
const list = document.createElement("ol");
const more = document.createElement("button");
const PAGE = 10;

// Where a language has no such word, Pagefind goes on with its first letters, down to one. So each page shows what it
// found there, and stays only if that is what was asked for; beyond so many pages nobody looks.
const LOOKED_AT = 80;

const indexes = new Map(); // one that folds accents, and one for words with ñ, which is a letter of its own
let found = [];
let asked = 0;

status.after(list, more);
more.type = "button";
more.textContent = form.dataset.more;
more.hidden = true;
more.addEventListener("click", () => show(list.children.length));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  search(field.value);
});

field.addEventListener("input", () => search(field.value, 250));
field.addEventListener("focus", () => load().catch(() => {}), { once: true });

/** The index, fetched once: the one of this page's language, and the others after it. */
function load(words = "") {
  const exactDiacritics = /ñ/i.test(words);
  if (!indexes.has(exactDiacritics)) {
    const fetched = fetchIndex(exactDiacritics).catch((error) => {
      indexes.delete(exactDiacritics); // the next search tries again
      throw error;
    });
    indexes.set(exactDiacritics, fetched);
  }
  return indexes.get(exactDiacritics);
}

async function fetchIndex(exactDiacritics) {
  const own = document.documentElement.lang;
  const [first, ...others] = partsOfIndex().sort((one, other) => (other.language === own) - (one.language === own));
  const { createInstance } = await import(new URL("pagefind.js", first.folder));
  const loaded = createInstance({ basePath: first.folder, exactDiacritics });
  await loaded.init();
  for (const { folder, language } of others) await loaded.mergeIndex(folder, { language, exactDiacritics });
  return loaded;
}

/** What there is to load: of each language one index, and in a large blog more of its newer posts ("recent es en, …"). */
function partsOfIndex() {
  const { pagefind, languages, parts } = form.dataset;
  const further = (parts || "").split(",").map((part) => part.trim().split(" "));
  return [["", ...languages.split(" ")], ...further].flatMap(([part, ...known]) => {
    const folder = new URL(part ? `${pagefind}${part}/` : pagefind, location.href).href;
    return known.filter(Boolean).map((language) => ({ folder, language }));
  });
}

/** Look for *words* once the typing has paused for *pause* milliseconds. */
async function search(words, pause = 0) {
  const turn = ++asked;
  words = words.trim().normalize("NFC");
  await new Promise((resolve) => setTimeout(resolve, pause));
  if (turn !== asked) return;
  history.replaceState(null, "", words ? `?q=${encodeURIComponent(words)}` : location.pathname);
  if (!words) return say("", []);
  if (!list.children.length) status.textContent = form.dataset.waiting;
  try {
    const { results } = await (await load(words)).search(words);
    const pages = await Promise.all(results.slice(0, LOOKED_AT).map((result) => result.data()));
    const foreign = ({ meta }) => meta.lang !== document.documentElement.lang;
    const close = pages.filter((page) => has(page, words)).sort((one, other) => foreign(one) - foreign(other));
    if (turn === asked) say(sentence(close.length, words), close);
  } catch {
    if (turn === asked) say(form.dataset.broken, []);
  }
}

/** Whether all of *words* stand in the page, each as it is, further on, or with another ending. */
function has(page, words) {
  const text = (page.raw_content ?? page.content).split(/\s+/);
  const found = page.locations.flatMap((at) => parts(text[at] ?? "")).concat(parts(page.meta.title));
  const marked = page.excerpt.match(/<mark>.*?<\/mark>/g) ?? [];
  found.push(...marked.flatMap((mark) => parts(mark.slice(6, -7))));
  const exact = /ñ/i.test(words);
  return parts(words).every((word) => found.some((other) => near(bare(word, exact), bare(other, exact))));
}

function parts(text) {
  return text.normalize("NFC").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

/** A word without its accents; its ñ stays when it *matters*. */
function bare(word, matters) {
  const kept = matters ? word.replaceAll("ñ", "\uE000") : word;
  return kept.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("\uE000", "ñ");
}

function near(word, other) {
  if (other.startsWith(word) || singular(word) === singular(other)) return true;
  const least = Math.max(Math.min(4, word.length - 1), Math.ceil(0.7 * word.length));
  return word.length > 3 && other.slice(0, least) === word.slice(0, least) && other.length <= word.length + 3;
}

function singular(word) {
  return word.replace(/ces$/, "z").replace(/(?<=..)(?:es|s)$/, "");
}

function sentence(n, words) {
  const { none, one, found: several } = form.dataset;
  return (n === 0 ? none : n === 1 ? one : several).replace("{n}", () => n).replace("{words}", () => words);
}

function say(text, results) {
  status.textContent = text;
  found = results;
  list.replaceChildren();
  show(0);
}

/** Write ten more of what was found; the focus goes to the first of them when there were some already. */
function show(from) {
  const items = found.slice(from, from + PAGE).map(item);
  list.append(...items);
  more.hidden = list.children.length >= found.length;
  if (from) items[0]?.querySelector("a").focus();
}

function item(page) {
  const entry = document.createElement("li");
  const heading = document.createElement("h2");
  const link = document.createElement("a");
  const excerpt = document.createElement("p");
  link.href = page.meta.address;
  link.textContent = page.meta.title;
  excerpt.innerHTML = `…${page.excerpt}…`; // Pagefind has escaped all but its own <mark>
  heading.append(link);
  entry.lang = page.meta.lang;
  entry.dir = "auto";
  entry.append(heading, excerpt);
  if (page.meta.date) {
    const date = document.createElement("p");
    date.className = "quiet";
    date.textContent = page.meta.date;
    entry.append(date);
  }
  return entry;
}

const wanted = new URLSearchParams(location.search).get("q");
if (wanted) {
  field.value = wanted;
  search(wanted);
}
