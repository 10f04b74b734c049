// A button with data-copy="#id" copies the words of that element and says its data-copied.
import { announce } from "./words.js";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.innerText.trim());
    announce(button.dataset.copied);
  } catch {
    // Over plain HTTP, or where it is refused, a browser leaves copying to the person.
    getSelection().selectAllChildren(source);
  }
});
