/**
 * An adapter on a real socket, with a real client on the loopback, as a system under test.
 *
 * Time is a clock moved by hand. The flusher turns only inside `drain` and for a connection that ends, and
 * what is delivered is what the client has received. The kernel takes all that a trace can send, so a drain
 * takes everything: a socket under pressure is for `Socket.test.ts`.
 */
import { once } from "node:events";
import { type OfferResult, overflowStrategies, type RejectReason, rejected } from "@sluice/core";
import { capabilities, type MakeSystem, type Message, type Subject } from "@sluice/properties";
import { SendError } from "@sluice/runtime";
import type { Loopback, Seen } from "./Loopback.js";
import { uwsLoopback } from "./uwsLoopback.js";
import { wsLoopback } from "./wsLoopback.js";

const makeOn =
  (loopback: Loopback): MakeSystem =>
  async (configuration) => {
    const route = loopback.borrow();
    const { clock, gate, connections } = route;
    const startMillis = clock.currentTimeMillisUnsafe();

    /** By what the socket is given, and in the order in which it was. */
    const messages = new Map<unknown, Message>();
    const sent: Array<Uint8Array> = [];
    const misuse: Array<string> = [];
    let opened: Seen | undefined;
    const { client, connection } = await route.connect(configuration, (seen) => {
      opened = seen;
      seen.watch(misuse, (payload) => {
        sent.push(payload as Uint8Array);
      });
    });
    const hold = () => opened?.hold();
    hold();

    const received: Array<Buffer> = [];
    client.on("message", (data) => received.push(data as Buffer));
    const gone = once(client, "close");
    let toldOfEnd = 0;
    connection.onClosed(() => toldOfEnd++);

    /** Lets the event loop turn, with the flusher, until a condition holds. */
    async function until(isSo: () => boolean): Promise<void> {
      do {
        gate.open();
        await turn();
      } while (!isSo());
    }

    /** A connection that has closed is ended on the wire, too. */
    async function finishClosing(): Promise<void> {
      const isEmpty = connection.stats().buffered.messages === 0;
      if (connection.state === "closing" && isEmpty) await until(() => toldOfEnd > 0);
      if (connection.state !== "closed") return;
      await until(() => toldOfEnd > 0);
      await gone;
    }

    /** During a drain: who will be told of what came of it, once that has been reported. */
    let untold: Array<() => void> | undefined;
    let reported = 0;

    return {
      offer: (message) => connection.offer(payloadOf(message)),
      send: (message, settle) => {
        const controller = new AbortController();
        const tell = (result: OfferResult) => {
          if (untold === undefined) settle(result);
          else untold.push(() => settle(result));
        };
        connection
          .send(payloadOf(message), { signal: controller.signal })
          .then(tell, (error) => tell(rejected[reasonOf(error)]));
        return () => controller.abort();
      },
      drain: async (_, transport) => {
        // One drain may be begun inside another: whichever is over first tells.
        untold ??= [];
        if (connection.state !== "closed") {
          const isDone = () =>
            connection.stats().buffered.messages === 0 && received.length === sent.length;
          await until(isDone);
        }
        await finishClosing();
        for (; reported < received.length; reported++) {
          transport(messageOf(received[reported] as Buffer, sent[reported]));
        }
        hold();
        const senders = untold ?? [];
        untold = undefined;
        for (const tell of senders) tell();
      },
      advance: async (millis) => {
        await clock.pass(millis);
        await finishClosing();
        hold();
      },
      elapsedMillis: () => clock.currentTimeMillisUnsafe() - startMillis,
      close: async (how) => {
        if (how === "close") connection.close();
        else if (how === "evict") connection.evict();
        else client.terminate();
        // The gate stays shut: what is queued when the client goes is not sent.
        while (how === "disconnect" && toldOfEnd === 0) await turn();
        await finishClosing();
      },
      stats: () => connection.stats(),
      misuse: () => misuse,
      remains: async () => {
        await until(() => true);
        return [
          ...Array<string>(clock.sleepers).fill("a sleeping fiber"),
          ...Array<string>(connections.size).fill("an entry in the registry"),
          ...(toldOfEnd === 1 ? [] : [`a listener that was told of the end ${toldOfEnd} times`]),
        ];
      },
      dispose: async () => {
        client.terminate();
        await until(() => connections.size === 0);
        loopback.giveBack(route);
      },
    };

    function payloadOf(message: Message): Uint8Array {
      const payload = new Uint8Array(message.bytes).fill(message.id);
      messages.set(payload, message);
      return payload;
    }

    /** What was received is what was sent in that place, if it is the same bytes. */
    function messageOf(data: Buffer, payload: Uint8Array | undefined): Message {
      const message = messages.get(payload);
      if (message !== undefined && payload !== undefined && data.equals(payload)) return message;
      throw new Error(
        `the client received ${data.toString("hex")}, which was not sent in that place`,
      );
    }
  };

/** What a real socket, or a public connection, does not show or allow. */
const beyond = [
  "steps",
  "health",
  "clock",
  "callbacks",
  "counted drains",
  "watchdog",
  "neighbours",
  "snapshot",
];

/** An adapter, with `PlainConnection`. */
const subjectOn = (name: string, loopback: Loopback): Subject => ({
  name,
  capabilities: capabilities.filter((capability) => !beyond.includes(capability)),
  strategies: overflowStrategies,
  make: makeOn(loopback),
});

/** The adapter for uWebSockets.js. */
export const socket = subjectOn("the adapter on a real socket", uwsLoopback);

/** The adapter for `ws`. */
export const wsSocket = subjectOn("the adapter for ws on a real socket", wsLoopback);

/** Stops listening, so that the process can end. */
export async function closeServers(): Promise<void> {
  await Promise.all([uwsLoopback.close(), wsLoopback.close()]);
}

/** Aborted, unless the connection says otherwise. */
function reasonOf(error: unknown): RejectReason {
  return error instanceof SendError ? error.reason : "interrupted";
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
