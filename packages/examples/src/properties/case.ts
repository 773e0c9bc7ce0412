import { cases, outbox } from "@sluice/properties";

const [first] = cases(outbox, { configuration: { maxMessages: 8, overflow: "block" } });
const verdict = await first?.run();
verdict?.outcome; // => "kept"
