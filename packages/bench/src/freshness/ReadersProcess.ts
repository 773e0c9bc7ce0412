/** The process of the clients: each reads at its pace, and notes how old every message is when it arrives. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { type Ages, nowMillis, type Reader, type ReadersRequest } from "./protocol.js";

/** Long enough for a timer to be on time. */
const paceMillis = 5;

class PacedClient {
  isClosed = false;
  readonly #socket: WebSocket;
  readonly #arrivals: Array<{ readonly atMillis: number; readonly age: number }> = [];
  /** Bytes that it may still read. */
  #allowance = 0;

  constructor(port: number, { path, bytesPerSecond }: Reader) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false });
    this.#socket.on("message", (data: Buffer) => this.#arrived(data, bytesPerSecond === null));
    this.#socket.on("close", () => {
      this.isClosed = true;
    });
    this.#socket.on("error", () => {});
    if (bytesPerSecond !== null) this.#pace(bytesPerSecond / 1000);
  }

  async opened(): Promise<void> {
    await once(this.#socket, "open");
  }

  /** Of what came since then. */
  ages(sinceMillis: number): Ages {
    const ages = this.#arrivals
      .filter(({ atMillis }) => atMillis >= sinceMillis)
      .map(({ age }) => age)
      .sort((a, b) => a - b);
    const at = (share: number) => ages[Math.min(ages.length - 1, Math.floor(ages.length * share))];
    const none = Number.NaN;
    return {
      messages: ages.length,
      median: at(0.5) ?? none,
      p99: at(0.99) ?? none,
      isClosed: this.isClosed,
    };
  }

  end(): void {
    this.#socket.terminate();
  }

  #arrived(data: Buffer, isFree: boolean): void {
    const atMillis = nowMillis();
    this.#arrivals.push({
      atMillis,
      age: atMillis - Number.parseFloat(data.toString("latin1", 0, 24)),
    });
    if (isFree) return;
    this.#allowance -= data.length;
    if (this.#allowance < 0) this.#socket.pause();
  }

  /** A token bucket of two paces. */
  #pace(bytesPerMilli: number): void {
    let lastMillis = nowMillis();
    const timer = setInterval(() => {
      const now = nowMillis();
      const earned = (now - lastMillis) * bytesPerMilli;
      lastMillis = now;
      this.#allowance = Math.min(
        this.#allowance + earned,
        Math.max(earned, 2 * paceMillis * bytesPerMilli),
      );
      if (this.isClosed) clearInterval(timer);
      else if (this.#allowance >= 0 && this.#socket.isPaused) this.#socket.resume();
    }, paceMillis);
  }
}

let clients: ReadonlyArray<PacedClient> = [];

process.on("message", async (request: ReadersRequest) => {
  if (request.ask === "connect") {
    clients = request.readers.map((reader) => new PacedClient(request.port, reader));
    await Promise.all(clients.map((client) => client.opened()));
    process.send?.([]);
  } else {
    const ages = clients.map((client) => client.ages(request.sinceMillis));
    for (const client of clients) client.end();
    process.send?.(ages);
  }
});
process.on("disconnect", () => process.exit());
