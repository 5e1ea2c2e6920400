import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from "@simplewebauthn/browser";
import { Problem } from "./api/problem.ts";
import { request } from "./api/request.ts";
import type { Grant } from "./api/resources.ts";

/** The beak: passkeys by the browser's own means. This code comes when somebody uses one. */

/** Logs in by whatever passkey of this place the person chooses. */
export async function showPasskey(): Promise<Grant> {
  const optionsJSON = await ask<PublicKeyCredentialRequestOptionsJSON>("/auth/passkeys/login-options");
  const credential = await orCancelled(() => startAuthentication({ optionsJSON }));
  return ask<Grant>("/auth/passkeys/login", { credential });
}

/** Has the authenticator make one, and registers it. */
export async function makePasskey(name: string): Promise<void> {
  const optionsJSON = await ask<PublicKeyCredentialCreationOptionsJSON>(
    "/auth/passkeys/registration-options",
  );
  const credential = await orCancelled(() => startRegistration({ optionsJSON }));
  await ask("/auth/passkeys", { name, credential });
}

async function ask<T>(path: string, body?: unknown): Promise<T> {
  return (await request(path, { method: "POST", body })).json();
}

async function orCancelled<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (thrown) {
    const code =
      thrown instanceof WebAuthnError && /PREVIOUSLY/.test(thrown.code) ? "passkey_taken" : "passkey_none";
    throw new Problem(0, { code, title: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}
