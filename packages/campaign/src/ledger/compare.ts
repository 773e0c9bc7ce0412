/**
 * Compares what servers count with what clients have received. What a client has is a prefix of what was delivered to
 * it, and all of that if nobody cut the connection; it has acknowledged no more than it has; and what was offered is
 * delivered, dropped, rejected, buffered or waiting.
 */
import type { ClientEntry, ServerEntry } from "./Entry.js";
import { commonPrefix } from "./Ranges.js";

export interface Difference {
  /** Messages for which both sides differ, over all connections: 0, or something is wrong. */
  readonly messages: number;
  /** The same in words, a line for each kind of each connection. */
  readonly words: ReadonlyArray<string>;
  /** Connections compared. */
  readonly connections: number;
  /** Of them, those whose messages were compared one by one. */
  readonly oneByOne: number;
}

export function compare(
  servers: ReadonlyArray<ServerEntry>,
  clients: ReadonlyArray<ClientEntry>,
): Difference {
  const byName = new Map(servers.map((entry) => [entry.client, entry]));
  const words: Array<string> = [];
  let messages = 0;
  let oneByOne = 0;
  for (const client of clients) {
    const server = byName.get(client.client);
    const found = server === undefined ? unknown(client) : differences(server, client);
    if (server?.numbers) oneByOne++;
    for (const [count, what] of found) {
      if (count === 0) continue;
      messages += count;
      words.push(`${client.client}: ${count} ${what}`);
    }
  }
  // Whose client says nothing any more is judged by itself, and so is each of those who share a name.
  const known = new Set(clients.map(({ client }) => client));
  const strangers = servers.filter(({ client }) => !known.has(client));
  for (const server of strangers) {
    const count = imbalance(server);
    messages += count;
    if (count > 0) words.push(`${server.client}: ${count} ${unbalanced}`);
  }
  return { messages, words, connections: clients.length + strangers.length, oneByOne };
}

type Found = ReadonlyArray<readonly [count: number, what: string]>;

const unbalanced = "offered and neither delivered, dropped, rejected, buffered nor waiting";

function unknown({ received }: ClientEntry): Found {
  return [[received, "received on a connection that the server does not know"]];
}

function differences(server: ServerEntry, client: ClientEntry): Found {
  const { delivered, acknowledged, numbers } = server;
  const { received, damaged, disordered } = client;
  const prefix = numbers === null ? received : commonPrefix(numbers, client.numbers);
  return [
    [imbalance(server), unbalanced],
    [damaged, "with a wrong checksum"],
    [disordered, "out of order or twice"],
    [received - prefix, "received that do not continue what was delivered"],
    [Math.max(0, received - delivered), "received and not delivered"],
    [isWhole(server, client) ? Math.max(0, delivered - received) : 0, "delivered and not received"],
    [Math.max(0, acknowledged - received), "acknowledged and not received"],
  ];
}

function imbalance(server: ServerEntry): number {
  const { offered, delivered, dropped, rejected, buffered, waiting } = server;
  return Math.abs(offered - delivered - dropped - rejected - buffered - waiting);
}

/** Nobody cut it: it is open still, or was closed in order. */
function isWhole({ closedBy }: ServerEntry, { isOpen, code }: ClientEntry): boolean {
  return closedBy === null ? isOpen : closedBy === "close" && code !== null;
}
