/** What the control endpoints and the command line may set, checked. */
import { z } from 'zod';
import {
  DEVICE_LIST_ANSWERS,
  ENDPOINTS,
  FAULT_KINDS,
  GATEWAY_FORMS,
  HISTORY_SHAPES,
  KIND_FORMS,
  PASSWORD_BREAKS,
  PLAN_FORMS,
  RETRY_AFTER_FORMS,
  STATUS_KNOWLEDGE,
  type FaultKind,
} from './options.ts';
import { SIMULATED_PLANS } from './plans.ts';

const share = z.number().min(0).max(1);
const planCode = z.enum(SIMULATED_PLANS.map(({ code }) => code));
const shares = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, share.optional()])) as Record<
  FaultKind,
  z.ZodOptional<typeof share>
>;

export const faultsShape = z.strictObject({
  ...shares,
  slowMs: z.number().optional(),
  only: z.array(z.enum(ENDPOINTS)).optional(),
});

export const rateShape = z.strictObject({
  kind: z.enum(['none', 'token-bucket', 'fixed-window', 'sliding-window']).optional(),
  perSecond: z.number().positive().optional(),
  windowS: z.number().positive().optional(),
  retryAfter: z.enum(RETRY_AFTER_FORMS).optional(),
  status: z.literal([429, 503]).optional(),
  form: z.enum(GATEWAY_FORMS).optional(),
  code: z
    .string()
    .regex(/^90080[0-7]$/)
    .optional(),
});

export const shownShape = z.strictObject({
  unauthorizedForm: z.enum(GATEWAY_FORMS).optional(),
  planShownAs: z.enum(PLAN_FORMS).optional(),
  kindsShownAs: z.enum(KIND_FORMS).optional(),
  unknownKinds: z.boolean().optional(),
  oddRecords: share.optional(),
  identifiersAsNumbers: z.boolean().optional(),
  severalCarriers: share.optional(),
  emptyLastPage: z.boolean().optional(),
  maxPageSize: z.number().int().positive().optional(),
  deviceList: z.enum(DEVICE_LIST_ANSWERS).optional(),
  largestDeviceList: z.number().int().positive().optional(),
  historyShape: z.enum(HISTORY_SHAPES).optional(),
  statusKnows: z.enum(STATUS_KNOWLEDGE).optional(),
  passwordResetBreaks: z.enum(PASSWORD_BREAKS).optional(),
  otherUser: z.strictObject({ requestsPerSecond: z.number().min(0) }).optional(),
  planRules: z
    .array(z.strictObject({ name: z.string(), fromPlan: planCode, toPlan: planCode, perHour: z.number().min(0) }))
    .optional(),
});

/** Leaves out what was not given, so that it does not overwrite what is set. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
