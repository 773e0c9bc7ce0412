/** What a bus has of a channel that it orders; what this node has of it lately is read here. */
import type { Log } from "./Log.js";
import type { BusPast, Kept, Past, Place, ReadLimits } from "./Past.js";
import type { Wire } from "./Wire.js";

/** Where there is more than a node has itself. */
export interface Depths {
  /** Whether a channel has to be joined to be looked into. */
  has(channel: string): boolean;
  past(channel: string): BusPast | undefined;
}

export class DeepPast implements Past {
  readonly #channel: string;
  readonly #deep: BusPast;
  readonly #log: Log | undefined;
  readonly #wire: Wire;

  constructor(channel: string, deep: BusPast, log: Log | undefined, wire: Wire) {
    this.#channel = channel;
    this.#deep = deep;
    this.#log = log?.epoch === deep.epoch ? log : undefined;
    this.#wire = wire;
  }

  get epoch(): string {
    return this.#deep.epoch;
  }

  get first(): number {
    return this.#deep.first;
  }

  get last(): number {
    return this.#deep.last;
  }

  reach(place: Place | undefined): Promise<void> | undefined {
    return this.#deep.reach?.(place);
  }

  read(after: number, limits: ReadLimits): ReadonlyArray<Kept> | Promise<ReadonlyArray<Kept>> {
    const log = this.#log;
    if (log !== undefined && after + 1 >= log.first && log.last === this.last) {
      return log.read(after, limits);
    }
    return this.#deep.read(after, limits).then((kept) => kept.map((one) => this.#written(one)));
  }

  #written({ position, frame }: Kept): Kept {
    const { epoch } = this;
    return {
      position,
      frame: this.#wire.foreign({ channel: this.#channel, epoch, position }, frame),
    };
  }
}
