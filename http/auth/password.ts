/** Passwords: argon2id, with the parameters of OWASP's cheat sheet (19 MiB, two passes), salted by the library. */
import { hash, verify } from "@node-rs/argon2";

/** `Algorithm.Argon2id`: the package exports a const enum, which type stripping cannot read. */
const ARGON2ID = 2;
const PARAMETERS = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MADE_NOW = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;

export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFC"), PARAMETERS);
}

/**
 * Whether the password is the one of the hash. Without a hash it works as long and says no, so that the time
 * does not tell which e-mail addresses are known.
 */
export async function passwordMatches(passwordHash: string | undefined, password: string): Promise<boolean> {
  nobody ??= hashPassword("nobody's password");
  const matches = await verify(passwordHash ?? (await nobody), password.normalize("NFC"));
  return passwordHash !== undefined && matches;
}

/** Made with other parameters than those of now: to be made anew while the password is at hand, at the log-in. */
export function isOutdated(passwordHash: string): boolean {
  return !passwordHash.startsWith(MADE_NOW);
}

let nobody: Promise<string> | undefined;
