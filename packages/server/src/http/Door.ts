/**
 * The listening socket, closed while the process has no descriptor left for a visitor.
 *
 * A connection that cannot be accepted stays at the head of the queue, and wakes the event loop as fast as that
 * can turn; its client waits for nothing. So while descriptors are used up the door is shut, which refuses who
 * waits, and it is opened again on the same port when there is room.
 */

import {
  type TemplatedApp,
  type us_listen_socket,
  us_listen_socket_close,
  type us_socket,
  us_socket_local_port,
} from "uWebSockets.js";
import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";

const everyMillis = 250;

/** Descriptors that have to be free before a shut door is opened: a few visitors, and what is done for them. */
const enough = 8;

type Listen = (
  host: string,
  port: number,
  options: number,
  done: (listening: us_listen_socket | false) => void,
) => void;

/** `LIBUS_LISTEN_EXCLUSIVE_PORT` of uWebSockets.js. */
const exclusivePort = 1;

export class Door {
  readonly host: string;
  readonly #app: TemplatedApp;
  readonly #onChange: (isOpen: boolean) => void;
  #port: number;
  #listening: us_listen_socket | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    app: TemplatedApp,
    {
      host,
      port,
      onChange = () => {},
    }: {
      readonly host: string;
      readonly port: number;
      /** Told when it is shut for want of descriptors, and when it is open again. */
      readonly onChange?: (isOpen: boolean) => void;
    },
  ) {
    this.#app = app;
    this.#onChange = onChange;
    this.host = host;
    this.#port = port;
  }

  /** The one that is listened on; before that the one that was asked for. */
  get port(): number {
    return this.#port;
  }

  get isOpen(): boolean {
    return this.#listening !== undefined;
  }

  /** Resolves to whether there is somebody at the port now. */
  async open(): Promise<boolean> {
    if (!(await this.#listen())) return false;
    this.#timer ??= setInterval(() => this.#look(), everyMillis).unref();
    return true;
  }

  /** For good. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#shut();
  }

  #look(): void {
    if (this.isOpen) {
      if (hasFree(1)) return;
      this.#shut();
      this.#onChange(false);
    } else if (hasFree(enough)) {
      // Whoever has taken the port meanwhile may leave it again.
      void this.#listen().then((isOpen) => isOpen && this.#onChange(true));
    }
  }

  #shut(): void {
    if (this.#listening !== undefined) us_listen_socket_close(this.#listening);
    this.#listening = undefined;
  }

  #listen(): Promise<boolean> {
    return new Promise((resolve) => {
      // The port, the option and a host go together, though the typings do not know it. Without the option a
      // second server would share the port, and each would get some of the connections.
      const listen = this.#app.listen.bind(this.#app) as unknown as Listen;
      listen(this.host, this.#port, exclusivePort, (listening) => {
        if (listening !== false) {
          this.#listening = listening;
          this.#port = us_socket_local_port(listening as us_socket);
        }
        resolve(listening !== false);
      });
    });
  }
}

/** Whether so many descriptors can be had now. */
function hasFree(count: number): boolean {
  const taken: Array<number> = [];
  try {
    while (taken.length < count) taken.push(openSync(devNull, "r"));
    return true;
  } catch {
    return false;
  } finally {
    for (const descriptor of taken) closeSync(descriptor);
  }
}
