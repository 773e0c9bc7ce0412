/**
 * A client that comes back. It connects again when its connection is lost, and goes on with its channels where it was: each
 * message comes once and in order, and what can no longer be had is reported, exactly.
 */
import { Backoff } from "./Backoff.js";
import { mayReturn, retryMillis } from "./Closing.js";
import { type ChannelHandlers, type Said, Subscription } from "./Subscription.js";

/** What it needs of a WebSocket: that of a browser has it, and that of `ws`. */
interface Socket {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** How a connection ended. */
export interface Goodbye {
  readonly code: number;
  readonly reason: string;
  /** After how many milliseconds the next is tried; undefined if none is. */
  readonly retryMillis: number | undefined;
}

export interface ClientOptions {
  /** That of `ws`, where there is no global one: Node has one from 22 on. */
  readonly WebSocket?:
    | (new (
        url: string,
        protocols?: string | Array<string>,
      ) => Socket)
    | undefined;
  readonly protocols?: string | Array<string> | undefined;
  /** The longest wait before the first try to come back; 500 by default. It doubles with each that fails. */
  readonly minBackoffMillis?: number | undefined;
  /** What it does not grow beyond; 30,000 by default. */
  readonly maxBackoffMillis?: number | undefined;
  /** Whether to come back; by default as `mayReturn` says. */
  readonly mayReturn?: ((code: number, reason: string) => boolean) | undefined;
  readonly onOpen?: (() => void) | undefined;
  readonly onClose?: ((goodbye: Goodbye) => void) | undefined;
  /** Whatever the server says that has no place in a channel, as it came. */
  readonly onMessage?: ((data: unknown) => void) | undefined;
  /** 0 to 1; `Math.random` by default. */
  readonly random?: (() => number) | undefined;
}

const open = 1;

export class SluiceClient {
  readonly #urls: ReadonlyArray<string>;
  readonly #options: ClientOptions;
  readonly #backoff: Backoff;
  readonly #channels = new Map<string, Subscription>();
  #socket: Socket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #openedMillis = 0;
  #tries = 0;
  #isClosed = false;

  /**
   * Connects. Of several addresses each is tried in turn, the next whenever a connection is lost or cannot be had.
   *
   * @throws {TypeError | SyntaxError} for an address that is none, or without a WebSocket.
   */
  constructor(url: string | ReadonlyArray<string>, options: ClientOptions = {}) {
    this.#urls = typeof url === "string" ? [url] : url;
    // Not when it comes to be tried.
    for (const one of this.#urls) new URL(one, globalThis.location?.href);
    this.#options = options;
    const { minBackoffMillis = 500, maxBackoffMillis = 30_000, random = Math.random } = options;
    this.#backoff = new Backoff(minBackoffMillis, maxBackoffMillis, random);
    this.#connect();
  }

  /** It is connected now. */
  get isOpen(): boolean {
    return this.#socket?.readyState === open;
  }

  /** It does not come back: it was closed, by you or for good by its server. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Has a channel from now on, or from a place on, over all connections to come. Returns how to stop.
   *
   * @throws {Error} for a channel that it has.
   *
   * @example
   * ```ts
   * import { SluiceClient } from "@sluice/client";
   *
   * const follow = (url: string) =>
   *   new SluiceClient(url).subscribe("prices.eur", {
   *     onMessage: (data) => console.log(data),
   *     onGap: ({ count, reason }) => console.warn(`${count} missing: ${reason}`),
   *   });
   * ```
   */
  subscribe(channel: string, handlers: ChannelHandlers): () => void {
    if (this.#channels.has(channel)) throw new Error(`${channel} is subscribed to already`);
    const subscription = new Subscription(channel, handlers);
    this.#channels.set(channel, subscription);
    if (this.isOpen) this.send(subscription.request);
    return () => {
      if (this.#channels.get(channel) !== subscription) return;
      this.#channels.delete(channel);
      this.send({ type: "unsubscribe", channel });
    };
  }

  /** Says something else, as JSON. False if it is not connected: then it is not said. */
  send(message: unknown): boolean {
    if (this.isOpen) this.#socket?.send(JSON.stringify(message));
    return this.isOpen;
  }

  /** Ends it for good. */
  close(code = 1_000, reason = ""): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.close(code, reason);
  }

  #connect(): void {
    const { WebSocket: Given, protocols, onOpen } = this.#options;
    const Made = Given ?? (globalThis.WebSocket as unknown as NonNullable<typeof Given>);
    const socket = new Made(this.#urls[this.#tries++ % this.#urls.length] as string, protocols);
    this.#socket = socket;
    this.#openedMillis = 0;
    socket.onopen = () => {
      this.#openedMillis = Date.now();
      for (const { request } of this.#channels.values()) this.send(request);
      onOpen?.();
    };
    socket.onmessage = ({ data }: { readonly data: unknown }) => this.#hear(data);
    socket.onclose = ({ code, reason }: Goodbye) => this.#leave(code, reason);
    // Its close follows, and says more.
    socket.onerror = () => {};
  }

  #hear(data: unknown): void {
    if (this.#isClosed) return;
    const said = saidOf(data);
    // Of a channel that was left there may be something on its way yet.
    if (said === undefined) this.#options.onMessage?.(data);
    else this.#channels.get(said.channel)?.hear(said);
  }

  #leave(code: number, reason: string): void {
    const { onClose, mayReturn: may = mayReturn } = this.#options;
    const openMillis = this.#openedMillis && Date.now() - this.#openedMillis;
    this.#isClosed ||= !may(code, reason);
    const millis = retryMillis(reason) ?? this.#backoff.next(openMillis);
    if (!this.#isClosed) this.#timer = setTimeout(() => this.#connect(), millis);
    onClose?.({ code, reason, retryMillis: this.#isClosed ? undefined : millis });
  }
}

/** What a server says of a channel; undefined for anything else. */
function saidOf(data: unknown): Said | undefined {
  if (typeof data !== "string" || data[0] !== "{") return undefined;
  try {
    const said = JSON.parse(data);
    return typeof said.channel === "string" && typeof said.epoch === "string" ? said : undefined;
  } catch {
    return undefined;
  }
}
