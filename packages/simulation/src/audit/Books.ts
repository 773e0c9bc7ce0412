/** What is known of one connection besides what it says itself: what was offered to it, handed over for it, and received. */
import type { ConnectionStatistics } from "@sluice/runtime";
import type { HubConnection } from "@sluice/runtime/adapter";
import type { Socket } from "../world/Socket.js";

/** A sender that waits. */
export interface Wait {
  readonly bytes: number;
  readonly atMillis: number;
  readonly delayMillis: number;
  readonly stalledMillis: number;
  readonly stalls: number;
  /** It has been given up. */
  isAborted: boolean;
}

export class Books {
  readonly number: number;
  readonly socket: Socket;
  readonly connection: HubConnection;
  /** Numbers, in their order. */
  readonly handed: Array<number> = [];
  handedBytes = 0;
  readonly received: Array<number> = [];
  offered = 0;
  /** The latest that was handed over, of each stream that keeps its order. */
  readonly latest = new Map<string, number>();
  readonly refused = new Set<number>();
  readonly waits = new Map<number, Wait>();
  readonly subscriptions = new Set<string>();
  /** As it was looked at last. */
  before: ConnectionStatistics | undefined;
  /** What it must hold, oldest first; undefined where that cannot be told exactly. */
  held: Array<number> | undefined;
  known = { evicted: 0, cleared: 0, closed: 0, shed: 0, unsendable: 0 };
  /** Fills and delays that were seen. */
  readonly delays: Array<{ readonly fill: number; readonly delayMillis: number }> = [];
  pauses = 0;
  isObserved = false;
  /** How often its end was told. */
  ends = 0;
  /** Since when it has held nothing. */
  emptySinceMillis = Number.POSITIVE_INFINITY;
  /** It answers nothing more, though it has answered once. */
  isSilent = false;
  /** Nobody has done anything for which it may be closed as slow. */
  isBlameless: boolean;

  constructor(options: {
    readonly number: number;
    readonly socket: Socket;
    readonly connection: HubConnection;
    readonly isExact: boolean;
    readonly isBlameless: boolean;
  }) {
    this.number = options.number;
    this.socket = options.socket;
    this.connection = options.connection;
    this.held = options.isExact ? [] : undefined;
    this.isBlameless = options.isBlameless;
  }

  /** It takes messages. */
  get isOpen(): boolean {
    const { state } = this.connection;
    return state !== "closing" && state !== "closed";
  }

  reads(channel: string): boolean {
    for (const pattern of this.subscriptions) if (hasChannel(pattern, channel)) return true;
    return false;
  }
}

function hasChannel(pattern: string, channel: string): boolean {
  if (pattern === "**" || pattern === channel) return true;
  return pattern === "a.*" && channel.startsWith("a.");
}
