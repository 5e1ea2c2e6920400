/** Ends what the run started: a server that outlives its run is a leak. */
import { stopTestServers } from "./servers.ts";

export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(120_000);
    await stopTestServers();
  },
};
