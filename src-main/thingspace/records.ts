/** Reads the records of a list one by one: what cannot be read costs itself only, and is told. */
import type { CarrierDevice, UnreadableRecord } from '../domain/carrier-device.ts';
import { identifierKind, normalIdentifier } from '../domain/identifiers.ts';
import { CarrierError } from './carrier-error.ts';
import { describeMismatch, deviceAnswer, planAnswer, recordTraces, type DeviceAnswer } from './schemas.ts';

export interface CarrierPlan {
  code: string;
  name: string;
  sizeKb: number | null;
  carrierCode: string | null;
}

/** @param from where the page began, to say where a record stands that names nothing */
export function readDevices(
  records: readonly unknown[],
  from: string,
): { devices: CarrierDevice[]; unreadable: UnreadableRecord[] } {
  const devices: CarrierDevice[] = [];
  const unreadable: UnreadableRecord[] = [];
  for (const [index, record] of records.entries()) {
    const parsed = deviceAnswer.safeParse(record);
    const device = parsed.success ? toCarrierDevice(parsed.data) : undefined;
    if (device !== undefined && Object.keys(device.identifiers).length > 0) devices.push(device);
    else
      unreadable.push({
        what: nameOf(record) ?? `record ${String(index + 1)} of the page after ${from}`,
        problem: parsed.success ? 'It has no identifier that can be read.' : `${describeMismatch(parsed.error)}.`,
      });
  }
  return { devices, unreadable };
}

export function readPlans(records: readonly unknown[]): { plans: CarrierPlan[]; unreadable: UnreadableRecord[] } {
  const plans: CarrierPlan[] = [];
  const unreadable: UnreadableRecord[] = [];
  for (const [index, record] of records.entries()) {
    const { success, data: plan, error } = planAnswer.safeParse(record);
    if (success)
      plans.push({
        code: plan.code,
        name: plan.name ?? plan.code,
        sizeKb: plan.sizeKb ?? null,
        carrierCode: plan.carrierServicePlanCode,
      });
    else unreadable.push({ what: `plan ${String(index + 1)} of the list`, problem: `${describeMismatch(error)}.` });
  }
  return { plans, unreadable };
}

/**
 * Where the next page begins: after the last record of this one that has a DeviceId, be it readable otherwise or not.
 * @throws CarrierError when that would not lead on
 */
export function nextPage(records: readonly unknown[], from: string): string {
  const next = records.map(deviceIdOf).findLast((id) => id !== undefined);
  const stay = {
    code: 'UNEXPECTED_SHAPE',
    nextStep: 'The walk stopped where it was and can be continued.',
  };
  if (next === undefined)
    throw new CarrierError(
      'ambiguous',
      `The device list says that there is more, but no device on the page names a DeviceId in its extendedAttributes (the page after ${from}).`,
      stay,
    );
  if (BigInt(next) <= BigInt(from))
    throw new CarrierError(
      'ambiguous',
      `The device list goes backwards: the page after ${from} ends with DeviceId ${next}.`,
      stay,
    );
  return next;
}

function deviceIdOf(record: unknown): string | undefined {
  const traces = recordTraces.safeParse(record);
  return traces.data?.extendedAttributes.find(({ key, value }) => /^deviceid$/i.test(key.trim()) && /^\d+$/.test(value))
    ?.value;
}

/** The best identification that a broken record still gives. */
function nameOf(record: unknown): string | undefined {
  const ids = recordTraces.safeParse(record).data?.deviceIds ?? [];
  const named = ids.find(({ kind }) => identifierKind(kind) === 'iccid') ?? ids[0];
  if (named !== undefined) return `${named.kind} ${named.id}`;
  const deviceId = deviceIdOf(record);
  return deviceId === undefined ? undefined : `DeviceId ${deviceId}`;
}

function toCarrierDevice(answer: DeviceAnswer): CarrierDevice {
  const identifiers: CarrierDevice['identifiers'] = {};
  for (const { id, kind } of answer.deviceIds) {
    const known = identifierKind(kind);
    const identifier = known && normalIdentifier({ kind: known, id });
    if (identifier !== undefined) identifiers[identifier.kind] ??= identifier.id;
  }
  // A device that moved between networks can have two, and only one of them is in use.
  const withPlan = answer.carrierInformations.filter(({ servicePlan }) => servicePlan !== null);
  const inUse = withPlan.filter(({ state }) => state?.toLowerCase() === 'active');
  const candidates = inUse.length > 0 ? inUse : withPlan;
  const carrier = candidates[0] ?? answer.carrierInformations[0];
  // Two networks in use that disagree prove nothing.
  const plans = new Set(candidates.map(({ servicePlan }) => servicePlan?.trim().toLowerCase()));
  return {
    identifiers,
    accountName: answer.accountName,
    planCode: plans.size > 1 ? null : (carrier?.servicePlan ?? null),
    state: carrier?.state?.toLowerCase() ?? null,
    groupName: answer.groupNames.find((name) => name !== '') ?? null,
    connected: answer.connected ?? null,
    lastConnectedAt: answer.lastConnectionDate,
    billingCycleEnds: answer.billingCycleEndDate,
    customFields: Object.fromEntries(answer.customFields.map(({ key, value }) => [key, value ?? ''])),
  };
}
