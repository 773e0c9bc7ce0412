/** The corpus: traces that broke something once, replayed under every rule. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  actor,
  addToCorpus,
  outbox,
  RegressionError,
  readCorpus,
  replay,
  rules,
  sender,
} from "@sluice/properties";
import { describe, expect, test } from "vitest";

const corpus = readCorpus(fileURLToPath(new URL("../regressions", import.meta.url)));

describe.each([outbox, sender, actor])("$name", (subject) => {
  test.each(corpus)("keeps every rule where once $name", async (regression) => {
    for (const { id } of rules) await replay(subject, { ...regression, rule: id });
  });
});

test("there is a corpus, and no seed in it", () => {
  expect(corpus.length).toBeGreaterThan(0);
});

test("what is added to a corpus is read from it again", () => {
  const folder = mkdtempSync(join(tmpdir(), "corpus-"));
  const [regression] = corpus;
  if (regression === undefined) throw new Error("no corpus");
  addToCorpus(folder, regression);
  expect(readCorpus(folder)).toEqual([regression]);
});

test.each([
  ["not JSON", "{", /JSON/],
  ["without a trace", '{"name":"n","rule":"R1","configuration":{}}', /trace/],
  ["with an operation that is none", regressionOf('[{"op":"explode"}]'), /explode/],
  ["with a size that is none", regressionOf('[{"op":"offer","bytes":-1}]'), /bytes|0/],
  [
    "with a configuration that is not valid",
    regressionOf("[]", '{"maxMessages":0}'),
    /maxMessages/,
  ],
])("a file %s is refused by name", (_, text, why) => {
  const folder = mkdtempSync(join(tmpdir(), "corpus-"));
  writeFileSync(join(folder, "bad.json"), text);
  expect(() => readCorpus(folder)).toThrow(RegressionError);
  expect(() => readCorpus(folder)).toThrow(/bad\.json/);
  expect(() => readCorpus(folder)).toThrow(why);
});

function regressionOf(trace: string, configuration = "{}"): string {
  return `{"name":"n","rule":"R1","configuration":${configuration},"trace":${trace}}`;
}
