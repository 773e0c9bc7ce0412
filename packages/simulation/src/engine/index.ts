/** What every simulation is made of: seeded chance, how clients read, the way to a client, and time without a clock. */
export { type Draw, random } from "./Random.js";
export { isAway, readsUntil, type Temper } from "./Temper.js";
export { promises, VirtualTime } from "./VirtualTime.js";
export { Way } from "./Way.js";
