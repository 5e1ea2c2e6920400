/**
 * The keys that sign access tokens: ES256, in Postgres, so that every edge verifies what any edge signed.
 *
 * 1. The first edge that needs a key makes it; the table's lock lets only one do so.
 * 2. The newest key signs, all of them verify: putting a row in is a rotation, taking one out ends its tokens.
 * 3. Verifying needs no database: keys are kept, and an unknown `kid` looks at most every five seconds.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type webcrypto,
} from "node:crypto";
import { calculateJwkThumbprint } from "jose";
import type { Database } from "../database.ts";

export const ALGORITHM = "ES256";
const LOOK_AGAIN_MS = 5_000;

interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: webcrypto.JsonWebKey;
}

export class SigningKeys {
  readonly #pool: Database;
  #keys = new Map<string, Key>();
  #newest: Key | undefined;
  #loading: Promise<void> | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #generation = 0;

  constructor(pool: Database) {
    this.#pool = pool;
  }

  async current(): Promise<{ readonly kid: string; readonly privateKey: KeyObject }> {
    if (this.#newest === undefined) await this.#load();
    if (this.#newest === undefined) throw new Error("expected a signing key after loading, got none");
    return this.#newest;
  }

  /** The key that verifies, or undefined when nobody here ever signed with `kid`. */
  async publicKey(kid: string): Promise<KeyObject | undefined> {
    if (!this.#keys.has(kid) && performance.now() - this.#lookedAtMs > LOOK_AGAIN_MS) await this.#load();
    return this.#keys.get(kid)?.publicKey;
  }

  /** Another number whenever a key has come or gone. */
  get generation(): number {
    return this.#generation;
  }

  async jwks(): Promise<{ readonly keys: readonly object[] }> {
    await this.#load();
    return {
      keys: [...this.#keys.values()].map((key) => ({
        ...key.publicJwk,
        kid: key.kid,
        alg: ALGORITHM,
        use: "sig",
      })),
    };
  }

  #load(): Promise<void> {
    this.#loading ??= this.#read().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #read(): Promise<void> {
    let rows = await selectKeys(this.#pool);
    if (rows.length === 0) {
      await insertFirstKey(this.#pool, await newKey());
      rows = await selectKeys(this.#pool);
    }
    const isSame = rows.length === this.#keys.size && rows.every(({ kid }) => this.#keys.has(kid));
    if (!isSame) this.#generation++;
    this.#keys = new Map(rows.map((row) => [row.kid, keyOf(row)]));
    this.#newest = [...this.#keys.values()].at(-1);
    this.#lookedAtMs = performance.now();
  }
}

interface KeyRow {
  readonly kid: string;
  readonly private_jwk: webcrypto.JsonWebKey;
}

function keyOf(row: KeyRow): Key {
  const privateKey = createPrivateKey({ key: row.private_jwk, format: "jwk" });
  const publicKey = createPublicKey(privateKey);
  return {
    kid: row.kid,
    privateKey,
    publicKey,
    publicJwk: publicKey.export({ format: "jwk" }),
  };
}

async function newKey(): Promise<KeyRow> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const private_jwk = privateKey.export({ format: "jwk" });
  const kid = await calculateJwkThumbprint(private_jwk as Parameters<typeof calculateJwkThumbprint>[0]);
  return { kid, private_jwk };
}

async function selectKeys(pool: Database): Promise<KeyRow[]> {
  const { rows } = await pool.query<KeyRow>(
    "select kid, private_jwk from signing_keys order by created_at, kid",
  );
  return rows;
}

/** Keeps the key unless another process was first. */
async function insertFirstKey(pool: Database, key: KeyRow): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("lock table signing_keys in share row exclusive mode");
    await client.query(
      `insert into signing_keys (kid, private_jwk)
       select $1::text, $2::jsonb where not exists (select from signing_keys)`,
      [key.kid, JSON.stringify(key.private_jwk)],
    );
    await client.query("commit");
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}
