/** Settings of who somebody is: where people reach the board, and the company's identity provider (AUTH-1). */
import { optional, setting, text, url } from "./setting.ts";

export const IDENTITY_SETTINGS = {
  publicUrl: setting(
    "ATES_PUBLIC_URL",
    "",
    optional(url("http:", "https:")),
    "where people reach the board: passkeys, identity provider and links of mails name it; empty = as each request says",
  ),
  oidcIssuer: setting(
    "ATES_OIDC_ISSUER",
    "",
    optional(url("http:", "https:")),
    "the company's OpenID Connect provider; empty = none; http on loopback only",
  ),
  oidcClientId: setting(
    "ATES_OIDC_CLIENT_ID",
    "ates",
    text(/./, "the name of this client there"),
    "at the provider",
  ),
  oidcClientSecret: setting(
    "ATES_OIDC_CLIENT_SECRET",
    "",
    optional(text(/./, "a secret")),
    "at the provider; empty = a public client, by PKCE alone",
    true,
  ),
};
