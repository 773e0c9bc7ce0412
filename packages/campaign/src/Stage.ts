/** A server, clients that are well and clients to which something happens, each in a process of its own. */
import { Child, monotonicMillis } from "@sluice/bench/kit";
import type {
  ClientEntries,
  ClientsRequest,
  Fresh,
  Lateness,
  Pongs,
  Where,
} from "./clients/protocol.js";
import type { Setting } from "./Fault.js";
import { Detour } from "./net/Detour.js";
import type { Manner } from "./net/Link.js";
import { Namespaces } from "./net/Namespaces.js";
import type {
  Entries,
  Kind,
  Look,
  Remains,
  ServerOptions,
  ServerRequest,
} from "./server/protocol.js";

const healthyClients = 8;

export class Stage {
  readonly server: Child<ServerRequest>;
  readonly healthy: Child<ClientsRequest>;
  readonly victims: Child<ClientsRequest>;
  readonly setting: Setting;
  readonly kind: Kind;
  /** The way of the victims to the server, if something is done to it: by the kernel, or else by a proxy. */
  readonly #cable: Namespaces | undefined;
  #detour: Detour | undefined;
  /** What was left of the server before anybody came. */
  before: Remains = { connections: 0, heapBytes: 0, resources: {} };
  where: Where = { host: "127.0.0.1", port: 0 };
  /** When the fault began the first time and the last, and when it ended. */
  firstStruckMillis = 0;
  struckMillis = 0;
  restoredMillis: number | undefined;
  freshMillis: number | null | undefined;
  /** What the victims had received, if their process does not live to say it. */
  lastWords: ClientEntries | undefined;
  /** Whatever else has gone wrong, in words. */
  readonly problems: Array<string> = [];

  static async open(kind: Kind, setting: Setting): Promise<Stage> {
    const stage = new Stage(kind, setting);
    try {
      await stage.#connect();
      return stage;
    } catch (error) {
      stage.close();
      throw error;
    }
  }

  private constructor(kind: Kind, setting: Setting) {
    this.kind = kind;
    this.setting = setting;
    const { configuration, maxTotalBytes, isReentrant, messagesPerSecond, messageBytes } = setting;
    const cable = byKernel(setting.way) ? new Namespaces() : undefined;
    if (setting.receiveBytes !== undefined) cable?.narrow(setting.receiveBytes);
    const options: ServerOptions = {
      kind,
      host: cable === undefined ? "127.0.0.1" : "0.0.0.0",
      configuration,
      maxTotalBytes,
      isReentrant,
      messagesPerSecond,
      messageBytes,
    };
    this.#cable = cable;
    const through = cable?.near;
    const { node } = setting;
    this.server = new Child(serverProgram, [JSON.stringify(options)], { node, through });
    this.healthy = new Child(clientsProgram, [], { through });
    this.victims = new Child(clientsProgram, [], { through: cable?.far });
  }

  get isControl(): boolean {
    return this.kind.endsWith("-bare");
  }

  async #connect(): Promise<void> {
    const port = await this.server.ask<number>({ ask: "port" });
    this.where = { host: "127.0.0.1", port };
    this.before = await this.server.ask<Remains>({ ask: "forget" });
    await this.#join(this.healthy, this.where, "/healthy/", healthyClients, "answered");
    const there = await this.#there(port);
    await this.#join(this.victims, there, "/victim/", this.setting.victims, this.setting.pongs);
    await this.server.ask({ ask: "start" });
    await pass(calmMillis);
    await this.lateness();
  }

  /** Where the server is for the victims. */
  async #there(port: number): Promise<Where> {
    if (this.setting.way === "nothing") return this.where;
    if (this.#cable !== undefined) return { host: this.#cable.host, port };
    this.#detour = await Detour.open(port);
    return { ...this.where, port: this.#detour.port };
  }

  #join(clients: Child<ClientsRequest>, where: Where, prefix: string, count: number, pongs: Pongs) {
    return clients.ask({ ask: "connect", where, prefix, count, pongs });
  }

  /** How the way of the victims is from now on, if something is done to it. */
  set way(manner: Manner) {
    const way = this.#cable ?? this.#detour;
    if (way === undefined) throw new Error("nothing is done to the way of the victims");
    way.manner = manner;
  }

  /** Whether the kernel itself does it. */
  get isByKernel(): boolean {
    return this.#cable !== undefined;
  }

  /** The fault begins now. */
  strikes(): void {
    this.struckMillis = monotonicMillis();
    this.firstStruckMillis ||= this.struckMillis;
  }

  /** The fault is over: waits until all victims that are open have new messages. */
  async restored(patienceMillis = this.isControl ? 2_000 : 10_000): Promise<void> {
    this.restoredMillis = monotonicMillis();
    const { atMillis } = await this.victims.ask<Fresh>({ ask: "fresh", patienceMillis });
    this.freshMillis = atMillis;
  }

  look(): Promise<Look> {
    return this.server.ask<Look>({ ask: "look" });
  }

  /** How late messages were at the healthy clients since it was asked before. */
  lateness(): Promise<Lateness> {
    return this.healthy.ask<Lateness>({ ask: "lateness" });
  }

  async serverEntries(): Promise<Entries> {
    return this.server.ask<Entries>({ ask: "entries" });
  }

  async clientEntries(): Promise<ClientEntries> {
    const healthy = await this.healthy.ask<ClientEntries>({ ask: "entries" });
    const victims = this.lastWords ?? (await this.victims.ask<ClientEntries>({ ask: "entries" }));
    return [...healthy, ...victims];
  }

  /** Ends all clients; the server has nobody any more. */
  async leave(): Promise<void> {
    this.victims.kill("SIGCONT");
    await Promise.all([this.healthy.stop(), this.victims.stop()]);
    this.#detour?.close();
  }

  /** Ends everything, however it is. */
  close(): void {
    this.#detour?.close();
    for (const child of [this.healthy, this.victims, this.server]) child.kill("SIGKILL");
    this.#cable?.close();
  }
}

export function byKernel(way: Setting["way"]): boolean {
  return way !== "nothing" && Namespaces.can(way);
}

export const pass = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis));

const calmMillis = 700;
const serverProgram = new URL("./server/ServerProcess.js", import.meta.url);
const clientsProgram = new URL("./clients/ClientsProcess.js", import.meta.url);
