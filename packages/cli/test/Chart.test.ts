/** `sluice chart`, as one runs it. */
import { connectionMachine, mermaid } from "@sluice/machines/chart";
import { describe, expect, test } from "vitest";
import { end, start } from "./CommandLine.js";

describe("sluice chart", () => {
  test("prints Mermaid unless told otherwise", async () => {
    expect(await end(start("chart"))).toEqual({ out: mermaid(), err: "", code: 0 });
  });

  test("prints the definition as JSON, as it stands", async () => {
    const { out, code } = await end(start("chart", "--format", "json"));
    expect(JSON.parse(out)).toEqual(connectionMachine.config);
    expect(code).toBe(0);
  });

  test("prints a picture", async () => {
    const { out, code } = await end(start("chart", "--format", "svg"));
    expect(out).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(code).toBe(0);
  });

  test("in another format is refused, and the formats are named", async () => {
    const { err, code } = await end(start("chart", "--format", "png"));
    expect(err).toContain("mermaid, json, svg");
    expect(code).toBe(2);
  });
});
