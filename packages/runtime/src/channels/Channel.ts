/** A channel: whoever is subscribed to one name, by that or by a pattern. */
import type { Limited } from "../actor/Lanes.js";
import { Audience, type Listener } from "./Audience.js";

export class Channel<S extends Listener> {
  readonly name: string;
  readonly audience: Audience<S>;
  readonly subscribers: Set<S>;
  /** How many are subscribed to it by its name. */
  named = 0;
  /** The subscribers; made anew after one has come or gone. Whoever is given a message may change the set. */
  list: ReadonlyArray<S> | undefined;

  /** `limits` are those of what waits of it, if it has its own. */
  constructor(name: string, subscribers: Set<S>, limits: Limited | undefined) {
    this.name = name;
    this.subscribers = subscribers;
    const everyone = () => {
      this.list ??= [...this.subscribers];
      return this.list;
    };
    this.audience = new Audience<S>(everyone, limits);
  }
}
