/** With what a connection comes to a channel, and what came of that. */
import { ConfigurationError, checkOptions } from "@sluice/core";
import { attempt, type Failed } from "../actor/Attempt.js";
import { isSnapshotSource, letGo, type SnapshotSource } from "./Source.js";

export interface JoinOptions {
  /** What it is given first. */
  readonly snapshot: SnapshotSource;
}

/** How it went. */
export interface Joined {
  /** It is subscribed. If not, the connection has closed, or something has taken the place of this. */
  readonly isLive: boolean;
  /** Messages of the snapshot that its outbox took. */
  readonly sent: number;
}

const rule =
  "must be an iterable, a ReadableStream, a Stream of Effect, or a function that makes one";

const rules = { snapshot: [isSnapshotSource, rule] } as const;

/** Nothing comes of it: its connection has closed. A source that is held is let go. */
export function notBegun({ snapshot }: JoinOptions, failed: Failed = () => {}): Promise<Joined> {
  attempt(() => letGo(snapshot), failed);
  return Promise.resolve({ isLive: false, sent: 0 });
}

/** @throws {ConfigurationError} for what is not valid. */
export function checkJoin(options: JoinOptions): void {
  checkOptions(options, "join", rules);
  if (options.snapshot !== undefined) return;
  const problem = { field: "snapshot", value: undefined, rule };
  throw new ConfigurationError({ whole: "options of join", problems: [problem] });
}
