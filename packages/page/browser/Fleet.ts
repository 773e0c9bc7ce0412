/** All connections as the page knows them, kept up by snapshots. */
import type { Advice, Columns, Hello, Snapshot } from "../src/Protocol.js";
import { type Reading, Row } from "./Row.js";

const none: ReadonlyMap<string, number> = new Map();
const healths = ["healthy", "degraded", "unhealthy"];
const noAdvice: Advice = { action: "ok", reason: "", suggestion: "" };

export class Fleet {
  readonly #hello: Hello;
  #rows = new Map<string, Row>();
  #arrivals = 0;

  constructor(hello: Hello) {
    this.#hello = hello;
  }

  get rows(): Iterable<Row> {
    return this.#rows.values();
  }

  get size(): number {
    return this.#rows.size;
  }

  find(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** Whoever is not in it has gone. */
  update(snapshot: Snapshot): void {
    const losses = lossesByRow(snapshot);
    const rows = new Map<string, Row>();
    snapshot.columns.id.forEach((id, at) => {
      const reading = this.#reading(snapshot, at, losses.get(at) ?? none);
      const row = this.#rows.get(id);
      row?.update(reading);
      rows.set(id, row ?? new Row(id, this.#arrivals++, reading));
    });
    this.#rows = rows;
  }

  #reading(
    { atMillis, columns, advice }: Snapshot,
    at: number,
    losses: ReadonlyMap<string, number>,
  ): Reading {
    const number = (column: keyof Columns) => columns[column][at] as number;
    const known = (column: "inFlightBytes" | "windowBytes" | "roundTripMillis") =>
      columns[column][at] ?? undefined;
    const stateId = number("state");
    return {
      atMillis,
      route: columns.route[at] ?? "",
      client: columns.client[at] ?? "",
      strategy: this.#hello.strategies[number("strategy")] ?? "",
      stateId,
      state: this.#hello.states[stateId]?.state ?? "",
      health: healths[number("health")] ?? "",
      fill: number("fill") / 1000,
      delayMillis: number("delayMillis"),
      enqueued: number("enqueued"),
      delivered: number("delivered"),
      deliveredBytes: number("deliveredBytes"),
      buffered: number("buffered"),
      bufferedBytes: number("bufferedBytes"),
      inFlightBytes: known("inFlightBytes"),
      windowBytes: known("windowBytes"),
      roundTripMillis: known("roundTripMillis"),
      losses,
      advice: advice[number("advice")] ?? noAdvice,
    };
  }
}

function lossesByRow({ losses }: Snapshot): ReadonlyMap<number, ReadonlyMap<string, number>> {
  const byRow = new Map<number, Map<string, number>>();
  for (const [row, reason, messages] of losses) {
    const known = byRow.get(row);
    if (known === undefined) byRow.set(row, new Map([[reason, messages]]));
    else known.set(reason, (known.get(reason) ?? 0) + messages);
  }
  return byRow;
}
