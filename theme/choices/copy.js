/* A button on each piece of code that copies it; where nothing can be copied there is none. Its words come from the script element. */

const { copy, copied } = document.querySelector("script[data-copy]").dataset;

for (const code of navigator.clipboard ? document.querySelectorAll(".prose pre") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.copyButton = "";
  button.textContent = copy;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = copied;
    setTimeout(() => (button.textContent = copy), 2000);
  });
  code.before(button);
}
