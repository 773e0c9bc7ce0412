/** How the connections of a server behave, as its owner says, for all of them alike or by the socket. */
import {
  aBoolean,
  aFunction,
  type Configuration,
  type ConfigurationOptions,
  checkOptions,
  configuration,
  type Elapsed,
  isPlainObject,
  kindOf,
  orWord,
  wholeNumber,
} from "@sluice/core";
import { Context } from "effect";
import { attempt, hear } from "../actor/Attempt.js";
import { Flusher } from "../actor/Flusher.js";
import { type Lanes, type LanesOptions, lanesOf } from "../actor/Lanes.js";
import { type Identity, nameplate } from "../actor/Nameplate.js";
import type { GapWire } from "../actor/Notices.js";
import { Patience } from "../actor/Patience.js";
import { type CoalesceOptions, Coalescer, type Joiner } from "../adapter/Coalescer.js";
import { type GapOptions, gapWireOf } from "../adapter/GapWire.js";
import type { Message } from "../adapter/Message.js";
import { defaultTotalBytes, leastTotalBytes } from "../budget/defaultTotalBytes.js";
import { MemoryBudget } from "../budget/MemoryBudget.js";
import type { Bus } from "../bus/Bus.js";
import { type ChannelOptions, mostChannels } from "../channels/ChannelOptions.js";
import { History } from "../history/History.js";
import { HistoryLimits } from "../history/HistoryOptions.js";
import { Wire } from "../history/Wire.js";
import type { InboxTime } from "../incoming/Inbox.js";
import { Inboxes, type Peopled, type Serving } from "../incoming/Inboxes.js";
import { type IncomingOptions, incomingLimits } from "../incoming/IncomingOptions.js";
import type { SocketKind } from "./Opening.js";
import type { Report } from "./Reports.js";
import type { ServerConnection } from "./ServerConnection.js";

/** A connection of a WebSocket server. */
export type HubConnection = ServerConnection;

/** How the connections of a server behave. `About` is what its functions are told of a socket that opens. */
export interface HubOptions<About extends ReadonlyArray<unknown>> {
  /** For all connections alike, or by the socket when it opens. */
  readonly configuration?:
    | ConfigurationOptions
    | ((...about: About) => ConfigurationOptions)
    | undefined;
  /** Whether messages are compressed, if the server offers compression and the client agrees; false by default. */
  readonly compress?: boolean | undefined;
  /** A connection's label, by its socket when it opens, or for all alike: see `PlainConnection.label`. */
  readonly label?: string | ((...about: About) => string | undefined) | undefined;
  /** A connection's data, by its socket when it opens: see `PlainConnection.data`. */
  readonly data?: ((...about: About) => unknown) | undefined;
  /** Several messages of one turn in one frame, for clients that take them apart; by default each has its own. */
  readonly coalesce?: CoalesceOptions | undefined;
  /** How many channels and subscriptions there may be. */
  readonly channels?: ChannelOptions | undefined;
  /** What may wait at each connection of its lanes besides its own outbox. */
  readonly lanes?: LanesOptions | undefined;
  /**
   * Where something of a topic was lost, its client is told before the next message of that topic, or when nothing more waits:
   * which of its messages, how many and why. True is in JSON: see `gapJson`. By default nobody is told. Every message goes
   * through the outbox of its connection then, so that positions count all of them.
   */
  readonly gaps?: boolean | GapOptions | undefined;
  /**
   * How fast what one client sends is handled: in order, so many handlers at once, so many messages in a second, and
   * what happens to more. By default every handler begins when its message comes, and nothing is counted.
   */
  readonly incoming?: IncomingOptions | undefined;
  /** Carries what is published on channels to other nodes and from them; it serves this server alone. */
  readonly bus?: Bus | undefined;
  /**
   * What connections that are behind may hold together, in bytes: 1 MiB to 2^50, or `"off"`. By default a quarter of the
   * least of the container's memory, the machine's and the limit of V8's heap. When it is exceeded, those that hold most
   * lose their oldest messages, as `shed`. One that holds only what no strategy may let go is closed instead.
   */
  readonly maxTotalBytes?: number | "off" | undefined;
  /**
   * Hears of everything that goes wrong inside, with `what` in words; by default it is logged: what handlers,
   * listeners, observers and the functions of these options throw, now or later, and messages that could not be sent.
   *
   * A connection whose handler fails is closed with 1011. A `SendError` of its own connection that says that the
   * client is slow, or gone, is no error of the handler: that connection is closed as a slow consumer. One that says
   * nothing of the client is: a message that is too large, more senders than may wait, a sender of its own interrupted.
   */
  readonly onError?:
    | ((error: unknown, connection: HubConnection | undefined, what: string) => void)
    | undefined;
}

/** @throws {TypeError} for what has no services. */
export function checkContext(context: unknown): void {
  if (Context.isContext(context)) return;
  throw new TypeError(`context must be a Context of Effect, not ${kindOf(context)}`);
}

