/** What an operator should do about a connection, and why, in words. */
import { type ConnectionState, type Health, isOpen } from "@sluice/machines";
import { degradedAt, unhealthyAbove } from "./DropRate.js";

/** What is known of the connection. */
export interface Condition {
  readonly state: ConnectionState;
  readonly health: Health;
  /** 0 to 1. */
  readonly fill: number;
  /** The recent drop rate, 0 to 1. */
  readonly dropRate: number;
  /**
   * How long it has given no sign of taking anything, in milliseconds: its transport took nothing while under pressure,
   * and no receipt came. 0 when it takes.
   */
  readonly stalledMillis: number;
  /** The share of recent messages that were larger than the outbox, 0 to 1. */
  readonly tooLarge?: number;
  /** The share of recent messages whose senders were too many to wait, 0 to 1. */
  readonly crowded?: number;
  /** How long the oldest ping has not been answered, in milliseconds; 0 when nothing is known. */
  readonly behindMillis?: number;
}

/** Advice on one connection. */
export interface Recommendation {
  readonly action: "ok" | "throttle" | "pause" | "warning" | "disconnect";
  readonly reason: string;
  readonly fill: number;
  readonly suggestion: string;
}

/**
 * Advises on a connection: the worst that is true of it decides.
 *
 * @example
 * ```ts
 * import { recommend } from "@sluice/core";
 *
 * recommend({ state: "paused", health: "healthy", fill: 0.95, dropRate: 0, stalledMillis: 0 }).action; // => "pause"
 * ```
 */
export function recommend(condition: Condition): Recommendation {
  const { state, health, fill, dropRate, stalledMillis } = condition;
  const { tooLarge = 0, crowded = 0, behindMillis = 0 } = condition;
  const advice = (action: Recommendation["action"], reason: string, suggestion: string) => ({
    action,
    reason,
    fill,
    suggestion,
  });
  if (!isOpen(state)) {
    return advice("ok", `the connection is ${state}`, "nothing to do");
  }
  if (stalledMillis > 0) {
    return advice(
      "disconnect",
      `the client has taken nothing for ${(stalledMillis / 1000).toFixed(1)} s`,
      "disconnect it, or set evictTimeoutMillis so that this happens by itself",
    );
  }
  if (health === "unhealthy") {
    return advice(
      "disconnect",
      `${percent(dropRate)} of recent messages were lost (over ${percent(unhealthyAbove)})`,
      "disconnect it, or send it less: it cannot keep up with this feed",
    );
  }
  if (health === "degraded") {
    return advice(
      "warning",
      `${percent(dropRate)} of recent messages were lost (over ${percent(degradedAt)})`,
      "watch it; a larger outbox absorbs bursts, a lower rate helps a slow client",
    );
  }
  if (tooLarge > 0) {
    return advice(
      "warning",
      `${percent(tooLarge)} of recent messages were larger than maxBytes, and were refused`,
      "raise maxBytes, or split those messages: the client is not at fault",
    );
  }
  if (crowded > 0) {
    return advice(
      "warning",
      `${percent(crowded)} of recent messages were refused because too many senders waited`,
      "await each send before the next one, or raise maxWaiters and maxWaitingBytes",
    );
  }
  const isBehind = behindMillis >= 1_000;
  const behind = isBehind ? `; the client is ${(behindMillis / 1000).toFixed(1)} s behind` : "";
  switch (state) {
    case "dropping":
      return advice(
        "warning",
        `${isBehind ? "" : `the outbox is ${percent(fill)} full and `}the overflow strategy is at work${behind}`,
        "send less, or give the client time to read",
      );
    case "paused":
      return advice(
        "pause",
        `the outbox is ${percent(fill)} full${behind}`,
        "hold back until it drains",
      );
    case "throttled":
      return advice("throttle", `the outbox is ${percent(fill)} full${behind}`, "send more slowly");
    case "normal":
      return advice("ok", "the client keeps up", "nothing to do");
    default:
      return state satisfies never;
  }
}

function percent(share: number): string {
  return share > 0 && share < 0.005 ? "under 1 %" : `${Math.round(share * 100)} %`;
}
