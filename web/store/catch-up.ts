import { accessToken } from "../api/access-token.ts";
import { pauseOrOnline } from "../api/pause.ts";
import { Problem } from "../api/problem.ts";
import { request } from "../api/request.ts";
import { silence } from "../api/silence.ts";

const BACK_OFF_FIRST_MS = 500;
const BACK_OFF_MAX_MS = 15_000;

/**
 * Reads that met silence are made again when the server answers. The feed alone cannot tell: its open stream may go on
 * while new requests fail, and what it told was then heard and not read.
 */
export function catchUp(readAll: () => void): void {
  let isWaiting = false;
  silence.subscribe((count) => {
    if (count === 0 || isWaiting) return;
    isWaiting = true;
    void untilAnswered().then(() => {
      isWaiting = false;
      readAll();
    });
  });
}

async function untilAnswered(): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    await pauseOrOnline(Math.random() * Math.min(BACK_OFF_FIRST_MS * 2 ** tries, BACK_OFF_MAX_MS));
    if (accessToken.value !== null && (await isAnswered())) return;
  }
}

function isAnswered(): Promise<boolean> {
  return request("/me").then(
    () => true,
    (thrown: unknown) => Problem.of(thrown).code !== "unreachable",
  );
}
