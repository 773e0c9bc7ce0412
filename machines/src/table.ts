/**
 * The chart's transition table, as XState has filled it. Do not edit: a test holds it against the chart, and
 * `vitest run machines/test/table.test.ts -u` writes it anew.
 */

/** The columns of the table. */
export const events = [
  "close", // 0
  "deadline", // 1
  "degraded.cleared", // 2
  "degraded.reached", // 3
  "disconnected", // 4
  "evict", // 5
  "flushed", // 6
  "overflow", // 7
  "pause.cleared", // 8
  "pause.reached", // 9
  "room", // 10
  "stall", // 11
  "throttle.cleared", // 12
  "throttle.reached", // 13
  "unhealthy.cleared", // 14
  "unhealthy.reached", // 15
] as const;

/** The bits of a mask. */
export const actions = [
  "countThrottle", // 1
  "startPause", // 2
  "endPause", // 4
  "reportHealth", // 8
  "reportStall", // 16
  "refuseSenders", // 32
  "discardBuffered", // 64
  "sendClose", // 128
  "terminate", // 256
] as const;

/** The rows of the table: where a connection is in the flow and in the health region, or its end. */
export const names = [
  "normal healthy", // 0
  "closing", // 1
  "normal degraded", // 2
  "closed", // 3
  "throttled healthy", // 4
  "throttled degraded", // 5
  "normal unhealthy", // 6
  "paused healthy", // 7
  "paused degraded", // 8
  "throttled unhealthy", // 9
  "dropping healthy", // 10
  "dropping degraded", // 11
  "paused unhealthy", // 12
  "dropping unhealthy", // 13
] as const;

/**
 * For every row and column, `1:36`: the row that follows, and the mask of the actions that fire. Where nothing
 * happens there is a `-`.
 */
export const cells = [
  // 0  1     2    3    4     5     6     7    8   9    10   11    12  13  14   15
  "1:36 -     -    2:8  3:100 3:228 -     -    -   -    -    0:16  -   4:1 -    -", // 0 normal healthy
  "-    3:320 -    -    3:64  3:192 3:192 -    -   -    -    -     -   -   -    -", // 1 closing
  "1:36 -     0:8  -    3:100 3:228 -     -    -   -    -    2:16  -   5:1 -    6:8", // 2 normal degraded
  "-    -     -    -    -     -     -     -    -   -    -    -     -   -   -    -", // 3 closed
  "1:36 -     -    5:8  3:100 3:228 -     -    -   7:2  -    4:16  0:0 -   -    -", // 4 throttled healthy
  "1:36 -     4:8  -    3:100 3:228 -     -    -   8:2  -    5:16  2:0 -   -    9:8", // 5 throttled degraded
  "1:36 -     -    -    3:100 3:228 -     -    -   -    -    6:16  -   9:1 2:8  -", // 6 normal unhealthy
  "1:36 -     -    8:8  3:100 3:228 -     10:0 4:4 -    -    7:16  -   -   -    -", // 7 paused healthy
  "1:36 -     7:8  -    3:100 3:228 -     11:0 5:4 -    -    8:16  -   -   -    12:8", // 8 paused degraded
  "1:36 -     -    -    3:100 3:228 -     -    -   12:2 -    9:16  6:0 -   5:8  -", // 9 throttled unhealthy
  "1:36 -     -    11:8 3:100 3:228 -     -    -   -    7:0  10:16 -   -   -    -", // 10 dropping healthy
  "1:36 -     10:8 -    3:100 3:228 -     -    -   -    8:0  11:16 -   -   -    13:8", // 11 dropping degraded
  "1:36 -     -    -    3:100 3:228 -     13:0 9:4 -    -    12:16 -   -   8:8  -", // 12 paused unhealthy
  "1:36 -     -    -    3:100 3:228 -     -    -   -    12:0 13:16 -   -   11:8 -", // 13 dropping unhealthy
];
