/** What a server needs to share its feed with others: their bus, and who of them sends it. Loaded only with `--nats`. */
import { NatsBus } from "@sluice/nats";
import type { Bus } from "@sluice/runtime/adapter";
import { Peers } from "./Peers.js";

export class Cluster {
  readonly bus: Bus;
  readonly peers: Peers;

  /** Rejects when NATS cannot be reached. */
  static async join(servers: string): Promise<Cluster> {
    return new Cluster(servers, await Peers.join(servers));
  }

  private constructor(servers: string, peers: Peers) {
    this.peers = peers;
    this.bus = new NatsBus({ servers, prefix: "sluice-server" });
  }

  async close(): Promise<void> {
    await this.peers.close();
    await this.bus.close();
  }
}
