/** All parts of the bench, in the order in which they run. */
import { budget } from "./budget/budget.js";
import { fanout } from "./fanout/fanout.js";
import { fanoutRooms } from "./fanout/rooms.js";
import { fanoutThirdStalled } from "./fanout/thirdStalled.js";
import { flush } from "./flush/flush.js";
import { representation } from "./flush/representation.js";
import { browser } from "./freshness/browser.js";
import { cost } from "./freshness/cost.js";
import { freshness } from "./freshness/freshness.js";
import { growth } from "./growth/growth.js";
import { idle } from "./idle/idle.js";
import { latency } from "./latency/latency.js";
import { looks } from "./looks/looks.js";
import { conflate } from "./micro/conflate.js";
import { decisions } from "./micro/decisions.js";
import { offer } from "./micro/offer.js";
import { observed } from "./observed/observed.js";
import type { Part } from "./Part.js";
import { fanoutPeers } from "./peers/peers.js";
import { query } from "./query/query.js";
import { recover } from "./recover/recover.js";
import { scaleMany } from "./scale/many.js";
import { scale } from "./scale/scale.js";
import { scrape } from "./scrape/scrape.js";
import { stalledMemory } from "./server/stalledMemory.js";
import { start } from "./server/start.js";
import { simulate } from "./simulate/simulate.js";
import { simulateReal } from "./simulate/simulateReal.js";
import { threads } from "./threads/threads.js";
import { wsFlush } from "./ws/wsFlush.js";
import { wsStalled } from "./ws/wsStalled.js";

export const parts: ReadonlyArray<Part> = [
  flush,
  ...fanout,
  fanoutRooms,
  fanoutThirdStalled,
  fanoutPeers,
  threads,
  ...latency,
  recover,
  stalledMemory,
  budget,
  start,
  query,
  scrape,
  looks,
  ...growth,
  offer,
  conflate,
  decisions,
  idle,
  representation,
  observed,
  freshness,
  browser,
  cost,
  scale,
  scaleMany,
  simulate,
  simulateReal,
  wsFlush,
  wsStalled,
];
