import { Event, events, next, states } from "@sluice/machines";

const from = 0;
const to = next[from * events.length + Event["throttle.reached"]] ?? from;
states[to]?.state; // => "throttled"
