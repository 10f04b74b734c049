// The tokens as colours a canvas understands: light-dark() is resolved by asking an element.
const NAMES = {
  ink: "--ink",
  ink2: "--ink-2",
  ink3: "--ink-3",
  line: "--line",
  line2: "--line-2",
  surface: "--surface",
  strong: "--chart-700",
  middle: "--chart-500",
  weak: "--chart-300",
  faint: "--chart-100",
  accentInk: "--accent-ink",
};

export function palette() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const colours = Object.entries(NAMES).map(([key, token]) => {
    probe.style.color = `var(${token})`;
    return [key, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(colours);
}

export const FONT = '"Inter Variable", system-ui, sans-serif';

export function axisStyle(colours) {
  return {
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: colours.ink2, fontSize: 11, fontFamily: FONT },
    splitLine: { lineStyle: { color: colours.line } },
  };
}

// The first line names the mark. Nodes and not HTML: the words may be anybody's.
function tip(lines) {
  return lines.map((line, place) => {
    const node = document.createElement(place === 0 ? "strong" : "span");
    node.textContent = line;
    return node;
  });
}

export function tooltip(colours, linesOf) {
  return {
    trigger: "axis",
    className: "chart-tip",
    transitionDuration: 0,
    // Confined it also has no arrow, whose style attribute the security policy would refuse.
    confine: true,
    backgroundColor: colours.surface,
    borderColor: colours.line2,
    padding: [6, 10],
    textStyle: { color: colours.ink, fontSize: 12, fontFamily: FONT },
    axisPointer: { type: "shadow", shadowStyle: { color: colours.faint, opacity: 0.4 } },
    formatter: (marks) => tip(linesOf(marks)),
  };
}
