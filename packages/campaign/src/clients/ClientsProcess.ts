/** A process of clients. It does as it is asked, one thing at a time. */
import { monotonicMillis } from "@sluice/bench/kit";
import { build } from "hdr-histogram-js";
import { churn } from "./churn.js";
import { crowd } from "./crowd.js";
import type { ClientsRequest, Fresh, Lateness } from "./protocol.js";
import { Reader } from "./Reader.js";

const readers: Array<Reader> = [];
/** In microseconds, to two minutes. */
const histogram = build({ highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: 3 });

process.on("message", async (request: ClientsRequest) =>
  process.send?.((await answerTo(request)) ?? 0),
);
process.on("disconnect", () => process.exit());

async function answerTo(request: ClientsRequest): Promise<unknown> {
  switch (request.ask) {
    case "connect":
      return connect(request);
    case "pause":
      return readers.forEach((reader) => reader.pause());
    case "resume":
      return readers.forEach((reader) => reader.resume());
    case "trickle":
      for (const reader of readers) reader.trickle(request.bytesPerSecond);
      return;
    case "lateness":
      return lateness();
    case "fresh":
      return fresh(request.patienceMillis);
    case "write":
      for (const { client, base64, after } of request.writes) {
        readers[client]?.write(Buffer.from(base64, "base64"), after);
      }
      return;
    case "churn":
      return churn(request.where, request.count, request.atOnce);
    case "crowd":
      return crowd(request.where, request.count, request.holdMillis);
    case "entries":
      return readers.map((reader) => reader.entry);
    default:
      return request satisfies never;
  }
}

async function connect({ where, prefix, count, pongs }: ClientsRequest & { ask: "connect" }) {
  for (let made = 0; made < count; made++) {
    const reader = new Reader(`${prefix}${readers.length}`, pongs, note);
    await reader.connect(where);
    readers.push(reader);
  }
}

function note(millis: number): void {
  histogram.recordValue(Math.max(1, Math.round(millis * 1_000)));
}

function lateness(): Lateness {
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1_000;
  const found = { messages: histogram.totalCount, p50: at(50), p99: at(99), max: at(100) };
  histogram.reset();
  return found;
}

/** Each that is open has had a message that was due from now on. */
async function fresh(patienceMillis: number): Promise<Fresh> {
  const askedMillis = monotonicMillis();
  const isFresh = (reader: Reader) => !reader.isOpen || reader.dueMillis >= askedMillis;
  while (!readers.every(isFresh)) {
    if (monotonicMillis() - askedMillis > patienceMillis) return { atMillis: null };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { atMillis: monotonicMillis() };
}
