/** All faults, in the order in which they are done. */
import type { Fault, OwnFault } from "./Fault.js";
import { churn } from "./faults/churn.js";
import { clock } from "./faults/clock.js";
import { cut } from "./faults/cut.js";
import { descriptors } from "./faults/descriptors.js";
import { engine } from "./faults/engine.js";
import { frozen } from "./faults/frozen.js";
import { halfOpen } from "./faults/halfOpen.js";
import { loop } from "./faults/loop.js";
import { malformed } from "./faults/malformed.js";
import { memory } from "./faults/memory.js";
import { pongs } from "./faults/pongs.js";
import { reentrant } from "./faults/reentrant.js";
import { sigterm } from "./faults/sigterm.js";
import { slow } from "./faults/slow.js";
import { traps } from "./faults/traps.js";
import { way } from "./faults/way.js";

export const faults: ReadonlyArray<Fault | OwnFault> = [
  ...way,
  frozen,
  slow,
  halfOpen,
  cut,
  malformed,
  loop,
  descriptors,
  memory,
  churn,
  clock,
  reentrant,
  ...pongs,
  sigterm,
  engine,
  ...traps,
];
