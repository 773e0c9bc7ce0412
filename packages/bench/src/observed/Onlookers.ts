/** A page, a scraper and an inspector that come, look for a while, and go. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { livePage } from "@sluice/page";
import { ConnectionMetrics, scrape } from "@sluice/runtime/metrics";
import { Inspector, inspectConnection, Relay } from "@sluice/stately";
import type { Sluice } from "@sluice/uws";
import { WebSocket } from "ws";
import type { Arena } from "../flush/Arena.js";

/** Scrapers come every 15 s or so: once a second is more than fair. */
const scrapeMillis = 1_000;

export class Onlookers {
  readonly #sluice: Sluice;
  readonly #arena: Arena;
  #relay: Relay | undefined;
  #stops: Array<() => void> = [];

  constructor(sluice: Sluice, arena: Arena) {
    this.#sluice = sluice;
    this.#arena = arena;
    livePage({ routes: { "/sluice": sluice } }).mount(arena.app, "/page");
  }

  async come(): Promise<void> {
    const { port } = this.#arena;
    const host = `127.0.0.1:${port}`;
    const page = new WebSocket(`ws://${host}/page/live`, { origin: `http://${host}` });
    await once(page, "message");
    const metrics = new ConnectionMetrics(this.#sluice.connections);
    const scraping = setInterval(() => void scrape(), scrapeMillis);
    this.#relay ??= await Relay.start({ port: await freePort() });
    const inspector = Inspector.connect({ url: this.#relay.url });
    const [connection] = this.#sluice.connections;
    if (connection === undefined) throw new Error("nobody is connected");
    const mirror = inspectConnection(connection, inspector);
    this.#stops = [
      () => mirror.stop(),
      () => inspector.stop(),
      () => clearInterval(scraping),
      () => metrics.stop(),
      () => page.terminate(),
    ];
  }

  async go(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
  }

  async leave(): Promise<void> {
    await this.#relay?.stop();
  }
}

/** A port that nobody has at this moment: the relay must be told one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
