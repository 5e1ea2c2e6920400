/** Every route of who somebody is: the ways to log in, one's own sessions, passkeys and tokens (AUTH-1, AUTH-3). */
import type { ApiTokens } from "../auth/api-tokens.ts";
import { LoginThrottle } from "../auth/login-throttle.ts";
import { Oidc, type OidcOptions } from "../auth/oidc.ts";
import { Passkeys } from "../auth/passkeys.ts";
import { siteBy } from "../auth/site.ts";
import type { Route, SendCommand } from "../route.ts";
import { type AuthDeps, authRoutes } from "./auth.ts";
import { linkRoutes } from "./links.ts";
import { mySessionRoutes } from "./my-sessions.ts";
import { myTokenRoutes } from "./my-tokens.ts";
import { oidcRoutes } from "./oidc.ts";
import { passkeyRoutes } from "./passkeys.ts";

export interface IdentityDeps extends Omit<AuthDeps, "throttle"> {
  readonly tokens: ApiTokens;
  readonly send: SendCommand;
  readonly settings: IdentitySettings;
  /** Of the installation. */
  readonly secret: string;
}

export interface IdentitySettings {
  /** Where people reach the board; absent: as each request says. */
  readonly publicUrl?: string | undefined;
  /** The company's identity provider, if there is one. */
  readonly oidc?: OidcOptions | undefined;
}

export function identityRoutes({ tokens, settings, secret, send, ...rest }: IdentityDeps): Route[] {
  const { publicUrl, oidc } = settings;
  const siteOf = siteBy(publicUrl);
  const throttle = new LoginThrottle();
  return [
    ...authRoutes({ ...rest, throttle }),
    ...passkeyRoutes({ ...rest, siteOf, passkeys: new Passkeys(rest.pool) }),
    ...oidcRoutes({
      ...rest,
      siteOf,
      oidc: oidc === undefined ? undefined : new Oidc(oidc, secret, rest.logger),
    }),
    ...linkRoutes({ ...rest, send, secret }),
    ...mySessionRoutes({ ...rest, throttle }),
    ...myTokenRoutes(tokens),
  ];
}
