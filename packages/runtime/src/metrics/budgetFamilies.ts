/** The metrics of a server's memory budget. What was given up is among what was dropped, by its reason. */
import type { BudgetUse } from "../budget/MemoryBudget.js";
import { type Family, one } from "./Family.js";

export const budgetFamilies: ReadonlyArray<Family<BudgetUse>> = [
  {
    name: "sluice_budget_bytes",
    help: "Memory that connections use which are behind; a broadcast message counts once.",
    unit: "bytes",
    series: one(({ bytes }) => bytes),
  },
  {
    name: "sluice_budget_limit_bytes",
    help: "Memory that such connections may use together: maxTotalBytes.",
    unit: "bytes",
    series: one(({ maxBytes }) => maxBytes),
  },
];
