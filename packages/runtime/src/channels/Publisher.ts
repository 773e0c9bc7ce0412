/** What is sent to many: to everyone, or to whoever is subscribed to a channel. It is encoded and sized once for all. */
import { Label } from "@sluice/core";
import type { Frame } from "../adapter/Frame.js";
import { frameOf, type Message } from "../adapter/Message.js";
import type { Bus } from "../bus/Bus.js";
import { BusSeat, type Seated } from "../bus/BusSeat.js";
import type { History } from "../history/History.js";
import type { Place } from "../history/Past.js";
import type { HubConnection } from "../hub/HubOptions.js";
import type { Member } from "../hub/Member.js";
import { memberOf } from "../hub/ServerConnection.js";
import { type Labelled, labelIn } from "../view/Labelled.js";
import { Audience } from "./Audience.js";
import type { ChannelLimit } from "./ChannelLimits.js";
import { isWild } from "./ChannelName.js";
import type { Channels } from "./Channels.js";
import type { ChannelView } from "./ChannelView.js";
import type { FanOut } from "./FanOut.js";
import type { Interest } from "./Interest.js";
import { giveTo, isFor, type PublishResult } from "./PublishResult.js";

/** Who is not to get a message that goes to many. */
export interface PublishOptions extends Labelled<Message> {
  /** The one that it came from, say. */
  readonly except?: HubConnection | undefined;
}

export class Publisher {
  /** @internal */
  readonly everyone: Audience<Member>;
  /** @internal Where what is published goes besides. */
  bus: BusSeat | undefined;
  readonly #channels: Channels<Member>;
  readonly #fanOut: FanOut;
  readonly #history: History | undefined;
  /** Whoever is there may read what goes to everyone. */
  #broadcasts = false;

  /** `everyone` is another array when somebody has come or gone. */
  constructor(
    everyone: () => ReadonlyArray<Member>,
    channels: Channels<Member>,
    fanOut: FanOut,
    history?: History,
  ) {
    this.everyone = new Audience(everyone);
    this.#channels = channels;
    this.#fanOut = fanOut;
    this.#history = history;
  }

  /** Has a bus carry what is published, if there is one. */
  join(bus: Bus | undefined, given: Pick<Seated, "flusher" | "elapsed" | "report">): void {
    if (bus === undefined) return;
    const channels = this.#channels;
    this.bus = new BusSeat({
      ...given,
      bus,
      membersOf: (wanted) => channels.membersOf(wanted),
      give: (channel, frame, at) => this.deliver(channel, frame, at),
    });
    if (this.#history !== undefined) this.#history.depths = this.bus.depths;
    channels.interest = this.#history ? forgetting(this.bus, channels, this.#history) : this.bus;
  }

  /** Channels that somebody is subscribed to. */
  get channels(): ReadonlyArray<ChannelView> {
    return this.#channels.list;
  }

  /** @throws {ConfigurationError} for limits that are not valid, and for a pattern that has none. */
  limit(pattern: string, limit: ChannelLimit): void {
    this.#channels.limits.change(pattern, limit);
  }

  /** How many connections a message on a channel would reach. @throws {ChannelError} for what is no name. */
  subscribers(channel: string): number {
    return this.#channels.count(channel);
  }

  /** @throws {TypeError} for what is no message, and for options that are none. */
  broadcast(message: Message, options?: PublishOptions | Label<Message>): PublishResult {
    const { except, label } = optionsOf(options);
    return this.give(this.everyone, frameOf(message), except, label);
  }

  /** @throws {ChannelError} for what is no name of a channel. @throws {TypeError} for what is no message, or no options. */
  publish(
    channel: string,
    message: Message,
    options?: PublishOptions | Label<Message>,
  ): PublishResult {
    const frame = frameOf(message);
    const audience = this.#channels.audienceOf(channel);
    const { except, label } = optionsOf(options);
    const hand = () => this.#hand(channel, audience, frame, except, label);
    if (this.bus === undefined) return hand();
    const history = this.#history;
    if (history?.depths?.has(channel) && history.has(channel)) history.check(channel, frame);
    return this.bus.publish(channel, frame, hand);
  }

  /** @internal What has come by the bus. @throws {ChannelError} for what is no name of a channel. */
  deliver(channel: string, frame: Frame, at: Place | undefined): PublishResult {
    const audience = this.#channels.audienceOf(channel);
    const history = this.#history;
    if (at === undefined || history?.depths?.has(channel) !== true || !history.has(channel)) {
      return this.#hand(channel, audience, frame, undefined);
    }
    const label = this.#channels.labels.of(channel, frame)?.laneless;
    return this.give(audience, history.appendAt(channel, frame, at), undefined, label);
  }

  /** To the members of this node; it is kept if the channel has a history. */
  #hand(
    channel: string,
    audience: Audience<Member>,
    frame: Frame,
    except: Member | undefined,
    given?: Label<Message>,
  ): PublishResult {
    const history = this.#history;
    const label = given ?? this.#channels.labels.of(channel, frame);
    if (history === undefined || !history.has(channel)) {
      return this.give(audience, frame, except, label);
    }
    // Replayed and live are in one order.
    return this.#handKept(history, channel, audience, frame, except, label?.laneless);
  }

