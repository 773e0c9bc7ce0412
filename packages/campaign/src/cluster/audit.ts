/** What the clients of all nodes received, compared with what became of each message by who published it. */
import type { Accounts, Published } from "./protocol.js";

export interface Audit {
  readonly clients: number;
  readonly messages: number;
  /** Known to be stored, by their publishers. */
  readonly stored: number;
  readonly told: number;
  readonly problems: ReadonlyArray<string>;
}

/** `killed` publishers may not have been able to say what became of their last messages. */
export function audit(
  accounts: ReadonlyArray<Accounts>,
  published: ReadonlyArray<Published>,
  killed: ReadonlySet<string>,
): Audit {
  const problems: Array<string> = [];
  const messages = new Map<number, string>();
  for (const [position, text] of accounts.flatMap((one) => one.messages)) {
    const known = messages.get(position) ?? text;
    messages.set(position, text);
    if (known !== text) problems.push(`position ${position} is ${known}, and ${text}`);
  }
  const clients = accounts.flatMap((one) => one.clients);
  const last = Math.max(...clients.map((client) => client.last));
  for (const [at, client] of clients.entries()) {
    problems.push(...client.wrong.map((wrong) => `client ${at}: ${wrong}`));
    if (client.last !== last) problems.push(`client ${at} has come to ${client.last} of ${last}`);
    if (client.last - client.first + 1 !== client.messages + client.told) {
      problems.push(`client ${at} has ${client.messages} of ${client.first} to ${client.last}`);
    }
  }
  problems.push(...misplaced(published, messages), ...unknown(published, messages, killed));
  problems.push(...disordered(messages));
  return {
    clients: clients.length,
    messages: messages.size,
    stored: published.filter(({ outcome }) => typeof outcome === "number").length,
    told: clients.reduce((sum, client) => sum + client.told, 0),
    problems,
  };
}

/** What is stored is where its publisher was told. */
function* misplaced(
  published: ReadonlyArray<Published>,
  messages: ReadonlyMap<number, string>,
): Generator<string> {
  for (const { by, number, outcome } of published) {
    if (typeof outcome === "string") continue;
    const text = messages.get(outcome);
    if (text !== undefined && text !== `${by} ${number}`)
      yield `${by} ${number} is not at ${outcome}: ${text} is`;
    if (text === undefined) yield `${by} ${number} was stored at ${outcome}, and nobody has it`;
  }
}

/** Nothing was received that its publisher says is not stored. */
function* unknown(
  published: ReadonlyArray<Published>,
  messages: ReadonlyMap<number, string>,
  killed: ReadonlySet<string>,
): Generator<string> {
  const outcomes = new Map(published.map((one) => [`${one.by} ${one.number}`, one.outcome]));
  for (const text of messages.values()) {
    const outcome = outcomes.get(text);
    const isKnown = typeof outcome === "number" || outcome === "unknown";
    const [by = ""] = text.split(" ");
    if (!isKnown && !killed.has(by)) yield `${text} was received: its publisher says ${outcome}`;
  }
}

/** Messages of one publisher stand in its order, each once. */
function* disordered(messages: ReadonlyMap<number, string>): Generator<string> {
  const latest = new Map<string, number>();
  for (const [position, text] of [...messages].sort(([one], [other]) => one - other)) {
    const [by = "", number] = text.split(" ");
    if (Number(number) <= (latest.get(by) ?? -1)) yield `${text} comes late, at ${position}`;
    latest.set(by, Number(number));
  }
}
