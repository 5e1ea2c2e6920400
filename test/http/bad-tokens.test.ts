/** What is no token of ours, in every form that somebody has tried somewhere: 401 each, and never the edge's own fault. */
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { connect } from "node:net";
import { expect } from "chai";
import { AUDIENCE, ISSUER } from "../../http/auth/access-token.ts";
import { createEdge, type Edge } from "../../http/edge.ts";
import { newUuid } from "../../schemas/ids.ts";
import { EdgeClient } from "./edge-client.ts";
import { addPerson, type TestPerson, tokenOf } from "./people.ts";
import { recordedLogger } from "./quiet-logger.ts";
import { useServers } from "./servers.ts";

const PATH = "/api/v1/views";

describe("bad tokens", () => {
  const servers = useServers();
  let edge: Edge;
  let client: EdgeClient;
  let person: TestPerson;
  let good: string;
  let kid: string;
  let key: KeyObject;

  before(async () => {
    edge = createEdge({
      pool: servers.pool,
      redis: servers.redis,
      company: { partitions: 4, secret: "a secret" },
      logger: recordedLogger().logger,
      rateLimit: { perSecond: 10_000, burstPerMinute: 10_000 },
    });
    client = new EdgeClient((await edge.listen(0, "127.0.0.1")).port);
    person = await addPerson(servers.pool, "admin");
    good = await tokenOf(client, person);
    const { rows } = await servers.pool.query("select kid, private_jwk from signing_keys");
    kid = rows[0].kid;
    key = createPrivateKey({ key: rows[0].private_jwk, format: "jwk" });
  });
  after(() => edge.close());

  it("AUTH-2: the token that they are made from is good, so each is bad for its own reason alone", async () => {
    expect((await client.get(PATH, { token: good })).status).to.equal(200);
    expect((await client.get(PATH, { token: signed(header(), claims()) })).status).to.equal(200);
  });

  it("AUTH-2 EDGE-1: 58 forms of a bad token are 401 each, with a problem and WWW-Authenticate", async () => {
    const forms = { ...ofClaims(), ...ofHeaders(), ...ofKeys(), ...ofText(), ...ofSchemes() };
    const wrong: string[] = [];
    for (const [what, authorization] of Object.entries(forms)) {
      const { status, body, headers } = await client.get(PATH, { headers: { Authorization: authorization } });
      const isRight = status === 401 && /^token_/.test(body.code) && headers.get("www-authenticate") !== null;
      if (!isRight) wrong.push(`${what}: ${status} ${JSON.stringify(body)}`);
    }
    expect(wrong).to.deep.equal([]);
    expect(Object.keys(forms)).to.have.length(58);
  });

  it("EDGE-1: bytes that no client would send, a huge header, two of them: 400, 401 or 431, and the edge goes on", async () => {
    const raw = {
      nul: `Authorization: Bearer ${good}\0`,
      "line feed": `Authorization: Bearer ${good}\nX-Role: admin`,
      huge: `Authorization: Bearer ${"x".repeat(64 * 1024)}`,
      "high bytes": "Authorization: Bearer \xff\xfe\xfd",
      "no value": "Authorization:",
      folded: `Authorization: Bearer\r\n ${good.slice(0, 40)}`,
    };
    for (const [what, line] of Object.entries(raw)) {
      const status = await statusOf(
        `GET ${PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${line}\r\n\r\n`,
      );
      expect(["400", "401", "431"], what).to.include(status);
    }
    expect((await client.get(PATH, { token: good })).status).to.equal(200);
  });

  it("AUTH-2: a token anywhere but in its header is none", async () => {
    for (const path of [`?access_token=${good}`, `?token=${good}`])
      expect((await client.get(PATH + path)).status).to.equal(401);
    for (const headers of [
      { Cookie: `access_token=${good}` },
      { "X-Access-Token": good },
      { Cookie: `token=${good}` },
    ])
      expect((await client.get(PATH, { headers })).status).to.equal(401);
  });

  function header(changed: object = {}): object {
    return { alg: "ES256", kid, typ: "JWT", ...changed };
  }

  function claims(changed: object = {}): object {
    const now = Math.floor(Date.now() / 1000);
    const own = { iss: ISSUER, aud: AUDIENCE, sub: person.id, role: "admin", sid: newUuid() };
    return { ...own, iat: now, exp: now + 300, ...changed };
  }

  function signed(head: object, body: object, by: KeyObject = key): string {
    const text = `${encoded(head)}.${encoded(body)}`;
    return `${text}.${sign("sha256", Buffer.from(text), { key: by, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  }

  function bearers(tokens: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(tokens).map(([what, token]) => [what, `Bearer ${token}`]));
  }

  /** Signed by the right key, and saying something that the edge does not sign. */
  function ofClaims(): Record<string, string> {
    const now = Math.floor(Date.now() / 1000);
    const bad: Readonly<Record<string, object>> = {
      "another issuer": { iss: "urn:other" },
      "no issuer": { iss: undefined },
      "an issuer in a list": { iss: [ISSUER] },
      "another audience": { aud: "urn:other" },
      "no audience": { aud: undefined },
      "an audience that begins like ours": { aud: `${AUDIENCE}:more` },
      expired: { iat: now - 600, exp: now - 300 },
      "expires now": { exp: now },
      "no expiry": { exp: undefined },
      "an expiry in words": { exp: "tomorrow" },
      "an expiry that is null": { exp: null },
      "not before tomorrow": { nbf: now + 86_400 },
      "nbf in words": { nbf: "yesterday" },
      "no subject": { sub: undefined },
      "a subject that is no id": { sub: "admin" },
      "a subject with NUL": { sub: `${person.id}\0` },
      "a subject that is a number": { sub: 1 },
      "no role": { role: undefined },
      "another role": { role: "god" },
      "a list of roles": { role: ["admin"] },
      "a role inherited by every object": { role: "constructor" },
      "no session": { sid: undefined },
      "a session that is no id": { sid: "x" },
    };
    const tokens = Object.entries(bad).map(([what, changed]) => [what, signed(header(), claims(changed))]);
    return bearers(Object.fromEntries(tokens));
  }

  function ofHeaders(): Record<string, string> {
    const unsigned = (alg: unknown) => `${encoded(header({ alg }))}.${encoded(claims())}.`;
    const hmac = (secret: string | Buffer, alg = "HS256") => {
      const text = `${encoded(header({ alg }))}.${encoded(claims())}`;
      return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
    };
    const publicKey = createPublicKey(key);
    return bearers({
      "alg none": unsigned("none"),
      "alg None": unsigned("None"),
      "alg empty": unsigned(""),
      "alg null": unsigned(null),
      "alg as a list": signed(header({ alg: ["ES256"] }), claims()),
      "alg ES384": signed(header({ alg: "ES384" }), claims()),
      "HS256 with the public key as PEM": hmac(publicKey.export({ type: "spki", format: "pem" }) as string),
      "HS256 with the public key as DER": hmac(publicKey.export({ type: "spki", format: "der" })),
      "HS256 with the public key as JWK": hmac(JSON.stringify(publicKey.export({ format: "jwk" }))),
      "HS256 with nothing": hmac(""),
      "HS512 that is HS256": hmac("", "HS512"),
      "no alg": signed(header({ alg: undefined }), claims()),
      "an unknown kid": signed(header({ kid: "another" }), claims()),
      "no kid": signed(header({ kid: undefined }), claims()),
      "a kid that is a path": signed(header({ kid: "../../../dev/null" }), claims()),
      "a kid that is SQL": signed(header({ kid: "' or 1=1 --" }), claims()),
      "a kid that is an object": signed(header({ kid: { $ne: null } }), claims()),
      "a kid with NUL": signed(header({ kid: `${kid}\0` }), claims()),
    });
  }

  /** By keys that are not ours, also those that the token brings along. */
  function ofKeys(): Record<string, string> {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const jwk = publicKey.export({ format: "jwk" });
    return bearers({
      "another key": signed(header(), claims(), privateKey),
      "a key brought along": signed(header({ jwk }), claims(), privateKey),
      "a key elsewhere": signed(header({ jku: "http://127.0.0.1:1/jwks.json" }), claims(), privateKey),
      "a certificate brought along": signed(header({ x5c: ["MIIB"] }), claims(), privateKey),
    });
  }

  function ofText(): Record<string, string> {
    const [head = "", body = "", signature = ""] = good.split(".");
    const admin = encoded({ ...JSON.parse(Buffer.from(body, "base64url").toString()), role: "manager" });
    return bearers({
      "another's payload": `${head}.${admin}.${signature}`,
      "no signature": `${head}.${body}.`,
      "a signature of zeros": `${head}.${body}.${"A".repeat(86)}`,
      truncated: good.slice(0, -10),
      "one part": head,
      "two parts": `${head}.${body}`,
      "two dots": "..",
      "four parts": `${good}.x`,
      "a payload that is no JSON": `${head}.${Buffer.from("no").toString("base64url")}.${signature}`,
    });
  }

  function ofSchemes(): Record<string, string> {
    return {
      "the scheme alone": "Bearer",
      Basic: "Basic eDp5",
      "no scheme": good,
      "two tokens": `Bearer ${good} ${good}`,
    };
  }

  async function statusOf(request: string): Promise<string | undefined> {
    const { port } = new URL(client.origin);
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(request, "latin1");
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    return /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1];
  }
});

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
