/** What the server's thread tells the clients' thread. */
import type { Habit } from "./Habit.js";

export type Command =
  | { readonly type: "add"; readonly habit: Habit }
  | { readonly type: "read"; readonly name: string; readonly bytesPerSecond: number }
  /** It reads what is left, and when the server has closed its connection it comes back to another path. */
  | { readonly type: "move"; readonly name: string; readonly path: string }
  /** It reads what is left, and comes back no more. */
  | { readonly type: "leave"; readonly name: string }
  /** All of them leave, and then the thread ends. */
  | { readonly type: "finish" };
