/** The ThingSpace processor of carrier rate plan changes. */
import { planMatcher } from '../domain/plans.ts';
import type { Store } from '../store/index.ts';
import type { Job } from '../store/jobs.ts';
import type { Carrier } from './ports.ts';
import type { ChangeProcessor } from './processor.ts';

export function carrierRatePlanProcessor(job: Job, carrier: Carrier, store: Store): ChangeProcessor {
  const planCode = job.request.CarrierRatePlan;
  const isWantedPlan = planMatcher(planCode, store.plans.list(job.providerId));
  const { pageSize } = store.providers.get(job.providerId);
  return {
    requestText: (changes) =>
      carrier.planChangeBody(
        changes.map((change) => change.identifier),
        planCode,
      ),
    send: (requestText) => carrier.changePlan(requestText),
    reached: (device) => isWantedPlan(device.planCode),
    readReached: (from) => carrier.listDevices(from, planCode),
    pagesToRead: () => {
      const onPlan = store.devices.count(job.providerId, { planCodes: [planCode] });
      const onTheWay = store.changes.counts(job.id).accepted;
      return Math.ceil((onPlan + onTheWay) / pageSize);
    },
    readDevice: (change) => carrier.readDevice(change.identifier),
    updateLocalRecord: (change, at) => {
      const deviceId =
        change.deviceId ?? store.devices.ensure(change.providerId, change.identifier.kind, change.identifier.id);
      store.devices.recordPlanChange(deviceId, planCode, job.id, at);
      return deviceId;
    },
  };
}
