/**
 * The channels of a server: who is subscribed to what, by name and by pattern. A channel is there while somebody is
 * subscribed to it; one message reaches a connection once, however many of its subscriptions have the channel.
 */
import { checkOptions } from "@sluice/core";
import type { Limited } from "../actor/Lanes.js";
import type { Report } from "../hub/Reports.js";
import { Audience, type Listener } from "./Audience.js";
import { Channel } from "./Channel.js";
import { ChannelError } from "./ChannelError.js";
import { ChannelLabels } from "./ChannelLabels.js";
import { ChannelLimits } from "./ChannelLimits.js";
import { checkName, checkPattern, isWild, matcher } from "./ChannelName.js";
import { type ChannelOptions, channelRules, mostChannels } from "./ChannelOptions.js";
import type { ChannelView } from "./ChannelView.js";
import type { Holding, Pattern } from "./Holding.js";
import type { Interest } from "./Interest.js";

export class Channels<S extends Listener> {
  /** There is one if others than this server publish. */
  interest: Interest | undefined;
  readonly #maxChannels: number;
  readonly #maxSubscriptions: number;
  readonly limits: ChannelLimits;
  readonly labels: ChannelLabels;
  readonly #channels = new Map<string, Channel<S>>();
  readonly #patterns = new Map<string, Pattern<S>>();
  readonly #holdings = new Map<S, Holding<S>>();

