/**
 * What the server and the page say to each other, one JSON object a message. Types only: the page is built
 * from them too.
 *
 * Every snapshot is whole, so that one that was dropped on the way to a sleeping tab is missed by nobody.
 */

/** A step of the chart: `[atMillis, event, from, to]`, the last three as numbers of the `Hello`'s lists. */
export type Step = readonly [number, number, number, number];

/** `[event, from, to, count]`. */
export type Crossing = readonly [number, number, number, number];

/** `[row, reason, messages]`. */
export type Loss = readonly [number, string, number];

/** The names behind the numbers; first of all messages. */
export interface Hello {
  readonly type: "hello";
  /** Of another one than last time: the server has been started anew. */
  readonly server: string;
  readonly states: ReadonlyArray<{ readonly state: string; readonly health: string | undefined }>;
  readonly events: ReadonlyArray<string>;
  readonly strategies: ReadonlyArray<string>;
  /** Other paths of the server. */
  readonly links: ReadonlyArray<string>;
}

/** Connections by column: the n-th of each belongs to the n-th connection. */
export interface Columns {
  readonly id: ReadonlyArray<string>;
  readonly route: ReadonlyArray<string>;
  readonly client: ReadonlyArray<string>;
  /** An index into `Hello.strategies`. */
  readonly strategy: ReadonlyArray<number>;
  /** An index into `Hello.states`. */
  readonly state: ReadonlyArray<number>;
  /** 0 healthy, 1 degraded, 2 unhealthy. */
  readonly health: ReadonlyArray<number>;
  /** In thousandths. */
  readonly fill: ReadonlyArray<number>;
  readonly delayMillis: ReadonlyArray<number>;
  readonly enqueued: ReadonlyArray<number>;
  readonly delivered: ReadonlyArray<number>;
  readonly deliveredBytes: ReadonlyArray<number>;
  readonly buffered: ReadonlyArray<number>;
  readonly bufferedBytes: ReadonlyArray<number>;
  /** Sent and not acknowledged; null while the client has never answered a ping. */
  readonly inFlightBytes: ReadonlyArray<number | null>;
  /** What may be in flight at the most; null where nothing is kept back. */
  readonly windowBytes: ReadonlyArray<number | null>;
  /** The latest; null before the first. */
  readonly roundTripMillis: ReadonlyArray<number | null>;
  /** An index into `Snapshot.advice`. */
  readonly advice: ReadonlyArray<number>;
}

/** A recommendation; the same one is written once for all connections that have it. */
export interface Advice {
  readonly action: string;
  readonly reason: string;
  readonly suggestion: string;
}

/** Sums over everyone since the page's watch began; they never decrease but for what is buffered. */
export interface Totals {
  readonly offered: number;
  readonly delivered: number;
  readonly deliveredBytes: number;
  /** By policy or by closing, taken or not. */
  readonly lost: number;
  readonly buffered: number;
  readonly bufferedBytes: number;
}

/** How the process is, over the second that has passed. */
export interface Vitals {
  readonly rssBytes: number;
  readonly loopDelayMillis: LoopDelay;
}

/** How much later than it should the event loop came round. */
export interface LoopDelay {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** Once a second. */
export interface Snapshot {
  readonly type: "snapshot";
  /** Of the server's monotonic clock. */
  readonly atMillis: number;
  /** Connections by state: the n-th is of `Hello.states[n]`. Everyone is counted, listed or not. */
  readonly counts: ReadonlyArray<number>;
  readonly crossings: ReadonlyArray<Crossing>;
  readonly totals: Totals;
  readonly vitals: Vitals;
  readonly columns: Columns;
  /** The losses of those who have any. */
  readonly losses: ReadonlyArray<Loss>;
  readonly advice: ReadonlyArray<Advice>;
}

/** The marks of a connection, as fill. */
export interface Marks {
  readonly throttleAt: number;
  readonly pauseAt: number;
  readonly hysteresis: number;
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** A moment of the connection that the page looks at. */
export interface Moment {
  readonly type: "moment";
  readonly id: string;
  readonly atMillis: number;
  readonly marks: Marks;
  /** An index into `Hello.states`. */
  readonly state: number;
  readonly fill: number;
  readonly delayMillis: number;
  /** Since the moment before, the latest of them. */
  readonly steps: ReadonlyArray<Step>;
  /** Steps that were left out because there were too many. */
  readonly omitted: number;
  readonly closed?: { readonly code: number; readonly reason: string; readonly by: string };
}

/** Something that the page asked for could not be done. The page goes on. */
export interface Failure {
  readonly type: "error";
  readonly code:
    | "bad-json"
    | "bad-message"
    | "unknown-connection"
    | "not-a-demonstration"
    | "refused";
  readonly message: string;
}

/** A client of the demonstration. */
export interface DemoClientInfo {
  /** What its connections are called: this, and this with a number behind a dot. */
  readonly name: string;
  readonly path: string;
  /** Undefined where there is no choice. */
  readonly strategy: string | undefined;
  /** null is as fast as it can. */
  readonly bytesPerSecond: number | null;
}

/** How the demonstration is set up, to pages that may control it; whenever it changes. */
export interface DemonstrationState {
  readonly type: "demonstration";
  readonly feedRate: number;
  readonly maxClients: number;
  readonly clients: ReadonlyArray<DemoClientInfo>;
}

/** The server as it was at a moment before the page came; null is not known. */
export interface PastPoint {
  readonly atMillis: number;
  readonly offeredPerSecond: number | null;
  readonly deliveredPerSecond: number | null;
  readonly lostPerSecond: number | null;
  readonly rssBytes: number;
  readonly bufferedBytes: number | null;
  /** Since the moment before. */
  readonly loopDelayMillis: LoopDelay | null;
}

/** One who has left. */
export interface Departure {
  readonly id: string;
  readonly route: string;
  readonly client: string;
  readonly atEpochMillis: number;
  readonly code: number;
  readonly reason: string;
  readonly by: string;
  /** Messages that it did not get. */
  readonly lost: number;
}

/** What was before the page came; the oldest point first. */
export interface PastMessage {
  readonly type: "past";
  readonly points: ReadonlyArray<PastPoint>;
}

/** Who has left lately, the latest first; when the page comes, and whenever somebody has left. */
export interface Departures {
  readonly type: "departures";
  readonly list: ReadonlyArray<Departure>;
}

export type ServerMessage =
  | PastMessage
  | Departures
  | Hello
  | Snapshot
  | Moment
  | Failure
  | DemonstrationState;
