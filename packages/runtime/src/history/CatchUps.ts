/** What one connection catches up with: a channel at a time each, and in turns where its outbox has little room. */
import { ChannelError } from "../channels/ChannelError.js";
import type { Channels } from "../channels/Channels.js";
import type { Member } from "../hub/Member.js";
import { CatchUp } from "./CatchUp.js";
import { held } from "./Held.js";
import type { History } from "./History.js";
import { placeOf, type Resumed, type Resumption } from "./Resumption.js";
import type { RoomLine } from "./RoomLine.js";

export class CatchUps {
  readonly #member: Member;
  readonly #channels: Channels<Member>;
  readonly #history: History | undefined;
  readonly #all = new Map<string, CatchUp>();
  readonly #line: RoomLine;

  constructor(
    member: Member,
    channels: Channels<Member>,
    history: History | undefined,
    line: RoomLine,
  ) {
    this.#member = member;
    this.#channels = channels;
    this.#history = history;
    this.#line = line;
  }

  get channels(): ReadonlyArray<string> {
    return [...this.#all.keys()];
  }

  /** See `ServerConnection.resume`. Other channels are `pending` too; `replace` ends what this takes the place of. */
  begin(
    resumption: Resumption,
    pending: ReadonlyArray<string>,
    replace: (channel: string) => void,
  ): Promise<Resumed> {
    const place = placeOf(resumption);
    const { channel } = resumption;
    const history = this.#history;
    if (history === undefined || !history.has(channel)) {
      throw new ChannelError({ reason: "no-history", channel });
    }
    this.#channels.mayResume(this.#member, channel, pending);
    replace(channel);
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
        waits: () => this.#line.wait(catchUp),
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

  #forget(channel: string, catchUp: CatchUp): void {
    this.#line.leave(catchUp);
    this.#all.delete(channel);
  }
}
