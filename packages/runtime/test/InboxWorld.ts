/** An inbox whose messages, handlers and time are moved by hand, and what it should have done, told by a plain model. */
import { Elapsed } from "@sluice/core";
import { attempt, type Farewell } from "@sluice/runtime";
import type { IncomingOptions } from "@sluice/runtime/adapter";
import { expect } from "vitest";
import { Inbox } from "../src/incoming/Inbox.js";
import { IncomingCounts, type IncomingLoss } from "../src/incoming/IncomingCounts.js";
import { incomingLimits } from "../src/incoming/IncomingOptions.js";

/** How a handler goes: it returns at once, or throws; or it returns a promise, or another thenable. */
export type Manner = "returns" | "throws" | "promises" | "thens";

interface Message {
  readonly id: number;
  readonly bytes: number;
  readonly manner: Manner;
}

interface Running {
  readonly resolve: () => void;
  readonly reject: () => void;
}

export class InboxWorld {
  millis = 0;
  isOpen = true;
  isListening = true;
  readonly farewells: Array<Farewell & { readonly why: string }> = [];
  /** In the order in which their handlers began; those that were kept for later say so. */
  readonly begun: Array<number> = [];
  readonly kept: Array<number> = [];
  readonly running = new Map<number, Running>();
  readonly whole = new IncomingCounts();
  readonly inbox: Inbox;
  #next = 0;

  /** For how long the loop has stood still. */
  asleepMillis = 0;
  watchers = 0;

  constructor(options: IncomingOptions) {
    const world = this;
    const receiving = {
      get isOpen() {
        return world.isOpen;
      },
      guard: (handling: () => unknown) =>
        attempt(handling, () => {
          this.isOpen = false;
        }),
      close: (farewell: Farewell, why: IncomingLoss) => {
        this.isOpen = false;
        this.farewells.push({ ...farewell, why });
      },
      listen: (isListening: boolean) => {
        this.isListening = isListening;
      },
    };
    const limits = incomingLimits(options, undefined);
    const elapsed = new Elapsed(() => this.millis);
    const vigil = {
      get asleepMillis() {
        return world.asleepMillis;
      },
      watch: () => {
        this.watchers++;
        return () => {
          this.watchers = 0;
        };
      },
    };
    this.inbox = new Inbox(receiving, { limits, elapsed, vigil, whole: this.whole });
  }

  /** A message comes. Answers its number: 0 for the first. */
  comes(bytes = 1, manner: Manner = "promises"): number {
    const message = { id: this.#next++, bytes, manner };
    const keep = () => {
      this.kept.push(message.id);
      return () => this.#handle(message);
    };
    this.inbox.take(bytes, () => this.#handle(message), keep);
    return message.id;
  }

  #handle({ id, manner }: Message): unknown {
    this.begun.push(id);
    if (manner === "throws") throw new Error(`${id} throws`);
    if (manner === "returns") return id;
    const promise = new Promise<void>((resolve, reject) => {
      const ends = (act: () => void) => () => {
        this.running.delete(id);
        act();
      };
      this.running.set(id, {
        resolve: ends(resolve),
        reject: ends(() => reject(new Error(`${id} rejects`))),
      });
    });
    // biome-ignore lint/suspicious/noThenProperty: a thenable that is no promise is what is tried.
    return manner === "promises" ? promise : { then: promise.then.bind(promise) };
  }

  /** A handler ends, and whoever waits for that has heard. */
  async ends(id: number, how: keyof Running = "resolve"): Promise<void> {
    this.running.get(id)?.[how]();
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** What was received was handed over, waits, or was dropped, here and in the whole. */
  audit(): void {
    for (const statistics of [this.inbox.statistics, this.whole.statistics()]) {
      const { received, handled, waiting, dropped } = statistics;
      const parts = [handled, waiting, dropped.rate, dropped.inbox, dropped.closed];
      for (const unit of ["messages", "bytes"] as const) {
        const sum = parts.reduce((all, part) => all + part[unit], 0);
        expect(sum).toBe(received[unit]);
      }
    }
    expect(this.inbox.statistics).toEqual(this.whole.statistics());
  }
}
