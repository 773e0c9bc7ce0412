/** A connection that is subscribed to channels, some of which have limits, on a transport that a test empties. */
import { type ConfigurationOptions, configuration } from "@sluice/core";
import type { PlainConnection } from "@sluice/runtime";
import { byteLength, Frame, type Message, type SocketTransport } from "@sluice/runtime/adapter";
import { ManualClock, ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Clock, Context } from "effect";
import { elapsed } from "../src/actor/Clock.js";
import { bytesOf } from "../src/adapter/Frame.js";
import type { ChannelLimit } from "../src/channels/ChannelLimits.js";
import { Channels } from "../src/channels/Channels.js";
import { FanOut } from "../src/channels/FanOut.js";
import { Publisher } from "../src/channels/Publisher.js";
import { Member } from "../src/hub/Member.js";

/** One connection, subscribed to `prices.a`, `prices.b` and `news`, of which prices have limits. */
export class ChannelWorld {
  readonly clock = new ManualClock();
  readonly flusher = new ManualFlusher();
  readonly transport: ScriptedTransport<Message>;
  readonly member: Member;
  readonly publisher: Publisher;
  readonly connection: PlainConnection<Message>;

  /** With few channels it is subscribed to all by a pattern. */
  constructor(
    limit: ChannelLimit,
    settings: ConfigurationOptions = {},
    room = 0,
    maxChannels = 1_000,
    isPinged = false,
  ) {
    const context = Context.make(Clock.Clock, this.clock);
    const scripted = new ScriptedTransport<Message>({
      sizeOf: byteLength,
      maxBackpressure: 10_000,
      room,
      isPinged,
    });
    this.transport = Object.assign(scripted, { topics: undefined });
    const { flusher } = this;
    const channels = new Channels<Member>({ maxChannels, limits: { "prices.*": limit } });
    const household = {
      channels,
      services: { context, flusher, elapsed: elapsed(undefined, context), joiner: undefined },
      lingers: () => {},
      departs: () => {},
      failed: () => {},
    };
    const opening = {
      configuration: configuration(settings),
      transport: () => this.transport as unknown as SocketTransport,
      idleTimeoutMillis: 0,
    };
    this.member = new Member(household, this.transport, opening);
    this.connection = this.member.connection;
    const names = maxChannels < 10 ? ["**"] : ["prices.a", "prices.b", "news"];
    for (const name of names) this.member.connection.subscribe(name);
    this.publisher = new Publisher(() => [this.member], channels, new FanOut(flusher));
  }

  publish(channel: string, text: string) {
    return this.publisher.publish(channel, text);
  }

  /** The client takes so many bytes; what comes after that waits. */
  read(bytes: number): void {
    this.transport.drain(bytes);
    this.member.actor.drained();
    this.flusher.settle();
  }

  get received(): ReadonlyArray<string> {
    return this.transport.accepted.map((frame) => Buffer.from(bytesOf(frame as Frame)).toString());
  }
}

/** Its socket holds a message that its client has not read. */
export function behind(limit: ChannelLimit, settings?: ConfigurationOptions): ChannelWorld {
  const world = new ChannelWorld(limit, settings);
  world.connection.offer(Frame.text("first"));
  world.flusher.settle();
  return world;
}
