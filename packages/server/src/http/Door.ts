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

/** What a door opens and shuts. */
export interface Gate {
  /** Resolves to the port that is listened on from now on, or undefined if it cannot be had. */
  listen(host: string, port: number): Promise<number | undefined>;
  shut(): void;
}

type Listen = (
  host: string,
  port: number,
  options: number,
  done: (listening: us_listen_socket | false) => void,
) => void;

/** `LIBUS_LISTEN_EXCLUSIVE_PORT` of uWebSockets.js. */
const exclusivePort = 1;

/** The socket of an app. */
export function gateOf(app: TemplatedApp): Gate {
  let socket: us_listen_socket | undefined;
  return {
    listen: (host, port) =>
      new Promise((resolve) => {
        // The port, the option and a host go together, though the typings do not know it. Without the option a
        // second server would share the port, and each would get some of the connections.
        const listen = app.listen.bind(app) as unknown as Listen;
        listen(host, port, exclusivePort, (listening) => {
          if (listening === false) return resolve(undefined);
          socket = listening;
          resolve(us_socket_local_port(listening as us_socket));
        });
      }),
    shut: () => {
      if (socket !== undefined) us_listen_socket_close(socket);
      socket = undefined;
    },
  };
}

export class Door {
  readonly host: string;
  readonly #gate: Gate;
  readonly #onChange: (isOpen: boolean) => void;
  #port: number;
  #isOpen = false;
  #hasClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    gate: Gate,
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
    this.#gate = gate;
    this.#onChange = onChange;
    this.host = host;
    this.#port = port;
  }

  /** The one that is listened on; before that the one that was asked for. */
  get port(): number {
    return this.#port;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves to whether there is somebody at the port now. */
  async open(): Promise<boolean> {
    if (!(await this.#listen())) return false;
    this.#timer ??= setInterval(() => this.#look(), everyMillis).unref();
    return true;
  }

  /** For good. */
  close(): void {
    this.#hasClosed = true;
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
    this.#isOpen = false;
    this.#gate.shut();
  }

  async #listen(): Promise<boolean> {
    const port = await this.#gate.listen(this.host, this.#port);
    if (port === undefined) return false;
    this.#port = port;
    this.#isOpen = true;
    // It was closed meanwhile.
    if (this.#hasClosed) this.#shut();
    return this.#isOpen;
  }
}

/** To the operator: visitors that are refused by the system say nothing. */
export function sayDoor(isOpen: boolean): void {
  console.error(
    isOpen
      ? "there are descriptors again: visitors are let in"
      : "warning: the process has no descriptor left (ulimit -n): no visitor is let in until some are free",
  );
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
