// Draws the charts that have an axis, from the JSON beside them and the tokens of the page.
import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { onThemeChange } from "../theme.js";
import { distribution } from "./distribution.js";
import { palette } from "./palette.js";
import { volume } from "./volume.js";

echarts.use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  CanvasRenderer,
]);

const KINDS = { volume, distribution };
const drawn = new Map();

function paint(place) {
  const { chart, data } = drawn.get(place);
  const isNarrow = place.clientWidth < 480;
  const option = KINDS[data.kind](data, palette(), { isNarrow, width: place.clientWidth });
  chart.setOption({ animation: false, ...option }, { notMerge: true });
}

function forget(place) {
  drawn.get(place).chart.dispose();
  drawn.delete(place);
}

export function draw(place) {
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  place.classList.add("is-drawn");
  const chart = echarts.init(place, null, { renderer: "canvas" });
  drawn.set(place, { chart, data });
  // Every mark leads to its leads; the table view offers the same links to the keyboard.
  chart.on("click", ({ data: mark }) => mark?.href && location.assign(mark.href));
  new ResizeObserver(() => drawn.has(place) && place.clientWidth && resize(place)).observe(place);
  paint(place);
}

function resize(place) {
  drawn.get(place).chart.resize();
  paint(place);
}

function repaint() {
  for (const place of drawn.keys()) {
    if (place.isConnected) paint(place);
    else forget(place);
  }
}

onThemeChange(repaint);
document.addEventListener("htmx:afterSettle", repaint);
