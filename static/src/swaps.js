// htmx swaps the smallest region: here is what every swap has in common.
import htmx from "htmx.org";
import { announce } from "./words.js";

Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  // Going back asks the server again; nothing that a page shows stays in the browser's storage.
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
  // A field that somebody drew larger has a style, and the content policy refuses setting it anew.
  attributesToSettle: ["class"],
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409", swap: true },
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

// Where the session ended, what somebody does leads to the sign-in page; what a page asks on its
// own, or while somebody fills in a form, tears nobody away.
const DONE_BY_SOMEBODY = ["click", "submit", "choose"];

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (DONE_BY_SOMEBODY.includes(detail.triggeringEvent?.type)) return;
  detail.headers["Asked-By-Itself"] = "true";
});

// An answer may be put elsewhere than was asked: what waited is what the request was for.
const busy = ({ detail }, value) =>
  (detail.requestConfig?.target ?? detail.target)?.setAttribute?.("aria-busy", value);

document.addEventListener("htmx:beforeRequest", (event) => busy(event, "true"));
document.addEventListener("htmx:afterRequest", (event) => busy(event, "false"));

// The focus goes to the changed region's heading, unless a field in it asked for it.
document.addEventListener("htmx:afterSettle", (event) => {
  const region = event.detail.elt;
  if (!(region instanceof Element) || region.contains(document.activeElement)) return;
  const wanted = region.querySelector("[autofocus]") ?? region.querySelector("[data-focus]");
  if (!wanted) return;
  if (wanted.tabIndex < 0) wanted.tabIndex = -1;
  wanted.focus();
});

const failure = document.getElementById("failure");

function complain(text) {
  failure.hidden = false;
  failure.querySelector("[data-text]").textContent = text;
  announce(text, { urgent: true });
}

if (failure) {
  document.addEventListener("htmx:responseError", () => complain(failure.dataset.failed));
  document.addEventListener("htmx:sendError", () => complain(failure.dataset.offline));
  document.addEventListener("htmx:beforeRequest", () => (failure.hidden = true));
}
