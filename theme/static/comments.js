/*
   The comment form, a little nicer: the preview comes into the page, replies stay on it, likes do not leave it.

   Without this file the form does the same on pages of its own. Every phrase comes from the form's data attributes.
   Where the service is another site than the page, browsers keep no cookie of it, so that the words which it signs to know
   a reader again are kept in the page's own storage. The service believes them only from this page, and only its own.
   What is half written, its name and its site stay in that storage too, for this post, until the service has taken it;
   name and site stay for the next time where "remember" was ticked. None of it is sent anywhere by itself.
   The browser's sum (proof of work) is that of https://altcha.org, version 1: which number makes this hash?
*/

const KEPT = ["person", "likes"];
const DRAFT = ["text", "name", "site", "parent"];
const form = document.querySelector("form[data-form=comment]");
const address = new URL(form.getAttribute("action"), location); // form.action is the button of that name
const like = document.querySelector("#like");
const shown = document.createElement("div");
const send = document.createElement("button");
const draft = `draft ${form.elements.post.value} ${form.elements.lang.value}`;
let token = "";
let sum = null;

shown.setAttribute("role", "status");
send.name = "action";
send.value = "send";
send.textContent = form.dataset.send;
send.hidden = true;
form.querySelector("button[name=action]").before(shown, send, " ");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const sending = event.submitter === send;
  const fields = new URLSearchParams(new FormData(form));
  fields.set("action", sending ? "send" : "preview");
  say(form.dataset.working);
  if (sending) {
    fields.set("token", token);
    fields.set("altcha", (await sum) ?? "");
  }
  try {
    const answer = await ask(address, fields);
    if (answer.state === "sent") {
      forgetDraft();
      location.assign(new URL(answer.url, address));
    }
    else show(answer);
  } catch {
    say(form.dataset.broken);
  }
});

// What was changed after the preview must be seen again.
form.addEventListener("input", () => {
  send.hidden = true;
  keepDraft();
});

document.addEventListener("click", (event) => {
  const reply = event.target.closest("a[data-reply]");
  if (!reply || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  answer(reply.dataset.reply, reply.dataset.name);
});

like?.addEventListener("submit", liked); // a blog's own template may do without

async function liked(event) {
  event.preventDefault();
  const button = event.submitter;
  const fields = new URLSearchParams(new FormData(like));
  if (button.name) fields.set(button.name, button.value);
  button.disabled = true;
  try {
    const answer = await ask(like.action, fields);
    if (answer.state !== "liked") throw answer;
    button.textContent = form.dataset.liked;
  } catch {
    button.disabled = false;
    like.removeEventListener("submit", liked);
    like.requestSubmit(button);
  }
}

async function ask(where, body) {
  for (const name of KEPT) if (kept(name)) body.set(name, kept(name));
  const response = await fetch(where, {
    method: "POST", body, credentials: "include", headers: { Accept: "application/json" },
  });
  const answer = await response.json();
  keep(answer.keep ?? {});
  return answer;
}

function kept(name) {
  try { return localStorage.getItem(`tertulia_${name}`) ?? ""; } catch { return ""; } // storage may be forbidden
}

function keep(words) {
  try {
    for (const [name, word] of Object.entries(words)) {
      if (word) localStorage.setItem(`tertulia_${name}`, word);
      else localStorage.removeItem(`tertulia_${name}`);
    }
  } catch { /* then nobody is known again, and all else works */ }
}

function keepDraft() {
  keep({ [draft]: JSON.stringify(Object.fromEntries(DRAFT.map((name) => [name, form.elements[name].value]))) });
}

function forgetDraft() {
  const { name, site, remember } = form.elements;
  keep({ [draft]: "", writer: remember.checked ? JSON.stringify({ name: name.value, site: site.value }) : "" });
}

// What the browser has put back by itself, or a person has typed meanwhile, stays.
function restoreDraft() {
  const known = { ...words("writer"), ...words(draft) };
  for (const name of ["text", "name", "site"]) form.elements[name].value ||= known[name] ?? "";
  const reply = [...document.querySelectorAll("a[data-reply]")].find((link) => link.dataset.reply === known.parent);
  if (reply) answer(reply.dataset.reply, reply.dataset.name, { focus: false });
}

function words(name) {
  try { return JSON.parse(kept(name)) ?? {}; } catch { return {}; }
}

function say(text) {
  shown.replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
}

function show(answer) {
  token = answer.token ?? "";
  send.hidden = answer.state !== "preview";
  for (const field of form.elements) field.removeAttribute("aria-invalid");
  if (answer.state === "preview") {
    const article = document.createElement("article");
    article.className = "note";
    article.innerHTML = answer.html; // cleaned by the service, as it will be on the page
    shown.replaceChildren(article);
    sum = work(answer.challenge).catch(() => "");
    send.focus();
    return;
  }
  const list = document.createElement("ul");
  for (const error of answer.errors ?? [{ text: answer.text }]) {
    const link = document.createElement(form.elements[error.field] ? "a" : "span");
    link.textContent = error.text;
    if (form.elements[error.field]) {
      link.href = `#comment-${error.field}`;
      form.elements[error.field].setAttribute("aria-invalid", "true");
    }
    list.append(Object.assign(document.createElement("li"), {}));
    list.lastChild.append(link);
  }
  shown.replaceChildren(list);
  list.querySelector("a")?.focus();
}

function answer(key, name, { focus = true } = {}) {
  form.elements.parent.value = key;
  const title = form.querySelector("h3");
  title.dataset.was ??= title.textContent;
  title.textContent = form.dataset.replyTo.replace("{name}", name);
  let cancel = form.querySelector("button[data-cancel]");
  if (!cancel) {
    cancel = Object.assign(document.createElement("button"), { type: "button", textContent: form.dataset.cancel });
    cancel.dataset.cancel = "";
    cancel.addEventListener("click", () => {
      form.elements.parent.value = "";
      title.textContent = title.dataset.was;
      cancel.remove();
      keepDraft();
    });
    title.after(cancel);
  }
  if (!focus) return;
  keepDraft();
  form.elements.text.focus();
}

async function work(challenge) {
  if (!challenge || !globalThis.crypto?.subtle) return "";
  const encoder = new TextEncoder();
  for (let number = 0; number <= challenge.maxnumber; number++) {
    const hash = await crypto.subtle.digest("SHA-256", encoder.encode(challenge.salt + number));
    const hex = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (hex === challenge.challenge) {
      const { algorithm, salt, signature } = challenge;
      return btoa(JSON.stringify({ algorithm, challenge: hex, number, salt, signature }));
    }
  }
  return "";
}

restoreDraft();
