import { render } from "preact";
import { App } from "./app.tsx";
import { installWorker } from "./install-worker.ts";
import { locale } from "./messages/locale.ts";
import { session } from "./session.ts";
import { live } from "./store/live.ts";
import { theme } from "./store/theme.ts";
import "./style/main.css";

const root = document.querySelector("#app");
if (root === null) throw new Error("index.html has no #app");
theme.start();
await locale.start();
live();
render(<App />, root);
installWorker();
await session.resume();
