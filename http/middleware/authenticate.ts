/**
 * Who is asking: the token is verified by koa-jwt with the public keys this edge holds, ES256 and nothing else,
 * so a token that says `none` or HS256, another issuer or another audience is no token.
 *
 * A person sends the same token for minutes, and a signature costs 110 µs of a core to verify, half of a request: a
 * token is verified once and known by its bytes (http/auth/verified-tokens.ts). Revocations are asked every time.
 */
import type { KeyObject } from "node:crypto";
import jwt from "koa-jwt";
import { type AccessClaims, AUDIENCE, claimsOf, ISSUER } from "../auth/access-token.ts";
import { ALGORITHM } from "../auth/signing-keys.ts";
import { VerifiedTokens } from "../auth/verified-tokens.ts";
import type { EdgeContext } from "../edge-context.ts";
import { Refusal } from "../refusal.ts";
import { isUnavailable } from "../unavailable.ts";

export interface TokenKeys {
  publicKey(kid: string): Promise<KeyObject | undefined>;
  /** Another number whenever a key has come or gone. */
  readonly generation: number;
}

export interface TokenRevocations {
  /** Whether the person's role or activity, or the session, has changed since the token was signed. */
  isStale(claims: AccessClaims): boolean;
}

export type Authenticate = (ctx: EdgeContext) => Promise<AccessClaims>;

/** Tokens of programs, told by their form. */
export interface ProgramTokens {
  claimsOf(token: string): Promise<AccessClaims>;
}

const PROGRAM_TOKEN = /^bearer +(ates_\S+)$/i;

export function authenticateBy(
  keys: TokenKeys,
  revocations: TokenRevocations,
  nowMs: () => number,
  programs: ProgramTokens,
): Authenticate {
  const options = {
    secret: async (header: { kid?: unknown }) => {
      const key = typeof header.kid === "string" ? await keys.publicKey(header.kid) : undefined;
      if (key === undefined) throw new Error("unknown kid");
      return key as unknown as string; // jsonwebtoken takes a key object; koa-jwt's types are older than that
    },
    algorithms: [ALGORITHM],
    issuer: ISSUER,
    audience: AUDIENCE,
    key: "claims",
    /** Read by jsonwebtoken at each token: it ends by the clock that it was signed by. */
    get clockTimestamp() {
      return Math.floor(nowMs() / 1000);
    },
  };
  const verifyByKoa = jwt(options) as unknown as (
    ctx: EdgeContext,
    next: () => Promise<void>,
  ) => Promise<void>;
  const verify = async (ctx: EdgeContext): Promise<AccessClaims> => {
    try {
      await verifyByKoa(ctx, async () => undefined);
    } catch (error) {
      throw refusalOf(error);
    }
    const claims = claimsOf(ctx.state.claims);
    if (claims === undefined) throw unauthorized("token_invalid", "The token lacks what this edge signs.");
    return claims;
  };
  const verified = new VerifiedTokens();
  return async (ctx) => {
    const { authorization = "" } = ctx.req.headers;
    if (authorization === "") throw unauthorized("token_missing", "This needs a bearer token.");
    const [, program] = PROGRAM_TOKEN.exec(authorization) ?? [];
    if (program !== undefined) {
      ctx.state.claims = await programs.claimsOf(program);
      return ctx.state.claims;
    }
    const { generation } = keys;
    let claims = verified.find(authorization, generation, options.clockTimestamp);
    if (claims === undefined) {
      claims = await verify(ctx);
      verified.keep(authorization, claims, generation);
    }
    if (revocations.isStale(claims)) {
      throw unauthorized(
        "token_stale",
        "The role, the account or the session has changed: refresh the token.",
      );
    }
    ctx.state.claims = claims;
    return claims;
  };
}

function refusalOf(error: unknown): unknown {
  const original = (error as { originalError?: unknown }).originalError;
  if (isUnavailable(original)) return original; // the keys could not be read: not the caller's fault
  if (original instanceof Error && original.name === "TokenExpiredError") {
    return unauthorized("token_expired", "The token has expired: refresh it.");
  }
  return unauthorized("token_invalid", "The bearer token cannot be verified.");
}

function unauthorized(code: string, detail: string): Refusal {
  return new Refusal(401, code, detail);
}
