/**
 * The live page, mounted on a uWebSockets.js app: the document, and the feed that it draws from.
 *
 * The feed runs through a `Sluice` of its own that drops the oldest: a tab that sleeps costs the server a few
 * snapshots, which all tabs share, and after a minute it is let go. While no page is open only `Past` is kept.
 * A page of another origin is refused.
 */

import type { HttpRequest, HttpResponse, TemplatedApp, us_socket_context_t } from "uWebSockets.js";
import { randomUUID } from "node:crypto";
import { overflowStrategies } from "@sluice/core";
import { events, states } from "@sluice/machines";
import {
  Frame,
  type OriginOptions,
  OriginRule,
  refuseOrigin,
  Sluice,
  type UwsConnection,
} from "@sluice/uws";
import { Answers } from "./Answers.js";
import { Audience } from "./Audience.js";
import type { Routes } from "./Census.js";
import type { Demonstration } from "./Demonstration.js";
import { answerDocument, answerJson } from "./Document.js";
import { Observatory } from "./Observatory.js";
import { isUnmistakable } from "./Origin.js";
import { isPageQuestion, type Whole } from "./PageQuestion.js";
import { Past } from "./Past.js";
import type { DemonstrationState, Hello, ServerMessage } from "./Protocol.js";
import { OwnView, type View } from "./View.js";
import { WholeView } from "./WholeView.js";

export interface LivePageOptions {
  /** Whose connections it shows, by the name of their route. */
  readonly routes: Routes;
  /** What a connection's client is called; by default the connection's label, if it has one. */
  readonly nameOf?: (connection: UwsConnection) => string;
  /** Other paths of the server that it has links to. */
  readonly links?: ReadonlyArray<string>;
  /** From where it may be opened besides its own server, as behind a proxy that rewrites `Host` and does not say so. */
  readonly origins?: OriginOptions;
  /**
   * All threads that serve, to show the connections of each: `whole` of `@sluice/threads`. What a thread is asked then, its
   * page answers by `answer`.
   */
  readonly whole?: Whole | undefined;
}

interface Visit {
  readonly mayControl: boolean;
}

/** A few snapshots: the largest, of 10,000 connections, has 2 MB. */
const configuration = {
  overflow: "drop-oldest",
  maxMessages: 32,
  maxBytes: 8 * 1024 * 1024,
  evictTimeoutMillis: 60_000,
} as const;

/**
 * Makes a page; `mount` puts it on an app.
 *
 * @example
 * ```ts
 * import { livePage } from "@sluice/page";
 * import { Sluice } from "@sluice/uws";
 * import { App } from "uWebSockets.js";
 *
 * const sluice = new Sluice();
 * const app = App().ws("/feed", sluice.wrap());
 * livePage({ routes: { "/feed": sluice } }).mount(app, "/sluice");
 * ```
 */
export function livePage(options: LivePageOptions): LivePage {
  return new LivePage(options);
}

export class LivePage {
  readonly #sluice = new Sluice<Visit>({ configuration });
  readonly #audience = new Map<UwsConnection, Audience>();
  readonly #observatory: Observatory;
  readonly #hello: Hello;
  readonly #origins: OriginRule;
  readonly #past: Past;
  readonly #view: View;
  readonly #answers: Answers;
  #departuresTold = 0;
  readonly #controllers = new Set<UwsConnection>();
  #demonstration: Demonstration | undefined;

