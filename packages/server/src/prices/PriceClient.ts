/** A real WebSocket client of the market: it reads as fast as it is told, and knows of each symbol what came last. */
import { WebSocket } from "ws";
import { Appetite } from "../clients/Appetite.js";
import type { Book } from "./Market.js";

/** How it reads. */
export interface PriceHabit {
  readonly name: string;
  /** Bytes in a second; 0 is one that stops reading until the market closes, Infinity one that keeps up. */
  readonly bytesPerSecond: number;
}

/** What it has when the market has closed. */
export interface PriceReport {
  readonly name: string;
  /** The version of the last book of each symbol. */
  readonly versions: Readonly<Record<string, number>>;
  readonly received: number;
  /** Books that were older than one of their symbol that had come before. */
  readonly backwards: number;
  /** The median of the ages on arrival of each symbol's books, and of these the median, in milliseconds. */
  readonly medianAgeMillis: number | null;
}

/** What the server says when the market has closed. */
export const marketClosed = "closed";

export class PriceClient {
  readonly #habit: PriceHabit;
  readonly #appetite: Appetite;
  readonly #versions = new Map<string, number>();
  readonly #ages = new Map<string, Array<number>>();
  #received = 0;
  #backwards = 0;

  /** `report` is called when it has read all that there was. */
  constructor(url: string, habit: PriceHabit, report: (report: PriceReport) => void) {
    this.#habit = habit;
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.on("open", () => socket.send(habit.name));
    this.#appetite = new Appetite(socket, habit.bytesPerSecond);
    socket.on("message", (data: Buffer) => {
      this.#appetite.ate(data.length);
      const text = data.toString();
      if (text !== marketClosed) return this.#read(JSON.parse(text) as Book);
      report(this.#report());
      socket.close();
    });
    // A failure to connect is followed by a close, like any other end.
    socket.on("error", () => {});
    socket.on("close", () => this.#appetite.stop());
  }

  /** From now on it reads all that comes. */
  devour(): void {
    this.#appetite.devour();
  }

  #read({ symbol, version, madeMillis }: Book): void {
    this.#received++;
    if (version < (this.#versions.get(symbol) ?? 0)) this.#backwards++;
    this.#versions.set(symbol, version);
    const ages = this.#ages.get(symbol) ?? [];
    ages.push(Date.now() - madeMillis);
    this.#ages.set(symbol, ages);
  }

  #report(): PriceReport {
    const medians = Array.from(this.#ages.values(), median);
    return {
      name: this.#habit.name,
      versions: Object.fromEntries(this.#versions),
      received: this.#received,
      backwards: this.#backwards,
      medianAgeMillis: medians.length === 0 ? null : median(medians),
    };
  }
}

function median(values: ReadonlyArray<number>): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
