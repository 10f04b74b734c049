// Finds what asks for a chart and fetches the drawing code only then.
async function drawAll(places) {
  try {
    const { draw } = await import("./charts/draw.js");
    await document.fonts.ready;
    for (const place of places) draw(place);
  } catch (error) {
    // The table says the same; show it instead of an empty place.
    for (const place of places) place.closest(".chart-card")?.classList.add("shows-table");
    throw error;
  }
}

export function showCharts(root) {
  const places = [...root.querySelectorAll("[data-chart]:not(.is-drawn)")];
  if (places.length) drawAll(places);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-chart-toggle]");
  if (!button) return;
  const showsTable = button.closest(".chart-card").classList.toggle("shows-table");
  button.setAttribute("aria-pressed", String(showsTable));
  window.dispatchEvent(new Event("resize"));
});
