/** How a message is best handed to uWebSockets.js: the same bytes as a string and as the kinds of buffer. */
import { heading, row, significant } from "../Report.js";
import { interleaved } from "../rounds.js";
import { spread } from "../Spread.js";
import { Arena } from "./Arena.js";
import { corkedTick } from "./corkedTick.js";

const connections = 100;
const messages = 10;
const rounds = 15;

const forms: Readonly<Record<string, (text: string) => string | Uint8Array | ArrayBuffer>> = {
  string: (text) => text,
  "Buffer in a shared slab": (text) => Buffer.from(text),
  "Uint8Array of its own": (text) => new TextEncoder().encode(text).slice(),
  "ArrayBuffer of its own": (text) => new TextEncoder().encode(text).slice().buffer,
};

/** Prints the figures; there is no target. */
export async function representation(): Promise<boolean> {
  const arena = new Arena();
  const sockets = arena.route("/raw", (behavior) => behavior);
  await arena.open(connections);
  for (const bytes of [128, 1_024]) {
    heading(
      `Representation, corked: ${connections} connections × ${messages} messages × ${bytes} B`,
    );
    const runners = ["text", "binary"].flatMap((kind) =>
      Object.entries(forms).map(([form, make]) => ({
        name: `${kind}, ${form}`,
        route: "/raw",
        tick: corkedTick(sockets, messages, make("x".repeat(bytes)), kind === "binary"),
        messagesPerTick: connections * messages,
        bytesPerTick: connections * messages * (bytes + 4),
        ticks: 20,
      })),
    );
    const laps = await interleaved(runners, rounds, (runner) => arena.lap(runner));
    for (const [index, { name }] of runners.entries()) {
      const of = laps[index] ?? [];
      const cost = spread(of.map(({ cpuNanosPerMessage }) => cpuNanosPerMessage));
      const rate = spread(of.map(({ messagesPerSecond }) => messagesPerSecond)).median / 1e6;
      row(name, cost, { name: "ns CPU" }, `${significant(rate)} M msg/s`);
    }
  }
  arena.close();
  return true;
}
