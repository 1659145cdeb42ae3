// Refreshes the page after each build and shows what the build complained about. Only ever served by preview.
"use strict";
{
  const shown = document.currentScript.dataset.version;
  let stream = null;

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
      if (news.version !== shown && !news.failed) location.reload();
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