  /** Whoever is not to get it is told its position: nothing of its own is missing to it. */
  #handKept(
    history: History,
    channel: string,
    audience: Audience<Member>,
    message: Frame,
    except: Member | undefined,
    label: Label<Message> | undefined,
  ): PublishResult {
    const frame = history.append(channel, message);
    const { epoch, last: position } = history.past(channel);
    const result = this.give(audience, frame, except, label);
    const left = except && audience.everyone.find((one) => isFor(one, except));
    if (left !== undefined) {
      const notice = history.wire.notice({ channel, epoch, position });
      left.take(notice, notice.byteLength, audience.limits);
    }
    return result;
  }

  /** Has one that keeps up read with the cohorts of its audiences. Not from inside a callback of its socket. */
  invite(member: Member): void {
    this.bus?.look(member);
    if (member.awake === undefined || member.reader !== undefined) return;
    // Who is told of gaps has every message counted at its outbox.
    if (member.awake.gaps !== undefined) return;
    if (member.transport.topics === undefined) return;
    const audiences = this.#broadcasts ? [this.everyone] : [];
    const all = [...audiences, ...this.#channels.audiencesWith(member)];
    const cohorts = all.map((audience) => {
      audience.cohort ??= this.#fanOut.cohort(audience.limits);
      return audience.cohort;
    });
    this.#fanOut.invite(member, cohorts);
  }

  /** @internal */
  give(
    audience: Audience<Member>,
    frame: Frame,
    except: Member | undefined,
    label?: Label<Message>,
  ): PublishResult {
    this.#broadcasts ||= audience === this.everyone;
    const { cohort } = audience;
    const read =
      cohort === undefined ? 0 : this.#fanOut.publish(cohort, frame, except?.reader, label);
    const given = giveTo(audience.behind, frame, except, audience.limits, label);
    return read === 0 ? given : { ...given, accepted: given.accepted + read };
  }
}

function optionsOf(options: PublishOptions | Label<Message> | undefined): {
  readonly except?: Member | undefined;
  readonly label?: Label<Message> | undefined;
} {
  if (options === undefined) return nothing;
  const label = labelIn<Message>(options, ["except"], "a message for many");
  const except = options instanceof Label ? undefined : options.except;
  return { except: except && (memberOf(except) as Member), label };
}

const nothing = {};

/**
 * What others publish on a channel comes to this node while it has members there. So a history ends with the last of them:
 * it would have holes that nobody knows of.
 */
function forgetting(
  bus: BusSeat,
  channels: Pick<Channels<Member>, "isWanted">,
  history: History,
): Interest {
  return {
    joined: (wanted) => bus.joined(wanted),
    changed: () => bus.changed(),
    left: (wanted) => {
      bus.left(wanted);
      for (const channel of isWild(wanted) ? history.channels : [wanted]) {
        if (!channels.isWanted(channel)) history.forget(channel);
      }
    },
  };
}
