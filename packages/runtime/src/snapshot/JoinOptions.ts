/** With what a connection comes to a channel, and what came of that. */
import { ConfigurationError, checkOptions } from "@sluice/core";
import { isSnapshotSource, type SnapshotSource } from "./Source.js";

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

/** @throws {ConfigurationError} for what is not valid. */
export function checkJoin(options: JoinOptions): void {
  checkOptions(options, "join", rules);
  if (options.snapshot !== undefined) return;
  const problem = { field: "snapshot", value: undefined, rule };
  throw new ConfigurationError({ whole: "options of join", problems: [problem] });
}
