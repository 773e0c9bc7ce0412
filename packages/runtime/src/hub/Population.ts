/** Who is there: the sockets of a server, those that are open and those that have closed, and their connections. */
import type { CloseOptions } from "../actor/CloseInfo.js";
import type { SocketTransport } from "../adapter/SocketTransport.js";
import type { HubConnection } from "./HubOptions.js";
import type { Member } from "./Member.js";

export class Population<S extends object, P extends SocketTransport> {
  readonly #opened = new Map<S, Member<P>>();
  /** Of sockets that have closed: a handler that awaited may still ask. */
  readonly #departed = new WeakMap<S, HubConnection>();
  /** Sockets of connections that have closed, whose clients still read. */
  readonly #lingering = new Set<S>();
  /** All that are open; made anew after one has come or gone. */
  #everyone: ReadonlyArray<Member<P>> | undefined;

  readonly #stranger: string;

  /** `stranger` is what to ask whoever asks for a socket that never was open. */
  constructor(stranger: string) {
    this.#stranger = stranger;
  }

  /** How many sockets wait for their clients to read the rest. */
  get lingering(): number {
    return this.#lingering.size;
  }

  /** A copy: whoever is visited may go, and others with it. */
  get opened(): ReadonlyArray<Member<P>> {
    return [...this.#opened.values()];
  }

  get(socket: S): Member<P> | undefined {
    return this.#opened.get(socket);
  }

  /** @throws {Error} for a socket that never was open here. */
  of(socket: S): HubConnection {
    const connection = this.#opened.get(socket)?.connection ?? this.#departed.get(socket);
    if (connection !== undefined) return connection;
    throw new Error(`this socket never was open here: ${this.#stranger}`);
  }

  knows(socket: S): boolean {
    return this.#opened.has(socket) || this.#departed.has(socket);
  }

  /** The connection of a socket while that is open. */
  find(socket: S): HubConnection | undefined {
    const connection = this.#opened.get(socket)?.connection;
    return connection?.state === "closed" ? undefined : connection;
  }

  /** An array is walked faster than a map, and does not change while it is. */
  get everyone(): ReadonlyArray<Member<P>> {
    this.#everyone ??= [...this.#opened.values()].filter(({ isClosed }) => !isClosed);
    return this.#everyone;
  }

  enter(socket: S, member: Member<P>): void {
    this.#opened.set(socket, member);
    this.#everyone = undefined;
  }

  /** Its connection has ended; its socket stays until its client has read the rest. */
  linger(socket: S): void {
    this.#lingering.add(socket);
  }

  /** Closes everyone in order, and resolves when their clients have read the rest, or each has had its time. */
  async close(options: CloseOptions): Promise<void> {
    const startMillis = performance.now();
    const closing = this.opened.map(async ({ connection, transport }) => {
      await connection.close(options);
      const { closeTimeoutMillis } = connection.configuration;
      await transport.left(startMillis + closeTimeoutMillis - performance.now());
    });
    await Promise.all(closing);
  }

  /** A connection has ended. */
  changed(): void {
    this.#everyone = undefined;
  }

  /** The socket has closed. From then on it is known by its connection only. */
  leave(socket: S, connection: HubConnection): void {
    this.#opened.delete(socket);
    this.#lingering.delete(socket);
    this.#departed.set(socket, connection);
  }
}
