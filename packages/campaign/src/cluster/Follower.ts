/**
 * One client of a channel, and what it received as it came over the wire, over all of its connections: of each message the
 * next position, or else a notice of exactly what is missing. `@sluice/client` would pass over what comes twice.
 */
import { monotonicMillis } from "@sluice/bench/kit";
import { SluiceClient } from "@sluice/client";
import { WebSocket } from "ws";
import { type Account, channel } from "./protocol.js";

/** Hears of each message. */
export type Heard = (position: number, text: string) => void;

export class Follower {
  readonly #client: SluiceClient;
  readonly #heard: Heard;
  readonly #wrong: Array<string> = [];
  #socket: WebSocket | undefined;
  #first = 0;
  #epoch = "";
  #messages = 0;
  #connections = 0;
  #told = 0;
  last = 0;
  /** When the first message came by the latest connection. */
  freshMillis = 0;

  constructor(urls: ReadonlyArray<string>, heard: Heard) {
    this.#heard = heard;
    const opened = (socket: WebSocket) => this.#opened(socket);
    class Told extends WebSocket {
      constructor(url: string) {
        super(url);
        opened(this);
      }
    }
    const options = { WebSocket: Told as never, minBackoffMillis: 100, maxBackoffMillis: 1_000 };
    this.#client = new SluiceClient(urls, options);
    this.#client.subscribe(channel, { onMessage: () => {} });
  }

  get account(): Account {
    const [first, last, messages] = [this.#first, this.last, this.#messages];
    const [connections, wrong, told] = [this.#connections, this.#wrong, this.#told];
    return { first, last, messages, connections, wrong, told };
  }

  /** It has a place to come back to. */
  get isThere(): boolean {
    return this.#epoch !== "";
  }

  stall(millis: number): void {
    const socket = this.#socket;
    socket?.pause();
    setTimeout(() => socket?.resume(), millis);
  }

  close(): void {
    this.#client.close();
  }

  #opened(socket: WebSocket): void {
    this.#socket = socket;
    socket.once("open", () => {
      this.#connections++;
      this.freshMillis = 0;
    });
    socket.on("message", (data) => this.#hear(JSON.parse(String(data))));
  }

  #hear({ epoch, position, gap, data }: Said): void {
    if (this.#epoch !== "" && epoch !== this.#epoch) this.#wrong.push(`epoch ${epoch}`);
    if (gap !== undefined) {
      if (gap.first !== this.last + 1)
        this.#wrong.push(`a gap from ${gap.first} on after ${this.last}`);
      this.last = gap.last;
      this.#told += gap.count;
      return;
    }
    if (data === undefined) {
      this.last = position;
      this.#epoch = epoch;
      return;
    }
    if (position !== this.last + 1) this.#wrong.push(`${position} after ${this.last}`);
    this.last = position;
    this.#first ||= position;
    this.#messages++;
    this.freshMillis ||= monotonicMillis();
    this.#heard(position, data);
  }
}

/** What a server says. */
interface Said {
  readonly epoch: string;
  readonly position: number;
  readonly gap?: { readonly first: number; readonly last: number; readonly count: number };
  readonly data?: string;
}
