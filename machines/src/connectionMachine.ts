/**
 * The statechart of one connection: the one place where its states, events and actions are written.
 *
 * It holds no numbers, no clock and no I/O. A count that passes a watermark, a deadline that passes and a
 * socket that closes all arrive as events; what is to be done about it leaves as the names of actions.
 * The literal opens in Stately's editor as it stands.
 */
import { setup } from "xstate";

const perform = () => {
  // Actions are names here: whoever runs the chart performs them.
};

export const connectionMachine = setup({
  types: {
    events: {} as
      | { type: "throttle.reached" }
      | { type: "throttle.cleared" }
      | { type: "pause.reached" }
      | { type: "pause.cleared" }
      | { type: "overflow" }
      | { type: "room" }
      | { type: "degraded.reached" }
      | { type: "degraded.cleared" }
      | { type: "unhealthy.reached" }
      | { type: "unhealthy.cleared" }
      | { type: "stall" }
      | { type: "close" }
      | { type: "evict" }
      | { type: "flushed" }
      | { type: "deadline" }
      | { type: "disconnected" },
  },
  actions: {
    countThrottle: perform,
    startPause: perform,
    endPause: perform,
    reportHealth: perform,
    reportStall: perform,
    refuseSenders: perform,
    discardBuffered: perform,
    sendClose: perform,
    terminate: perform,
  },
}).createMachine({
  id: "connection",
  initial: "open",
  states: {
    open: {
      type: "parallel",
      states: {
        flow: {
          initial: "normal",
          states: {
            normal: {
              description: "Below the throttle mark: nobody waits.",
              on: {
                "throttle.reached": { target: "throttled", actions: "countThrottle" },
              },
            },
            throttled: {
              description: "Between the marks: senders are delayed, the more the fuller.",
              on: {
                "throttle.cleared": { target: "normal" },
                "pause.reached": { target: "paused", actions: "startPause" },
              },
            },
            paused: {
              description: "Nearly full: senders wait until it clears or the pause has passed.",
              on: {
                "pause.cleared": { target: "throttled", actions: "endPause" },
                overflow: { target: "dropping" },
              },
            },
            dropping: {
              description: "A message found no room: the overflow strategy decides what is lost.",
              on: {
                room: { target: "paused" },
              },
            },
          },
        },
        health: {
          initial: "healthy",
          states: {
            healthy: {
              on: {
                "degraded.reached": { target: "degraded", actions: "reportHealth" },
              },
            },
            degraded: {
              on: {
                "degraded.cleared": { target: "healthy", actions: "reportHealth" },
                "unhealthy.reached": { target: "unhealthy", actions: "reportHealth" },
              },
            },
            unhealthy: {
              on: {
                "unhealthy.cleared": { target: "degraded", actions: "reportHealth" },
              },
            },
          },
        },
      },
      on: {
        stall: { actions: "reportStall" },
        close: { target: "closing", actions: ["endPause", "refuseSenders"] },
        evict: {
          target: "closed",
          actions: ["endPause", "refuseSenders", "discardBuffered", "sendClose"],
        },
        disconnected: {
          target: "closed",
          actions: ["endPause", "refuseSenders", "discardBuffered"],
        },
      },
    },
    closing: {
      description: "Nothing new is taken; what is queued is flushed, until a deadline.",
      on: {
        flushed: { target: "closed", actions: ["discardBuffered", "sendClose"] },
        deadline: { target: "closed", actions: ["discardBuffered", "terminate"] },
        evict: { target: "closed", actions: ["discardBuffered", "sendClose"] },
        disconnected: { target: "closed", actions: "discardBuffered" },
      },
    },
    closed: { type: "final" },
  },
});
