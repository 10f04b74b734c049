// What the server lends the scripts: words and patterns in the reader's language.
const source = document.getElementById("page-words");

export const words = source ? JSON.parse(source.textContent) : { lengths: {}, clocks: {} };

const numbers = new Intl.NumberFormat(document.documentElement.lang || "en");

const fill = (pattern, number) => pattern.replace("%(number)s", numbers.format(number));

// The same rules as formats.working_time: cut to the minute, days only given a day's length.
function length(seconds, day) {
  const { d, h, min, s } = words.lengths;
  if (day && seconds >= day) {
    const hours = Math.floor((seconds % day) / 3600);
    const days = fill(d, Math.floor(seconds / day));
    return hours ? `${days} ${fill(h, hours)}` : days;
  }
  if (seconds >= 3600) {
    const minutes = Math.floor(seconds / 60) % 60;
    const hours = fill(h, Math.floor(seconds / 3600));
    return minutes ? `${hours} ${String(minutes).padStart(2, "0")}` : hours;
  }
  return seconds >= 60 || seconds === 0 ? fill(min, Math.floor(seconds / 60)) : fill(s, seconds);
}

export function workingTime(seconds, day) {
  const text = length(Math.floor(Math.abs(seconds)), day).replaceAll(" ", "\u00a0");
  return seconds < 0 ? `\u2212${text}` : text;
}

let clearing;

// Say something to a screen reader without moving the focus.
export function announce(text, { urgent = false } = {}) {
  const region = document.getElementById(urgent ? "live-alert" : "live");
  if (!region) return;
  clearTimeout(clearing);
  region.textContent = text;
  clearing = setTimeout(() => (region.textContent = ""), 8000);
}
