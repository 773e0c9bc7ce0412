/**
 * A way between clients and a server, in user space: each direction of each connection is a link with manners of its
 * own. What it holds is bounded; beyond that it does not read, as a socket would.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Link, type Manner } from "./Link.js";

export class Detour {
  readonly port: number;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #manner: Manner = {};

  static async open(target: number): Promise<Detour> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Detour(server, target);
  }

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (client: Socket) => {
      const far = connect({ host: "127.0.0.1", port: target, allowHalfOpen: true, noDelay: true });
      client.setNoDelay(true);
      for (const link of [new Link(client, far), new Link(far, client)]) {
        link.manner = this.#manner;
        this.#links.add(link);
        link.onEnd = () => void this.#links.delete(link);
      }
    });
  }

  /** All links, also those to come, behave so from now on. */
  set manner(manner: Manner) {
    this.#manner = manner;
    for (const link of this.#links) link.manner = manner;
  }

  /** Cuts everything that is there; others may come. */
  cut(): void {
    for (const link of [...this.#links]) link.cut();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }
}
