/** The channels that one connection is to have from some moment on: with what it missed of them, or with a snapshot. */
import { ChannelError } from "../channels/ChannelError.js";
import { isWild, matcher } from "../channels/ChannelName.js";
import type { Channels } from "../channels/Channels.js";
import { CatchUps } from "../history/CatchUps.js";
import type { History } from "../history/History.js";
import type { Resumed, Resumption } from "../history/Resumption.js";
import { RoomLine } from "../history/RoomLine.js";
import type { Member } from "../hub/Member.js";
import type { Joined, JoinOptions } from "./JoinOptions.js";
import { Joins } from "./Joins.js";

export class Arrivals {
  readonly #catchUps: CatchUps;
  readonly #joins: Joins;
  readonly #replace = (channel: string) => void this.end(channel);

  constructor(member: Member, channels: Channels<Member>, history: History | undefined) {
    const line = new RoomLine(member);
    this.#catchUps = new CatchUps(member, channels, history, line);
    this.#joins = new Joins(member, channels, line);
  }

  get channels(): ReadonlyArray<string> {
    return [...this.#catchUps.channels, ...this.#joins.channels];
  }

  /** See `ServerConnection.resume`. */
  resume(resumption: Resumption): Promise<Resumed> {
    return this.#catchUps.begin(resumption, this.channels, this.#replace);
  }

  /** See `ServerConnection.join`. */
  join(channel: string, options: JoinOptions): Promise<Joined> {
    return this.#joins.begin(channel, options, this.channels, this.#replace);
  }

  /** Ends what is on its way of a channel. Answers whether there was anything. */
  end(channel: string): boolean {
    const wasCatchingUp = this.#catchUps.end(channel);
    return this.#joins.end(channel) || wasCatchingUp;
  }

  endAll(): void {
    this.#catchUps.endAll();
    this.#joins.endAll();
  }

  /** Whether a channel is on its way. @throws {ChannelError} for a pattern of such a channel: it would go ahead. */
  has(wanted: string): boolean {
    if (!isWild(wanted)) return this.channels.includes(wanted);
    const matches = matcher(wanted);
    if (this.channels.some(matches)) {
      throw new ChannelError({ reason: "catching-up", channel: wanted });
    }
    return false;
  }
}
