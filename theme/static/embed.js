// A button on each video, talk or song: pressing it, and nothing before, loads the service's own player.
// Without this script the picture and the title lead to the original.

for (const figure of document.querySelectorAll("figure[data-player]")) {
  const link = figure.querySelector("a[data-play]");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `▶ ${link.dataset.play}`;
  button.setAttribute("aria-label", `${link.dataset.play}: ${link.textContent.trim()}`);
  const note = document.createElement("small");
  note.textContent = link.dataset.note;
  link.after(button, note);
  button.addEventListener("click", () => {
    const frame = document.createElement("iframe");
    frame.src = figure.dataset.player;
    frame.title = link.textContent.trim();
    frame.allow = "autoplay; fullscreen; encrypted-media; picture-in-picture";
    frame.allowFullscreen = true;
    // YouTube refuses to play for a page that does not say where it is; the site alone is enough for it.
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    frame.style.aspectRatio = figure.dataset.ratio;
    link.replaceWith(frame);
    button.remove();
    note.remove();
    frame.focus();
  });
}
