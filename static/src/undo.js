// What was just done can be taken back for some seconds: the offer counts down and goes.
// Who stands on its button, or has the page in the background, is not left with nothing: the
// server still hears a click for a while after that.
let timer = 0;

function watch(place) {
  clearInterval(timer);
  const notice = place?.querySelector("form");
  if (!notice) return;
  const ends = Date.now() + Number(place.dataset.undo) * 1000;
  const show = () => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (left > 0) {
      place.querySelector("[data-undo-left]").textContent = `${left} s`;
    } else if (!place.contains(document.activeElement)) {
      clearInterval(timer);
      place.classList.add("is-over");
    }
  };
  show();
  timer = setInterval(show, 250);
}

export function watchUndo(root) {
  const place = root.querySelector?.("[data-undo]") ?? (root.matches?.("[data-undo]") ? root : null);
  if (place) watch(place);
}
