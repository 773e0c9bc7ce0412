/** R6, R20, R21, R24, R25 where the pressure is real: a client that stops reading, until the kernel takes no more. */
import { configuration } from "@sluice/core";
import { afterAll, describe, expect, test } from "vitest";
import type { Ends, Loopback, Route, Seen } from "../verify/systems/Loopback.js";
import { closeServers } from "../verify/systems/socket.js";
import { uwsLoopback } from "../verify/systems/uwsLoopback.js";
import { wsLoopback } from "../verify/systems/wsLoopback.js";

afterAll(closeServers);

/** Large, so that the buffers of the kernel are full after a few. */
const messageBytes = 256 * 1024;

const blocking = configuration({
  // What fills the kernel is what is tested here.
  windowBytes: "off",
  overflow: "block",
  maxMessages: 4,
  maxBytes: 8 * messageBytes,
  maxDelayMillis: 0,
  pauseDurationMillis: 0,
});

/** A connection whose client reads when it is told to, and whose producer sends as fast as it may. */
class Pressed {
  readonly misuse: ReadonlyArray<string>;
  readonly sent: Array<number> = [];
  readonly received: Array<number> = [];
  readonly #route: Route;
  readonly #ends: Ends;
  readonly #seen: Seen;

  static async on(route: Route): Promise<Pressed> {
    let seen: Seen | undefined;
    let pressed: Pressed | undefined;
    const misuse: Array<string> = [];
    const ends = await route.connect(blocking, (opened) => {
      seen = opened;
      opened.watch(misuse, (payload) => pressed?.sent.push(numberOf(payload as Buffer)));
    });
    pressed = new Pressed(route, ends, seen as Seen, misuse);
    return pressed;
  }

  private constructor(route: Route, ends: Ends, seen: Seen, misuse: ReadonlyArray<string>) {
    this.#route = route;
    this.#ends = ends;
    this.#seen = seen;
    this.misuse = misuse;
    ends.client.on("message", (data) => this.received.push(numberOf(data as Buffer)));
  }

  get connection() {
    return this.#ends.connection;
  }

  get isPressured(): boolean {
    return this.#seen.isPressured;
  }

  read(): void {
    this.#ends.client.resume();
  }

  stopReading(): void {
    this.#ends.client.pause();
  }

  /** The flusher turns, and the event loop with it. */
  async turn(): Promise<void> {
    this.#route.gate.open();
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Time passes for the connection, without a turn. */
  async wait(millis: number): Promise<void> {
    await this.#route.clock.pass(millis);
  }

  /** Sends from number `first` on until the socket is under pressure, the outbox full and a sender waits. */
  async press(first: number): Promise<{ readonly answers: ReadonlyArray<Promise<unknown>> }> {
    const answers: Array<Promise<unknown>> = [];
    for (let number = first; this.connection.stats().waiting.messages === 0; number++) {
      answers.push(this.connection.send(payloadOf(number)));
      await this.turn();
    }
    expect(this.isPressured).toBe(true);
    return { answers };
  }

  async end(): Promise<void> {
    this.#ends.client.terminate();
    while (this.#route.connections.size > 0) await this.turn();
    expect(this.#route.clock.sleepers, "R20 · no fiber sleeps").toBe(0);
  }
}

/** A message is known by its number, which it begins with. */
const payloadOf = (number: number) => Buffer.alloc(messageBytes, `${number} `);
const numberOf = (data: Buffer) => Number.parseInt(data.toString("latin1", 0, 16), 10);

const upTo = (count: number) => Array.from({ length: count }, (_, number) => number);

const loopbacks: ReadonlyArray<Loopback> = [uwsLoopback, wsLoopback];

describe.each(loopbacks)("on $name", (loopback) => {
  test("R6, R21, R24 · a client that stops reading and reads on gets everything, in order; meanwhile nothing is sent", async () => {
    const route = loopback.borrow();
    const pressed = await Pressed.on(route);
    let offered = 0;
    for (let round = 0; round < 3; round++) {
      pressed.stopReading();
      const { answers } = await pressed.press(offered);
      offered += answers.length;
      const before = pressed.sent.length;
      for (let turns = 0; turns < 20; turns++) await pressed.turn();
      expect(pressed.sent.length, "sent under pressure").toBe(before);
      pressed.read();
      while (pressed.received.length < offered) await pressed.turn();
      await Promise.all(answers);
    }
    expect(pressed.misuse).toEqual([]);
    expect(pressed.sent).toEqual(upTo(offered));
    expect(pressed.received).toEqual(upTo(offered));
    await pressed.end();
    loopback.giveBack(route);
  });

  test("R25 · a drain of which nobody hears is survived: the watchdog finds the room", async () => {
    const pressed = await Pressed.on(loopback.deaf);
    pressed.stopReading();
    const { answers } = await pressed.press(0);
    pressed.read();
    const before = pressed.sent.length;
    while (pressed.isPressured) await pressed.turn();
    expect(pressed.sent.length, "sent with nobody looking").toBe(before);
    while (pressed.received.length < answers.length) {
      await pressed.wait(blocking.watchdogMillis);
      await pressed.turn();
    }
    await Promise.all(answers);
    expect(pressed.misuse).toEqual([]);
    expect(pressed.received).toEqual(upTo(answers.length));
    await pressed.end();
  });

  test("R20, R23 · a client that goes under pressure leaves nothing, and everybody is told", async () => {
    const route = loopback.borrow();
    const pressed = await Pressed.on(route);
    pressed.stopReading();
    const { answers } = await pressed.press(0);
    const told = Promise.allSettled(answers);
    await pressed.end();
    const outcomes = (await told).map(({ status }) => status);
    const { delivered, dropped, rejected, offered } = pressed.connection.stats();
    expect(delivered.messages).toBe(pressed.sent.length);
    expect(dropped.closed.messages + rejected.closed.messages + delivered.messages).toBe(
      offered.messages,
    );
    expect(outcomes.filter((status) => status === "rejected")).toHaveLength(
      rejected.closed.messages,
    );
    expect(pressed.misuse).toEqual([]);
    loopback.giveBack(route);
  });
});
