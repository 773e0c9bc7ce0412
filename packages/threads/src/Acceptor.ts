/** Accepts connections in the main thread, and hands them to the apps of other threads in turn. */
import {
  type TemplatedApp,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
} from "uWebSockets.js";

/** What of an app its typings leave out. */
interface Parent {
  addChildAppDescriptor(descriptor: number): void;
  removeChildAppDescriptor(descriptor: number): void;
  listen(host: string, port: number, options: number, cb: Listening): void;
  listen(port: number, options: number, cb: Listening): void;
}

/** The port is in use, or the address is not this machine's. */
export class PortError extends Error {
  override readonly name = "PortError";

  constructor(port: number) {
    super(`port ${port} cannot be listened on`);
  }
}

type Listening = (socket: us_listen_socket | false) => void;

/** The kernel would otherwise share the port with another process that asks for it. */
const exclusively = 1;

export class Acceptor {
  port = 0;
  readonly #app: Parent;
  #socket: us_listen_socket | undefined;

  constructor(app: TemplatedApp) {
    this.#app = app as unknown as Parent;
  }

  add(descriptor: number): void {
    this.#app.addChildAppDescriptor(descriptor);
  }

  remove(descriptor: number): void {
    this.#app.removeChildAppDescriptor(descriptor);
  }

  /** If it does not already. */
  async listen(host: string | undefined, port: number): Promise<void> {
    if (this.#socket !== undefined) return;
    await this.#listen(host, port);
  }

  #listen(host: string | undefined, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const listening: Listening = (socket) => {
        if (socket === false) return reject(new PortError(port));
        this.#socket = socket;
        this.port = us_socket_local_port(socket as never);
        resolve();
      };
      if (host === undefined) this.#app.listen(port, exclusively, listening);
      else this.#app.listen(host, port, exclusively, listening);
    });
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) us_listen_socket_close(socket);
  }
}
