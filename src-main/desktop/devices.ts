import { ConsoleError } from '../domain/errors.ts';
import { identifyText } from '../inventory/identify.ts';
import type { Desk, Handlers } from './desk.ts';

export function deviceHandlers({
  console,
}: Desk): Handlers<'devices.page' | 'devices.facets' | 'devices.ids' | 'devices.story' | 'devices.identify'> {
  const { devices, changes, jobs } = console.store;
  return {
    'devices.page': ({ providerId, filter, sort, offset, limit }) => ({
      total: devices.count(providerId, filter),
      rows: devices.page(providerId, filter, sort, offset, limit),
    }),
    'devices.facets': ({ providerId }) => devices.facets(providerId),
    'devices.ids': ({ providerId, filter }) => devices.ids(providerId, filter),
    'devices.story': ({ deviceId }) => {
      const device = devices.get(deviceId);
      if (device === undefined) throw new ConsoleError('not-found', 'This device is no longer in the inventory.');
      return {
        device,
        history: devices.history(deviceId),
        changes: changes.ofDevice(deviceId).map((change) => {
          const { title, target } = jobs.get(change.jobId);
          return { ...change, jobTitle: title, target };
        }),
      };
    },
    'devices.identify': ({ providerId, text }) => identifyText(devices, providerId, text),
  };
}