  constructor({ routes, nameOf = () => "", links = [], origins, whole }: LivePageOptions) {
    this.#origins = new OriginRule(origins);
    this.#hello = {
      type: "hello",
      server: randomUUID(),
      states: states.map(({ state, health }) => ({ state, health })),
      events,
      strategies: overflowStrategies,
      links,
    };
    const named = (connection: UwsConnection) => nameOf(connection) || labelOf(connection);
    this.#past = new Past(routes, named);
    const own = new OwnView(routes, named, this.#past);
    this.#answers = new Answers(own);
    this.#view = whole === undefined ? own : new WholeView(whole, this.#hello.server);
    this.#observatory = new Observatory(this.#view, (snapshot) => {
      this.#tellDepartures();
      this.#sluice.broadcast(Frame.text(JSON.stringify(snapshot)));
    });
  }

  /** Pages that are open. */
  get size(): number {
    return this.#audience.size;
  }

  /** Those of the pages themselves: they are under flow control too. */
  get connections(): Sluice["connections"] {
    return this.#sluice.connections;
  }

  /** Whether anything is being looked at. */
  get isObserving(): boolean {
    return this.#observatory.isOpen;
  }

  /** Adds `GET path` and, below it, the page's feed, `live`. */
  mount(app: TemplatedApp, path = "/"): this {
    this.#past.start();
    const feed = `${path.replace(/\/$/, "")}/live`;
    app.ws<Visit>(
      feed,
      this.#sluice.wrap({
        maxPayloadLength: 4_096,
        upgrade: (...request) => admit(this.#origins, ...request),
        open: (socket) => this.#open(this.#sluice.of(socket), socket.getUserData()),
        message: (socket, message, isBinary) =>
          this.#audience
            .get(this.#sluice.of(socket))
            ?.hear(isBinary ? "" : Buffer.from(message).toString()),
      }),
    );
    app.any(feed, (response, request) => {
      response.writeStatus("426 Upgrade Required").writeHeader("upgrade", "websocket");
      const message = `${feed} is a WebSocket: connect with ws://`;
      answerJson(response, { code: "upgrade-required", message }, request.getMethod());
    });
    app.any(path, answerDocument);
    return this;
  }

  /** Gives the pages that are open, and those to come, the controls of a demonstration. */
  demonstrate(demonstration: Demonstration): void {
    this.#demonstration = demonstration;
    this.#showDemonstration();
  }

  /** Answers what the pages of threads ask of this one; undefined for what is no question of theirs. */
  answer(question: unknown): unknown {
    return isPageQuestion(question) ? this.#answers.to(question) : undefined;
  }

  /** Closes the pages that are open. */
  async close(): Promise<void> {
    this.#past.stop();
    this.#answers.stop();
    await this.#sluice.close({ code: 1001, reason: "server stopping" });
  }

  #open(connection: UwsConnection, { mayControl }: Visit): void {
    const audience = new Audience((message) => tell(connection, message), {
      view: this.#view,
      demonstration: () => (mayControl ? this.#demonstration : undefined),
      changed: () => this.#showDemonstration(),
    });
    this.#audience.set(connection, audience);
    connection.onClosed(() => {
      audience.leave();
      this.#audience.delete(connection);
      this.#controllers.delete(connection);
      if (this.#audience.size === 0) this.#observatory.close();
    });
    tell(connection, this.#hello);
    this.#view.past((points) => tell(connection, { type: "past", points }));
    tell(connection, { type: "departures", list: this.#view.departures });
    if (mayControl) {
      this.#controllers.add(connection);
      this.#showDemonstration();
    }
    this.#observatory.open();
  }

  #tellDepartures(): void {
    const { changes, departures: list } = this.#view;
    if (this.#departuresTold === changes) return;
    this.#departuresTold = changes;
    const message: ServerMessage = { type: "departures", list };
    this.#sluice.broadcast(Frame.text(JSON.stringify(message)));
  }

  #showDemonstration(): void {
    if (this.#demonstration === undefined) return;
    const { feedRate, maxClients, clients } = this.#demonstration;
    const state: DemonstrationState = { type: "demonstration", feedRate, maxClients, clients };
    for (const connection of this.#controllers) tell(connection, state);
  }
}

function tell(connection: UwsConnection, message: ServerMessage): void {
  connection.offer(Frame.text(JSON.stringify(message)));
}

/** What a connection is called by its owner, where connections have labels. */
function labelOf(connection: UwsConnection): string {
  const { label } = connection as { readonly label?: unknown };
  return typeof label === "string" ? label : "";
}

/** Who names no origin is no page, and is refused too. */
function admit(
  origins: OriginRule,
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
): void {
  const verdict = origins.judge(request);
  if (verdict !== "own" && verdict !== "allowed") {
    refuseOrigin(response, request);
    return;
  }
  response.upgrade<Visit>(
    { mayControl: verdict === "allowed" || isUnmistakable(request.getHeader("origin")) },
    request.getHeader("sec-websocket-key"),
    request.getHeader("sec-websocket-protocol"),
    request.getHeader("sec-websocket-extensions"),
    context,
  );
}
