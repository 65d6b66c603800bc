import { ConsoleError } from '../domain/errors.ts';
import { writeCsv } from '../csv/write.ts';
import { LINE_VERDICTS } from '../domain/identifiers.ts';
import { identifyText } from '../inventory/identify.ts';
import { writingFile } from '../store/output-place.ts';
import type { Desk, Handlers } from './desk.ts';

const LINE_COLUMNS = [
  { key: 'line', header: 'Line' },
  { key: 'text', header: 'Text' },
  { key: 'what', header: 'What it is' },
  { key: 'note', header: 'Explanation' },
] as const;

type Calls =
  | 'devices.page'
  | 'devices.facets'
  | 'devices.ids'
  | 'devices.composition'
  | 'devices.story'
  | 'devices.refresh'
  | 'devices.forgetDrift'
  | 'devices.identify'
  | 'devices.saveLines'
  | 'views.list'
  | 'views.save'
  | 'views.remove';

export function deviceHandlers(desk: Desk): Handlers<Calls> {
  const { console } = desk;
  const { devices, changes, jobs } = console.store;
  return {
    'devices.page': ({ providerId, filter, sort, offset, limit }) => ({
      total: devices.count(providerId, filter),
      rows: devices.page(providerId, filter, sort, offset, limit),
    }),
    'devices.facets': ({ providerId }) => devices.facets(providerId),
    'devices.ids': ({ providerId, filter, range }) =>
      range === undefined
        ? devices.ids(providerId, filter)
        : devices.idsOfPage(providerId, filter, range.sort, range.offset, range.limit),
    'devices.composition': ({ providerId, deviceIds }) => devices.composition(providerId, deviceIds),
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
    'devices.saveLines': async ({ lines }) => {
      const file = (await desk.askWhereToSave('lines-of-the-list.csv')) ?? null;
      if (file === null) return { file };
      await writingFile(file, () =>
        writeCsv(
          file,
          LINE_COLUMNS,
          lines.map((line) => ({ ...line, what: LINE_VERDICTS[line.verdict] })),
        ),
      );
      console.logSaved('list of devices', `${lines.length} lines`);
      return { file };
    },
    'devices.forgetDrift': ({ providerId }) => ({ devices: console.forgetDrift(providerId) }),
    'views.list': ({ providerId }) => console.store.savedViews.list(providerId),
    'views.save': ({ providerId, name, view }) => {
      console.store.transaction(() => {
        console.store.savedViews.save(providerId, name, view);
        console.record('view.saved', `service provider ${providerId.toString()}`, { name });
      });
    },
    'views.remove': ({ viewId }) => {
      console.store.transaction(() => {
        console.store.savedViews.remove(viewId);
        console.record('view.removed', `view ${viewId.toString()}`, {});
      });
    },
    'devices.identify': ({ providerId, text }) => identifyText(devices, providerId, text),
  };
}
