import { EdgeServer } from "../../http/server.ts";
import { pino } from "pino";
const server = new EdgeServer({ authenticate: async()=>{throw 1}, logger: pino({level:"silent"}), routes: [{method:"POST",path:"/things",tag:"",summary:"",access:"anyone",body:{type:"object"},responses:{},handle:async()=>({status:200,body:1})}]});
const { port } = await server.listen(0, "127.0.0.1");
const large = "x".repeat(1024 * 1024 + 1);
const mode = process.argv[2];
if (mode === "a") { const r = await fetch(`http://127.0.0.1:${port}/api/v1/things`, {method:"POST", body: large, headers:{"Content-Type":"application/json"}}); console.log(r.status, (await r.text()).length); }
else { const chunk = new TextEncoder().encode("x".repeat(64 * 1024));
      const stream = new ReadableStream({ start(c) { for (let i = 0; i < 20; i++) c.enqueue(chunk); c.close(); } });
 const r = await fetch(`http://127.0.0.1:${port}/api/v1/things`, {method:"POST", body: stream, duplex:"half", headers:{"Content-Type":"application/json"}} as RequestInit); console.log(r.status, (await r.text()).length); }
const t=Date.now(); await server.close(); console.log("closed", Date.now()-t);
