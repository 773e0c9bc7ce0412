/** Real sockets on real threads. */
import { Frame } from "@sluice/runtime/adapter";
import { RawClient } from "@sluice/runtime/testing";
import { type Asker, type ThreadCounts, Threads, type ThreadsOptions } from "@sluice/threads";
import { expect, onTestFinished, test, vi } from "vitest";

const module = new URL("worker.mjs", import.meta.url);
const channels = ["prices.*"];

async function start(options: Partial<ThreadsOptions> = {}): Promise<Threads> {
  const given = {
    module,
    execArgv: [],
    threads: 2,
    port: 0,
    host: "127.0.0.1",
    data: { channels },
    ...options,
  };
  const threads = await Threads.start(given);
  onTestFinished(() => threads.close());
  return threads;
}

const waiting = { timeout: 30_000, interval: 5 };

async function connect({ port }: Threads, count = 1): Promise<ReadonlyArray<RawClient>> {
  const clients: Array<RawClient> = [];
  for (let one = 0; one < count; one++) clients.push(await RawClient.open(port));
  await vi.waitFor(() => clients.forEach(greeting), waiting);
  return clients;
}

function greeting({ texts }: RawClient): number {
  const [, index] = /^thread (\d)$/.exec(texts[0] ?? "") ?? [];
  if (index === undefined) throw new Error("no greeting yet");
  return Number(index);
}

/** Interest crosses threads a moment after a client has subscribed. */
async function published(from: RawClient, to: ReadonlyArray<RawClient>): Promise<void> {
  await vi.waitFor(() => {
    from.send("publish prices.ready ready");
    for (const { texts } of to) if (!texts.includes("ready")) throw new Error("not ready yet");
  }, waiting);
}

const dropped = (bus: ThreadCounts["bus"]) => bus.dropped["thread-slow"]?.messages ?? 0;

const but = (word: string) => (text: string) => text !== word && !text.startsWith("thread");

test("connections go to the threads in turn", async () => {
  const threads = await start({ threads: 3 });
  const clients = await connect(threads, 9);
  const counts = clients.map(greeting);
  expect([0, 1, 2].map((index) => counts.filter((one) => one === index).length)).toEqual([3, 3, 3]);
  expect(await threads.counts()).toMatchObject(
    [0, 1, 2].map((thread) => ({ thread, connections: 3, lingering: 0 })),
  );
});

test("R41 · a message reaches the members of all threads once, and the order of each publisher is kept", async () => {
  const threads = await start({ threads: 3 });
  const clients = await connect(threads, 6);
  for (const client of clients) await published(client, clients);
  for (const client of clients.slice(0, 3)) client.send("many prices.eur 500");
  await vi.waitFor(() => {
    for (const { texts } of clients) {
      expect(texts.filter(but("ready")).length).toBeGreaterThanOrEqual(1_500);
    }
  }, waiting);
  for (const { texts } of clients) {
    const numbers = texts.filter(but("ready"));
    expect(numbers).toHaveLength(1_500);
    for (const publisher of [0, 1, 2]) {
      const own = numbers.filter((text) => text.startsWith(`${publisher}:`));
      expect(own).toEqual(Array.from({ length: 500 }, (_, one) => `${publisher}:${one}`));
    }
  }
});

