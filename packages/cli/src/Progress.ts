/**
 * How far something is that takes its time. Nothing is said in the first two seconds; then a line that is redrawn on a
 * terminal, and elsewhere a line every five seconds: `checking: 40 %, 4 s so far, about 6 s left`.
 */
import type { Screen } from "./Screen.js";

const quietMillis = 2_000;
const lineEveryMillis = 5_000;
const redrawEveryMillis = 250;

export class Progress {
  readonly #what: string;
  readonly #screen: Screen;
  readonly #startMillis = performance.now();
  readonly #timer: NodeJS.Timeout;
  #nextMillis = quietMillis;
  #share = 0;
  #isDrawn = false;

  /** Begins now. Write it to standard error: standard output belongs to the result. */
  constructor(what: string, screen: Screen) {
    this.#what = what;
    this.#screen = screen;
    this.#timer = setInterval(() => this.#show(), redrawEveryMillis);
  }

  /** So much of it is done: 0 to 1. Without it only the time so far is told. */
  at(share: number): void {
    this.#share = share;
    // What is busy lets no timer through.
    this.#show();
  }

  /** It is done; a terminal's line is taken away. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#isDrawn) this.#screen.write("\r\x1b[K");
    this.#isDrawn = false;
  }

  #show(): void {
    const elapsedMillis = performance.now() - this.#startMillis;
    if (elapsedMillis < this.#nextMillis) return;
    const { isTTY = false, columns = 80 } = this.#screen;
    this.#nextMillis = elapsedMillis + (isTTY ? redrawEveryMillis : lineEveryMillis);
    const line = this.#line(elapsedMillis);
    this.#screen.write(isTTY ? `\r${line.slice(0, columns - 1)}\x1b[K` : `${line}\n`);
    this.#isDrawn = isTTY;
  }

  #line(elapsedMillis: number): string {
    const share = this.#share;
    const soFar = `${seconds(elapsedMillis)} so far`;
    if (share <= 0) return `${this.#what}: ${soFar}`;
    // What is left takes as long as what is done did.
    const left = seconds((elapsedMillis * (1 - share)) / share);
    return `${this.#what}: ${Math.round(share * 100)} %, ${soFar}, about ${left} left`;
  }
}

function seconds(millis: number): string {
  return `${Math.round(millis / 1000)} s`;
}
