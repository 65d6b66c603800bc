import { Combobox, Group, Modal, Text, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { COMMANDS, keysOf, type Command } from '../../src-preload/commands';
import type { JobView } from '../../src-preload/contract';
import { EVERY_DEVICE } from '../../src-main/domain/device-view';
import { Keys } from '../components/Keys';
import { filterOf, useDeviceViews } from '../state/device-view';
import { useDialogs } from '../state/dialogs';
import { useNavigation } from '../state/navigation';
import { useProviders } from '../state/providers';
import { useLoad } from '../state/use-load';
import { api } from '../lib/api';
import { useCommands, whyNot } from './commands';

interface Entry {
  key: string;
  label: string;
  /** Behind the label: a remark, or why it cannot be done now. */
  note?: string | undefined;
  keys?: string | undefined;
  disabled?: boolean;
  run: () => void;
}

const SHOWN = 6;

/** Everything that can be done or gone to, by typing a part of its name. */
export function CommandPalette() {
  const { open, close } = useDialogs();
  return (
    <Modal.Root
      opened={open === 'palette'}
      onClose={close}
      size={600}
      transitionProps={{ duration: 0 }}
      padding={0}
      yOffset="12vh"
      centered={false}
    >
      <Modal.Overlay />
      <Modal.Content aria-label="Commands">
        <Modal.Body>
          <Palette onDone={close} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Palette({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const groups = useEntries(wanted);
  const combobox = useCombobox({
    opened: true,
    onOpenedChange: (opened) => {
      if (!opened) onDone();
    },
  });
  const { selectFirstOption } = combobox;
  const entries = groups.flatMap((group) => group.entries);
  const offered = entries.map((entry) => entry.key).join(' ');
  // Enter takes the first that can be done.
  useEffect(() => {
    selectFirstOption();
  }, [selectFirstOption, offered]);
  return (
    <Combobox
      store={combobox}
      withinPortal={false}
      onOptionSubmit={(key) => {
        const entry = entries.find((one) => one.key === key);
        if (entry === undefined) return;
        onDone();
        entry.run();
      }}
    >
      <Combobox.EventsTarget>
        <TextInput
          size="md"
          variant="unstyled"
          px="md"
          data-autofocus
          autoFocus
          aria-label="Find a command, job or device"
          placeholder="Type a command, a job, or digits of a device"
          leftSection={<Search size={16} aria-hidden />}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
        />
      </Combobox.EventsTarget>
      <Combobox.Options className="palette" aria-label="Commands" tabIndex={0}>
        {groups.map(({ name, entries: found }) => (
          <Combobox.Group key={name} label={name}>
            {found.map((entry) => (
              <Combobox.Option key={entry.key} value={entry.key} disabled={entry.disabled === true}>
                <Group justify="space-between" wrap="nowrap">
                  <Text size="sm" truncate>
                    {entry.label}
                    {entry.note !== undefined && (
                      <Text span size="xs" className="soft" ml={8}>
                        {entry.note}
                      </Text>
                    )}
                  </Text>
                  {entry.keys !== undefined && <Keys keys={entry.keys} />}
                </Group>
              </Combobox.Option>
            ))}
          </Combobox.Group>
        ))}
        {entries.length === 0 && <Combobox.Empty>Nothing is called “{text}”.</Combobox.Empty>}
      </Combobox.Options>
    </Combobox>
  );
}

function useEntries(wanted: string): { name: string; entries: Entry[] }[] {
  const run = useCommands();
  const { go } = useNavigation.getState();
  const { list = [], currentId, choose } = useProviders();
  const [settled] = useDebouncedValue(wanted, 60);
  const jobs = useLoad('jobs', () => api('jobs.list'));
  const views = useLoad(currentId === null ? null : 'views', () => api('views.list', { providerId: currentId ?? 0 }));
  const searched = currentId !== null && settled.length >= 3;
  const found = useLoad(searched ? settled : null, () =>
    api('devices.page', {
      providerId: currentId ?? 0,
      filter: filterOf({ ...EVERY_DEVICE, search: settled }),
      sort: EVERY_DEVICE.sort,
      offset: 0,
      limit: SHOWN,
    }),
  );
  const matches = (label: string): boolean => wanted.split(/\s+/).every((part) => label.toLowerCase().includes(part));
  const commands = (Object.keys(COMMANDS) as Command[])
    .filter((command) => command !== 'palette' && matches(COMMANDS[command].label))
    .map((command): Entry => {
      const reason = whyNot(command);
      return {
        key: command,
        label: COMMANDS[command].label,
        note: reason ?? undefined,
        keys: keysOf(command),
        disabled: reason !== null,
        run: () => {
          run(command);
        },
      };
    });
  const jobEntries = (jobs.value ?? [])
    .filter((view) => wanted !== '' && matches(jobLabel(view)))
    .slice(0, SHOWN)
    .map((view): Entry => {
      return {
        key: `job ${view.job.id.toString()}`,
        label: jobLabel(view),
        note: view.status,
        run: () => {
          go({ name: 'job', jobId: view.job.id });
        },
      };
    });
  const viewEntries = (views.value ?? [])
    .filter((view) => matches(`view ${view.name}`))
    .map((view): Entry => {
      return {
        key: `view ${view.id.toString()}`,
        label: `View ${view.name}`,
        run: () => {
          if (currentId !== null) useDeviceViews.getState().change(currentId, view.view);
          go({ name: 'devices' });
        },
      };
    });
  const accounts = list
    .filter((provider) => provider.id !== currentId && matches(`account ${provider.name}`))
    .map((provider): Entry => {
      return {
        key: `account ${provider.id.toString()}`,
        label: `Go to account ${provider.name}`,
        run: () => {
          choose(provider.id);
        },
      };
    });
  const devices = (searched ? (found.value?.rows ?? []) : []).map((device): Entry => {
    return {
      key: `device ${device.id.toString()}`,
      label: device.iccid ?? device.imei ?? device.mdn ?? '',
      note: [device.mdn, device.customer].filter((part) => part !== null).join(' · '),
      run: () => {
        useDialogs.getState().showDevice(device.id);
      },
    };
  });
  return [
    { name: 'Devices', entries: devices },
    { name: 'Commands', entries: commands },
    { name: 'Jobs', entries: jobEntries },
    { name: 'Views', entries: viewEntries },
    { name: 'Accounts', entries: accounts },
  ].filter((group) => group.entries.length > 0);
}

function jobLabel({ job }: JobView): string {
  return `Job ${job.id.toString()}: ${job.title}`;
}
