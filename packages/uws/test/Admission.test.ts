import { App, us_listen_socket_close, us_socket_local_port } from "uWebSockets.js";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { Admission, type AdmissionOptions, Sluice } from "@sluice/uws";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { until } from "./server.js";

type Behavior = NonNullable<Parameters<Admission["around"]>[0]>;

/** Two routes with one admission. `knock` answers with the socket, or with what it was refused with. */
async function serve(options: AdmissionOptions, behavior: Behavior = {}, host = "127.0.0.1") {
  const admission = new Admission(options);
  const sluice = new Sluice();
  const app = App();
  for (const path of ["/a", "/b"]) app.ws(path, sluice.wrap(admission.around(behavior)));
  const port = await new Promise<number>((resolve, reject) => {
    app.listen(host, 0, (listening) => {
      if (listening === false) return reject(new Error("cannot listen"));
      onTestFinished(() => {
        us_listen_socket_close(listening);
        app.close();
      });
      resolve(us_socket_local_port(listening as never));
    });
  });
  const connect = (path = "/a", asking: ClientOptions = {}) => {
    const at = host.includes(":") ? `[${host}]` : host;
    const socket = new WebSocket(`ws://${at}:${port}${path}`, asking);
    onTestFinished(() => {
      // One that was refused says, when it ends, that it never was open.
      socket.on("error", () => {});
      socket.terminate();
    });
    return socket;
  };
  return {
    sluice,
    admission,
    connect,
    enter: async (path?: string, asking?: ClientOptions) => {
      const socket = connect(path, asking);
      await once(socket, "open");
      return socket;
    },
    refusal: async (path?: string, asking?: ClientOptions) => {
      const [, response] = await once(connect(path, asking), "unexpected-response");
      const { statusCode: status, headers } = response;
      return { status, headers, ...JSON.parse(await text(response)) };
    },
  };
}

