import {
  Button,
  Collapse,
  Group,
  NumberInput,
  SimpleGrid,
  Stack,
  Switch,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import type { CallInput, ProviderView } from '../../../src-preload/contract';
import { PROVIDER_DEFAULTS, SETTING_WORDS, settingsOf, SLOWEST_RATE } from '../../../src-main/domain/provider-settings';
import { parseWindows } from '../../../src-main/domain/maintenance-window';
import { api } from '../../lib/api';
import { attempt, showDone } from '../../lib/failures';
import { Allowed } from '../../components/DisabledTooltip';
import { useSession } from '../../state/session';
import { useProviders } from '../../state/providers';

type Settings = CallInput<'providers.save'>['settings'];

const DEFAULTS: Settings = { ...PROVIDER_DEFAULTS, name: '', accountName: '' };

const NUMBERS = [
  { key: 'batchSize', description: 'The carrier refuses more than 10,000' },
  { key: 'pageSize', description: 'When the inventory is read' },
  { key: 'lanes', description: 'Lanes of the engine' },
  { key: 'maxAttempts', description: 'Of those that end without an outcome' },
  { key: 'requestTimeoutS', description: 'From sending to the last byte' },
  { key: 'settleS', description: 'Before a change whose answer was lost is sent again' },
  { key: 'confirmDeadlineS', description: 'After that an accepted change is unconfirmed' },
] as const;

export function ProviderForm({
  provider,
  onSaved,
}: {
  provider: ProviderView | undefined;
  onSaved: (id: number) => void;
}) {
  const [settings, setSettings] = useState<Settings>(provider === undefined ? DEFAULTS : settingsOf(provider));
  const [advanced, setAdvanced] = useState(false);
  const [busy, setBusy] = useState(false);
  const { load, choose } = useProviders();
  const hasOperators = useSession((state) => state.view?.state !== 'open');
  const set = (change: Partial<Settings>): void => {
    setSettings((before) => ({ ...before, ...change }));
  };
  const save = (): void => {
    setBusy(true);
    attempt('Not saved', async () => {
      try {
        const saved = await api('providers.save', { providerId: provider?.id ?? null, settings });
        await load();
        if (provider === undefined) choose(saved.id);
        if (saved.proposal?.isMine === true)
          showDone('Not saved yet', 'These settings take a second Admin. They wait at the top of this page.');
        else showDone('Saved', `The settings of “${saved.name}” are saved.`);
        onSaved(saved.id);
      } finally {
        setBusy(false);
      }
    });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Stack gap="sm">
        <Title order={2}>{provider === undefined ? 'New service provider' : provider.name}</Title>
        <SimpleGrid cols={2} spacing="sm">
          <TextInput
            label={SETTING_WORDS.name}
            description="As you call it here"
            required
            value={settings.name}
            disabled={provider?.isDemo === true}
            onChange={(event) => {
              set({ name: event.currentTarget.value });
            }}
          />
          <TextInput
            label={SETTING_WORDS.accountName}
            description="With its leading zeros, such as 0000123456-00001"
            required
            value={settings.accountName}
            disabled={provider?.isDemo === true}
            onChange={(event) => {
              set({ accountName: event.currentTarget.value });
            }}
          />
        </SimpleGrid>
        <Switch
          label={SETTING_WORDS.writesEnabled}
          description="Off: every change is refused before the carrier is called"
          checked={settings.writesEnabled}
          onChange={(event) => {
            set({ writesEnabled: event.currentTarget.checked });
          }}
        />
        <TextInput
          label={SETTING_WORDS.maintenanceWindows}
          description="When changes may leave, such as Mon-Fri 01:00-05:00; Sat,Sun 00:00-24:00, in this computer’s time. Empty: at any time"
          value={settings.maintenanceWindows}
          error={windowProblem(settings.maintenanceWindows)}
          onChange={(event) => {
            set({ maintenanceWindows: event.currentTarget.value });
          }}
        />
        <NumberInput
          label={SETTING_WORDS.confirmAbove}
          description="Before a larger bulk change starts, the person types it. Empty: never"
          min={0}
          max={1_000_000}
          allowDecimal={false}
          thousandSeparator=","
          value={settings.confirmAbove ?? ''}
          onChange={(value) => {
            set({ confirmAbove: typeof value === 'number' ? value : null });
          }}
        />
        <NumberInput
          label={SETTING_WORDS.fourEyesAbove}
          description={
            hasOperators
              ? 'A larger bulk change needs the approval of somebody who is not its author. Empty: never'
              : 'A larger bulk change needs a second person; that takes operators: Settings → Operators and lock'
          }
          min={0}
          max={1_000_000}
          allowDecimal={false}
          thousandSeparator=","
          disabled={!hasOperators && settings.fourEyesAbove === null}
          value={settings.fourEyesAbove ?? ''}
          onChange={(value) => {
            set({ fourEyesAbove: typeof value === 'number' ? value : null });
          }}
        />
        <Group>
          <Button
            variant="subtle"
            size="compact-sm"
            aria-expanded={advanced}
            onClick={() => {
              setAdvanced(!advanced);
            }}
          >
            {advanced ? 'Hide' : 'Show'} endpoints, batches and limits
          </Button>
        </Group>
        <Collapse expanded={advanced}>
          <Stack gap="sm">
            <TextInput
              label={SETTING_WORDS.baseUrl}
              description="https, or http on this computer"
              value={settings.baseUrl}
              disabled={provider?.isDemo === true}
              onChange={(event) => {
                set({ baseUrl: event.currentTarget.value });
              }}
            />
            <SimpleGrid cols={2} spacing="sm">
              <TextInput
                label={SETTING_WORDS.oauthPath}
                value={settings.oauthPath}
                onChange={(event) => {
                  set({ oauthPath: event.currentTarget.value });
                }}
              />
              <TextInput
                label={SETTING_WORDS.m2mPath}
                value={settings.m2mPath}
                onChange={(event) => {
                  set({ m2mPath: event.currentTarget.value });
                }}
              />
              {NUMBERS.map(({ key, description }) => (
                <NumberInput
                  key={key}
                  label={SETTING_WORDS[key]}
                  description={description}
                  min={1}
                  allowDecimal={false}
                  value={settings[key]}
                  onChange={(value) => {
                    if (typeof value === 'number') set({ [key]: value });
                  }}
                />
              ))}
              <NumberInput
                label={SETTING_WORDS.maxRequestsPerSecond}
                description="Empty: the console finds the carrier’s limit"
                min={SLOWEST_RATE}
                value={settings.maxRequestsPerSecond ?? ''}
                onChange={(value) => {
                  set({ maxRequestsPerSecond: typeof value === 'number' ? value : null });
                }}
              />
            </SimpleGrid>
            <Textarea
              size="xs"
              label={SETTING_WORDS.caCertificates}
              description="PEM, where your network inspects TLS. Those of the system are trusted anyway"
              placeholder="-----BEGIN CERTIFICATE-----"
              autosize
              minRows={2}
              maxRows={6}
              spellCheck={false}
              value={settings.caCertificates}
              onChange={(event) => {
                set({ caCertificates: event.currentTarget.value });
              }}
            />
            <Switch
              label={SETTING_WORDS.sendAccountWithDevices}
              description="Not documented for lists of devices; leave it off unless the carrier asks for it"
              checked={settings.sendAccountWithDevices}
              onChange={(event) => {
                set({ sendAccountWithDevices: event.currentTarget.checked });
              }}
            />
          </Stack>
        </Collapse>
        <Group>
          <Allowed to="settings">
            <Button type="submit" loading={busy}>
              {provider === undefined ? 'Add' : 'Save'}
            </Button>
          </Allowed>
        </Group>
      </Stack>
    </form>
  );
}

function windowProblem(windows: string): string | null {
  try {
    parseWindows(windows);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
