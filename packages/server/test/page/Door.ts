/** An address that stays when the server behind it goes: a server that is started anew at once may not get its port. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export class Door {
  readonly #port: number;
  #server: Server;
  readonly #sockets = new Set<Socket>();
  #leadsTo: number | undefined;

  private constructor(server: Server) {
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    server.on("connection", (visitor) => this.#admit(visitor));
  }

  /** A door that leads nowhere yet, on a free port of the loopback. */
  static async open(): Promise<Door> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const door = new Door(server);
    onTestFinished(() => door.leadNowhere());
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Whoever comes from now on gets to this server. */
  async leadTo({ port }: { readonly port: number }): Promise<void> {
    this.#leadsTo = port;
    if (this.#server.listening) return;
    this.#server = createServer((visitor) => this.#admit(visitor)).listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** Throws everyone out, and nobody listens any more. */
  async leadNowhere(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #admit(visitor: Socket): void {
    if (this.#leadsTo === undefined) {
      visitor.destroy();
      return;
    }
    const server = connect(this.#leadsTo, "127.0.0.1");
    for (const socket of [visitor, server]) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        visitor.destroy();
        server.destroy();
      });
    }
    visitor.pipe(server).pipe(visitor);
  }
}
