/**
 * The shapes of the carrier's answers, as far as the console needs them. Anything more in an answer is left alone, and what
 * is only nice to know does not cost a record when it has another type than expected.
 */
import { z } from 'zod';

/** NaN stands for a number that has lost its digits: see `json.ts`. */
const untrimmed = z.union([z.string(), z.number().transform(String)]);
const text = untrimmed.transform((value) => value.trim());
const optionalText = text.nullish().transform((value) => (value === '' ? null : (value ?? null)));
const niceText = optionalText.catch(null);

/** Of a list, the entries that fit; none when it is no list. */
function niceList<T extends z.ZodType>(entry: T) {
  return z
    .array(z.unknown())
    .nullish()
    .catch(null)
    .transform((list) =>
      (list ?? []).flatMap((value): z.output<T>[] => {
        const read = entry.safeParse(value);
        return read.success ? [read.data] : [];
      }),
    );
}

export const tokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  /** Seconds. Seen in public client code only, so an answer without it is taken to live for the documented hour. */
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

export const loginAnswer = z.looseObject({ sessionToken: z.string().min(1) });

export const passwordAnswer = z.looseObject({ newPassword: z.string().min(1) });

export const changeAnswer = z.looseObject({ requestId: text });

const deviceIds = niceList(z.looseObject({ id: text, kind: z.string() }));

/** A wrong type in what a change goes by (identifiers, plan, state) costs the record. */
export const deviceAnswer = z.looseObject({
  accountName: niceText,
  billingCycleEndDate: niceText,
  carrierInformations: z
    .array(z.looseObject({ servicePlan: optionalText, state: optionalText }).nullable())
    .nullish()
    .transform((list) => (list ?? []).filter((entry) => entry !== null)),
  connected: z.boolean().nullish().catch(null),
  customFields: niceList(z.looseObject({ key: z.string(), value: untrimmed.nullish() })),
  deviceIds,
  groupNames: niceList(text),
  lastConnectionDate: niceText,
});
export type DeviceAnswer = z.infer<typeof deviceAnswer>;

/** What names a record and the next page; read from records that cannot be read otherwise too. */
export const recordTraces = z.looseObject({
  deviceIds,
  extendedAttributes: niceList(z.looseObject({ key: z.string(), value: text })),
});

const hasMoreData = z
  .union([z.boolean(), z.string().transform((value) => value.trim().toLowerCase() === 'true')])
  .optional()
  .catch(undefined);

export const deviceListAnswer = z.looseObject({ hasMoreData, devices: z.array(z.unknown()) });

export const planListAnswer = z.array(z.unknown());

export const planAnswer = z.looseObject({
  name: niceText,
  code: text.pipe(z.string().min(1)),
  sizeKb: z.coerce.number().nullish().catch(null),
  carrierServicePlanCode: niceText,
});

const historyPage = z.looseObject({
  provisioningHistory: z
    .array(z.unknown())
    .nullable()
    .transform((list) => list ?? []),
  hasMoreData,
});

/** The page shows one object, the libraries a list of such objects; a bare list of records is read too. */
export const historyAnswer = z.union([
  historyPage.transform((page) => [page]),
  z.array(historyPage),
  z.array(z.unknown()).transform((records) => [{ provisioningHistory: records, hasMoreData: undefined }]),
]);

export const historyRecord = z.looseObject({
  occurredAt: text.pipe(z.string().refine((at) => !Number.isNaN(Date.parse(at)), 'is no date')),
  status: niceText,
  eventType: niceText,
  servicePlan: niceText,
});

/** Names the first field that does not fit, such as `devices[3].deviceIds`. */
export function describeMismatch(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'the answer has an unexpected shape';
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${String(part)}]` : `.${String(part)}`)).join('');
  return `the field "${path.replace(/^\./, '') || 'answer'}": ${issue.message}`;
}
