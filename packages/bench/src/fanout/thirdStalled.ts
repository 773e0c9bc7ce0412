/** A broadcast while three of ten clients do not read: what a message to one that does costs, against none stalled. */
import { Frame, Sluice } from "@sluice/uws";
import { figure } from "../Figure.js";
import { Arena } from "../flush/Arena.js";
import { type Runner, ratesOf, rateUnit, reportCosts } from "../flush/Laps.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { everyoneKeepsUp } from "./everyoneKeepsUp.js";

const connections = 100;
const stalled = 30;
const messages = 10;
const messageBytes = 128;
const rounds = 15;
/** A lap may be ahead of its readers, and is 1,000 messages long; whoever does not read is full after some laps. */
const maxMessages = 4_000;
const warmupLaps = 8;

export const fanoutThirdStalled: Part = {
  name: "fanout-third-stalled",
  figures: {
    "fanout-third-stalled": `broadcast, the app known, ${connections} connections × ${messages} messages × ${messageBytes} B per tick, ${stalled} of them not reading: messages to the others`,
  },
  run,
};

async function run() {
  const lanes = [await Lane.open(connections - stalled, stalled), await Lane.open(connections, 0)];
  for (const lane of lanes) await lane.warmUp();
  const laps = await interleaved(lanes, rounds, (lane) => lane.lap());
  for (const lane of lanes) lane.close();
  const [ours = [], none = []] = laps;
  const peer = "that with none stalled";
  reportCosts({ [`${stalled} stalled`]: ours, "none stalled": none });
  return [
    figure({
      id: "fanout-third-stalled",
      unit: rateUnit,
      ours: ratesOf(ours),
      peers: { [peer]: ratesOf(none) },
      goals: [{ atLeast: 0.95, of: peer }],
    }),
  ];
}

/** A server of its own: the topics of two of them would be the same. Only those that read are counted. */
class Lane {
  readonly #arena = new Arena();
  readonly #reading: number;
  readonly #runner: Runner;

  static async open(reading: number, stalled: number): Promise<Lane> {
    const lane = new Lane(reading);
    await lane.#arena.open(reading, stalled);
    return lane;
  }

  private constructor(reading: number) {
    this.#reading = reading;
    const sluice = new Sluice({ app: this.#arena.app, configuration: { maxMessages } });
    this.#arena.route("/sluice", (behavior) => sluice.wrap(behavior));
    const frame = Frame.text("x".repeat(messageBytes));
    const tick = () => {
      for (let left = messages; left > 0; left--) sluice.broadcast(frame);
    };
    const messagesPerTick = reading * messages;
    const bytesPerTick = messagesPerTick * (messageBytes + 4);
    const route = "/sluice";
    this.#runner = { name: route, route, tick, messagesPerTick, bytesPerTick, ticks: 100 };
  }

  async warmUp(): Promise<void> {
    for (let left = warmupLaps; left > 0; left--) await this.lap();
    await everyoneKeepsUp(this.#arena.app, this.#reading);
  }

  lap() {
    return this.#arena.lap(this.#runner);
  }

  close(): void {
    this.#arena.close();
  }
}
