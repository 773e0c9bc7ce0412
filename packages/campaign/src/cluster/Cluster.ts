/** A NATS server, two nodes and their clients, each in a process of its own. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "@sluice/bench/kit";
import { Broker, freePort } from "@sluice/nats/testing";
import { Detour } from "../net/Detour.js";
import { type Audit, audit } from "./audit.js";
import type { Accounts, ClientsRequest, NodeOptions, NodeRequest, Published } from "./protocol.js";

interface Node {
  readonly child: Child<NodeRequest>;
  readonly port: number;
  /** Its way to NATS. */
  readonly way: Detour;
}

export type Followers = Child<ClientsRequest>;

export class Cluster {
  readonly broker: Broker;
  readonly #folder = mkdtempSync(join(tmpdir(), "sluice-cluster-"));
  readonly #nodes = new Map<string, Node>();
  readonly #followers: Array<Followers> = [];
  readonly #killed = new Set<string>();

  static async start(...names: ReadonlyArray<string>): Promise<Cluster> {
    const cluster = new Cluster(await Broker.start());
    const port = Number(new URL(cluster.broker.url).port);
    for (const name of names) await cluster.#begin(name, await freePort(), await Detour.open(port));
    return cluster;
  }

  private constructor(broker: Broker) {
    this.broker = broker;
  }

  node(name: string): Child<NodeRequest> {
    return this.#of(name).child;
  }

  url(name: string): string {
    return `ws://127.0.0.1:${this.#of(name).port}`;
  }

  /** SIGKILL. */
  kill(name: string): void {
    const { child } = this.#of(name);
    this.#killed.add(`${name}.${child.pid}`);
    child.kill("SIGKILL");
  }

  /** Nothing comes through between a node and NATS for so long, and nobody tells either of them. */
  async partition(name: string, millis: number): Promise<void> {
    const { way } = this.#of(name);
    way.manner = { isDead: true };
    await new Promise<void>((resolve) => void setTimeout(resolve, millis));
    way.manner = {};
    // What was on its way has gone: the connections are no good any more.
    way.cut();
  }

  /** In the place of one that was killed. */
  async comeBack(name: string): Promise<void> {
    const { port, way } = this.#of(name);
    await this.#begin(name, port, way);
  }

  /** Clients that go to the first of these nodes, and to the next if it is not there. */
  async follow(count: number, ...names: ReadonlyArray<string>): Promise<Followers> {
    const followers: Followers = new Child(new URL("./FollowersProcess.js", import.meta.url));
    this.#followers.push(followers);
    const urls = names.map((name) => this.url(name));
    if (!(await followers.ask({ ask: "connect", urls, count }))) {
      throw new Error("not all clients have come to be subscribed");
    }
    return followers;
  }

  /** Waits until every client has the latest message, and compares all of it. */
  async audit(): Promise<Audit> {
    const latest = this.#published.map(({ outcome }) =>
      typeof outcome === "number" ? outcome : 0,
    );
    const position = Math.max(0, ...latest);
    const accounts: Array<Accounts> = [];
    for (const one of this.#followers) {
      await one.ask({ ask: "reach", position, patienceMillis: 30_000 });
      accounts.push(await one.ask<Accounts>({ ask: "accounts" }));
    }
    return audit(accounts, this.#published, this.#killed);
  }

  async end(): Promise<void> {
    for (const child of [
      ...this.#followers,
      ...[...this.#nodes.values()].map((node) => node.child),
    ]) {
      child.kill("SIGKILL");
    }
    for (const { way } of this.#nodes.values()) way.close();
    await this.broker.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #begin(name: string, port: number, way: Detour): Promise<void> {
    const ledger = this.#ledgerOf(name);
    const options: NodeOptions = { name, port, broker: `nats://127.0.0.1:${way.port}`, ledger };
    const program = new URL("./NodeProcess.js", import.meta.url);
    const child = new Child<NodeRequest>(program, [JSON.stringify(options)]);
    await child.ask({ ask: "begun" });
    this.#nodes.set(name, { child, port, way });
  }

  get #published(): ReadonlyArray<Published> {
    return [...this.#nodes.keys()].flatMap((name) => {
      const lines = readFileSync(this.#ledgerOf(name), { encoding: "utf8", flag: "a+" }).split(
        "\n",
      );
      // The last line may have been cut off with its node.
      return lines.flatMap((line) => (line.endsWith("}") ? [JSON.parse(line) as Published] : []));
    });
  }

  #ledgerOf(name: string): string {
    return join(this.#folder, `${name}.jsonl`);
  }

  #of(name: string): Node {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }
}
