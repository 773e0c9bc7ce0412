/**
 * One channel of a client: where it is in the order of its messages. Each message is given on once and in order; whatever
 * is missing between two is reported before the second.
 */

/** A place in the order of a channel: positions are 1, 2, 3 and so on, of one epoch. */
export interface Place {
  readonly epoch: string;
  readonly position: number;
}

/** Positions that will not come, both ends included. There are none if `count` is 0. */
export interface Gap {
  readonly channel: string;
  readonly epoch: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /**
   * `dropped`: the server's strategy for slow clients lost them on this connection. `trimmed`: its history does not go back
   * so far. `epoch`: it has begun a new order, as after a restart; what the old one had after our place is not known.
   * `too-large`: the message was too large for a connection.
   */
  readonly reason: "dropped" | "trimmed" | "epoch" | "too-large";
}

export interface ChannelHandlers {
  /** What was published, and its place: whoever keeps that can go on from there another time. */
  readonly onMessage: (data: unknown, place: Place) => void;
  readonly onGap?: ((gap: Gap) => void) | undefined;
  /** Where to go on from; by default from now. */
  readonly place?: Place | undefined;
}

/** What a server says of a channel. */
export interface Said extends Place {
  readonly channel: string;
  readonly data?: unknown;
  readonly gap?: Omit<Gap, "channel" | "epoch">;
}

export class Subscription {
  readonly #channel: string;
  readonly #handlers: ChannelHandlers;
  #place: Place | undefined;
  /** It has asked without a place, and is to be told one. */
  #isNew = false;

  constructor(channel: string, handlers: ChannelHandlers) {
    this.#channel = channel;
    this.#handlers = handlers;
    this.#place = handlers.place;
  }

  /** What asks for it on a new connection. */
  get request(): object {
    this.#isNew = this.#place === undefined;
    return { type: "subscribe", channel: this.#channel, ...this.#place };
  }

  hear({ epoch, position, gap, ...said }: Said): void {
    const { onMessage, onGap } = this.#handlers;
    const isSame = epoch === this.#place?.epoch;
    const had = isSame ? (this.#place as Place).position : 0;
    if (gap !== undefined) {
      if (isSame && gap.reason !== "epoch" && gap.last <= had) return;
      if (gap.reason !== "epoch") this.#miss(epoch, gap.first - 1);
      this.#place = { epoch, position: gap.last };
      onGap?.({ channel: this.#channel, epoch, ...gap });
      return;
    }
    const isBegin = this.#isNew && !("data" in said);
    if (isBegin) this.#isNew = false;
    if (isSame && position <= had) return;
    if (!isBegin) this.#miss(epoch, position - 1);
    this.#place = { epoch, position };
    if ("data" in said) onMessage(said.data, this.#place);
  }

  /** All up to a position should have come before what comes now. */
  #miss(epoch: string, last: number): void {
    const place = this.#place;
    const isSame = epoch === place?.epoch;
    const first = isSame ? place.position + 1 : 1;
    // Of an order that it did not know there is nothing to miss, and of a new one it was told by a notice, or is now.
    if (place === undefined || (isSame && first > last)) return;
    this.#place = { epoch, position: last };
    const reason = isSame ? "dropped" : "epoch";
    const { onGap } = this.#handlers;
    onGap?.({ channel: this.#channel, epoch, first, last, count: last - first + 1, reason });
  }
}