describe("admission", () => {
  test("without options lets everyone in, and the handlers of the route are called", async () => {
    const calls: Array<string> = [];
    const { enter, admission, sluice } = await serve(
      {},
      {
        open: (socket) => {
          calls.push("open");
          sluice.of(socket).offer("welcome");
        },
        message: () => void calls.push("message"),
        close: () => void calls.push("close"),
      },
    );
    const socket = await enter();
    expect(admission.size).toBe(1);
    socket.send("hello");
    await until(() => calls.includes("message"));
    socket.close();
    await until(() => admission.size === 0);
    expect(calls).toEqual(["open", "message", "close"]);
  });

  test("takes so many connections of all routes together, and others when some have gone", async () => {
    const options = { maxConnections: 2 };
    const { enter, refusal, admission } = await serve(options);
    options.maxConnections = 0;
    const first = await enter("/a");
    await enter("/b");
    expect(await refusal("/a")).toMatchObject({
      status: 503,
      code: "too-many-connections",
      headers: { "retry-after": "5", connection: "close" },
    });
    first.terminate();
    await until(() => admission.size === 1);
    await enter("/a");
    expect(admission.size).toBe(2);
  });

  test("counts a connection that is closed in order no longer than its socket is there", async () => {
    const { enter, admission, sluice } = await serve({ maxConnections: 1 });
    const socket = await enter();
    socket.pause();
    const [connection] = sluice.connections;
    connection?.offer("x".repeat(1_000));
    await connection?.close();
    socket.resume();
    await until(() => admission.size === 0);
    await enter();
  });

  test("takes so many connections of an address", async () => {
    const { enter, refusal, admission } = await serve({ maxPerAddress: 1 });
    const first = await enter("/a");
    expect(await refusal("/b")).toMatchObject({ status: 429, code: "too-many-of-address" });
    // Another address of the loopback.
    await enter("/a", { localAddress: "127.0.0.2" } as ClientOptions);
    first.terminate();
    await until(() => admission.size === 1);
    await enter("/b");
  });

  test("lets so many in in a second", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { enter, refusal } = await serve({ maxUpgradesPerSecond: 2 });
    await enter();
    await enter();
    expect(await refusal()).toMatchObject({ status: 429, code: "too-many-upgrades" });
    vi.advanceTimersByTime(500);
    await enter();
    expect(await refusal()).toMatchObject({ status: 429 });
    vi.advanceTimersByTime(60_000);
    await enter();
    await enter();
    expect(await refusal()).toMatchObject({ status: 429 });
  });

  test("asks for its token, and says nothing of it", async () => {
    const token = "s3cret-and-long";
    const { enter, refusal } = await serve({ token, maxConnections: 0, isExempt: () => false });
    for (const authorization of [
      undefined,
      "",
      token,
      `Basic ${token}`,
      `Bearer ${token}x`,
      "Bearer s3cret",
      `Bearer ${token} x`,
    ]) {
      const headers = authorization === undefined ? {} : { authorization };
      const refused = await refusal("/a", { headers });
      expect(refused).toMatchObject({
        status: 401,
        code: "unauthorized",
        headers: { "www-authenticate": "Bearer" },
      });
      expect(JSON.stringify(refused)).not.toContain("s3cret");
    }
    // Who has it is told of the next thing that is in the way.
    for (const scheme of ["Bearer", "bearer", "BEARER "]) {
      const headers = { authorization: `${scheme} ${token}` };
      expect(await refusal("/a", { headers })).toMatchObject({ status: 503 });
    }
    await expect(enter("/a")).rejects.toThrow("401");
  });

  test("lets in who is exempt, and counts them", async () => {
    const isExempt = (request: { getHeader(name: string): string }) =>
      request.getHeader("x-guest") === "yes";
    const { enter, refusal, admission } = await serve({ token: "x", maxConnections: 1, isExempt });
    const headers = { "x-guest": "yes" };
    await enter("/a", { headers });
    await enter("/a", { headers });
    expect(admission.size).toBe(2);
    expect(await refusal("/a", { headers: { authorization: "Bearer x" } })).toMatchObject({
      status: 503,
    });
  });

  test.each([
    [{ maxConnections: 1 }, 503],
    [{ maxPerAddress: 1 }, 429],
  ])("of %j counts those whose upgrade waits for something", async (options, status) => {
    const waiting: Array<() => void> = [];
    const { enter, refusal, admission } = await serve(options, {
      upgrade: async (response, request, context) => {
        const key = request.getHeader("sec-websocket-key");
        response.onAborted(() => {});
        await new Promise<void>((resolve) => waiting.push(resolve));
        response.cork(() => response.upgrade({}, key, "", "", context));
      },
    });
    const entered = enter();
    await until(() => waiting.length === 1);
    expect(await refusal()).toMatchObject({ status });
    waiting[0]?.();
    const socket = await entered;
    expect(admission.size).toBe(1);
    expect(await refusal()).toMatchObject({ status });
    socket.terminate();
    await until(() => admission.size === 0);
    const again = enter();
    await until(() => waiting.length === 2);
    waiting[1]?.();
    await again;
  });

  test("counts those whose upgrade is called back, until they are in, are answered otherwise, or have gone", async () => {
    const waiting: Array<(isIn: boolean) => void> = [];
    let aborted = 0;
    const { connect, enter, refusal, admission } = await serve(
      { maxConnections: 1 },
      {
        upgrade: (response, request, context) => {
          const key = request.getHeader("sec-websocket-key");
          response.onAborted(() => void aborted++);
          waiting.push((isIn) =>
            response.cork(() => {
              if (isIn) response.upgrade({}, key, "", "", context);
              else response.writeStatus("403 Forbidden").end("{}", true);
            }),
          );
        },
      },
    );
    const entered = enter();
    await until(() => waiting.length === 1);
    expect(await refusal()).toMatchObject({ status: 503 });
    waiting[0]?.(true);
    const socket = await entered;
    expect(admission.size).toBe(1);
    socket.terminate();
    await until(() => admission.size === 0);
    const sentAway = refusal();
    await until(() => waiting.length === 2);
    waiting[1]?.(false);
    expect(await sentAway).toMatchObject({ status: 403 });
    const gone = connect("/a");
    gone.on("error", () => {});
    await until(() => waiting.length === 3);
    gone.terminate();
    await until(() => aborted === 1);
    const last = enter();
    await until(() => waiting.length === 4);
    waiting[3]?.(true);
    await last;
  });

  test("counts one who is in once, however long the promise of its upgrade takes", async () => {
    const { enter, refusal } = await serve(
      { maxConnections: 2 },
      {
        upgrade: async (response, request, context) => {
          response.upgrade({}, request.getHeader("sec-websocket-key"), "", "", context);
          await new Promise(() => {});
        },
      },
    );
    await enter();
    await enter();
    expect(await refusal()).toMatchObject({ status: 503 });
  });

  const broken = new Error("broken");
  test.each([
    [
      "at once",
      () => {
        throw broken;
      },
    ],
    ["later", () => Promise.reject(broken)],
  ])("an upgrade that fails %s is counted no more", async (_, fail) => {
    const onError = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => onError.mockRestore());
    let isBroken = true;
    const { enter } = await serve(
      { maxConnections: 1 },
      {
        upgrade: (response, request, context) => {
          if (isBroken) {
            response.onAborted(() => {});
            return fail();
          }
          response.upgrade({}, request.getHeader("sec-websocket-key"), "", "", context);
          return undefined;
        },
      },
    );
    await expect(enter()).rejects.toThrow();
    isBroken = false;
    await enter();
  });

  test.each([
    [{ maxConnections: -1 }, /maxConnections \(-1\) must be a whole number from 0/],
    [{ maxPerAddress: 1.5 }, /maxPerAddress \(1\.5\)/],
    [{ maxUpgradesPerSecond: 0 }, /maxUpgradesPerSecond \(0\) must be a whole number from 1/],
    [{ isExempt: true }, /isExempt \(true\) must be a function/],
    [{ maxConnection: 1 }, /maxConnection .*did you mean maxConnections/],
    [{ token: "two words" }, /token .* must be 1 to 1,024 printable characters/],
    [{ token: "" }, /token .* must be 1 to 1,024/],
  ])("refuses %j, and names the rule", (options, message) => {
    expect(() => new Admission(options as AdmissionOptions)).toThrow(message);
  });

  test("never shows a token that it refuses", () => {
    expect(() => new Admission({ token: "my secret" })).toThrow(/^(?!.*secret).*$/s);
  });
});
