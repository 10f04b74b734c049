// What somebody fills in about a handoff is kept until it is saved: whoever goes elsewhere meanwhile
// finds it in the same form again, or to be copied where somebody else has the handoff by then. It stays
// in this tab, and with the person who filled it in.
import htmx from "htmx.org";
import { announce } from "./words.js";

const STORE = "slaportal.drafts";
const FORMS = "#deed form";
const FIELDS = "textarea, select, input:not([type=hidden])";
// The name of what is logged: saved a second time, it is one follow-up.
const TOKEN = "[name$='-token']";

const person = document.body.dataset.person;
// A browser may refuse storage: then what is kept lasts as long as the page.
let kept = { person, drafts: {} };

function drafts() {
  try {
    kept = JSON.parse(sessionStorage.getItem(STORE)) ?? kept;
  } catch {}
  return kept.person === person ? kept.drafts : {};
}

function keep(changed) {
  kept = { person, drafts: changed };
  try {
    sessionStorage.setItem(STORE, JSON.stringify(kept));
  } catch {}
}

function forget(form) {
  const { [keyOf(form)]: gone, ...others } = drafts();
  if (gone) keep(others);
}

// A form is known by where it is sent to: the handoff, and what is done about it.
const keyOf = (form) => form.getAttribute("action");
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.matches(FIELDS));
const isChoice = (field) => field.matches("[type=radio], [type=checkbox]");
const isSuggested = (field) => field.value && field.value === field.dataset.filled;

// What is chosen and written, as names and values; what was suggested comes again by itself.
const filledIn = (form) =>
  fieldsOf(form)
    .filter((field) => (isChoice(field) ? field.checked : !isSuggested(field)))
    .map(({ name, value }) => [name, value]);

// The same as a person reads it: what each field asks, and what it was answered.
const inWords = (element) => {
  const words = element.cloneNode(true);
  for (const each of words.querySelectorAll("[aria-hidden]")) each.remove();
  return words.textContent.trim();
};
const language = document.documentElement.lang || "en";
// The portal's English writes the day before the month.
const when = (options) => new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, options);
const WRITTEN = {
  date: (day) => when({ dateStyle: "medium" }).format(new Date(`${day}T00:00`)),
  "datetime-local": (at) => when({ dateStyle: "medium", timeStyle: "short" }).format(new Date(at)),
};

function answerOf(field) {
  if (isChoice(field)) return inWords(field.labels[0]);
  return WRITTEN[field.type]?.(field.value) ?? field.value;
}

const toldIn = (form) =>
  fieldsOf(form)
    .filter((field) => (isChoice(field) ? field.checked : field.value && !isSuggested(field)))
    .map((field) => [
      inWords(isChoice(field) ? field.closest("fieldset").querySelector("legend") : field.labels[0]),
      answerOf(field),
    ]);

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function fillIn(form, values) {
  for (const field of fieldsOf(form)) {
    const own = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (isChoice(field)) field.checked = own.includes(field.value);
    else if (own.length) field.value = own[0];
  }
  for (const more of form.querySelectorAll("details")) {
    if (fieldsOf(form).some((field) => more.contains(field) && field.value)) more.open = true;
  }
  form.dispatchEvent(new Event("change"));
}

// How each form was shown at first.
const shown = new WeakMap();

function bringBack(form) {
  const empty = filledIn(form);
  shown.set(form, empty);
  const draft = drafts()[keyOf(form)];
  if (!draft || isSame(draft.values, empty)) return;
  fillIn(form, draft.values);
  if (isSame(filledIn(form), empty)) return;
  const token = form.querySelector(TOKEN);
  if (token) token.value = draft.token;
  const told = form.parentElement.querySelector("[data-brought-back]");
  told.hidden = false;
  announce(told.querySelector("p").textContent);
}

// In place of the forms of a handoff that somebody else has: what was sent is listed there already.
function list(place) {
  const { handoff, sent } = place.dataset;
  for (const [key, { told = [] }] of Object.entries(drafts())) {
    if (!key.includes(`/handoffs/${handoff}/`) || key === sent) continue;
    for (const pair of told) {
      const [name, answer] = ["dt", "dd"].map((tag) => document.createElement(tag));
      [name.textContent, answer.textContent] = pair;
      answer.className = "was-typed";
      place.querySelector("dl").append(name, answer);
    }
    place.hidden = false;
  }
}

document.addEventListener("htmx:load", ({ target }) => {
  target.querySelectorAll(FORMS).forEach(bringBack);
  target.querySelectorAll("[data-lists-drafts]").forEach(list);
});

document.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (!form?.matches(FORMS)) return;
  const [values, key] = [filledIn(form), keyOf(form)];
  // A form that was refused is shown as it was sent: how it was shown before that is known still.
  const empty = drafts()[key]?.empty ?? shown.get(form);
  if (isSame(values, empty)) forget(form);
  else keep({ ...drafts(), [key]: { values, empty, told: toldIn(form), token: form.querySelector(TOKEN)?.value } });
});

// What was saved needs no draft; who was led to sign in has not saved yet.
document.addEventListener("htmx:beforeOnLoad", ({ detail: { requestConfig, xhr } }) => {
  const { elt, verb } = requestConfig;
  if (verb !== "post" || !elt.matches(".log-form")) return;
  if (xhr.status === 200 && !xhr.getResponseHeader("HX-Redirect")) forget(elt);
});

document.addEventListener("click", ({ target }) => {
  if (!target.closest?.("[data-start-empty]")) return;
  const place = target.closest("#deed");
  const form = place.querySelector("form");
  fillIn(form, drafts()[keyOf(form)].empty);
  forget(form);
  place.querySelector("[data-brought-back]").hidden = true;
  form.querySelector(FIELDS).focus();
});

// What one person filled in is not for the next.
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-signs-out]")) keep({});
});
drafts();
if (person && kept.person !== person) keep({});
