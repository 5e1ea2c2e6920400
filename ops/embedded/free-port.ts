// Loopback ports for the embedded servers. A port found free can be taken before its server binds it, so whoever starts
// a server on a found port must be ready to try another; whoever names a port gets that port or an error.

import { createServer } from "node:net";

export const loopback = "127.0.0.1";

/** A TCP port nobody listens on at loopback at this moment. */
export function freePort(): Promise<number> {
  return bindOnce(0);
}

export async function isPortFree(port: number): Promise<boolean> {
  return bindOnce(port).then(
    () => true,
    () => false,
  );
}

/** The wanted port, or an error that says what to do; without a wanted port, any free one. */
export async function choosePort(server: string, wanted: number | undefined): Promise<number> {
  if (wanted === undefined || wanted === 0) return freePort();
  if (await isPortFree(wanted)) return wanted;
  throw portTaken(server, wanted);
}

export function portTaken(server: string, port: number): Error {
  return new Error(
    `${server} cannot listen on ${loopback}:${port}: another program does; end it or choose another port.`,
  );
}

function bindOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen({ host: loopback, port, exclusive: true }, () => {
      const address = probe.address();
      const bound = typeof address === "object" && address !== null ? address.port : port;
      probe.close(() => resolve(bound));
    });
  });
}
