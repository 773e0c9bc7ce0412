/**
 * Pictures of the connections of a registry, one after the other: no counter of a later one is below that of an
 * earlier one, whichever way each was taken.
 */
import { Picture, type Pictured } from "./Picture.js";
import { Totals } from "./Totals.js";
import { TurnShare } from "./TurnShare.js";
import { Walk, type Walked } from "./Walk.js";

/** Connections looked at before the clock is: a fraction of a turn's share. */
const atATime = 10;

export class Pictures<C extends Pictured> {
  readonly #connections: Walked<C>;
  readonly #gone = new Totals();
  #latest = new Picture(this.#gone);
  #walk: Walk<C> | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(connections: Walked<C>) {
    this.#connections = connections;
  }

  get latest(): Picture {
    return this.#latest;
  }

  /** A connection has gone. */
  went(connection: C): void {
    this.#gone.add(connection.stats());
    this.#walk?.went(connection);
  }

  /** Takes one in one go. It is newer than what a walk under way would make, which ends with it. */
  now(): Picture {
    const walk = new Walk(this.#connections, this.#gone);
    walk.step(Number.POSITIVE_INFINITY);
    return this.#end(walk);
  }

  /**
   * Takes one in many turns of the event loop, and resolves when there is a latest one that was begun after this was
   * called. Who asks while one is being taken gets the next, all of them the same.
   */
  taken(): Promise<void> {
    this.#next ??= this.#take();
    return this.#next;
  }

  async #take(): Promise<void> {
    // Whether that one succeeded is its own askers' affair.
    await this.#running?.catch(() => {});
    this.#next = undefined;
    this.#running = this.#walkAll();
    await this.#running;
  }

  async #walkAll(): Promise<void> {
    const walk = new Walk(this.#connections, this.#gone);
    this.#walk = walk;
    const share = new TurnShare();
    while (!walk.step(atATime)) {
      if (share.isOver) await share.turn();
      if (this.#walk !== walk) return;
    }
    this.#end(walk);
  }

  #end({ picture }: Walk<C>): Picture {
    this.#walk = undefined;
    this.#latest = picture;
    return picture;
  }
}
