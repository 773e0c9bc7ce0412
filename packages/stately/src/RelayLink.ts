/**
 * The way to a relay of Stately's inspector: a WebSocket that is opened again, ever more patiently, whenever it fails.
 *
 * It never throws and keeps nothing: what is sent while it is closed, or while the relay has not taken the last
 * `maxBufferedBytes`, is dropped, and `send` says so. Of trouble it warns once for each kind.
 */
import { speaks, spoken } from "@sluice/core";
import { Data, Effect, Fiber } from "effect";
import { WebSocket } from "ws";

/** The address of a relay is not one. */
export class RelayUrlError extends Data.TaggedError("RelayUrlError")<{ readonly url: string }> {
  override get message(): string {
    return `the relay's address (${this.url}) must be a URL that begins with ws:// or wss://`;
  }

  [speaks](): string {
    return spoken(this);
  }
}

export interface RelayLinkOptions {
  /** By default `defaultRelayUrl`. */
  readonly url?: string;
  /** Told once that the relay cannot be reached, and once that it went away; by default it is logged. */
  readonly onWarning?: (message: string) => void;
}

/** Where Stately's relay is when nobody says otherwise. */
export const defaultRelayUrl = "ws://localhost:8080";

export class RelayLink {
  readonly url: string;
  readonly #warn: (message: string) => void;
  readonly #warned = new Set<string>();
  readonly #onOpen: () => void;
  readonly #onRoom: () => void;
  readonly #life: Fiber.Fiber<never>;
  #socket: WebSocket | undefined;
  #failures = 0;

  /**
   * `onOpen` is called whenever it has opened, `onRoom` when the relay has taken all that was sent.
   *
   * @throws {RelayUrlError}
   */
  constructor(options: RelayLinkOptions, onOpen: () => void, onRoom: () => void) {
    const { url = defaultRelayUrl, onWarning } = options;
    if (!/^wss?:$/.test(protocolOf(url))) throw new RelayUrlError({ url });
    this.url = url;
    this.#warn = onWarning ?? ((message) => void Effect.runFork(Effect.logWarning(message)));
    this.#onOpen = onOpen;
    this.#onRoom = onRoom;
    const pause = Effect.suspend(() => Effect.sleep(backoffMillis(this.#failures++)));
    this.#life = Effect.runFork(Effect.forever(Effect.andThen(this.#session(), pause)));
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Sends a text; false when it was dropped. */
  send(text: string): boolean {
    const socket = this.#socket;
    if (socket === undefined || !this.isOpen || socket.bufferedAmount > maxBufferedBytes)
      return false;
    socket.send(text, () => {
      if (socket.bufferedAmount === 0) this.#onRoom();
    });
    return true;
  }

  /** Closes it for good. */
  stop(): void {
    Effect.runFork(Fiber.interrupt(this.#life));
  }

  /** One attempt and what comes of it, until the socket has closed. */
  #session(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const socket = new WebSocket(this.url, { handshakeTimeout: 5_000, perMessageDeflate: false });
      let opened = false;
      this.#socket = socket;
      socket.on("open", () => {
        opened = true;
        this.#failures = 0;
        this.#onOpen();
      });
      // What other programs tell the relay comes here too, and is of no interest; "close" follows an error.
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#warnOnce(opened ? "went away" : "cannot be reached");
        resume(Effect.void);
      });
      return Effect.sync(() => {
        socket.removeAllListeners("close");
        socket.terminate();
      });
    });
  }

  #warnOnce(what: string): void {
    if (this.#warned.has(what)) return;
    this.#warned.add(what);
    this.#warn(`the inspector's relay at ${this.url} ${what}; it is tried again in the background`);
  }
}

/** What may wait in the process for the relay to take it. */
const maxBufferedBytes = 1024 * 1024;

/** From half a second, doubling, to half a minute. */
function backoffMillis(failures: number): number {
  return Math.min(500 * 2 ** failures, 30_000);
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : "";
}