  /** @throws {ConfigurationError} for options that are not valid. */
  constructor(options: ChannelOptions = {}, report?: Report) {
    checkOptions(options, "channels", channelRules);
    this.#maxChannels = options.maxChannels ?? mostChannels;
    this.#maxSubscriptions = options.maxSubscriptions ?? 1_000;
    this.limits = new ChannelLimits(this.#maxChannels, options.limits);
    this.labels = new ChannelLabels(options.labels, report);
  }

  // ── Who is subscribed to what ───────────────────────────────────────────────────────────────────────

  /** Channels that somebody is subscribed to, in the order in which they came to be. */
  get list(): ReadonlyArray<ChannelView> {
    return Array.from(this.#channels.values(), ({ name, subscribers }) => ({
      name,
      size: subscribers.size,
    }));
  }

  /** How many connections a message on this channel would reach. @throws {ChannelError} for what is no name. */
  count(name: string): number {
    checkName(name);
    return (this.#channels.get(name)?.subscribers ?? this.#matching(name)).size;
  }

  /** Names and patterns of one subscriber, in the order in which it came to them. */
  of(subscriber: S): ReadonlyArray<string> {
    return [...(this.#holdings.get(subscriber)?.wanted ?? [])];
  }

  /** Answers whether that is new. @throws {ChannelError} when it cannot be; nothing has changed then. */
  subscribe(subscriber: S, wanted: string): boolean {
    checkPattern(wanted);
    if (!subscriber.isOpen) return false;
    const holding = this.#holdings.get(subscriber) ?? { wanted: new Set(), channels: new Set() };
    if (holding.wanted.has(wanted)) return false;
    if (holding.wanted.size >= this.#maxSubscriptions) {
      throw new ChannelError({ reason: "too-many-subscriptions", channel: wanted });
    }
    if (isWild(wanted)) this.#addPattern(subscriber, holding, wanted);
    else this.#addNamed(subscriber, holding, wanted);
    holding.wanted.add(wanted);
    this.#holdings.set(subscriber, holding);
    if (this.#interested(wanted) === 1) this.interest?.joined(wanted);
    return true;
  }

  /** Answers whether it was subscribed to that. @throws {ChannelError} for what is no name and no pattern. */
  unsubscribe(subscriber: S, wanted: string): boolean {
    checkPattern(wanted);
    const holding = this.#holdings.get(subscriber);
    if (holding === undefined || !holding.wanted.delete(wanted)) return false;
    this.#unwant(subscriber, wanted);
    for (const channel of holding.channels) {
      if (!this.#wants(holding, channel.name)) this.#removeFrom(channel, subscriber, holding);
    }
    if (holding.wanted.size === 0) this.#holdings.delete(subscriber);
    this.interest?.changed();
    return true;
  }

  /**
   * @throws {ChannelError} when a subscriber could not be subscribed to a channel that it is to have from some moment on, as
   * it is to have those that are `pending`. It must not have it by a pattern now.
   */
  mayResume(subscriber: S, name: string, pending: ReadonlyArray<string>): void {
    const wanted = this.#holdings.get(subscriber)?.wanted ?? new Set<string>();
    for (const one of wanted) {
      if (!this.#patterns.get(one)?.matches(name)) continue;
      throw new ChannelError({ reason: "has-pattern", channel: name });
    }
    const isNew = !wanted.has(name) && !pending.includes(name);
    if (isNew && wanted.size + pending.length >= this.#maxSubscriptions) {
      throw new ChannelError({ reason: "too-many-subscriptions", channel: name });
    }
    if (this.#channels.has(name) || this.#channels.size < this.#maxChannels) return;
    if (Array.from(this.#channels.values()).some(({ named }) => named === 0)) return;
    throw new ChannelError({ reason: "too-many-channels", channel: name });
  }

  /** It has gone. */
  forget(subscriber: S): void {
    const holding = this.#holdings.get(subscriber);
    if (holding === undefined) return;
    this.#holdings.delete(subscriber);
    for (const wanted of holding.wanted) this.#unwant(subscriber, wanted);
    for (const channel of holding.channels) this.#removeFrom(channel, subscriber, holding);
    this.interest?.changed();
  }

  // ── Who hears of what ────────────────────────────────────────────────────────────────────────────────

  /** Whoever is subscribed to a channel. @throws {ChannelError} for what is no name of a channel. */
  audienceOf(name: string): Audience<S> {
    checkName(name);
    const channel = this.#channels.get(name) ?? this.#found(name);
    if (channel !== undefined) return channel.audience;
    const those = [...this.#matching(name)];
    return new Audience(() => those, this.limits.of(name));
  }

  /** Whoever would hear of what a name or a pattern has, by that or by another. */
  membersOf(wanted: string): Iterable<S> {
    if (isWild(wanted)) return this.#patterns.get(wanted)?.subscribers ?? [];
    return this.#channels.get(wanted)?.subscribers ?? this.#matching(wanted);
  }

  /** The limits of what waits of a channel at one that is behind, where they are its own. */
  limitsOf(name: string): Limited | undefined {
    return this.#channels.get(name)?.audience.limits ?? this.limits.of(name);
  }

  /** Whether anybody wants a channel, by its name or by a pattern. */
  isWanted(name: string): boolean {
    if ((this.#channels.get(name)?.named ?? 0) > 0) return true;
    for (const { matches } of this.#patterns.values()) if (matches(name)) return true;
    return false;
  }

  /** Of every channel that has this subscriber. */
  audiencesWith(subscriber: S): ReadonlyArray<Audience<S>> {
    return Array.from(this.#holdings.get(subscriber)?.channels ?? [], ({ audience }) => audience);
  }

  /** The channel of those whose patterns have it, if there are any: kept up from then on, if there is room for it. */
  #found(name: string): Channel<S> | undefined {
    if (this.#patterns.size === 0 || this.#channels.size >= this.#maxChannels) return undefined;
    return this.#matching(name).size > 0 ? this.#open(name) : undefined;
  }

  // ── Channels and patterns ───────────────────────────────────────────────────────────────────────────

  /** The channel of this name, which those have joined whose patterns have it. */
  #open(name: string): Channel<S> {
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    if (this.#channels.size >= this.#maxChannels && !this.#closeFound()) {
      throw new ChannelError({ reason: "too-many-channels", channel: name });
    }
    const channel = new Channel<S>(name, this.#matching(name), this.limits.of(name));
    for (const subscriber of channel.subscribers) {
      this.#holdings.get(subscriber)?.channels.add(channel);
    }
    this.#channels.set(name, channel);
    return channel;
  }

  /** Closes a channel that nobody wants by its name: whose patterns have it are found again. False if there is none. */
  #closeFound(): boolean {
    for (const channel of this.#channels.values()) {
      if (channel.named > 0) continue;
      this.#channels.delete(channel.name);
      // Who reads it reads on, until it is given something by its outbox.
      for (const subscriber of channel.subscribers) {
        this.#holdings.get(subscriber)?.channels.delete(channel);
      }
      return true;
    }
    return false;
  }

  #matching(name: string): Set<S> {
    const found = new Set<S>();
    for (const { matches, subscribers } of this.#patterns.values()) {
      if (!matches(name)) continue;
      for (const subscriber of subscribers) found.add(subscriber);
    }
    return found;
  }

  #wants(holding: Holding<S>, name: string): boolean {
    if (holding.wanted.has(name)) return true;
    for (const wanted of holding.wanted) if (this.#patterns.get(wanted)?.matches(name)) return true;
    return false;
  }

  /** How many want a name or a pattern by just that. */
  #interested(wanted: string): number {
    if (isWild(wanted)) return this.#patterns.get(wanted)?.subscribers.size ?? 0;
    return this.#channels.get(wanted)?.named ?? 0;
  }

  #addNamed(subscriber: S, holding: Holding<S>, wanted: string): void {
    const channel = this.#open(wanted);
    channel.named++;
    this.#addTo(channel, subscriber, holding);
  }

  #addPattern(subscriber: S, holding: Holding<S>, wanted: string): void {
    const known = this.#patterns.get(wanted);
    const pattern = known ?? { matches: matcher(wanted), subscribers: new Set<S>() };
    this.#patterns.set(wanted, pattern);
    pattern.subscribers.add(subscriber);
    for (const channel of this.#channels.values()) {
      if (pattern.matches(channel.name)) this.#addTo(channel, subscriber, holding);
    }
  }

  #unwant(subscriber: S, wanted: string): void {
    const channel = isWild(wanted) ? undefined : this.#channels.get(wanted);
    if (channel !== undefined) channel.named--;
    const pattern = this.#patterns.get(wanted);
    pattern?.subscribers.delete(subscriber);
    if (pattern?.subscribers.size === 0) this.#patterns.delete(wanted);
    if (this.#interested(wanted) === 0) this.interest?.left(wanted);
  }

  #addTo(channel: Channel<S>, subscriber: S, holding: Holding<S>): void {
    channel.subscribers.add(subscriber);
    channel.list = undefined;
    holding.channels.add(channel);
  }

  /** A channel without subscribers is none. */
  #removeFrom(channel: Channel<S>, subscriber: S, holding: Holding<S>): void {
    channel.subscribers.delete(subscriber);
    channel.list = undefined;
    holding.channels.delete(channel);
    if (channel.subscribers.size === 0) this.#channels.delete(channel.name);
  }
}
