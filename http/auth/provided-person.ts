/** Who of ours the identity provider's person is, and why somebody is nobody here. */
import type { UserResource } from "../../schemas/resources.ts";
import { recordDeed } from "../audit-log.ts";
import type { Database } from "../database.ts";
import { inTransaction } from "../transaction.ts";
import { findIdentity, hasIdentity, insertIdentity } from "./identity-store.ts";
import type { ProvidedIdentity } from "./oidc.ts";
import { findLogin, findUser } from "./people.ts";

export type ProvidedPerson =
  | { readonly state: "known"; readonly user: UserResource }
  | { readonly state: "unknown-email" | "unverified-email" | "other-identity" | "disabled" };

/**
 * Nobody is registered by logging in: that is for admins (AUTH-3). An address that the provider has not verified may be
 * anybody's claim, and opens nothing. Nor does an address that has changed hands: its person is known by another name.
 */
export async function personOf(
  database: Database,
  identity: ProvidedIdentity,
  traceId: string,
): Promise<ProvidedPerson> {
  const { issuer, subject, email, isEmailVerified } = identity;
  const known = await findIdentity(database, issuer, subject);
  if (known !== undefined) return activeOrNot(await findUser(database, known));
  if (email === undefined) return { state: "unknown-email" };
  if (!isEmailVerified) return { state: "unverified-email" };
  const user = (await findLogin(database, email))?.user;
  if (user?.active === true && !(await connect(database, identity, user, traceId)))
    return { state: "other-identity" };
  return activeOrNot(user);
}

function activeOrNot(user: UserResource | undefined): ProvidedPerson {
  if (user === undefined) return { state: "unknown-email" };
  return user.active ? { state: "known", user } : { state: "disabled" };
}

/** False: the provider has another name for this person. */
async function connect(
  database: Database,
  { issuer, subject }: ProvidedIdentity,
  { id }: UserResource,
  traceId: string,
): Promise<boolean> {
  return inTransaction(database, async (connection) => {
    if (await hasIdentity(connection, issuer, id))
      return (await findIdentity(connection, issuer, subject)) === id; // a log-in at the same moment was faster
    if (!(await insertIdentity(connection, issuer, subject, id))) return false;
    const deed = { action: "identity.connect", subject: `user/${id}`, detail: { issuer, subject } };
    await recordDeed(connection, { who: id, traceId }, deed);
    return true;
  });
}
