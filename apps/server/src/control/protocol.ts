import { z } from 'zod';

/** What the command line asks of a running daemon: one JSON line each way. */
export const controlRequest = z.discriminatedUnion('command', [
  z.object({ command: z.literal('status') }),
  z.object({ command: z.literal('loop') }),
  z.object({ command: z.literal('shares') }),
  z.object({ command: z.literal('explain-open'), share: z.string().max(80), path: z.string().max(2000) }),
  z.object({
    command: z.literal('why-denied'),
    user: z.string().max(256),
    share: z.string().max(80),
    path: z.string().max(2000),
    access: z.number().int().min(0).max(0xffff_ffff),
    address: z.string().max(64).optional(),
  }),
  z.object({ command: z.literal('reload') }),
  z.object({ command: z.literal('shutdown') }),
  z.object({
    command: z.literal('capture-start'),
    client: z.string().max(64),
    out: z.string().max(3000).startsWith('/'),
    maxBytes: z.number().int().positive(),
  }),
  z.object({ command: z.literal('capture-stop') }),
  z.object({ command: z.literal('capture-wait') }),
  z.object({ command: z.literal('kill-worker'), worker: z.number().int().nonnegative() }),
  z.object({ command: z.literal('debug'), component: z.string().max(16) }),
]);

export type ControlRequest = z.infer<typeof controlRequest>;

export const controlResponse = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);

export type ControlResponse = z.infer<typeof controlResponse>;

/** The largest size of a request, in bytes. */
export const MAX_REQUEST = 4096;
