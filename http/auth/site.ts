/**
 * Where people reach the board, as their browsers see it: the configured address, else what the request says. That a
 * request can say anything does no harm: a browser signs, and is sent back to, the place it is really at.
 */
import { Refusal } from "../refusal.ts";
import type { RouteRequest } from "../route.ts";

export type SiteOf = (request: Pick<RouteRequest, "headers" | "secure">) => URL;

export function siteBy(publicUrl: string | undefined): SiteOf {
  if (publicUrl !== undefined) return () => new URL(publicUrl);
  return ({ headers, secure }) => {
    const site = URL.parse(`${secure === true ? "https" : "http"}://${headers.host ?? ""}`);
    if (site === null)
      throw new Refusal(400, "invalid_host", "Expected the header Host to name this server.");
    return site;
  };
}
