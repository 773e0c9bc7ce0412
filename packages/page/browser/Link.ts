/** The page's end of the feed: it comes back when the server has gone, later each time, and says how it stands. */
import type { ServerMessage } from "../src/Protocol.js";

/** How the link stands; `inMillis` is when it tries again. */
export type LinkState =
  | { readonly _tag: "Open" }
  | { readonly _tag: "Silent" }
  | { readonly _tag: "Lost"; readonly inMillis: number };

const firstRetryMillis = 500;
const lastRetryMillis = 8_000;

/** A server that sends nothing for so long is hung, or out of reach: there is a snapshot every second. */
const silentMillis = 4_000;
const deadMillis = 15_000;

export class Link {
  readonly #url: string;
  readonly #hear: (message: ServerMessage) => void;
  readonly #show: (state: LinkState) => void;
  #socket: WebSocket | undefined;
  #retryMillis = firstRetryMillis;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(
    url: string,
    hear: (message: ServerMessage) => void,
    show: (state: LinkState) => void,
  ) {
    this.#url = url;
    this.#hear = hear;
    this.#show = show;
    this.#connect();
  }

  /** Says something, if there is anyone to hear it. */
  say(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#listen(socket);
    socket.onmessage = ({ data }) => {
      this.#retryMillis = firstRetryMillis;
      this.#listen(socket);
      this.#show({ _tag: "Open" });
      this.#hear(JSON.parse(data as string));
    };
    socket.onclose = () => this.#lost(socket);
  }

  /** Waits for the next message, and not for ever. */
  #listen(socket: WebSocket): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#show({ _tag: "Silent" });
      this.#silence = setTimeout(() => {
        socket.close();
        this.#lost(socket);
      }, deadMillis - silentMillis);
    }, silentMillis);
  }

  #lost(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    clearTimeout(this.#silence);
    // Not all pages at the same moment.
    const inMillis = this.#retryMillis * (0.75 + Math.random() / 2);
    this.#retryMillis = Math.min(this.#retryMillis * 2, lastRetryMillis);
    this.#show({ _tag: "Lost", inMillis });
    setTimeout(() => this.#connect(), inMillis);
  }
}
