/** Those that wait for room at one connection, and go on in turns, in the order in which they came to wait. */
import type { Actor } from "../actor/Actor.js";
import type { Message } from "../adapter/Message.js";

/** Whoever goes as far as there is room. It must not throw. */
export interface Goer {
  step(): void;
}

export class RoomLine {
  readonly #owner: { readonly actor: Actor<Message> };
  #waiting = new Set<Goer>();

  constructor(owner: { readonly actor: Actor<Message> }) {
    this.#owner = owner;
  }

  /** It goes on when the connection has handed something over. */
  wait(goer: Goer): void {
    this.#waiting.add(goer);
    this.#owner.actor.afterTurn = () => this.#goOn();
  }

  leave(goer: Goer): void {
    this.#waiting.delete(goer);
  }

  #goOn(): void {
    const those = this.#waiting;
    this.#waiting = new Set();
    this.#owner.actor.afterTurn = undefined;
    for (const goer of those) goer.step();
  }
}