test("nothing crosses to a thread without a member for the channel", async () => {
  const threads = await start();
  const [one] = (await connect(threads, 2)) as [RawClient];
  await published(one, [one]);
  one.send("publish other.channel nobody");
  one.send("statistics");
  await vi.waitFor(() => expect(one.texts.at(-1)).toMatch(/^\{/), waiting);
  const before = await threads.counts();
  one.send("publish prices.eur somebody");
  await vi.waitFor(() => expect(one.texts).toContain("somebody"), waiting);
  const after = await threads.counts();
  const sum = (all: typeof before) =>
    all.reduce((total, { bus }) => total + bus.published.messages, 0);
  expect(sum(after) - sum(before)).toBe(1);
});

test("R41 · an ordered channel has one order for all, and each message its position", async () => {
  const threads = await start({ threads: 3, ordered: ["prices.eur"] });
  const clients = await connect(threads, 3);
  for (const client of clients) await published(client, clients);
  for (const client of clients) client.send("many prices.eur 300");
  await vi.waitFor(() => {
    for (const { texts } of clients) {
      expect(texts.filter(but("ready")).length).toBeGreaterThanOrEqual(900);
    }
  }, waiting);
  const [first, ...others] = clients.map(({ texts }) => texts.filter(but("ready")));
  expect(first).toHaveLength(900);
  for (const other of others) expect(other).toEqual(first);
  clients[0]?.send("store prices.eur last");
  await vi.waitFor(() => expect(clients[0]?.texts.join()).toContain('"_tag":"Stored"'), waiting);
  const stored = clients[0]?.texts.find((text) => text.startsWith("{")) ?? "";
  expect(JSON.parse(stored)).toMatchObject({ position: { position: 901 } });
});

test("R42 · what a thread does not take is bounded and counted", async () => {
  const threads = await start({ seam: { maxMessages: 100 } });
  const clients = await connect(threads, 2);
  const [one, other] = clients as [RawClient, RawClient];
  await published(one, clients);
  other.send("block 500");
  one.send("many prices.eur 1000");
  await vi.waitFor(async () => {
    const counts = await threads.counts();
    const messages = counts.reduce((sum, { bus }) => sum + dropped(bus), 0);
    const got = other.texts.filter(but("ready")).length;
    expect(messages).toBeGreaterThan(0);
    expect(messages + got).toBe(1_000);
  }, waiting);
  expect(one.texts.filter(but("ready"))).toHaveLength(1_000);
});

test("R41 · an ordered channel waits for a thread that is slow, and loses nothing", async () => {
  const threads = await start({ seam: { maxMessages: 100 }, ordered: ["prices.eur"] });
  const clients = await connect(threads, 2);
  const [one, other] = clients as [RawClient, RawClient];
  await published(one, clients);
  other.send("block 300");
  // As many as may be on the way, and as many as may wait for that.
  one.send("many prices.eur 200");
  await vi.waitFor(() => {
    for (const { texts } of clients) expect(texts.filter(but("ready"))).toHaveLength(200);
  }, waiting);
});

test.each(["throw", "exit"])(
  "a thread that ends by %s takes its own clients with it, and nothing of what others publish",
  async (how) => {
    const onError = vi.fn();
    const threads = await start({ threads: 3, onError });
    const clients = await connect(threads, 3);
    const [one, two, gone] = clients as [RawClient, RawClient, RawClient];
    await published(one, clients);
    one.send("many prices.eur 400 before");
    gone.send(how);
    one.send("many prices.eur 400 after");
    expect(await gone.closed).toMatchObject({ code: 1006 });
    const all = ["before", "after"].flatMap((word) =>
      Array.from({ length: 400 }, (_, index) => `${word}:${index}`),
    );
    await vi.waitFor(() => expect(two.texts.filter(but("ready"))).toEqual(all), waiting);
    await vi.waitFor(() => expect(onError).toHaveBeenCalledOnce(), waiting);
    expect(threads.size).toBe(2);
    // Who comes now is served by those that are left.
    expect((await connect(threads, 4)).map(greeting)).not.toContain(greeting(gone));
  },
);

test("another thread takes the place of one that has ended, if that is wanted", async () => {
  const onError = vi.fn();
  const threads = await start({ restart: true, onError });
  const [one, other] = (await connect(threads, 2)) as [RawClient, RawClient];
  other.send("throw");
  await other.closed;
  await vi.waitFor(() => expect(onError).toHaveBeenCalledOnce(), waiting);
  await vi.waitFor(() => expect(threads.size).toBe(2), waiting);
  const clients = await connect(threads, 2);
  expect(new Set(clients.map(greeting))).toEqual(new Set([0, 1]));
  await published(one, clients);
});

test("connections of all threads are listed in pages, and metrics are one text", async () => {
  const threads = await start();
  await connect(threads, 5);
  const first = await threads.connections({ limit: 3 });
  const second = await threads.connections({ limit: 3, after: first.next });
  const found = [...first.connections, ...second.connections];
  expect(found).toHaveLength(5);
  expect(new Set(found.map(({ id }) => id)).size).toBe(5);
  expect(second.next).toBeUndefined();
  await expect(threads.connections({ after: "nowhere" })).rejects.toThrow("must be the next");
  expect(typeof (await threads.metrics())).toBe("string");
});

test("any thread can look at all of them", async () => {
  const threads = await start();
  const clients = await connect(threads, 3);
  const served = clients.map(greeting).sort();
  for (const client of clients) {
    client.send("whole");
    await vi.waitFor(() => expect(client.texts.at(-1)).toMatch(/^\{/), waiting);
    const { connections, counts, answers, metrics } = JSON.parse(client.texts.at(-1) as string);
    expect(connections.map(({ thread }: { thread: number }) => thread)).toEqual(served);
    expect(new Set(connections.map(({ id }: { id: string }) => id)).size).toBe(3);
    expect(counts).toMatchObject(
      [0, 1].map((thread) => ({
        thread,
        connections: served.filter((one) => one === thread).length,
      })),
    );
    expect(answers).toEqual([0, 1].map((thread) => ({ thread, answer: `who: ${thread}` })));
    expect(metrics).toContain('teas_total{thread="0"} 0\nteas_total{thread="1"} 1\n');
  }
});

test("a thread asks the main thread, and is told when that refuses", async () => {
  const gone: Array<number> = [];
  const answer = (question: unknown, { thread, ended }: Asker) => {
    if (question === "secret") throw new Error("nobody is told");
    ended.addEventListener("abort", () => gone.push(thread));
    return `${question} for ${thread}`;
  };
  const threads = await start({ answer });
  const [one, other] = (await connect(threads, 2)) as [RawClient, RawClient];
  one.send("ask tea");
  other.send("ask tea");
  await vi.waitFor(() => {
    for (const client of [one, other]) {
      expect(client.texts.at(-1)).toBe(`tea for ${greeting(client)}`);
    }
  }, waiting);
  one.send("ask secret");
  await vi.waitFor(() => expect(one.texts.at(-1)).toBe("error: nobody is told"), waiting);
  other.send("exit");
  await vi.waitFor(() => expect(gone).toEqual([greeting(other)]), waiting);
});

test("what the main thread publishes reaches all in order, also whoever comes to a thread that was restarted", async () => {
  const threads = await start({ restart: true, onError: () => {} });
  const wanted: Array<boolean> = [];
  threads.follow("prices.main", (isWanted) => wanted.push(isWanted));
  const [one, other] = (await connect(threads, 2)) as [RawClient, RawClient];
  await vi.waitFor(() => expect(wanted).toEqual([false, true]), waiting);
  await vi.waitFor(() => {
    threads.publish("prices.main", Frame.text("ready"));
    for (const { texts } of [one, other]) expect(texts).toContain("ready");
  }, waiting);
  const publish = (from: number, to: number) => {
    for (let one = from; one < to; one++) threads.publish("prices.main", Frame.text(`${one}`));
  };
  publish(0, 300);
  other.send("throw");
  publish(300, 600);
  await other.closed;
  publish(600, 900);
  const all = Array.from({ length: 900 }, (_, index) => `${index}`);
  await vi.waitFor(() => expect(one.texts.filter(but("ready"))).toEqual(all), waiting);
  await vi.waitFor(() => expect(threads.size).toBe(2), waiting);
  const comers = await connect(threads, 2);
  await vi.waitFor(() => {
    threads.publish("prices.main", Frame.text("again"));
    for (const { texts } of comers) expect(texts).toContain("again");
  }, waiting);
  expect(threads.published.dropped).toEqual({ "thread-slow": { messages: 0, bytes: 0 } });
});

test("closes everyone with 1001, ends all threads, and leaves nothing", async () => {
  const threads = await start();
  const clients = await connect(threads, 4);
  await threads.close();
  const end = { code: 1001, reason: "going away" };
  expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([end, end, end, end]);
  expect(threads.size).toBe(0);
  await expect(RawClient.open(threads.port)).rejects.toThrow();
});

test("a thread that does not come to serve, and a port that is taken, are told", async () => {
  await expect(start({ data: { fails: 1 } })).rejects.toThrow("no service today");
  const threads = await start();
  await expect(start({ port: threads.port })).rejects.toThrow("cannot be listened on");
});
