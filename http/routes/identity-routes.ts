/** Every route of who somebody is: log-in and its end, one's own sessions and tokens (AUTH-1, AUTH-3). */
import type { ApiTokens } from "../auth/api-tokens.ts";
import { LoginThrottle } from "../auth/login-throttle.ts";
import type { Route } from "../route.ts";
import { type AuthDeps, authRoutes } from "./auth.ts";
import { mySessionRoutes } from "./my-sessions.ts";
import { myTokenRoutes } from "./my-tokens.ts";

export interface IdentityDeps extends Omit<AuthDeps, "throttle"> {
  readonly tokens: ApiTokens;
}

export function identityRoutes({ tokens, ...rest }: IdentityDeps): Route[] {
  return [
    ...authRoutes({ ...rest, throttle: new LoginThrottle() }),
    ...mySessionRoutes(rest.sessions),
    ...myTokenRoutes(tokens),
  ];
}
