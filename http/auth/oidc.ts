/**
 * Log-in by the company's identity provider: OpenID Connect, authorization code with PKCE, by openid-client (AUTH-1).
 *
 * 1. What is known of the provider is asked for anew at each step, its keys too: a rotated key is known at once.
 * 2. The flow's state, nonce and verifier travel in a sealed cookie, so the answer may reach another edge, and only the
 *    browser that began gets in.
 * 3. Who comes first is known by a verified e-mail address, and from then on by the provider's own name for them.
 */
import { createHmac } from "node:crypto";
import { EncryptJWT, jwtDecrypt } from "jose";
import * as client from "openid-client";
import type { Logger } from "pino";
import { unavailable } from "../problem.ts";

export interface OidcOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client, by PKCE alone. */
  readonly clientSecret: string | undefined;
}

/** Whom the provider vouches for. */
export interface ProvidedIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | undefined;
  readonly isEmailVerified: boolean;
}

interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export const FLOW_LIFE_S = 600;
const PROVIDER_TIMEOUT_S = 5;
const SCOPE = "openid email profile";
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export class Oidc {
  readonly #options: OidcOptions;
  readonly #logger: Logger;
  readonly #sealKey: Buffer;

  /** The secret must be the same on every edge: the installation's. */
  constructor(options: OidcOptions, secret: string, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#sealKey = createHmac("sha256", secret).update("oidc flow").digest();
  }

  /** Where the browser goes, and what it brings back. */
  async start(redirectUri: string): Promise<{ readonly address: string; readonly flow: string }> {
    const provider = await this.#provider();
    const verifier = client.randomPKCECodeVerifier();
    const flow: Flow = { state: client.randomState(), nonce: client.randomNonce(), verifier };
    const address = client.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri,
      scope: SCOPE,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state: flow.state,
      nonce: flow.nonce,
    });
    return { address: address.href, flow: await this.#seal(flow) };
  }

  /** `answer`: the whole address that the provider sent the browser to. Undefined: it does not belong to this flow. */
  async finish(answer: URL, sealed: string): Promise<ProvidedIdentity | undefined> {
    const flow = await this.#unseal(sealed);
    if (flow === undefined) return undefined;
    const provider = await this.#provider();
    try {
      const tokens = await client.authorizationCodeGrant(provider, answer, {
        expectedState: flow.state,
        expectedNonce: flow.nonce,
        pkceCodeVerifier: flow.verifier,
        idTokenExpected: true,
      });
      return await identityOf(provider, tokens);
    } catch (error) {
      this.#logger.warn({ err: describe(error) }, "the identity provider's answer was not accepted");
      return undefined;
    }
  }

  async #provider(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#options;
    const server = new URL(issuer);
    const isLocal = server.protocol === "http:" && LOOPBACK.test(server.hostname);
    const authentication =
      clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret);
    // Signatures are checked, too, though the token comes straight from the provider.
    const execute = [client.enableNonRepudiationChecks, ...(isLocal ? [client.allowInsecureRequests] : [])];
    try {
      return await client.discovery(server, clientId, {}, authentication, {
        execute,
        timeout: PROVIDER_TIMEOUT_S,
      });
    } catch (error) {
      this.#logger.warn({ err: describe(error) }, "the identity provider does not answer");
      throw unavailable("The identity provider does not answer.");
    }
  }

  #seal(flow: Flow): Promise<string> {
    return new EncryptJWT({ ...flow })
      .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
      .setExpirationTime(`${FLOW_LIFE_S}s`)
      .encrypt(this.#sealKey);
  }

  async #unseal(sealed: string): Promise<Flow | undefined> {
    try {
      const { payload } = await jwtDecrypt<Flow>(sealed, this.#sealKey);
      return payload;
    } catch {
      return undefined;
    }
  }
}

type Tokens = Awaited<ReturnType<typeof client.authorizationCodeGrant>>;

async function identityOf(provider: client.Configuration, tokens: Tokens): Promise<ProvidedIdentity> {
  const claims = tokens.claims();
  if (claims === undefined) throw new Error("expected an id token, got none");
  const { iss: issuer, sub: subject } = claims;
  const told =
    claims.email === undefined ? await client.fetchUserInfo(provider, tokens.access_token, subject) : claims;
  const email = typeof told.email === "string" ? told.email.trim().toLowerCase() : undefined;
  return { issuer, subject, email, isEmailVerified: told.email_verified === true };
}

/** Neither codes nor tokens, which errors of the library carry in their causes. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? `${code}: ${error.message}` : error.message;
}
