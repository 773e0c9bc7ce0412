/**
 * How old messages are when they arrive, at clients that read slower than they are sent: with receipts, without, and from
 * uWebSockets.js alone. All of a strategy read the same feed at once, each at its own pace.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { OverflowStrategy } from "@sluice/core";
import { textTable } from "@sluice/properties/text";
import { heading, significant } from "../Report.js";
import { browser } from "./browser.js";
import { cost } from "./cost.js";
import {
  type Ages,
  feed,
  kinds,
  nowMillis,
  pathOf,
  type ReadersRequest,
  type ServerRequest,
  shares,
  strategies,
} from "./protocol.js";

/** Prints the figures; answers whether the targets are met. */
export async function freshness(): Promise<boolean> {
  const { messagesPerSecond, messageBytes, maxMessages, seconds } = feed;
  heading(
    `Freshness: age on arrival in ms, p50 / p99, of ${messageBytes} B at ${messagesPerSecond} messages/s with maxMessages ${maxMessages}, in the second half of ${seconds} s`,
  );
  const server = fork(new URL("./FeedServer.js", import.meta.url));
  const readers = fork(new URL("./ReadersProcess.js", import.meta.url));
  const figures = new Map<string, Ages>();
  const rows: Array<ReadonlyArray<string>> = [];
  for (const strategy of strategies) {
    const ages = await measure(server, readers, strategy);
    for (const kind of kinds) {
      const cells = shares.map((share) => {
        const one = ages.get(nameOf(strategy, kind, share)) as Ages;
        figures.set(nameOf(strategy, kind, share), one);
        return one.isClosed ? "disconnected" : `${figure(one.median)} / ${figure(one.p99)}`;
      });
      rows.push([strategy, kind === "bare" ? "uWS alone" : `receipts ${kind}`, ...cells]);
    }
  }
  server.disconnect();
  readers.disconnect();
  const header = [
    "strategy",
    "",
    ...shares.map((share) => (share === null ? "free" : percent(share))),
  ];
  for (const line of textTable(header, rows)) console.log(`  ${line}`);
  const isFresh = judge(figures);
  const isCheap = await cost();
  return (await browser()) && isFresh && isCheap;
}

const nameOf = (strategy: OverflowStrategy, kind: string, share: number | null) =>
  `${strategy} ${kind} ${share}`;
const figure = (millis: number) => significant(millis);
const percent = (share: number) => `${Math.round(share * 100)} %`;

async function measure(
  server: ChildProcess,
  readers: ChildProcess,
  strategy: OverflowStrategy,
): Promise<ReadonlyMap<string, Ages>> {
  const ask = async (child: ChildProcess, request: ServerRequest | ReadersRequest) => {
    child.send(request);
    const [answer] = await once(child, "message");
    return answer as unknown;
  };
  const port = (await ask(server, { ask: "port" })) as number;
  const clients = kinds.flatMap((kind) => shares.map((share) => ({ kind, share })));
  const bytesPerSecond = feed.messagesPerSecond * feed.messageBytes;
  await ask(readers, {
    ask: "connect",
    port,
    readers: clients.map(({ kind, share }) => ({
      path: pathOf(strategy, kind),
      bytesPerSecond: share === null ? null : share * bytesPerSecond,
    })),
  });
  const sinceMillis = nowMillis() + (feed.seconds * 1000) / 2;
  await ask(server, { ask: "run", seconds: feed.seconds });
  const ages = (await ask(readers, { ask: "ages", sinceMillis })) as ReadonlyArray<Ages>;
  return new Map(
    clients.map(({ kind, share }, at) => [nameOf(strategy, kind, share), ages[at] as Ages]),
  );
}

/** A client at a third of the feed has messages of at most 150 ms; one that keeps up is at most 1 ms worse. */
function judge(figures: ReadonlyMap<string, Ages>): boolean {
  const median = (kind: string, share: number | null) =>
    figures.get(nameOf("drop-oldest", kind, share))?.median ?? Number.NaN;
  const third = median("on", 1 / 3);
  const worse = median("on", null) - median("off", null);
  const say = (what: string, isMet: boolean) =>
    console.log(`  ${what}: ${isMet ? "met" : "MISSED"}`);
  say(`drop-oldest at 33 %, ${figure(third)} ms; target at most 150 ms`, third <= 150);
  say(
    `drop-oldest, free, ${worse.toFixed(2)} ms older than without receipts; target at most 1 ms`,
    worse <= 1,
  );
  return third <= 150 && worse <= 1;
}
