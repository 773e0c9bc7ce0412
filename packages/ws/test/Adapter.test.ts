/** The suite that every adapter runs, on `ws`. */
import { adapterCases } from "@sluice/runtime/testing";
import { test } from "vitest";
import { adapter } from "./adapter.js";

test.each(adapterCases.map(({ name, run }) => [name, run] as const))("%s", (_, run) =>
  run(adapter),
);
