/** The bridge to Stately's inspector, with real sockets: what goes over the wire, and what happens without a relay. */

import { once } from "node:events";
import { Action, Event, events, states } from "@sluice/machines";
import { Inspector, inspectConnection, Relay, RelayError, RelayUrlError } from "@sluice/stately";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { connectionOf, Puppet, slowClient, TestRelay, until } from "./doubles.js";
import { type Message, messageOf } from "./protocol.js";

/** An inspector that is stopped when its test is over, and what it warned of. */
function inspectorOf(url: string) {
  const warnings: Array<string> = [];
  const inspector = Inspector.connect({ url, onWarning: (message) => warnings.push(message) });
  onTestFinished(() => inspector.stop());
  return { inspector, warnings };
}

async function connected() {
  const relay = await TestRelay.listen();
  const { inspector, warnings } = inspectorOf(relay.url);
  await until(() => inspector.isConnected);
  return { relay, inspector, warnings };
}

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const relay = await TestRelay.listen();
  const { port } = relay;
  await relay.die();
  return port;
}

const stateIn = (message: Message | undefined): unknown =>
  message !== undefined && "snapshot" in message ? message.snapshot.value : undefined;

describe("what goes over the wire", () => {
  test("is the protocol's, and tells of a slow client what its connection went through, in both regions", async () => {
    const { relay, inspector } = await connected();
    const { client, connection } = await slowClient({
      configuration: { maxMessages: 10, maxBytes: 2 ** 24 },
    });
    const taken: Array<{ readonly event: number; readonly to: number }> = [];
    connection.observe({ onStep: (event, _from, to) => taken.push({ event, to }) });
    const mirror = inspectConnection(connection, inspector);

    client.pause();
    const rows = "x".repeat(65_536);
    while (connection.assess() !== "unhealthy") {
      connection.offer(rows);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.resume();
    await until(() => connection.state === "normal");
    client.close();
    await until(() => !mirror.isActive);
    // Its actor, its beginning, and an event and a snapshot of each step.
    await until(() => relay.messages.length >= 3 + 2 * taken.length);

    const [actor, init, begun, ...steps] = relay.messages;
    expect(actor).toMatchObject({ type: "@xstate.actor", name: connection.id });
    expect(init).toMatchObject({ type: "@xstate.event", event: { type: "xstate.init" } });
    expect(stateIn(begun)).toEqual(states[0]?.value);
    expect(
      steps.map((message) => [
        message.type,
        "event" in message && message.event.type,
        stateIn(message),
      ]),
    ).toEqual(
      taken.flatMap(({ event, to }) => [
        ["@xstate.event", events[event], undefined],
        ["@xstate.snapshot", events[event], states[to]?.value],
      ]),
    );
    const seen = new Set(taken.map(({ to }) => states[to]?.state));
    expect(seen).toEqual(new Set(["normal", "throttled", "paused", "dropping", "closed"]));
    expect(taken.map(({ to }) => states[to]?.health)).toContain("unhealthy");
    expect(steps.at(-1)).toMatchObject({ snapshot: { status: "done", value: "closed" } });
    expect(new Set(relay.messages.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(mirror.disagreement).toBeUndefined();
  });

  test("has the chart in it, with both regions", async () => {
    const { relay, inspector } = await connected();
    inspectConnection(connectionOf().connection, inspector);
    await until(() => relay.messages.length > 0);
    const [actor] = relay.messages;
    if (actor?.type !== "@xstate.actor") throw new Error("no actor came first");
    const { id, states: top } = JSON.parse(actor.definition);
    expect(id).toBe("connection");
    expect(Object.keys(top.open.states).sort()).toEqual(["flow", "health"]);
  });

  test("ends with the actor when nobody looks any more", async () => {
    const { relay, inspector } = await connected();
    inspectConnection(connectionOf().connection, inspector).stop();
    await until(() =>
      relay.messages.some(
        (message) => "snapshot" in message && message.snapshot.status === "stopped",
      ),
    );
  });
});

describe("an inspector that cannot be reached", () => {
  test("is warned of once, and tells who is there as soon as it can be", async () => {
    const port = await deadPort();
    const { inspector, warnings } = inspectorOf(`ws://127.0.0.1:${port}`);
    const { connection } = connectionOf();
    inspectConnection(connection, inspector, { name: "late" });
    for (let message = 0; message < 20; message++) connection.offer("x");
    await until(() => warnings.length > 0);
    expect(connection.state).toBe("dropping");
    expect(inspector.dropped).toBeGreaterThan(0);
    const relay = await TestRelay.listen(port);
    await until(() => relay.messages.length > 0);
    expect(relay.messages[0]).toMatchObject({
      type: "@xstate.actor",
      name: "late",
      snapshot: { value: states[connection.stateId]?.value },
    });
    expect(warnings).toEqual([
      `the inspector's relay at ws://127.0.0.1:${port} cannot be reached; it is tried again in the background`,
    ]);
  });

  test("that dies is warned of once, costs no connection anything, and is told of who is there when it is back", async () => {
    const { relay, inspector, warnings } = await connected();
    const { port } = relay;
    const { actor, connection } = connectionOf();
    const gone = connectionOf();
    inspectConnection(connection, inspector);
    inspectConnection(gone.connection, inspector);
    await relay.die();
    await until(() => !inspector.isConnected);
    for (let message = 0; message < 20; message++) connection.offer("x");
    gone.actor.disconnected();
    const again = await TestRelay.listen(port);
    await until(() => again.messages.length > 0);
    actor.disconnected();
    await until(() => stateIn(again.messages.at(-1)) === "closed");
    expect(again.messages[0]).toMatchObject({ type: "@xstate.actor", name: connection.id });
    expect(again.messages.filter(({ type }) => type === "@xstate.actor")).toHaveLength(1);
    expect(warnings).toEqual([
      `the inspector's relay at ${relay.url} went away; it is tried again in the background`,
    ]);
  });

  test("that does not read costs a bounded amount, and is told how things stand when it has read", async () => {
    const { relay, inspector } = await connected();
    const puppet = new Puppet();
    inspectConnection(puppet, inspector, { name: "busy" });
    await until(() => relay.messages.length > 0);
    relay.stopReading();
    while (inspector.dropped === 0) {
      for (let step = 0; step < 100; step++) stall(puppet);
      await new Promise((resolve) => setImmediate(resolve));
    }
    relay.read();
    await until(() => relay.messages.filter(({ type }) => type === "@xstate.actor").length === 2);
  });

  test("in a single turn, no more than a bounded number of messages waits for it", async () => {
    const { relay, inspector } = await connected();
    const puppet = new Puppet();
    inspectConnection(puppet, inspector);
    for (let step = 0; step < 10_000; step++) stall(puppet);
    expect(inspector.dropped).toBeGreaterThan(18_000);
    await until(() => relay.messages.filter(({ type }) => type === "@xstate.actor").length === 2);
  });

  test.each(["localhost:8080", "http://localhost:8080", "nonsense"])("at %s is refused", (url) => {
    expect(() => Inspector.connect({ url })).toThrow(new RelayUrlError({ url }));
  });
});

describe("Stately's relay", () => {
  test("serves the page with the inspector, and passes on to it who is there", async () => {
    const relay = await relayOf(await deadPort());
    const { inspector } = inspectorOf(relay.url);
    inspectConnection(connectionOf().connection, inspector, { name: "shown" });
    expect(await (await fetch(relay.page)).text()).toContain("https://stately.ai/inspect");
    const messages = await page(relay.url);
    await until(() => messages.length > 0);
    expect(messages[0]).toMatchObject({ type: "@xstate.actor", name: "shown" });
  });

  test("tells also those who come when it has forgotten the beginning", async () => {
    let inspector: Inspector | undefined;
    const relay = await relayOf(await deadPort(), () => inspector?.welcome());
    inspector = inspectorOf(relay.url).inspector;
    const puppet = new Puppet();
    inspectConnection(puppet, inspector);
    const early = await page(relay.url);
    await until(() => early.length > 0);
    for (let step = 0; step < 200; step++) stall(puppet);
    await until(() => early.length >= 400);
    const late = await page(relay.url);
    await until(() => late.some(({ type }) => type === "@xstate.actor"));
  });

  test("whose port is taken is refused with the port, and nothing else happens", async () => {
    const { port } = await TestRelay.listen();
    const taken = Relay.start({ port });
    await expect(taken).rejects.toThrow(RelayError);
    await expect(taken).rejects.toThrow(
      `the inspector's relay cannot listen on port ${port}: the port is in use`,
    );
  });
});

async function relayOf(port: number, onVisitor = () => {}): Promise<Relay> {
  const relay = await Relay.start({ port, onVisitor });
  onTestFinished(() => relay.stop());
  return relay;
}

/** What Stately's page would receive. */
async function page(url: string): Promise<ReadonlyArray<Message>> {
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  const messages: Array<Message> = [];
  socket.on("message", (data) => messages.push(messageOf(JSON.parse(data.toString()))));
  await once(socket, "open");
  return messages;
}

/** A step that leads nowhere. */
function stall(puppet: Puppet): void {
  puppet.step(Event["stall"], puppet.stateId, Action["reportStall"]);
}
