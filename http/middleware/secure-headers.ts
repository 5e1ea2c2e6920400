/** Headers that every answer has: what the browser may load, and that it may not guess. */
import type { EdgeContext } from "../edge-context.ts";

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join("; ");

export const SECURE_HEADERS = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
};

const FLAT = Object.entries(SECURE_HEADERS).flat();

/** What every answer to this request says, as `writeHead` takes it: name, value, name, value… */
export function commonHeaders(ctx: EdgeContext): string[] {
  const headers = [...FLAT];
  if (ctx.secure) headers.push("Strict-Transport-Security", "max-age=31536000");
  for (const [name, value] of Object.entries(ctx.state.headers)) headers.push(name, value);
  return headers;
}

/** For answers that koa sends: problems, streams, files. */
export function setCommonHeaders(ctx: EdgeContext): void {
  const headers = commonHeaders(ctx);
  for (let at = 0; at < headers.length; at += 2) ctx.res.setHeader(headers[at] ?? "", headers[at + 1] ?? "");
}
