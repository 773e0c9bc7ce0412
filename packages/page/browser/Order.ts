/** In which order connections are listed, and which of them. */
import { connectionStates, healths } from "@sluice/machines";
import type { Row } from "./Row.js";
import { ageMillis } from "./Wording.js";

/** What a column is sorted by. */
export type Key = (row: Row) => number | string;

const actions = ["ok", "throttle", "pause", "warning", "disconnect"];

const place = (names: ReadonlyArray<string>, name: string) => names.indexOf(name);

export const keys = {
  connection: (row) => row.place,
  client: (row) => row.reading.client,
  route: (row) => row.reading.route,
  strategy: (row) => row.reading.strategy,
  state: (row) => place(connectionStates, row.reading.state),
  health: (row) => place(healths, row.reading.health),
  fill: (row) => row.reading.fill,
  delay: (row) => row.reading.delayMillis,
  flight: (row) => row.reading.inFlightBytes ?? -1,
  sent: (row) => row.deliveredPerSecond,
  losing: (row) => row.lostPerSecond,
  lost: (row) => row.lost,
  oldest: (row) => ageMillis(row.age),
  advice: (row) => place(actions, row.reading.advice.action),
} satisfies Record<string, Key>;

export type ColumnName = keyof typeof keys;

export interface Order {
  readonly by: ColumnName;
  readonly isDescending: boolean;
}

/** What is listed: all words must occur, and the state must be one of them, if there are any. */
export interface Filter {
  readonly words: string;
  readonly states: ReadonlySet<string>;
}

/** Those that pass, in order; equals in the order in which they came, so that they do not jump about. */
export function ordered(rows: Iterable<Row>, order: Order, filter: Filter): ReadonlyArray<Row> {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  const listed: Array<{ readonly row: Row; readonly key: number | string }> = [];
  const keyOf = keys[order.by];
  for (const row of rows) {
    if (passes(row, words, filter.states)) listed.push({ row, key: keyOf(row) });
  }
  const sign = order.isDescending ? -1 : 1;
  listed.sort((a, b) => {
    if (a.key !== b.key) return a.key < b.key ? -sign : sign;
    return a.row.place - b.row.place;
  });
  return listed.map(({ row }) => row);
}

function passes(
  { id, reading }: Row,
  words: ReadonlyArray<string>,
  states: ReadonlySet<string>,
): boolean {
  const { client, route, strategy, state, health, advice } = reading;
  if (states.size > 0 && !states.has(state) && !states.has(health)) return false;
  if (words.length === 0) return true;
  const text = `${id} ${client} ${route} ${strategy} ${state} ${health} ${advice.reason}`;
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}
