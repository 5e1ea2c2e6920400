/**
 * Passkeys (AUTH-1, the beak): WebAuthn by @simplewebauthn/server. A passkey alone is a log-in, so its authenticator must
 * have verified its person, by finger, face, beak or PIN.
 *
 * 1. A challenge is kept in Postgres, given to one purpose, and taken before anything else is looked at: whatever is
 *    shown twice is refused, also by another edge.
 * 2. What is signed names the origin, so a page elsewhere gets nothing that is good here.
 */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import type { UserId } from "../../schemas/ids.ts";
import type { UserResource } from "../../schemas/resources.ts";
import { type Actor, recordDeed } from "../audit-log.ts";
import type { Database } from "../database.ts";
import { Refusal } from "../refusal.ts";
import { inTransaction } from "../transaction.ts";
import {
  countUp,
  deletePasskey,
  findPasskey,
  insertChallenge,
  insertPasskey,
  listPasskeys,
  type Passkey,
  takeChallenge,
} from "./passkey-store.ts";
import { findUser } from "./people.ts";

/** Loaded by the first who shows a passkey: it takes a quarter of a second, and few starts see one. */
const webauthn = () => import("@simplewebauthn/server");

/** EdDSA, ES256, RS256: what authenticators have. */
const ALGORITHMS = [-8, -7, -257];
const COMPANY = "aTES";

export class Passkeys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(userId: UserId): Promise<Passkey[]> {
    return listPasskeys(this.#database, userId);
  }

  /** What the person's authenticator is asked to make. */
  async registrationOptions(user: UserResource, site: URL): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const known = await listPasskeys(this.#database, user.id);
    const options = await (await webauthn()).generateRegistrationOptions({
      rpName: COMPANY,
      rpID: site.hostname,
      userName: user.email,
      userDisplayName: user.name,
      userID: new Uint8Array(Buffer.from(user.id)),
      attestationType: "none",
      supportedAlgorithmIDs: [...ALGORITHMS],
      excludeCredentials: known.map(({ id, transports }) => ({ id, transports })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    });
    await insertChallenge(this.#database, options.challenge, user.id);
    return options;
  }

  async add(
    userId: UserId,
    name: string,
    credential: RegistrationResponseJSON,
    site: URL,
    actor: Actor,
  ): Promise<Passkey> {
    const expectedChallenge = await this.#take(credential.response.clientDataJSON, userId);
    const made = await orRefuse(400, async () =>
      (await webauthn()).verifyRegistrationResponse({
        response: credential,
        expectedChallenge,
        expectedOrigin: site.origin,
        expectedRPID: site.hostname,
        requireUserVerification: true,
        supportedAlgorithmIDs: [...ALGORITHMS],
      }),
    );
    if (!made.verified) throw invalid(400);
    const { id, publicKey, counter, transports = [] } = made.registrationInfo.credential;
    const row = { id, name, userId, publicKey: Buffer.from(publicKey), counter, transports };
    return inTransaction(this.#database, async (client) => {
      const added = await insertPasskey(client, row);
      if (added === undefined) throw new Refusal(409, "passkey_taken", "This passkey is known already.");
      const detail = { name };
      await recordDeed(client, actor, { action: "passkey.add", subject: `passkey/${id}`, detail });
      return added;
    });
  }

  /** False: the person has no such passkey. */
  async remove(userId: UserId, id: string, actor: Actor): Promise<boolean> {
    return inTransaction(this.#database, async (client) => {
      const name = await deletePasskey(client, userId, id);
      if (name === undefined) return false;
      const detail = { name };
      await recordDeed(client, actor, { action: "passkey.remove", subject: `passkey/${id}`, detail });
      return true;
    });
  }

  /** Whoever holds a passkey of this site: it names its person itself. */
  async loginOptions(site: URL): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const options = await (await webauthn()).generateAuthenticationOptions({
      rpID: site.hostname,
      userVerification: "required",
    });
    await insertChallenge(this.#database, options.challenge, undefined);
    return options;
  }

  /** The person of the passkey; 401 for whatever is wrong with it, or with them. */
  async logIn(credential: AuthenticationResponseJSON, site: URL): Promise<UserResource> {
    const expectedChallenge = await this.#take(credential.response.clientDataJSON, undefined);
    const known = await findPasskey(this.#database, credential.id);
    if (known === undefined) throw invalid(401);
    const { publicKey, counter, userId } = known;
    const shown = await orRefuse(401, async () =>
      (await webauthn()).verifyAuthenticationResponse({
        response: credential,
        expectedChallenge,
        expectedOrigin: site.origin,
        expectedRPID: site.hostname,
        credential: { id: credential.id, publicKey: new Uint8Array(publicKey), counter },
        requireUserVerification: true,
      }),
    );
    const user = shown.verified ? await findUser(this.#database, userId) : undefined;
    if (user?.active !== true) throw invalid(401);
    if (!(await countUp(this.#database, credential.id, shown.authenticationInfo.newCounter)))
      throw invalid(401);
    return user;
  }

  /** The challenge that was signed, when it is one of ours that nobody has answered yet. */
  async #take(clientDataJSON: string, userId: UserId | undefined): Promise<string> {
    const challenge = challengeOf(clientDataJSON);
    if (challenge !== undefined && (await takeChallenge(this.#database, challenge, userId))) return challenge;
    throw new Refusal(
      userId === undefined ? 401 : 400,
      "challenge_over",
      "The challenge is unknown, answered already, or older than five minutes: begin again.",
    );
  }
}

function challengeOf(clientDataJSON: string): string | undefined {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString()) ?? {};
    return typeof challenge === "string" && /^[A-Za-z0-9_-]{1,200}$/.test(challenge) ? challenge : undefined;
  } catch {
    return undefined;
  }
}

/** The library throws at whatever is wrong with what it is shown. */
async function orRefuse<T>(status: number, verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch {
    throw invalid(status);
  }
}

function invalid(status: number): Refusal {
  return new Refusal(
    status,
    "invalid_passkey",
    "The passkey is unknown here, or what it signed is not right.",
  );
}
