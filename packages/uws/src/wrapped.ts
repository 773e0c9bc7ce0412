/** The behaviour of a route, wrapped: a hub hears what its sockets tell, and handlers are guarded. */
import type {
  HttpRequest,
  HttpResponse,
  TemplatedApp,
  us_socket_context_t,
  WebSocket,
  WebSocketBehavior,
} from "uWebSockets.js";
import { attempt } from "@sluice/runtime";
import type { Ends, Hub } from "@sluice/runtime/adapter";
import { checkBehavior, markWrapped } from "./Behavior.js";
import { departure } from "./Departure.js";
import { nativeLimit, refuseLarger } from "./NativeLimit.js";
import { isOurTopic } from "./Publishing.js";
import { UwsTransport } from "./UwsTransport.js";

/** What the functions of the options are told of a socket. */
export type About<UserData> = readonly [socket: WebSocket<UserData>];

/** What all routes of a `Sluice` have in common. */
export interface RouteOptions {
  readonly compress: boolean;
  /** Of the configuration that all sockets have; undefined if each has its own. */
  readonly maxBytes: number | undefined;
  /** The app that the route is of, if it is known. */
  readonly app: TemplatedApp | undefined;
}

/** @throws {ConfigurationError} when the behaviour cannot be wrapped. */
export function wrapped<UserData>(
  hub: Hub<About<UserData>, UwsTransport>,
  { compress, maxBytes, app }: RouteOptions,
  given: WebSocketBehavior<UserData>,
): WebSocketBehavior<UserData> {
  type Socket = WebSocket<UserData>;
  const behavior = checkBehavior(given);
  const { open, close, upgrade, sendPingsAutomatically: asks = true, idleTimeout = 120 } = behavior;
  const maxBackpressure = nativeLimit(behavior.maxBackpressure, maxBytes);
  const limitBytes = maxBackpressure === 0 ? Number.POSITIVE_INFINITY : maxBackpressure;
  const route = { compress, asks, publishing: app && { app, limitBytes } };
  const opening = (socket: Socket) => ({
    transport: (ends: Ends) => new UwsTransport(socket, ends, route),
    refuse: (code: number, reason: string) => socket.end(code, reason),
    check: (configuration: Parameters<typeof refuseLarger>[0]) =>
      refuseLarger(configuration, maxBackpressure),
    idleTimeoutMillis: idleTimeout * 1_000,
  });
  const guarded = <A extends ReadonlyArray<unknown>>(
    handler: ((socket: Socket, ...args: A) => unknown) | undefined,
  ) =>
    handler &&
    ((socket: Socket, ...args: A) => {
      // One that has closed is listened to only until its client has read the rest.
      if (hub.find(socket) !== undefined) hub.guard(socket, () => handler(socket, ...args));
    });
  const draining = guarded(behavior.drain);
  const dropping = guarded(behavior.dropped);
  const messaging = received(hub, behavior.message) ?? guarded(behavior.message);
  const pinging = guarded(behavior.ping);
  const ponging = guarded(behavior.pong);
  const subscribing = guarded(behavior.subscription);
  const made = {
    ...behavior,
    maxBackpressure,
    ...(idleTimeout > 0 && { idleTimeout: longestIdleTimeout }),
    sendPingsAutomatically: false,
    ...defined({ upgrade: upgrade && guardedUpgrade(hub, upgrade) }),
    ...defined({ subscription: subscribing && ofTheirs(subscribing) }),
    open: (socket) => {
      if (hub.open([socket], opening(socket)) && open) hub.guard(socket, () => open(socket));
    },
    message: (socket, payload, isBinary) => {
      hub.heard(socket);
      messaging?.(socket, payload, isBinary);
    },
    ping: (socket, payload) => {
      hub.pinged(socket, payload.byteLength);
      pinging?.(socket, payload);
    },
    pong: (socket, payload) => {
      if (!hub.pong(socket, payload)) ponging?.(socket, payload);
    },
    dropped: (socket, payload, isBinary) => {
      hub.hold(socket);
      dropping?.(socket, payload, isBinary);
    },
    drain: (socket) => {
      hub.drained(socket);
      draining?.(socket);
    },
    close: (socket, code, payload) => {
      const reason = Buffer.from(payload).toString();
      const told = close && (() => hub.guard(socket, () => close(socket, code, payload)));
      hub.closed(socket, { code, reason, by: departure(code, reason) }, told);
    },
  } satisfies WebSocketBehavior<UserData>;
  markWrapped(made);
  return made;
}

/**
 * What takes a message to its turn, if there are turns: without a handler, too, for there may be too many. What has to wait
 * is copied, for its memory is that of uWebSockets.js.
 */
function received<UserData>(
  { inboxes }: Pick<Hub<About<UserData>, UwsTransport>, "inboxes">,
  handler: WebSocketBehavior<UserData>["message"] = () => {},
): WebSocketBehavior<UserData>["message"] {
  if (inboxes === undefined) return undefined;
  return (socket, payload, isBinary) => {
    const handle = (data: ArrayBuffer) => handler(socket, data, isBinary);
    const keep = () => {
      const copy = payload.slice(0);
      return () => handle(copy);
    };
    inboxes.take(socket, payload.byteLength, () => handle(payload), keep);
  };
}

/** Our topics are nobody else's to hear of. */
function ofTheirs<S, R extends ReadonlyArray<number>>(
  handler: (socket: S, topic: ArrayBuffer, ...counts: R) => void,
) {
  return (socket: S, topic: ArrayBuffer, ...counts: R) => {
    if (!isOurTopic(Buffer.from(topic).toString())) handler(socket, topic, ...counts);
  };
}

/** What uWebSockets.js is told in the place of an idle timeout, in seconds: Sluice keeps a shorter one itself. */
const longestIdleTimeout = 960;

function guardedUpgrade<UserData>(
  hub: Pick<Hub<About<UserData>>, "report">,
  upgrade: NonNullable<WebSocketBehavior<UserData>["upgrade"]>,
) {
  return (response: HttpResponse, request: HttpRequest, context: us_socket_context_t) => {
    const failed = (error: unknown) => {
      hub.report(error, undefined, "an upgrade failed");
      try {
        response.close();
      } catch {
        // It has been answered or has gone: there is nothing left to close.
      }
    };
    attempt(() => upgrade(response, request, context), failed);
  };
}

function defined<T extends object>(properties: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}
