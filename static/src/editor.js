// The editor keeps what is typed: it says whether that is saved, and holds it in the browser
// until the server has it, so that neither a lost connection nor a closed tab loses a word.
import "./kept.js";
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
  // What is typed now is no part of what would be undone.
  document.getElementById("undo")?.replaceChildren();
  hold(form);
});

// What a fragment within the form fetches for itself saves nothing.
// The form that asked may be swapped away by its own answer, so it is not the event's target then.
const savedBy = ({ detail: { requestConfig: asked } }) => asked?.verb === "post" && formOf(asked.elt);

document.addEventListener("htmx:beforeRequest", (event) => {
  if (savedBy(event)) say("saving");
});

// A question about a conflict is an answer to htmx like any other, but nothing is saved by it.
const isSaved = ({ detail: { xhr } }) => xhr.status >= 200 && xhr.status < 400;

// The answer brings a new form, which would otherwise find what was held for the old one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = savedBy(event);
  if (form && isSaved(event)) storage()?.removeItem(keyOf(form));
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = savedBy(event);
  if (!form) return;
  if (isSaved(event)) {
    storage()?.removeItem(keyOf(form));
    document.body.dispatchEvent(new CustomEvent("section-saved"));
  } else {
    say("typed");
  }
});

// What was pressed: the deed, and the words with which its button says that it is done.
let pressed = null;

document.addEventListener("submit", (event) => {
  const form = formOf(event.target);
  if (form) hold(form);
  // Whoever chose between two texts has settled what was held.
  if (event.target.dataset.settles) storage()?.removeItem(`typed:${event.target.dataset.settles}`);
  // A page of suggestions has the deeds of a section too, and saves nothing by them.
  const hasDeeds = form ?? event.target.closest("form[data-deeds]");
  const button = hasDeeds && event.submitter?.name === "do" ? event.submitter : null;
  pressed = button && { deed: button.value, words: button.dataset.done };
});

// After a deed the focus stays with what was added, moved, removed or changed, else on its button.
const deedButton = (root, value) => root.querySelector(`button[name="do"][value="${CSS.escape(value)}"]`);

function focusAfter(root, done) {
  const [verb, place = ""] = done.split(" ");
  const list = place.replace(/\.\d+$/, "");
  const at = Number(place.slice(list.length + 1));
  const found = {
    up: () => deedButton(root, `up ${list}.${at - 1}`) ?? deedButton(root, `down ${list}.${at - 1}`),
    down: () => deedButton(root, `down ${list}.${at + 1}`) ?? deedButton(root, `up ${list}.${at + 1}`),
    remove: () =>
      [`remove ${place}`, `remove ${list}.${at - 1}`, `add ${list}`]
        .map((value) => deedButton(root, value))
        .find(Boolean),
    add: () => lastOf(root, place),
    group: () => lastOf(root, place),
    intensive: () => lastOf(root, place),
  }[verb] ?? (() => changedBy(root, done));
  const wanted = found() ?? deedButton(root, done);
  for (let fold = wanted?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  wanted?.focus();
}

// What a deed changed says so itself: `take x` stands for whatever was taken there.
function changedBy(root, done) {
  const changed = [...root.querySelectorAll("[data-after]")].find(({ dataset: { after } }) =>
    `${done} `.startsWith(`${after} `),
  );
  return changed?.matches("[tabindex]") ? changed : changed?.querySelector("input:not([type=hidden])");
}

// What was added is the last row, or the last that has nothing in it yet.
function lastOf(root, list) {
  const firsts = [];
  for (let at = 1, button; (button = deedButton(root, `remove ${list}.${at}`)); at++) {
    const row = button.closest("fieldset, li");
    firsts.push(row?.querySelector("input:not([type=hidden]), select, textarea"));
  }
  return firsts.findLast((first) => first?.value === "") ?? firsts.at(-1);
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (!pressed || !["editor", "suggest"].includes(event.detail.elt?.id)) return;
  focusAfter(event.detail.elt, pressed.deed);
  if (pressed.words && isSaved(event)) announce(pressed.words);
  pressed = null;
});

// What a form held when it could not be saved is put back, said, and saved by itself; it stays held
// until the server has it.
function restore(form) {
  if ("unsaved" in form.dataset) {
    say("typed");
    return hold(form);
  }
  const held = storage()?.getItem(keyOf(form));
  if (!held) return;
  const typed = new URLSearchParams(held);
  if (typed.get("seen") !== form.elements.seen?.value) return offer(form, held);
  if (put(form, typed)) return save(form);
  storage().removeItem(keyOf(form));
}

const save = (form) => form.dispatchEvent(new Event("change", { bubbles: true }));

// A box that is not ticked is not among what was held, so a group is put as a whole.
function choose(box, chosen) {
  if (box.checked === chosen) return false;
  box.checked = chosen;
  return true;
}

function put(form, typed) {
  let differs = false;
  for (const control of form.elements) {
    const { name, type } = control;
    if (!name || name === "seen" || ["hidden", "submit", "button"].includes(type)) continue;
    if (type === "checkbox" || type === "radio") {
      differs = choose(control, typed.getAll(name).includes(control.value)) || differs;
    } else if (typed.has(name) && control.value !== typed.get(name)) {
      control.value = typed.get(name);
      differs = true;
    }
  }
  if (!differs) return false;
  say("typed");
  announce(form.dataset.restored ?? "");
  return true;
}

// When the connection is back, what could not be saved is sent again; a portal that does not answer
// is asked every so often, as no event tells of its return.
const RETRY_AFTER = 10_000;
let retrying = 0;

function retry() {
  clearTimeout(retrying);
  for (const form of document.querySelectorAll("form[data-keeps-typed]")) {
    if (storage()?.getItem(keyOf(form))) save(form);
  }
}

window.addEventListener("online", retry);
document.addEventListener("htmx:sendError", (event) => {
  if (!savedBy(event)) return;
  say("kept");
  clearTimeout(retrying);
  retrying = setTimeout(retry, RETRY_AFTER);
});

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

// What an answer tells of single fields comes in one piece, and is put to each of them here.
function tell() {
  for (const told of document.querySelectorAll("template[data-told]")) {
    for (const news of told.content.children) {
      const place = document.getElementById(news.id);
      if (place && place.innerHTML !== news.innerHTML) place.innerHTML = news.innerHTML;
    }
    told.content.replaceChildren();
  }
  mark(document);
}

// What is being typed while the grid comes anew stays in its field, and is saved on leaving that.
document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target, fragment } }) => {
  const typing = document.activeElement;
  if (!typing?.id || !target.contains(typing) || typing.value === typing.defaultValue) return;
  const anew = fragment.querySelector(`#${CSS.escape(typing.id)}`);
  if (!anew || anew.value === typing.value) return;
  anew.value = typing.value;
  anew.addEventListener("blur", () => anew.dispatchEvent(new Event("change", { bubbles: true })), { once: true });
});

let soon = 0;
document.addEventListener("htmx:afterSettle", () => {
  clearTimeout(soon);
  soon = setTimeout(tell, 30);
});
// The first time this comes with the page itself: nothing can be saved before.
document.addEventListener("htmx:load", (event) => settle(event.target));
