/** The channels to which one connection comes by a snapshot. */
import { checkName } from "../channels/ChannelName.js";
import type { Channels } from "../channels/Channels.js";
import type { RoomLine } from "../history/RoomLine.js";
import type { Member } from "../hub/Member.js";
import { Join } from "./Join.js";
import { checkJoin, type Joined, type JoinOptions, notBegun } from "./JoinOptions.js";
import { StandIn } from "./StandIn.js";

export class Joins {
  readonly #member: Member;
  readonly #channels: Channels<Member>;
  readonly #line: RoomLine;
  readonly #all = new Map<string, Join>();

  constructor(member: Member, channels: Channels<Member>, line: RoomLine) {
    this.#member = member;
    this.#channels = channels;
    this.#line = line;
  }

  get channels(): ReadonlyArray<string> {
    return [...this.#all.keys()];
  }

  /** See `ServerConnection.join`. Other channels are `pending` too; `replace` ends what this takes the place of. */
  begin(
    channel: string,
    options: JoinOptions,
    pending: ReadonlyArray<string>,
    replace: (channel: string) => void,
  ): Promise<Joined> {
    checkJoin(options);
    checkName(channel);
    const [member, channels] = [this.#member, this.#channels];
    const failed = (error: unknown) =>
      member.onError(error, "the source of a snapshot failed when nobody read it");
    if (!member.isOpen) return notBegun(options, failed);
    channels.mayResume(member, channel, pending);
    const { actor } = member;
    actor.reading?.leave();
    const join: Join = new Join({
      channel,
      actor,
      limits: channels.limitsOf(channel)?.configuration ?? member.configuration,
      join: () => {
        actor.reading?.leave();
        channels.subscribe(member, channel);
      },
      waits: () => this.#line.wait(join),
      ended: () => {
        this.#line.leave(join);
        if (this.#all.get(channel) === join) this.#all.delete(channel);
        channels.unsubscribe(standIn, channel);
      },
      onError: (error, what) => member.onError(error, what),
    });
    const standIn = new StandIn(member, join.held) as unknown as Member;
    // The channel is never without a subscriber in between: then it would end, and its history with it.
    channels.subscribe(standIn, channel);
    channels.unsubscribe(member, channel);
    replace(channel);
    this.#all.set(channel, join);
    join.begin(options.snapshot);
    return join.done;
  }

  /** Ends that of a channel. Answers whether there was one. */
  end(channel: string): boolean {
    const join = this.#all.get(channel);
    join?.end();
    return join !== undefined;
  }

  endAll(): void {
    for (const join of this.#all.values()) join.end();
  }
}
