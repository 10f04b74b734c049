// The editor keeps what is typed: it says whether that is saved, and holds it in the browser
// until the server has it, so that neither a lost connection nor a closed tab loses a word.
import { announce } from "./words.js";

const formOf = (target) => target?.closest?.("form[data-keeps-typed]");
const keyOf = (form) => `typed:${form.getAttribute("action")}`;
const storage = () => {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
};

const say = (kind) => {
  const saved = document.getElementById("saved");
  if (saved?.dataset[kind]) saved.textContent = saved.dataset[kind];
};

function hold(form) {
  const typed = new URLSearchParams(new FormData(form));
  typed.delete("csrfmiddlewaretoken");
  storage()?.setItem(keyOf(form), typed.toString());
}

document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  say("typed");
  hold(form);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (formOf(event.target)) say("saving");
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  if (event.detail.successful) {
    storage()?.removeItem(keyOf(form));
    document.body.dispatchEvent(new CustomEvent("section-saved"));
  } else {
    say("typed");
  }
});

document.addEventListener("submit", (event) => {
  const form = formOf(event.target);
  if (form) hold(form);
});

// What a form held when it could not be saved is put back, and said.
function restore(form) {
  const held = storage()?.getItem(keyOf(form));
  if (!held) return;
  storage().removeItem(keyOf(form));
  const typed = new URLSearchParams(held);
  if (typed.get("seen") !== form.elements.seen?.value) return offer(form, held);
  put(form, typed);
}

function put(form, typed) {
  let differs = false;
  for (const [name, value] of typed) {
    const control = form.elements[name];
    if (!control || name === "seen" || control instanceof RadioNodeList) continue;
    if (control.type === "checkbox" || control.type === "hidden" || control.value === value) continue;
    control.value = value;
    differs = true;
  }
  if (!differs) return;
  say("typed");
  announce(form.dataset.restored ?? "");
}

// The section changed meanwhile: what was typed stays at hand, for the person to put in again.
function offer(form, held) {
  const note = form.querySelector("[data-held]");
  if (!note) return;
  note.hidden = false;
  note.querySelector("button").addEventListener("click", () => {
    put(form, new URLSearchParams(held));
    note.hidden = true;
  });
}

// An input's mark of being wrong follows the sentences beside it.
function mark(root) {
  for (const place of root.querySelectorAll(".editor-errors")) {
    const control = document.getElementById(place.id.replace(/-errors$/, ""));
    control?.setAttribute("aria-invalid", String(place.querySelector("li") !== null));
  }
}

function settle(root) {
  mark(root);
  for (const form of root.querySelectorAll("form[data-keeps-typed]")) restore(form);
}

settle(document);
document.addEventListener("htmx:afterSettle", () => mark(document));
document.addEventListener("htmx:load", (event) => settle(event.target));
