/**
 * Access tokens: JWTs of five minutes, signed with ES256 by the key of http/auth/signing-keys.ts.
 * They carry the person, the one role and the session; nobody takes a role from anywhere else (AUTH-2).
 */
import { SignJWT } from "jose";
import type { Role } from "../../schemas/envelope.ts";
import { isUuid, type UserId, type Uuid } from "../../schemas/ids.ts";
import type { Scope } from "./scopes.ts";
import { ALGORITHM, type SigningKeys } from "./signing-keys.ts";

export const ISSUER = "urn:ates:edge";
export const AUDIENCE = "urn:ates:api";
/** Short, so that what cannot be revoked in time ends by itself (AUTH-3). */
export const ACCESS_TOKEN_TTL_S = 300;

const ROLES: ReadonlySet<unknown> = new Set<Role>(["admin", "manager", "accountant", "employee"]);

export interface AccessClaims {
  readonly sub: UserId;
  readonly role: Role;
  readonly sid: Uuid;
  readonly iat: number;
  readonly exp: number;
  /** Of a program's token (http/auth/api-tokens.ts); a person's log-in has none and may do all that the person may. */
  readonly scopes?: readonly Scope[];
}

export interface TokenSubject {
  readonly userId: UserId;
  readonly role: Role;
  readonly sessionId: Uuid;
}

export async function signAccessToken(
  keys: SigningKeys,
  subject: TokenSubject,
  nowMs: number,
): Promise<string> {
  const { kid, privateKey } = await keys.current();
  const issuedAtS = Math.floor(nowMs / 1000);
  return new SignJWT({ role: subject.role, sid: subject.sessionId })
    .setProtectedHeader({ alg: ALGORITHM, kid, typ: "JWT" })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject.userId)
    .setIssuedAt(issuedAtS)
    .setExpirationTime(issuedAtS + ACCESS_TOKEN_TTL_S)
    .sign(privateKey);
}

/** The claims of a verified token, or undefined when one of them is not what this edge signs. */
export function claimsOf(payload: unknown): AccessClaims | undefined {
  if (typeof payload !== "object" || payload === null) return undefined;
  const { sub, role, sid, iat, exp } = payload as Record<string, unknown>;
  if (typeof sub !== "string" || !isUuid(sub) || typeof sid !== "string" || !isUuid(sid)) return undefined;
  if (!ROLES.has(role) || typeof iat !== "number" || typeof exp !== "number") return undefined;
  return { sub: sub as UserId, role: role as Role, sid, iat, exp };
}
