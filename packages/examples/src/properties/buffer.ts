import { conform, holding, type Subject } from "@sluice/properties";

const array: Subject = {
  name: "an array that drops the oldest",
  capabilities: ["offer", "evictions", "counted drains"],
  strategies: ["drop-oldest"],
  make: (configuration) => {
    const held: Array<{ readonly id: number; readonly bytes: number }> = [];
    return {
      offer: (message) => {
        const evicted = held.length === configuration.maxMessages ? 1 : 0;
        if (evicted > 0) held.shift();
        held.push(message);
        return { _tag: "Accepted", evicted };
      },
      drain: (count, transport) => held.splice(0, count).forEach(transport),
      stats: () => holding(configuration, { messages: held.length, bytes: 0 }),
    };
  },
};
const verdicts = await conform(array);
const kept = verdicts.filter(({ outcome }) => outcome === "kept");
kept.length === verdicts.filter(({ outcome }) => outcome !== "skipped").length; // => true
