/** How a message is best handed to uWebSockets.js: the same bytes as a string and as the kinds of buffer. */
import { type Figure, figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
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

/** What a frame of Sluice is. */
const own = "ArrayBuffer of its own";
const sizes = [128, 1_024];
const kinds = ["text", "binary"];

export const representation: Part = {
  name: "representation",
  figures: Object.fromEntries(
    sizes.flatMap((bytes) =>
      kinds.map((kind) => [
        `representation-${kind}-${bytes}`,
        `a ${kind} message of ${bytes} B, handed to uWebSockets.js as an ${own}, processor time`,
      ]),
    ),
  ),
  run,
};

async function run() {
  const arena = new Arena();
  const sockets = arena.route("/raw", (behavior) => behavior);
  await arena.open(connections);
  const figures: Array<Figure> = [];
  for (const bytes of sizes) {
    for (const kind of kinds) {
      const runners = Object.entries(forms).map(([form, make]) => ({
        name: form,
        route: "/raw",
        tick: corkedTick(sockets, messages, make("x".repeat(bytes)), kind === "binary"),
        messagesPerTick: connections * messages,
        bytesPerTick: connections * messages * (bytes + 4),
        ticks: 20,
      }));
      const laps = await interleaved(runners, rounds, (runner) => arena.lap(runner));
      const costs = laps.map((some) => some.map(({ cpuNanosPerMessage }) => cpuNanosPerMessage));
      const byForm = runners.map(({ name }, at) => [name, costs[at] ?? []] as const);
      const { [own]: ours = [], ...peers } = Object.fromEntries(byForm);
      figures.push(figure({ id: `representation-${kind}-${bytes}`, unit: "ns", ours, peers }));
    }
  }
  arena.close();
  return figures;
}
