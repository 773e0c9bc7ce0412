/** All faults, in the order in which they are done. */
import type { Fault } from "./Fault.js";
import { frozen } from "./faults/frozen.js";

export const faults: ReadonlyArray<Fault> = [frozen];
