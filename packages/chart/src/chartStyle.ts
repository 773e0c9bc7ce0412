/** How the chart looks. Everything is under `.sluice-chart`, so that a page it is put into keeps its own looks. */
import { fontPixels } from "./Lettering.js";

export const chartStyle = `
.sluice-chart { --ink: #1d2530; --quiet: #5b6675; --line: #94a0af; --paper: #fff; --box: #f4f6f9; color: var(--ink); font-family: ui-sans-serif, system-ui, "Segoe UI", sans-serif; }
@media (prefers-color-scheme: dark) {
  .sluice-chart { --ink: #e4e9f0; --quiet: #9aa7b8; --line: #66748a; --paper: #12161c; --box: #1c222b; }
}
.sluice-chart .paper { fill: var(--paper); }
.sluice-chart .box { fill: var(--box); stroke: var(--line); stroke-width: 1.2; }
.sluice-chart .parallel > .box { fill: none; }
.sluice-chart .region > .box { fill: none; stroke-dasharray: 5 4; }
.sluice-chart .name { fill: currentColor; font-size: 14px; font-weight: 600; }
.sluice-chart .region > .name { fill: var(--quiet); font-weight: 500; }
.sluice-chart .count { fill: currentColor; font-size: 13px; font-variant-numeric: tabular-nums; }
.sluice-chart .dot { fill: var(--quiet); }
.sluice-chart .arrow { fill: none; stroke: var(--line); stroke-width: 1.2; }
.sluice-chart marker path { fill: var(--line); }
.sluice-chart .label { font: ${fontPixels}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
.sluice-chart .event { fill: currentColor; }
.sluice-chart .action { fill: var(--quiet); }
`;
