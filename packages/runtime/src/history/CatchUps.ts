/** What one connection catches up with: a channel at a time each, and in turns where its outbox has little room. */
import { ChannelError } from "../channels/ChannelError.js";
import { isWild, matcher } from "../channels/ChannelName.js";
import type { Channels } from "../channels/Channels.js";
import type { Member } from "../hub/Member.js";
import { CatchUp } from "./CatchUp.js";
import { held } from "./Held.js";
import type { History } from "./History.js";
import { placeOf, type Resumed, type Resumption } from "./Resumption.js";

export class CatchUps {
  readonly #member: Member;
  readonly #channels: Channels<Member>;
  readonly #history: History | undefined;
  readonly #all = new Map<string, CatchUp>();
  /** Those that wait for room, in the order in which they go on. */
  #waiting = new Set<CatchUp>();

  constructor(member: Member, channels: Channels<Member>, history: History | undefined) {
    this.#member = member;
    this.#channels = channels;
    this.#history = history;
  }

  get channels(): ReadonlyArray<string> {
    return [...this.#all.keys()];
  }

  /** See `ServerConnection.resume`. */
  begin(resumption: Resumption): Promise<Resumed> {
    const place = placeOf(resumption);
    const { channel } = resumption;
    const history = this.#history;
    if (history === undefined || !history.has(channel)) {
      throw new ChannelError({ reason: "no-history", channel });
    }
    this.#channels.mayResume(this.#member, channel, this.channels);
    this.end(channel);
    // What a bus has is known of channels that are joined.
    const release = history.depths?.has(channel) ? held(this.#channels, channel) : () => {};
    this.#channels.unsubscribe(this.#member, channel);
    const catchUp: CatchUp = new CatchUp(
      {
        channel,
        limits: this.#channels.limitsOf(channel),
        history,
        latecomer: this.#member,
        join: () => {
          this.#member.reader?.leave();
          this.#channels.subscribe(this.#member, channel);
        },
        waits: () => this.#wait(catchUp),
        ended: () => {
          this.#forget(channel, catchUp);
          release();
        },
      },
      place,
    );
    this.#all.set(channel, catchUp);
    catchUp.step();
    return catchUp.done;
  }

  /** Ends that of a channel. Answers whether there was one. */
  end(channel: string): boolean {
    const catchUp = this.#all.get(channel);
    catchUp?.end();
    return catchUp !== undefined;
  }

  endAll(): void {
    for (const catchUp of this.#all.values()) catchUp.end();
  }

  /** Whether it is catching up with a channel. @throws {ChannelError} for a pattern of such a channel: it would go ahead. */
  has(wanted: string): boolean {
    if (!isWild(wanted)) return this.#all.has(wanted);
    const matches = matcher(wanted);
    for (const channel of this.#all.keys()) {
      if (matches(channel)) throw new ChannelError({ reason: "catching-up", channel: wanted });
    }
    return false;
  }

  #wait(catchUp: CatchUp): void {
    this.#waiting.add(catchUp);
    this.#member.actor.afterTurn = () => this.#goOn();
  }

  #goOn(): void {
    const those = this.#waiting;
    this.#waiting = new Set();
    this.#member.actor.afterTurn = undefined;
    for (const catchUp of those) catchUp.step();
  }

  #forget(channel: string, catchUp: CatchUp): void {
    this.#waiting.delete(catchUp);
    this.#all.delete(channel);
  }
}
