/** `ates sandbox-bank`: a payment provider to try payouts with, as a process of its own, with faults to order (PAY-2). */
import { join } from "node:path";
import { readConfig } from "../config.ts";
import { endSignal } from "../roles/process.ts";
import { startBank } from "../sandbox-bank/bank.ts";
import { FAULT_NAMES, FAULT_WORDS, type Faults, parseFaults } from "../sandbox-bank/faults.ts";
import { type Arguments, type Command, UsageError } from "./command.ts";

/** Known to everybody: for a bank that moves no money. */
const SANDBOX_SECRET = "whsec_c2FuZGJveC1iYW5rLXNhbmRib3gtYmFuay1zYW5k";
const PORT = 8_090;

export const sandboxBank: Command = {
  name: "sandbox-bank",
  usage: "[--port N] [--data DIR] [--callback URL] [--faults F]",
  summary: `Runs a payment provider with books of its own, which moves no money. Ctrl-C ends it; its books stay.
Faults: ${FAULT_NAMES.map((name) => `${name} (${FAULT_WORDS[name]})`).join(", ")}.`,
  options: {
    port: { type: "string" },
    data: { type: "string" },
    callback: { type: "string" },
    faults: { type: "string" },
    seed: { type: "string" },
    "slow-ms": { type: "string" },
    "late-ms": { type: "string" },
    "bounce-ms": { type: "string" },
  },
  optionHelp: {
    "--port N": `where it listens on loopback (default ${PORT}; 0 = any free one)`,
    "--data DIR": "where it keeps its books (default sandbox-bank in ATES_DATA_DIR)",
    "--callback URL":
      "an edge's /api/v1/payment-callbacks, to be told of every change (default: nobody is told)",
    "--faults F": "such as slow=0.1,error=0.1,late=0.05: which, and in how many of all cases",
    "--seed N": "another run of luck (default 1)",
    "--slow-ms N": "how late a slow answer comes (default 3000)",
    "--late-ms N": "how long a late payment is pending (default 2000)",
    "--bounce-ms N": "how soon a payment comes back (default 1000)",
  },
  run: async ({ values }) => {
    const ended = endSignal();
    const { dataDir, paymentKey: key, paymentCallbackSecret: callbackSecret = SANDBOX_SECRET } = readConfig();
    const bank = await startBank({
      dataDir: typeof values.data === "string" ? values.data : join(dataDir, "sandbox-bank"),
      key,
      callbackSecret,
      callbackUrl: callbackOf(values),
      faults: faultsOf(values),
      port: wholeOf(values, "port", PORT, PORT_MAX),
      seed: wholeOf(values, "seed", 1),
      slowMs: wholeOf(values, "slow-ms", 3_000),
      lateMs: wholeOf(values, "late-ms", 2_000),
      bounceMs: wholeOf(values, "bounce-ms", 1_000),
      log: (line) => void process.stderr.write(`${line}\n`),
    });
    process.stdout.write(welcome(bank.url, key, callbackSecret));
    await ended;
    await bank.stop();
    return 0;
  },
};

function welcome(url: string, key: string, secret: string): string {
  return `The sandbox bank runs. Start aTES with

  ATES_PAYMENT_URL=${url} ATES_PAYMENT_KEY=${key} ATES_PAYMENT_CALLBACK_SECRET=${secret}

Its books:         curl -H "authorization: Bearer ${key}" ${url}/books
To order faults:   curl -X PUT -H "authorization: Bearer ${key}" -d '{"error":0.3}' ${url}/faults
`;
}

function callbackOf({ callback }: Arguments["values"]): string | undefined {
  if (callback === undefined) return undefined;
  if (typeof callback === "string" && /^https?:/.test(callback) && URL.canParse(callback)) return callback;
  throw new UsageError(`--callback: expected a URL of http or https, got ${String(callback)}`);
}

function faultsOf({ faults }: Arguments["values"]): Faults {
  try {
    return typeof faults === "string" ? parseFaults(faults) : {};
  } catch (error) {
    throw new UsageError(`--faults: ${(error as Error).message}`);
  }
}

const WHOLE_MAX = 2_147_483_647;
const PORT_MAX = 65_535;

function wholeOf(values: Arguments["values"], name: string, fallback: number, max = WHOLE_MAX): number {
  const value = values[name];
  if (value === undefined) return fallback;
  const number = Number(value);
  if (typeof value !== "string" || !/^\d+$/.test(value) || number > max)
    throw new UsageError(`--${name}: expected a whole number up to ${max}, got ${String(value)}`);
  return number;
}
