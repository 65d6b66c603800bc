import { ConsoleError } from '../domain/errors.ts';
import { identifyText } from '../inventory/identify.ts';
import type { Desk, Handlers } from './desk.ts';

type Calls =
  | 'devices.page'
  | 'devices.facets'
  | 'devices.ids'
  | 'devices.story'
  | 'devices.refresh'
  | 'devices.forgetDrift'
  | 'devices.identify'
  | 'views.list'
  | 'views.save'
  | 'views.remove';

export function deviceHandlers({ console }: Desk): Handlers<Calls> {
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
          const { title, type, target } = jobs.get(change.jobId);
          return { ...change, job: { title, type, target } };
        }),
      };
    },
    'devices.refresh': ({ providerId, deviceIds }) => console.refreshDevices(providerId, deviceIds),
    'devices.forgetDrift': ({ providerId }) => ({ devices: console.forgetDrift(providerId) }),
    'views.list': ({ providerId }) => console.store.savedViews.list(providerId),
    'views.save': ({ providerId, name, view }) => {
      console.store.savedViews.save(providerId, name, view);
    },
    'views.remove': ({ viewId }) => {
      console.store.savedViews.remove(viewId);
    },
    'devices.identify': ({ providerId, text }) => identifyText(devices, providerId, text),
  };
}
