/** The server that is looked at: one question, one answer, and in words why there was none. */
import { type RemoteConnection, remoteConnections } from "./RemoteConnection.js";
import { type RemoteEvictions, remoteEvictions } from "./RemoteEviction.js";

/** What came of a question. */
export type Answer = Told | { readonly _tag: "Silence"; readonly reason: string };

export interface Told {
  readonly _tag: "Connections";
  readonly connections: ReadonlyArray<RemoteConnection>;
  /** A server of an earlier version does not tell. */
  readonly evictions: RemoteEvictions | undefined;
  /** Servers of the same cluster that do not answer, and why. */
  readonly away: ReadonlyArray<string>;
}

const answerWithinMillis = 3_000;

export class Remote {
  /** Where it is, as it was given, with what was left out. */
  readonly url: string;
  readonly #connections: URL;
  readonly #evictions: URL;

  /** `base` ends in a slash. */
  private constructor(url: string, base: URL) {
    this.url = url;
    this.#connections = new URL("connections", base);
    this.#evictions = new URL("evictions", base);
  }

  /**
   * Undefined when it is not the address of a server: `http://host:9001`, `host:9001` or `9001` on this machine, with a
   * path if it is behind one. The address of its WebSockets, `ws://host:9001`, is as good.
   */
  static at(address: string): Remote | undefined {
    const url = withScheme(address);
    if (url === undefined || !URL.canParse(url)) return undefined;
    const base = new URL(url);
    if (base.username !== "" || base.password !== "") return undefined;
    base.search = "";
    base.hash = "";
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    return new Remote(url, base);
  }

  /** `host:9001`. */
  get host(): string {
    return this.#connections.host;
  }

  /** Asks for its connections. Never rejects. */
  async ask(signal: AbortSignal): Promise<Answer> {
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMillis)]);
      const response = await fetch(this.#connections, { signal: within });
      if (!response.ok)
        return silence(`GET ${this.#connections.pathname} has status ${response.status}`);
      const connections = remoteConnections(await response.json());
      const evictions = await this.#askEvictions(within);
      return { _tag: "Connections", connections, evictions, away: [] };
    } catch (error) {
      return silence(reasonOf(error));
    }
  }

  async #askEvictions(signal: AbortSignal): Promise<RemoteEvictions | undefined> {
    try {
      const response = await fetch(this.#evictions, { signal });
      return response.ok ? remoteEvictions(await response.json()) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** A port and a host with a port need no scheme; a host alone would be a guess at the port. */
function withScheme(address: string): string | undefined {
  if (/^:?\d+$/.test(address)) return `http://127.0.0.1:${address.replace(":", "")}`;
  if (/^https?:\/\//i.test(address)) return address;
  if (/^wss?:\/\//i.test(address)) return address.replace(/^ws/i, "http");
  return /^[^/]+:\d+(\/.*)?$/.test(address) ? `http://${address}` : undefined;
}

function silence(reason: string): Answer {
  return { _tag: "Silence", reason };
}

/** What is behind `fetch failed`, in one line. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${answerWithinMillis / 1000} s`;
  const { cause } = error;
  const at = cause instanceof AggregateError ? cause.errors[0] : cause;
  const said = at instanceof Error ? at.message || at.name : error.message;
  return said.split("\n", 1)[0] as string;
}
