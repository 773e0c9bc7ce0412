/** A port that the system chooses, of the loopback if no other address is said. */
import {
  type TemplatedApp,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
} from "uWebSockets.js";

export function listen(
  app: TemplatedApp,
  host = "127.0.0.1",
): Promise<{ port: number; stop: () => void }> {
  return new Promise((resolve, reject) => {
    app.listen(host, 0, (listening: us_listen_socket | false) => {
      if (listening === false) return reject(new Error(`cannot listen on ${host}`));
      const stop = () => {
        us_listen_socket_close(listening);
        app.close();
      };
      // The typings have two kinds of socket where there is one.
      resolve({ port: us_socket_local_port(listening as never), stop });
    });
  });
}
