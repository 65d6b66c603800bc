/** What a call and an event are, and the parts that their inputs are made of. */
import { z } from 'zod';
import type { Permission } from '../../src-main/domain/roles.ts';

/** What a call that failed says; the message is for people. */
export interface CallError {
  code: string;
  message: string;
  next: string | null;
}

export type CallAnswer<T> = { ok: true; value: T } | { ok: false; error: CallError };

export interface Call<I extends z.ZodType, O> {
  /** What the person must have the right to; `anyone` also before signing in. */
  needs: Permission | 'anyone';
  input: I;
  /** Only a type: the main process is trusted to keep to it, and the compiler sees to it. */
  output: O | undefined;
}

export function call<O>(needs: Permission | 'anyone') {
  return <I extends z.ZodType>(input: I): Call<I, O> => ({ needs, input, output: undefined });
}

export interface Event<T> {
  payload: T | undefined;
}

export const id = z.number().int().positive();

export const text = z.string().max(200);

export const secret = z.string().min(1).max(500);

export const nothing = z.undefined();

export const password = z.string().max(500);

export const page = { offset: z.number().int().min(0), limit: z.number().int().min(1).max(1000) };

/** An object whose names are all read: `__proto__` would be dropped without a word, and select everything. */
export function wholly<T extends z.ZodType>(schema: T): z.ZodType<z.output<T>, z.output<T>> {
  return z.custom<z.output<T>>(
    (value) => !Object.hasOwn(Object(value) as object, '__proto__') && schema.safeParse(value).success,
    { error: 'These are no custom fields.' },
  );
}
