/** /auth/passkeys: WebAuthn (AUTH-1). What the browser's API gives and takes is the W3C's, in its JSON form. */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { Passkeys } from "../auth/passkeys.ts";
import { findUser } from "../auth/people.ts";
import type { SiteOf } from "../auth/site.ts";
import { notFound } from "../refusal.ts";
import type { JsonSchema, Route } from "../route.ts";
import { actorOf, callerOf } from "./read-deps.ts";
import { answers, ok } from "./reply.ts";
import { TOKEN_ANSWER, type TokenDeps, tokenReply } from "./token-reply.ts";
import { arrayOf, INSTANT, object, orNull, TEXT } from "./value-schemas.ts";

const BASE64URL: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: 65_536,
  pattern: "^[A-Za-z0-9_-]+$",
};
const NAME: JsonSchema = { type: "string", minLength: 1, maxLength: 100, pattern: "\\S" };
const OPTIONS: JsonSchema = { type: "object", description: "As WebAuthn's JSON form has it." };
const PASSKEY = object({ id: TEXT, name: TEXT, createdAt: INSTANT, lastUsedAt: orNull(INSTANT) });

/** What the server looks at; the W3C's object has more, which is let be. */
const credentialWith = (response: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: "object",
  required: ["id", "rawId", "type", "response"],
  properties: {
    id: { ...BASE64URL, maxLength: 1_400 },
    rawId: { ...BASE64URL, maxLength: 1_400 },
    type: { const: "public-key" },
    response: { type: "object", required: Object.keys(response), properties: response },
  },
});
const MADE = credentialWith({ clientDataJSON: BASE64URL, attestationObject: BASE64URL });
const SHOWN = credentialWith({
  clientDataJSON: BASE64URL,
  authenticatorData: BASE64URL,
  signature: BASE64URL,
});

export interface PasskeyDeps extends TokenDeps {
  readonly passkeys: Passkeys;
  readonly siteOf: SiteOf;
}

const OWN = { tag: "auth", access: "signed-in", scope: "none" } as const satisfies Partial<Route>;

export function passkeyRoutes(deps: PasskeyDeps): Route[] {
  return [
    registrationOptionsRoute(deps),
    addRoute(deps),
    listRoute(deps),
    removeRoute(deps),
    ...loginRoutes(deps),
  ];
}

function registrationOptionsRoute({ passkeys, siteOf, pool }: PasskeyDeps): Route {
  return {
    ...OWN,
    method: "POST",
    path: "/auth/passkeys/registration-options",
    summary: "What one's authenticator is asked to make a passkey of",
    responses: answers("For `navigator.credentials.create`", OPTIONS),
    async handle(request) {
      const user = await findUser(pool, callerOf(request).id);
      if (user === undefined) throw notFound();
      return ok(await passkeys.registrationOptions(user, siteOf(request)));
    },
  };
}

function addRoute({ passkeys, siteOf }: PasskeyDeps): Route {
  return {
    ...OWN,
    method: "POST",
    path: "/auth/passkeys",
    summary: "Register the passkey that the authenticator has made; 400 challenge_over, invalid_passkey",
    body: object({ name: NAME, credential: MADE }),
    responses: {
      201: { description: "The passkey.", schema: PASSKEY },
      409: { description: "It is registered already." },
    },
    async handle(request) {
      const { name, credential } = request.body as { name: string; credential: RegistrationResponseJSON };
      const { id } = callerOf(request);
      const added = await passkeys.add(id, name.trim(), credential, siteOf(request), actorOf(request));
      return { status: 201, body: added };
    },
  };
}

function listRoute({ passkeys }: PasskeyDeps): Route {
  return {
    ...OWN,
    method: "GET",
    path: "/auth/passkeys",
    summary: "One's own passkeys, all of them",
    responses: answers("The passkeys", object({ items: arrayOf(PASSKEY), next: { type: "null" } })),
    async handle(request) {
      const own = await passkeys.list(callerOf(request).id);
      const items = own.map(({ id, name, createdAt, lastUsedAt }) => ({ id, name, createdAt, lastUsedAt }));
      return ok({ items, next: null });
    },
  };
}

function removeRoute({ passkeys }: PasskeyDeps): Route {
  return {
    ...OWN,
    method: "DELETE",
    path: "/auth/passkeys/{passkey}",
    summary: "Take a passkey of one's own away",
    params: { passkey: { ...BASE64URL, maxLength: 1_400 } },
    responses: { 204: { description: "It opens nothing any more." } },
    async handle(request) {
      const { passkey = "" } = request.params;
      if (await passkeys.remove(callerOf(request).id, passkey, actorOf(request))) return { status: 204 };
      throw notFound("There is no such passkey of yours.");
    },
  };
}

function loginRoutes(deps: PasskeyDeps): Route[] {
  const { passkeys, siteOf } = deps;
  return [
    {
      method: "POST",
      path: "/auth/passkeys/login-options",
      tag: "auth",
      summary: "What an authenticator is asked to sign; whose passkey it is, it says itself",
      access: "anyone",
      responses: answers("For `navigator.credentials.get`", OPTIONS),
      handle: async (request) => ok(await passkeys.loginOptions(siteOf(request))),
    },
    {
      method: "POST",
      path: "/auth/passkeys/login",
      tag: "auth",
      summary: "Log in with a passkey",
      access: "anyone",
      body: object({ credential: SHOWN }),
      responses: {
        200: TOKEN_ANSWER,
        401: { description: "The passkey, its challenge or its person is not good." },
      },
      async handle(request) {
        const { credential } = request.body as { credential: AuthenticationResponseJSON };
        return tokenReply(deps, request, await passkeys.logIn(credential, siteOf(request)));
      },
    },
  ];
}
