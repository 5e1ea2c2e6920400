/** An OpenID Connect provider of somebody else's making (`oidc-provider`), on loopback; its keys can be changed. */
import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

const CLIENT_ID = "ates";
const CLIENT_SECRET = "between-ates-and-the-provider";

export class IdentityProvider {
  readonly #server: Server;
  #serve: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end();
  #redirectUri = "";

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens at once, for the board is to know its address; serves when it knows the board's. */
  static async listen(): Promise<IdentityProvider> {
    const server = createServer((request, response) => provider.#serve(request, response));
    const provider = new IdentityProvider(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get settings(): Record<string, string> {
    return {
      ATES_OIDC_ISSUER: this.issuer,
      ATES_OIDC_CLIENT_ID: CLIENT_ID,
      ATES_OIDC_CLIENT_SECRET: CLIENT_SECRET,
    };
  }

  /** Whoever logs in there as `name@…` has this address; those called `unverified…` have shown no proof of theirs. */
  serveFor(boardUrl: string): void {
    this.#redirectUri = new URL("/api/v1/auth/oidc/callback", boardUrl).href;
    this.rotateKeys();
  }

  rotateKeys(): void {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = {
      ...privateKey.export({ format: "jwk" }),
      kid: crypto.randomUUID(),
      use: "sig",
      alg: "ES256",
    };
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT_ID,
          client_secret: CLIENT_SECRET,
          redirect_uris: [this.#redirectUri],
          id_token_signed_response_alg: "ES256",
        },
      ],
      jwks: { keys: [key] },
      cookies: { keys: ["of the tests"] },
      claims: { openid: ["sub"], email: ["email", "email_verified"] },
      pkce: { required: () => true },
      findAccount: (_: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, email: id, email_verified: !id.startsWith("unverified") }),
      }),
    });
    this.#serve = provider.callback();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
