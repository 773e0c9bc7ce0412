/** Bad ways between clients and server: late, unsteady, lossy, narrow. Nobody is to blame, so nobody is closed. */
import type { Fault } from "../Fault.js";
import type { Manner } from "../net/Link.js";
import { pass } from "../Stage.js";

function badWay(name: string, what: string, manner: Manner, isQuick = false): Fault {
  return {
    name,
    what,
    by: "",
    isQuick,
    setting: { way: "shape" },
    expects: { spared: true, recovers: true },
    async strike(stage) {
      stage.strikes();
      stage.way = manner;
      await pass(strikeMillis);
      stage.way = {};
      await stage.restored();
    },
  };
}

const strikeMillis = 5_000;

export const way: ReadonlyArray<Fault> = [
  badWay("delay", "200 ms each way", { delayMillis: 200 }),
  badWay("jitter", "50 to 350 ms each way", { delayMillis: 50, jitterMillis: 300 }),
  badWay(
    "loss",
    "1 chunk in 50 lost: all behind it waits for 250 ms, then comes at once",
    { delayMillis: 10, loss: { share: 0.02, millis: 250 } },
    true,
  ),
  badWay("rate", "256 KB/s, where 2 MB/s are sent", { bytesPerSecond: 256 * 1024 }),
];
