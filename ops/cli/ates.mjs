#!/usr/bin/env node
// `npx ates …`: the same door as `npm start`, so that a fresh checkout and an old Node do as well.

import { main } from "../bootstrap.mjs";

await main(process.argv.slice(2));
