/**
 * What makes a password acceptable (NIST 800-63B): its length, that it is none of those that everybody tries first, and
 * that it is not made of the person's own address. No rules of digits and capitals: they make passwords worse.
 */
import { badRequest } from "../refusal.ts";
import type { JsonSchema } from "../route.ts";

/** The upper bound only keeps hashing cheap. */
export const PASSWORD: JsonSchema = { type: "string", minLength: 8, maxLength: 200 };

/** The most used ones of eight characters and more; what has only other digits or capitals is the same. */
const COMMON = new Set(
  `password passwort password1 passw0rd p@ssword p@ssw0rd 12345678 123456789 1234567890 12341234 11111111 00000000
  87654321 987654321 0987654321 123123123 147258369 qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 1q2w3e4r 1q2w3e4r5t
  1qaz2wsx zaq12wsx q1w2e3r4 asdfghjk asdfghjkl zxcvbnm1 zxcvbnm123 abcd1234 abc12345 abcdefgh iloveyou iloveyou1 sunshine
  princess football baseball superman batman123 starwars trustno1 whatever computer internet michelle jennifer jordan23
  welcome1 welcome123 changeme letmein1 letmein123 letmeinnow admin123 administrator master123 monkey123 dragon123
  shadow123 secret123 default1 test1234 testtest samsung1 google123 facebook linkedin hello123 helloworld whatever1
  йцукенгш пароль123 parrot123 popug123 popugpopug`.split(/\s+/),
);
/** Shorter names stand in too many words. */
const NAME_LENGTH_MIN = 5;

export function refuseWeakPassword(password: string, email: string, pointer = "/password"): void {
  const detail = weaknessOf(password.normalize("NFC").toLowerCase(), email.toLowerCase());
  if (detail !== undefined) throw badRequest([{ pointer, detail }], "weak_password");
}

function weaknessOf(password: string, email: string): string | undefined {
  if (COMMON.has(password) || new Set(password).size < 3)
    return "must not be one of the passwords that are tried first";
  const [name = ""] = email.split("@");
  const isOfAddress = password.includes(email) || (name.length >= NAME_LENGTH_MIN && password.includes(name));
  return isOfAddress ? "must not contain the e-mail address" : undefined;
}
