/** The shapes of the carrier's answers, as far as the console needs them. Anything more in an answer is left alone. */
import { z } from 'zod';

const text = z.union([z.string(), z.number().transform(String)]);
const optionalText = text.nullish().transform((value) => (value === '' ? null : (value ?? null)));
const keyValue = z.looseObject({ key: z.string(), value: z.unknown().optional() });

export const tokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  /** Seconds. Seen in public client code only, so an answer without it is taken to live for the documented hour. */
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

export const loginAnswer = z.looseObject({ sessionToken: z.string().min(1) });

export const changeAnswer = z.looseObject({ requestId: text });

export const deviceAnswer = z.looseObject({
  accountName: optionalText,
  billingCycleEndDate: optionalText,
  carrierInformations: z
    .array(z.looseObject({ carrierName: optionalText, servicePlan: optionalText, state: optionalText }))
    .nullish()
    .transform((list) => list ?? []),
  connected: z.boolean().nullish(),
  customFields: z
    .array(z.looseObject({ key: z.string(), value: optionalText }))
    .nullish()
    .transform((list) => list ?? []),
  deviceIds: z.array(z.looseObject({ id: text, kind: z.string() })),
  extendedAttributes: z
    .array(keyValue)
    .nullish()
    .transform((list) => list ?? []),
  groupNames: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
  lastConnectionDate: optionalText,
});
export type DeviceAnswer = z.infer<typeof deviceAnswer>;

export const deviceListAnswer = z.looseObject({ hasMoreData: z.boolean().optional(), devices: z.array(deviceAnswer) });

export const planListAnswer = z.array(
  z.looseObject({
    name: optionalText,
    code: text,
    sizeKb: z.coerce.number().nullish().catch(null),
    carrierServicePlanCode: optionalText,
  }),
);

/** Names the first field that does not fit, such as `devices[3].deviceIds`. */
export function describeMismatch(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'the answer has an unexpected shape';
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${String(part)}]` : `.${String(part)}`)).join('');
  return `the field "${path.replace(/^\./, '') || 'answer'}": ${issue.message}`;
}
