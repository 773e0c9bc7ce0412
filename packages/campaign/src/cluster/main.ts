/**
 * `pnpm cluster`: a NATS server and two nodes, with a channel of which nothing may be lost. Nodes and NATS are killed, paused
 * and come back, clients stall and come back by themselves; at the end every client has every message once and in order, or
 * was told exactly what it has not. Exit code 1 if not.
 */
import { circumstances, inWords, monotonicMillis } from "@sluice/bench/kit";
import { textTable } from "@sluice/properties/text";
import type { Audit } from "./audit.js";
import { Cluster } from "./Cluster.js";

const pass = (seconds: number) =>
  new Promise<void>((resolve) => void setTimeout(resolve, 1_000 * seconds));
const say = (line: string) => console.log(line);
const clusters: Array<Cluster> = [];

console.log(inWords(circumstances()));
try {
  const faults = await throughFaults();
  const moved = await movedAtOnce();
  const rows = [
    row("node and NATS killed, NATS paused and cut off, a client stalled", faults),
    row(moved.what, moved.audit),
  ];
  const head = ["story", "clients", "messages", "stored", "told missing", "wrong"];
  say(`\n${textTable(head, rows).join("\n")}`);
  const problems = [...faults.problems, ...moved.audit.problems];
  for (const problem of problems.slice(0, 20)) say(`  ${problem}`);
  say(problems.length === 0 ? "every message once and in order" : `${problems.length} are wrong`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  for (const cluster of clusters) await cluster.end();
}

async function started(...names: ReadonlyArray<string>): Promise<Cluster> {
  const cluster = await Cluster.start(...names);
  clusters.push(cluster);
  return cluster;
}

async function throughFaults(): Promise<Audit> {
  const cluster = await started("a", "b");
  say(`NATS ${cluster.broker.url}, nodes ${cluster.url("a")} and ${cluster.url("b")}`);
  const staying = await cluster.follow(20, "a");
  await cluster.follow(20, "b", "a");
  const publish = (name: string) => cluster.node(name).ask({ ask: "publish", perSecond: 200 });
  await publish("a");
  await publish("b");
  await pass(2);
  say("a client of node a reads nothing for 3 s");
  await staying.ask({ ask: "stall", millis: 3_000 });
  await pass(2);
  say("node b is killed, and comes back after 2 s");
  cluster.kill("b");
  await pass(2);
  await cluster.comeBack("b");
  await publish("b");
  await pass(2);
  say("NATS is killed, and comes back after 1 s");
  await cluster.broker.kill();
  await pass(1);
  await cluster.broker.start();
  await pass(3);
  say("NATS stands still for 2 s");
  cluster.broker.pause();
  await pass(2);
  cluster.broker.goOn();
  await pass(3);
  say("nothing comes through between node b and NATS for 5 s");
  await cluster.partition("b", 5_000);
  await pass(3);
  for (const name of ["a", "b"]) await cluster.node(name).ask({ ask: "published" });
  const audit = await cluster.audit();
  await cluster.end();
  return audit;
}

/** A node that has many clients is killed: all come to the other at once. */
async function movedAtOnce(): Promise<{ readonly what: string; readonly audit: Audit }> {
  const count = 1_000;
  const cluster = await started("a", "b");
  await cluster.follow(5, "b");
  const moving = await cluster.follow(count, "a", "b");
  await cluster.node("b").ask({ ask: "publish", perSecond: 100 });
  await pass(2);
  say(`node a is killed, and its ${count.toLocaleString("en")} clients come to node b`);
  const sinceMillis = monotonicMillis();
  cluster.kill("a");
  const millis = await moving.ask<ReadonlyArray<number>>({ ask: "recovered", sinceMillis });
  await pass(1);
  await cluster.node("b").ask({ ask: "published" });
  const audit = await cluster.audit();
  await cluster.end();
  const sorted = millis.toSorted((one, other) => one - other);
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  const what = `1,000 clients move at once: going on after ${at(0.5)} ms (median), ${at(0.99)} (p99), ${at(1)} (last)`;
  return { what, audit };
}

function row(what: string, { clients, messages, stored, told, problems }: Audit) {
  return [what, clients, messages, stored, told, problems.length];
}
