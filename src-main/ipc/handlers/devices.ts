import { ConsoleError } from '../../domain/errors.ts';
import { LINE_VERDICTS } from '../../domain/list-lines.ts';
import { identifyList } from '../../inventory/identify.ts';
import { writingFile } from '../../store/output-place.ts';
import { writeTable, type TableColumn } from '../../tables/write-table.ts';
import type { CallInput } from '../../../src-preload/contract/index.ts';
import { askForTable, type HandlerContext, type Handlers } from '../handler-context.ts';

type Line = CallInput<'devices.saveLines'>['lines'][number];

const LINE_COLUMNS: readonly TableColumn<Line>[] = [
  { header: 'Line', is: 'number', value: ({ line }) => line },
  { header: 'Text', is: 'identifier', value: ({ text }) => text },
  { header: 'What it is', value: ({ verdict }) => LINE_VERDICTS[verdict] },
  { header: 'Explanation', value: ({ note }) => note },
];

type Calls =
  | 'devices.page'
  | 'devices.facets'
  | 'devices.ids'
  | 'devices.composition'
  | 'devices.inOrder'
  | 'devices.byIds'
  | 'devices.story'
  | 'devices.refresh'
  | 'devices.forgetDrift'
  | 'devices.identify'
  | 'devices.saveLines'
  | 'views.list'
  | 'views.save'
  | 'views.remove';

export function deviceHandlers(context: HandlerContext): Handlers<Calls> {
  const { app } = context;
  const { devices, changes, jobs } = app.store;
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
    'devices.inOrder': ({ providerId, deviceIds, sort }) => devices.inOrder(providerId, deviceIds, sort),
    'devices.byIds': ({ providerId, deviceIds }) => devices.byIds(providerId, deviceIds),
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
    'devices.refresh': ({ providerId, deviceIds }) => app.reads.refreshDevices(providerId, deviceIds),
    'devices.saveLines': async ({ lines, format: chosen }) => {
      const place = await askForTable(context, 'lines-of-the-list', chosen);
      if (place === undefined) return { file: null };
      const { file, format } = place;
      await writingFile(file, () => writeTable(file, format, { name: 'Lines', columns: LINE_COLUMNS, rows: lines }));
      app.logSaved('list of devices', `${lines.length} lines`);
      return { file };
    },
    'devices.forgetDrift': ({ providerId }) => ({ devices: app.reads.forgetDrift(providerId) }),
    'views.list': ({ providerId }) => app.store.savedViews.list(providerId),
    'views.save': ({ providerId, name, view }) => {
      app.store.transaction(() => {
        app.store.savedViews.save(providerId, name, view);
        app.record('view.saved', `service provider ${providerId.toString()}`, { name });
      });
    },
    'views.remove': ({ viewId }) => {
      app.store.transaction(() => {
        app.store.savedViews.remove(viewId);
        app.record('view.removed', `view ${viewId.toString()}`, {});
      });
    },
    'devices.identify': ({ providerId, text }) => identifyList(devices, providerId, { text }),
  };
}
