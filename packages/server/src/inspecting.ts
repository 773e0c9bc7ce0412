/** `sluice serve --inspect`: the server's connections in Stately's inspector. */
import { Inspector, inspectAll, Relay, RelayError } from "@sluice/stately";
import type { Registries } from "./http/Metrics.js";

/** The port on which to serve the inspector, or the address of a relay that runs already. */
export type InspectTarget = number | string;

/** Begins to inspect, and says where to look. Whatever goes wrong is said, and the server goes on without. */
export async function startInspecting(
  registries: Registries,
  target: InspectTarget,
): Promise<() => Promise<void>> {
  if (typeof target === "string") {
    console.log(`  inspector's relay ${target}`);
    return inspectBy(connect(target), registries);
  }
  try {
    let inspector: Inspector | undefined;
    const relay = await Relay.start({ port: target, onVisitor: () => inspector?.welcome() });
    console.log(`  inspector ${relay.page}`);
    console.log(
      "    its page is Stately's and needs the internet; without: the page above shows every connection " +
        "in the chart, and `sluice chart` prints the chart",
    );
    inspector = connect(relay.url);
    const stop = inspectBy(inspector, registries);
    return async () => {
      await stop();
      await relay.stop();
    };
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    console.error(`warning: ${error.message}; nothing is inspected`);
    return async () => {};
  }
}

function connect(url: string): Inspector {
  return Inspector.connect({ url, onWarning: (message) => console.error(`warning: ${message}`) });
}

function inspectBy(inspector: Inspector, registries: Registries): () => Promise<void> {
  const inspections = Object.entries(registries).map(([path, registry]) =>
    inspectAll(registry, inspector, { nameOf: ({ id }) => `${path} ${id}` }),
  );
  return async () => {
    for (const inspection of inspections) inspection.stop();
    inspector.stop();
  };
}
