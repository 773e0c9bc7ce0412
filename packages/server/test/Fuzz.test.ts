/** Whatever comes from outside is a valid value or a typed error of ours. `pnpm fuzz` tries for longer. */

import { ConfigurationError, configuration, Outbox, SnapshotError } from "@sluice/core";
import { ChannelError } from "@sluice/runtime/adapter";
import { OriginRule } from "@sluice/uws";
import { Result } from "effect";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readConfiguration } from "../../cli/src/check/ConfigurationFile.js";
import { checkName, checkPattern, matcher } from "../../runtime/src/channels/ChannelName.js";
import { clientMessage } from "../src/query/ClientMessage.js";

const millis = Number(process.env["FUZZ_MILLIS"] ?? 0);

const outboxOptions = { configuration: configuration(), sizeOf: () => 1, now: () => 0 };
const saved = new Outbox<string>(outboxOptions);
saved.offer("a");

/** What has been a difficulty, or is near to what is valid. */
const corpus = [
  '{"type":"query","id":"a","sql":"select 1","batchRows":10}',
  '{"type":"cancel","id":"a"}',
  '{"type":"__proto__","id":1}',
  '{"maxMessages":10,"overflow":"block","throttleAt":0.5}',
  '{"__proto__":{"maxMessages":1},"constructor":1,"windowBytes":"off"}',
  JSON.stringify(saved.snapshot()),
  "prices.*.**",
  "**.a.**.b.**",
  "https://example.org:443",
  "http://[::1]:80",
  "[".repeat(20_000),
  `{"type":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
  "\u{feff}{}",
  "\ud800",
];

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const targets: Readonly<Record<string, (text: string) => unknown>> = {
  "query-message": (text) => {
    const result = clientMessage(text);
    if (Result.isFailure(result)) expect(typeof result.failure.code).toBe("string");
  },
  configuration: (text) => only(ConfigurationError, () => configuration(json(text) as object)),
  snapshot: (text) =>
    only(SnapshotError, () => {
      const { outbox } = Outbox.restore<string>(outboxOptions, json(text) as never, () => {});
      outbox.stats();
    }),
  channel: (text) => {
    only(ChannelError, () => checkName(text));
    only(ChannelError, () => {
      checkPattern(text);
      matcher(text)(text.replaceAll("*", "a"));
    });
  },
  "check-file": async (text) => {
    const bytes = Buffer.from(text);
    const input = (async function* () {
      yield bytes;
    })();
    const { _tag } = await readConfiguration("-", input);
    expect(["Valid", "Wrong"]).toContain(_tag);
  },
  origin: (text) => {
    only(ConfigurationError, () => new OriginRule({ allow: [text] }));
    new OriginRule().decide(() => [text]);
  },
};

/** A text of the corpus, cut and mended at some places. */
const mutated = fc
  .tuple(
    fc.constantFrom(...corpus),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 4 }), fc.oneof(fc.string(), fc.json())), {
      maxLength: 4,
    }),
  )
  .map(([seed, edits]) =>
    edits.reduce((text, [place, cut, insert]) => {
      const at = place % (text.length + 1);
      return text.slice(0, at) + insert + text.slice(at + cut);
    }, seed),
  );

for (const [name, run] of Object.entries(targets)) {
  test(`${name}: a valid value or a typed error, and nothing else`, {
    timeout: millis + 60_000,
  }, async () => {
    for (const text of corpus) await run(text);
    const texts = fc.oneof(mutated, fc.json(), fc.string({ unit: "binary" }));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => void (await run(text))),
      millis > 0 ? { numRuns: 1e9, interruptAfterTimeLimit: millis } : { numRuns: 200, seed: 1 },
    );
  });
}

function only(kind: new (...given: never) => Error, run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof kind)) throw error;
  }
}
