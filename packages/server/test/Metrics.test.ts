import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExpositionFamily, parseExposition } from "./Exposition.js";
import { Database, type Running, running, until } from "./running.js";

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database?.close());

async function scrape({ request }: Running): Promise<ReadonlyMap<string, ExpositionFamily>> {
  return parseExposition(await (await request("/metrics")).text());
}

/** The sum of a family's samples that have these labels. */
function sum(
  families: ReadonlyMap<string, ExpositionFamily>,
  name: string,
  labels: Readonly<Record<string, string>>,
): number {
  const family = families.get(name);
  if (family === undefined) throw new Error(`no family ${name}`);
  return family.samples
    .filter((sample) =>
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    )
    .reduce((all, { value }) => all + value, 0);
}

test("the exposition is what the format allows, families in one piece, base units, counters _total", async () => {
  const server = await running({ database });
  await (await server.connect("/feed")).next();
  const families = await scrape(server);
  expect([...families.keys()].filter((name) => name.startsWith("sluice_"))).toEqual([
    "sluice_outbox_time_seconds",
    "sluice_send_wait_seconds",
    "sluice_flush_batch_messages",
    "sluice_round_trip_seconds",
    "sluice_connections",
    "sluice_connections_health",
    "sluice_connections_recommendation",
    "sluice_connections_receipts",
    "sluice_connections_opened_total",
    "sluice_crossings_total",
    "sluice_offered_messages_total",
    "sluice_offered_bytes_total",
    "sluice_delivered_messages_total",
    "sluice_delivered_bytes_total",
    "sluice_acknowledged_messages_total",
    "sluice_acknowledged_bytes_total",
    "sluice_dropped_messages_total",
    "sluice_dropped_bytes_total",
    "sluice_rejected_messages_total",
    "sluice_rejected_bytes_total",
    "sluice_buffered_messages",
    "sluice_buffered_bytes",
    "sluice_lane_messages",
    "sluice_keys",
    "sluice_buffer_limit_messages",
    "sluice_buffer_limit_bytes",
    "sluice_in_flight_messages",
    "sluice_in_flight_bytes",
    "sluice_waiting_senders",
    "sluice_throttles_total",
    "sluice_pauses_total",
    "sluice_pause_seconds_total",
    "sluice_evictions_total",
    "sluice_budget_bytes",
    "sluice_budget_limit_bytes",
  ]);
});

describe("with slow clients", () => {
  test("says who is in trouble and what was lost for what reason; labels stay bounded", async () => {
    const server = await running({ database, feedRate: 50_000 });
    const before = await scrape(server);
    const policies = ["drop-oldest", "drop-newest", "block", "disconnect"];
    for (const policy of policies) (await server.connect(`/feed?policy=${policy}`)).pause();
    const { book } = server.server;
    await until(() => book.size === 3 && book.open().every(({ state }) => state === "dropping"));
    await until(() =>
      book
        .open()
        .every(({ dropped, rejected }) => dropped.evicted.messages + rejected.full.messages > 0),
    );
    const after = await scrape(server);
    const feed = { path: "/feed" };
    expect(sum(after, "sluice_connections", { ...feed, state: "dropping" })).toBe(3);
    expect(sum(after, "sluice_connections", { path: "/query" })).toBe(0);
    for (const event of ["overflow", "pause.reached", "evict"]) {
      expect(sum(after, "sluice_crossings_total", { ...feed, event })).toBeGreaterThan(0);
    }
    for (const reason of ["evicted", "closed"]) {
      expect(sum(after, "sluice_dropped_messages_total", { ...feed, reason })).toBeGreaterThan(0);
    }
    for (const reason of ["full", "slow-consumer"]) {
      expect(sum(after, "sluice_rejected_bytes_total", { ...feed, reason })).toBeGreaterThan(0);
    }
    const seriesOf = (families: typeof after) =>
      [...families.values()].map(({ name, samples }) => [name, samples.length]);
    const bounded = ([name]: (string | number)[]) => name !== "nodejs_eventloop_delay_seconds";
    expect(seriesOf(after).filter(bounded)).toEqual(seriesOf(before).filter(bounded));
    // Samples are of what goes through an outbox: of whoever reads, that is what is for nobody else.
    const reader = await server.connect("/feed");
    const batches = async () => sum(await scrape(server), "sluice_flush_batch_messages", feed);
    do reader.send("a message, which is answered");
    while ((await batches()) === 0);
  });

  test("the books of a scrape balance: offered is delivered, dropped, rejected, buffered and waiting", async () => {
    const server = await running({ database, feedRate: 50_000 });
    for (const policy of ["drop-oldest", "drop-all"]) {
      (await server.connect(`/feed?policy=${policy}`)).pause();
    }
    const { book } = server.server;
    await until(() => book.open().some(({ dropped }) => dropped.evicted.messages > 0));
    const families = await scrape(server);
    const of = (kind: string) => sum(families, `sluice_${kind}`, { path: "/feed" });
    const fates = ["delivered_messages_total", "dropped_messages_total", "rejected_messages_total"];
    const known = [...fates, "buffered_messages", "waiting_senders"].map(of);
    expect(known.reduce((all, one) => all + one, 0)).toBe(of("offered_messages_total"));
  });
});
