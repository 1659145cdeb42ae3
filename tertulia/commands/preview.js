// Refreshes the page when it has changed and shows what the build complained about. Only ever served by preview.
"use strict";
{
  let shown = document.currentScript.dataset.version;
  let stream = null;

  // The page as it was sent, but for what tells one version of the site from another.
  const sent = async () => {
    const answer = await fetch(location.href, { cache: "no-store" });
    const text = await answer.text();
    const version = text.match(/ data-version="([^"]*)"/)?.[1];
    return { version, text: text.replace(/ data-version="[^"]*"/, ""), ok: answer.ok };
  };
  let turns = Promise.resolve(); // one refresh after another
  let known = sent().catch(() => null);

  const TEXT = ".e-content";
  // All but the text of a post, and what nobody sees.
  const around = (page) => {
    for (const unseen of page.querySelectorAll("title, meta, script[type='application/ld+json']")) unseen.remove();
    for (const text of page.querySelectorAll(TEXT)) text.replaceChildren();
    return page.documentElement.outerHTML;
  };

  // Puts the new text where the old one was, so that nothing flashes and the reader stays where they were.
  const refresh = async (news) => {
    const before = await known;
    known = sent().catch(() => null);
    const now = await known;
    if (!before?.ok || !now?.ok || before.version !== shown) return location.reload();
    if (before.text !== now.text) {
      const [old, page] = [before.text, now.text].map((text) => new DOMParser().parseFromString(text, "text/html"));
      const here = document.querySelectorAll(TEXT);
      const next = page.querySelector(TEXT)?.cloneNode(true);
      const title = page.title;
      if (here.length !== 1 || !next || next.querySelector("script")) return location.reload();
      if (around(old) !== around(page)) return location.reload();
      here[0].replaceWith(next);
      document.title = title;
    }
    shown = now.version;
    note(news);
  };

  const note = (news) => {
    document.getElementById("preview-note")?.remove();
    if (!news.note.length) return;
    const host = document.createElement("div");
    host.id = "preview-note";
    // A shadow root, so that neither the theme's style nor ours reaches the other.
    const root = host.attachShadow({ mode: "open" });
    const box = document.createElement("details");
    box.open = news.failed;
    const title = document.createElement("summary");
    title.textContent = news.note[0] + (news.note.length > 1 ? ` (+${news.note.length - 1})` : "");
    const list = document.createElement("ul");
    for (const line of news.note) {
      const item = document.createElement("li");
      item.textContent = line;
      list.append(item);
    }
    box.append(title, list);
    const style = document.createElement("style");
    style.textContent = `
      details { position: fixed; inset: auto 1rem 1rem 1rem; z-index: 9999; max-height: 60vh; overflow: auto;
        padding: .6rem 1rem; border-radius: .4rem; background: ${news.failed ? "#7a1020" : "#5c4400"}; color: #fff;
        font: 14px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; box-shadow: 0 .2rem 1rem #0006 }
      summary { cursor: pointer }
      ul { margin: .5rem 0; padding-inline-start: 1.2rem }
      @media print { details { display: none } }`;
    root.append(style, box);
    document.body.append(host);
  };

  const listen = () => {
    stream = new EventSource("/.preview/events");
    stream.onmessage = (event) => {
      const news = JSON.parse(event.data);
      if (news.version !== shown && !news.failed) turns = turns.then(() => news.version !== shown && refresh(news));
      else note(news);
    };
  };

  // A browser keeps six connections to one server: a page in the background gives its own back.
  const turn = () => {
    stream?.close();
    stream = null;
    if (!document.hidden) listen();
  };
  document.addEventListener("visibilitychange", turn);
  addEventListener("pagehide", () => stream?.close());
  turn();
}
