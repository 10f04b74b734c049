// Response times as a histogram, with the promise as a line between its bins.
import { axisStyle, FONT, tooltip } from "./palette.js";

// A bin stands between its two edges, so the axis counts edges and not bins.
function bins(data, colours) {
  return {
    type: "custom",
    data: data.bins.map(({ count, href }, place) => ({ value: [place + 0.5, count], href })),
    renderItem(_, api) {
      const place = api.value(0) - 0.5;
      const [left, top] = api.coord([place, api.value(1)]);
      const [right, bottom] = api.coord([place + 1, 0]);
      const { is_late: isLate, is_open: isOpen } = data.bins[place];
      const shape = { x: left + 1, y: top, width: right - left - 2, height: bottom - top };
      const fill = isLate ? colours.weak : colours.strong;
      const open = { fill: "transparent", stroke: colours.ink3, lineDash: [3, 3] };
      return { type: "rect", shape, style: isOpen ? open : { fill } };
    },
  };
}

// A promise of none asks for no line; its place may lie inside a bin.
function promiseLine({ promise }, colours, top) {
  if (!promise) return [];
  return [
    {
      type: "line",
      data: [
        [promise.at, 0],
        [promise.at, top],
      ],
      symbol: "none",
      silent: true,
      z: 5,
      lineStyle: { color: colours.ink, width: 1.5 },
      endLabel: {
        show: true,
        formatter: promise.label,
        offset: [2, -8],
        color: colours.ink,
        fontFamily: FONT,
        fontSize: 12,
        fontWeight: 600,
      },
    },
  ];
}

function edgeLabels(data, { width, isNarrow }) {
  const every = Math.ceil(data.edges.length / Math.max(width / (isNarrow ? 44 : 40), 1));
  return (place) => (place % every === 0 ? (data.edges[place] ?? "") : "");
}

export function distribution(data, colours, size) {
  const style = axisStyle(colours);
  const top = Math.max(...data.bins.map(({ count }) => count), 1);
  return {
    grid: { left: 36, right: 24, top: 24, bottom: 24 },
    tooltip: {
      ...tooltip(colours, ({ dataIndex }) => data.bins[dataIndex].telling),
      trigger: "item",
    },
    xAxis: {
      ...style,
      type: "value",
      min: 0,
      max: data.bins.length,
      interval: 1,
      splitLine: { show: false },
      axisLine: { show: true, lineStyle: { color: colours.line2 } },
      axisLabel: { ...style.axisLabel, formatter: edgeLabels(data, size), showMaxLabel: true },
    },
    yAxis: { ...style, type: "value", min: 0, minInterval: 1, splitNumber: 4 },
    series: [bins(data, colours), ...promiseLine(data, colours, top)],
  };
}
