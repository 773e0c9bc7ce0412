/** R50: only slowness is told to the client as such; what a handler got wrong is the handler's. */
import { rejections, rejectReasons } from "@sluice/core";
import { SendError } from "@sluice/runtime";
import { describe, expect, test } from "vitest";
import { blameFor } from "../src/hub/Blame.js";

const isLateUse = (error: unknown) =>
  error instanceof Error && error.message.startsWith("Invalid access of closed");
const blame = (error: unknown, connection: string, isGone: boolean) =>
  blameFor(error, { connection, isGone, isLateUse });

const late = "Invalid access of closed uWS.WebSocket/SSLWebSocket.";

describe("a handler fails", () => {
  test.each(rejectReasons)("with a message that was refused for: %s", (reason) => {
    const error = new SendError({ reason, connection: "c1" });
    const other = rejections[reason].isSlowness ? "slow client" : "handler";
    expect(blame(error, "c1", false)).toBe(reason === "closed" ? "gone client" : other);
    // Of another connection, it says nothing of this one's client.
    expect(blame(error, "c2", false)).toBe("handler");
  });

  test("by using a socket that has closed: no fault of its own if that is its own socket", () => {
    expect(blame(new Error(late), "c1", true)).toBe("gone client");
    expect(blame(new Error(late), "c1", false)).toBe("handler");
    expect(blame(new Error(`He said: ${late}`), "c1", true)).toBe("handler");
    expect(blame({ message: late }, "c1", true)).toBe("handler");
    // Sockets that forgive that have nothing to be told by.
    const accused = { connection: "c1", isGone: true };
    expect(blameFor(new Error(late), accused)).toBe("handler");
  });

  test("with something that does not let itself be looked at", () => {
    const trap = () => {
      throw new Error("do not look");
    };
    expect(blame(new Proxy({}, { getPrototypeOf: trap, get: trap }), "c1", true)).toBe("handler");
    for (const nothing of [undefined, null, 0, ""]) {
      expect(blame(nothing, "c1", true)).toBe("handler");
    }
  });
});
