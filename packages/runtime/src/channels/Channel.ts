/** A channel: whoever is subscribed to one name, by that or by a pattern. */
import { Audience, type Listener } from "./Audience.js";

export class Channel<S extends Listener> {
  readonly name: string;
  readonly subscribers: Set<S>;
  /** Somebody has subscribed to it by its name. */
  isNamed = false;
  readonly audience = new Audience<S>(() => {
    this.list ??= [...this.subscribers];
    return this.list;
  });
  /** The subscribers; made anew after one has come or gone. Whoever is given a message may change the set. */
  list: ReadonlyArray<S> | undefined;

  constructor(name: string, subscribers: Set<S>) {
    this.name = name;
    this.subscribers = subscribers;
  }
}