/** The options of one server, validated. What their functions throw besides goes to `report`. */
export class HubSettings<About extends ReadonlyArray<unknown>> {
  readonly #options: HubOptions<About>;
  readonly #report: Report;
  readonly #fixed: Configuration | undefined;
  /** Makes several messages one, if that is wanted. */
  readonly joiner: Joiner<Message> | undefined;
  /** Writes what was taken, when it is time to. */
  readonly flusher: Flusher;
  /** What connections may hold together, if that is limited. */
  readonly budget: MemoryBudget | undefined;
  readonly #lanes: Lanes;
  readonly #gapWire: GapWire<Message> | undefined;

  /** @throws {ConfigurationError} when the configuration or another option is not valid. */
  constructor(options: HubOptions<About>, report: Report) {
    checkOptions(options, "Sluice", rules);
    this.#options = options;
    this.#report = report;
    this.joiner =
      options.coalesce &&
      new Coalescer(options.coalesce, (error) =>
        report(error, undefined, "messages could not be made one"),
      );
    const { schedule } = new Patience(options.coalesce?.patienceMillis ?? 0);
    this.flusher = new Flusher({ schedule });
    const { maxTotalBytes = defaultTotalBytes() } = options;
    if (maxTotalBytes !== "off") this.budget = new MemoryBudget(maxTotalBytes, this.flusher);
    this.#lanes = lanesOf(options.lanes);
    this.#gapWire = gapWireOf(options.gaps, (error) =>
      report(error, undefined, "a gap could not be told"),
    );
    const given = options.configuration;
    if (typeof given !== "function") this.#fixed = configuration(given);
  }

  /** What the actors of all connections have in common. */
  get services() {
    const { flusher, joiner, budget } = this;
    return { flusher, joiner, budget, lanes: this.#lanes, gapWire: this.#gapWire };
  }

  /**
   * The configuration of a socket that opens.
   *
   * @throws whatever the function of the options throws, and a `ConfigurationError` for what it returns.
   */
  configuration(about: About): Configuration {
    const given = this.#options.configuration;
    if (this.#fixed !== undefined || typeof given !== "function") {
      return this.#fixed as Configuration;
    }
    const options: unknown = given(...about);
    // A promise is refused below; that it may fail as well is heard.
    hear(options, (error) => this.#report(error, undefined, "a configuration failed"));
    return configuration(options as ConfigurationOptions);
  }

  /** What is kept of channels, if anything is to be; their options have been checked. */
  history(now: Elapsed): History | undefined {
    const { history, wire, maxChannels = mostChannels } = this.#options.channels ?? {};
    if (history === undefined) return undefined;
    const limits = new HistoryLimits(history);
    return new History({ limits, maxChannels, wire: new Wire(wire), budget: this.budget, now });
  }

  /** Where what the clients of a server send takes its turn, if that is wanted. @throws {ConfigurationError} */
  inboxes<S extends object>(
    server: Serving<S>,
    population: Peopled<S>,
    { cannotPause }: SocketKind,
    time: InboxTime,
  ): Inboxes<S> | undefined {
    const { incoming } = this.#options;
    if (incoming === undefined) return undefined;
    return new Inboxes(incomingLimits(incoming, cannotPause), server, population, time);
  }

  /** Neither label nor data is vital: a connection whose label cannot be had goes without. */
  identity(about: About): Identity {
    const { label, data } = this.#options;
    const identity: { label?: string | undefined; data?: unknown } = {};
    const failed = (error: unknown) => this.#report(error, undefined, "a label or data failed");
    attempt(() => {
      const given = typeof label === "function" ? label(...about) : label;
      hear(given, failed);
      identity.label = nameplate({ label: given }).label;
    }, failed);
    attempt(() => {
      identity.data = data?.(...about);
      // A promise that fails is heard, though its owner may want it as it is.
      hear(identity.data, failed);
    }, failed);
    return identity;
  }
}

function isBus(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return verbs.every((verb) => typeof (value as Bus)[verb] === "function");
}

const verbs = ["open", "join", "leave", "isOrdered", "publish", "close"] as const;

/** What `HubOptions` must be; the configuration is validated by itself. */
const rules = {
  configuration: [() => true, ""],
  compress: aBoolean,
  label: [
    (value: unknown) => typeof value === "string" || typeof value === "function",
    "must be a string or a function of the socket",
  ],
  data: aFunction,
  // What is in them is checked where they are used.
  coalesce: [isPlainObject, "must be a plain object"],
  channels: [isPlainObject, "must be a plain object"],
  lanes: [isPlainObject, "must be a plain object"],
  incoming: [isPlainObject, "must be a plain object"],
  gaps: [
    (value: unknown) => typeof value === "boolean" || isPlainObject(value),
    "must be true, false or a plain object",
  ],
  bus: [isBus, "must be a bus: an object with open, join, leave, isOrdered, publish and close"],
  maxTotalBytes: orWord(wholeNumber(leastTotalBytes, 2 ** 50), "off"),
  onError: aFunction,
} as const;
