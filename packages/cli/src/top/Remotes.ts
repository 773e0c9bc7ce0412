/** The servers of a cluster, looked at as one: each is asked at once, and what they tell is put together. */
import type { Answer, Remote, Told } from "./Remote.js";
import type { RemoteEvictions } from "./RemoteEviction.js";

export class Remotes {
  /** Where they are. */
  readonly url: string;
  readonly #all: ReadonlyArray<Remote>;

  /** Of one its connections are called as it calls them, of several with where they are. */
  constructor(all: ReadonlyArray<Remote>) {
    this.#all = all;
    this.url = all.map(({ url }) => url).join(" ");
  }

  /** Silence only when none answers; who does not while others do is `away`. Never rejects. */
  async ask(signal: AbortSignal): Promise<Answer> {
    const [first] = this.#all;
    if (this.#all.length === 1 && first !== undefined) return first.ask(signal);
    const answers = await Promise.all(
      this.#all.map(async (remote) => ({ remote, answer: await remote.ask(signal) })),
    );
    const away: Array<string> = [];
    const told: Array<Told> = [];
    for (const { remote, answer } of answers) {
      if (answer._tag === "Silence") away.push(`${remote.url} (${answer.reason})`);
      else told.push(named(answer, remote.host));
    }
    if (told.length === 0) return { _tag: "Silence", reason: away.join(", ") };
    return {
      _tag: "Connections",
      connections: told.flatMap(({ connections }) => connections),
      evictions: together(told.map(({ evictions }) => evictions)),
      away,
    };
  }
}

/** Two servers may have connections of one id. */
function named({ connections, evictions, ...told }: Told, host: string): Told {
  const last = evictions?.last;
  return {
    ...told,
    connections: connections.map((one) => ({ ...one, id: `${host} ${one.id}` })),
    evictions: evictions && {
      ...evictions,
      last: last && { ...last, id: `${host} ${last.id}` },
    },
  };
}

function together(all: ReadonlyArray<RemoteEvictions | undefined>): RemoteEvictions | undefined {
  const known = all.filter((one) => one !== undefined);
  if (known.length === 0) return undefined;
  const counts: Record<string, number> = {};
  for (const one of known) {
    for (const [rung, count] of Object.entries(one.counts))
      counts[rung] = (counts[rung] ?? 0) + count;
  }
  const lasts = known.flatMap(({ last }) => (last === undefined ? [] : [last]));
  const [last] = lasts.sort((a, b) => b.atEpochMillis - a.atEpochMillis);
  return { counts, last };
}
