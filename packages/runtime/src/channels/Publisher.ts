/** What is sent to many: to everyone, or to whoever is subscribed to a channel. It is encoded and sized once for all. */
import { frameOf, type Message } from "../adapter/Message.js";
import type { SocketTransport } from "../adapter/SocketTransport.js";
import type { HubConnection } from "../hub/HubOptions.js";
import type { Member } from "../hub/Member.js";
import { memberOf } from "../hub/ServerConnection.js";
import { giveTo, type PublishResult } from "./Channel.js";
import type { Channels, ChannelView } from "./Channels.js";

/** Who is not to get a message that goes to many. */
export interface PublishOptions {
  /** The one that it came from, say. */
  readonly except?: HubConnection | undefined;
}

/** Everyone there is. */
interface Everyone {
  readonly everyone: ReadonlyArray<Member>;
}

export class Publisher {
  readonly #everyone: Everyone;
  readonly #channels: Channels<Member>;

  constructor(everyone: Everyone, channels: Channels<Member>) {
    this.#everyone = everyone;
    this.#channels = channels;
  }

  /** Channels that somebody is subscribed to. */
  get channels(): ReadonlyArray<ChannelView> {
    return this.#channels.list;
  }

  /** How many connections a message on a channel would reach. @throws {ChannelError} for what is no name. */
  subscribers(channel: string): number {
    return this.#channels.count(channel);
  }

  /** @throws {TypeError} for what is no message. */
  broadcast(message: Message, options: PublishOptions = {}): PublishResult {
    return giveTo(this.#everyone.everyone, frameOf(message), exceptionOf(options));
  }

  /** @throws {ChannelError} for what is no name of a channel. @throws {TypeError} for what is no message. */
  publish(channel: string, message: Message, options: PublishOptions = {}): PublishResult {
    const frame = frameOf(message);
    return giveTo(this.#channels.subscribersOf(channel), frame, exceptionOf(options));
  }
}

function exceptionOf({ except }: PublishOptions): Member<SocketTransport> | undefined {
  return except === undefined ? undefined : (memberOf(except) as Member);
}
