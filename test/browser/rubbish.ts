/** What cannot be read, put on the task board's stream past the edge: it becomes a dead letter. */
import { Redis } from "ioredis";
import { streamKey } from "../../streams/topology.ts";

export const RUBBISH = '{"type":"task.create","data":"<img src=x onerror=alert(1)>"';

export async function sendRubbish(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    await redis.xadd(streamKey({ topic: "task-board", partition: 0 }), "*", "e", RUBBISH);
  } finally {
    redis.disconnect();
  }
}
