import { render } from "preact";
import { App } from "./app.tsx";
import { locale } from "./messages/locale.ts";
import { session } from "./session.ts";
import { live } from "./store/live.ts";
import "./style/main.css";

const root = document.querySelector("#app");
if (root === null) throw new Error("index.html has no #app");
await locale.start();
live();
render(<App />, root);
await session.resume();
