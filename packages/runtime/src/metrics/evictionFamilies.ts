/** The metric of who was cut off. */
import { rungs } from "../actor/Rung.js";
import type { Evictions } from "../hub/Evictions.js";
import { by, type Family } from "./Family.js";

export const evictionFamilies: ReadonlyArray<Family<Pick<Evictions, "counts">>> = [
  {
    name: "sluice_evictions_total",
    help: "Connections that were closed without a flush, by why: the rungs of the ladder, and other causes.",
    series: by("reason", rungs, ({ counts }, rung) => counts[rung]),
  },
];
