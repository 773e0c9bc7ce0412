/**
 * How one connection ends. It is open until the chart decides how it closes; its transport is told of that in the
 * connection's next turn; when the transport has gone, whoever waits for the end is told.
 */
import { type Configuration, mustBeFunction, type Volume } from "@sluice/core";
import { Action, Event } from "@sluice/machines";
import { Clock, Context, Effect, Exit, Scope } from "effect";
import type { Unread } from "../adapter/Pingable.js";
import type { Transport } from "../adapter/Transport.js";
import { attempt } from "./Attempt.js";
import { type CloseInfo, type Closure, type Farewell, slowConsumer } from "./CloseInfo.js";
import type { Reporter, Reporting } from "./Reporter.js";
import { type Condition, hinted, type Rung } from "./Rung.js";

/** The connection whose end it is. */
interface Ended extends Reporter, Reporting {
  /** What its client has received, and is known not to have. */
  readonly receipts: { readonly acknowledged: Volume; readonly unread: Unread | undefined };
  readonly configuration: Configuration;
  readonly watchdog: { readonly condition: Condition };
  /** The transport threw. */
  failed(defect: unknown): void;
  /** The transport is not there any more. */
  leave(): void;
}

/** What the transport is still to be told. */
type Goodbye = "end" | "terminate" | "nothing";

type Life =
  /** `farewell` is what it says if it closes now. */
  | { readonly _tag: "Open"; readonly farewell: Farewell; readonly rung: Rung | undefined }
  | { readonly _tag: "Decided"; readonly info: Closure; readonly goodbye: Goodbye }
  | { readonly _tag: "Gone"; readonly info: CloseInfo };

const open: Life = { _tag: "Open", farewell: slowConsumer, rung: undefined };

/** That it was cut off. Of one whose outbox decided that by itself the rung is not known here. */
export interface CutOff {
  readonly atEpochMillis: number;
  readonly rung: Rung | undefined;
  readonly condition: Condition;
  readonly farewell: Farewell;
}

export class Ending {
  /** The actions of the chart that decide how it ends. */
  static readonly actions = Action.sendClose | Action.terminate;

  #owner: Ended;
  #life: Life = open;
  /** How it was cut off, if it was. */
  cutOff: CutOff | undefined;
  #listeners: Set<{ readonly listener: (info: CloseInfo) => void }> | undefined;
  #scope: Scope.Closeable | undefined;

  constructor(owner: Ended) {
    this.#owner = owner;
  }

  get isOpen(): boolean {
    return this.#life._tag === "Open";
  }

  /** Whether the transport is still to be told. */
  get owesGoodbye(): boolean {
    return this.#life._tag === "Decided" && this.#life.goodbye !== "nothing";
  }

  /** Another goes on in the place of its owner. */
  adopt(owner: Ended): void {
    this.#owner = owner;
  }

  // ── The decision ────────────────────────────────────────────────────────────────────────────────────

  /** What will be said if it closes; nothing changes once that is decided. */
  plan(farewell: Farewell, rung?: Rung): void {
    if (this.#life._tag === "Open") this.#life = { _tag: "Open", farewell, rung };
  }

  /** The chart has made a step: true if that decides how it ends, and the transport is to be told. */
  follow(event: number, mask: number): boolean {
    if (mask & Action.sendClose && this.#life._tag === "Open") {
      const by = event === Event.flushed ? "close" : "eviction";
      const farewell = by === "close" ? this.#life.farewell : this.#cutOff(this.#life);
      this.#life = { _tag: "Decided", info: { ...farewell, by }, goodbye: "end" };
    } else if (mask & Action.terminate) {
      const info = { code: 1006, reason: "", by: "deadline" } as const;
      this.#life = { _tag: "Decided", info, goodbye: "terminate" };
    } else return false;
    return true;
  }

  #cutOff({ farewell: planned, rung }: Extract<Life, { readonly _tag: "Open" }>): Farewell {
    const { watchdog, configuration, context } = this.#owner;
    const { condition } = watchdog;
    const farewell = hinted(planned, configuration, context);
    const atEpochMillis = Context.get(context, Clock.Clock).currentTimeMillisUnsafe();
    this.cutOff = { atEpochMillis, rung, condition, farewell };
    return farewell;
  }

  /** The transport has gone by itself, for this reason unless another was decided. */
  lost(info: Closure): void {
    const life = this.#life;
    if (life._tag === "Gone") return;
    const known = life._tag === "Decided" ? life.info : info;
    this.#life = { _tag: "Decided", info: known, goodbye: "nothing" };
  }

  /** Tells the transport. Its close callback may come from inside the call: by then all is done. */
  sayGoodbye(transport: Transport<never>): void {
    const life = this.#life;
    if (life._tag !== "Decided") return;
    const { info, goodbye } = life;
    this.#life = { ...life, goodbye: "nothing" };
    try {
      const unread = info.by === "close" ? this.#owner.receipts.unread : undefined;
      if (goodbye === "end") transport.end(info.code, info.reason, unread);
      if (goodbye === "terminate") transport.terminate();
    } catch (defect) {
      this.#owner.failed(defect);
      // Otherwise its socket would stay for as long as its client likes.
      if (goodbye === "end") {
        attempt(
          () => transport.terminate(),
          (another) => this.#owner.failed(another),
        );
      }
    }
    this.#owner.leave();
    this.finish();
  }

  /** The transport is gone: whoever waits is told, and the scope is closed. */
  finish(): void {
    if (this.#life._tag !== "Decided") return;
    const info = { ...this.#life.info, acknowledged: this.#owner.receipts.acknowledged };
    this.#life = { _tag: "Gone", info };
    const entries = this.#listeners ?? [];
    this.#listeners = undefined;
    this.#closeScope();
    // One that is taken out meanwhile, by whichever of them, is not told; all others are.
    for (const { listener } of entries) this.#tell(listener, info);
  }

  // ── Who waits for it ────────────────────────────────────────────────────────────────────────────────

  /** Calls `listener` once when it has gone; at once if it has. Returns how to stop listening. */
  onClosed(listener: (info: CloseInfo) => void): () => void {
    mustBeFunction(listener, "listener");
    if (this.#life._tag === "Gone") {
      this.#tell(listener, this.#life.info);
      return () => {};
    }
    this.#listeners ??= new Set();
    const listeners = this.#listeners;
    const entry = { listener };
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
    };
  }

  /** Closed when it has gone. Made when it is first asked for. */
  get scope(): Scope.Scope {
    if (this.#scope === undefined) {
      this.#scope = Scope.makeUnsafe();
      if (this.#life._tag === "Gone") this.#closeScope();
    }
    return this.#scope;
  }

  #closeScope(): void {
    if (this.#scope === undefined) return;
    Effect.runForkWith(this.#owner.context)(Scope.close(this.#scope, Exit.void));
  }

  #tell(listener: (info: CloseInfo) => void, info: CloseInfo): void {
    attempt(
      () => listener(info),
      (error) => this.#owner.report("a listener to its closing failed", error),
    );
  }
}
