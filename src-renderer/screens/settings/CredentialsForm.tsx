import { Alert, Badge, Button, Group, PasswordInput, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { AppInfo, ProviderView } from '../../../src-preload/contract';
import { api } from '../../lib/api';
import { attempt, failureText } from '../../lib/failures';
import { DisabledTooltip } from '../../components/DisabledTooltip';
import { useWhyMayNot } from '../../state/session';
import { credentialsAreGone, useProviders } from '../../state/providers';

const FIELDS = [
  { key: 'key', label: 'API key', description: 'Of the ThingSpace application' },
  { key: 'secret', label: 'API secret', description: 'Of the ThingSpace application' },
  { key: 'username', label: 'User', description: 'The account’s web-service (UWS) user' },
  { key: 'password', label: 'Password', description: 'Of that user' },
] as const;
const EMPTY = { key: '', secret: '', username: '', password: '' };

/** Credentials can be set and tested here, never read: they stay in the main process and the OS keychain. */
export function CredentialsForm({ provider, vault }: { provider: ProviderView; vault: AppInfo['vault'] }) {
  const [values, setValues] = useState(EMPTY);
  const [busy, setBusy] = useState<'save' | 'test' | null>(null);
  const [verdict, setVerdict] = useState<{ ok: boolean; text: string } | null>(null);
  const load = useProviders((state) => state.load);
  const complete = Object.values(values).every((value) => value !== '');
  const mayNot = useWhyMayNot('settings');
  const run = (what: 'save' | 'test', work: () => Promise<void>): void => {
    setBusy(what);
    setVerdict(null);
    attempt('Not done', async () => {
      try {
        await work();
      } finally {
        setBusy(null);
        await load();
      }
    });
  };
  const test = async (): Promise<void> => {
    try {
      const { plans, seconds } = await api('providers.test', { providerId: provider.id });
      setVerdict({
        ok: true,
        text: `Connected in ${seconds.toFixed(1)} s; the account has ${plans.toString()} rate plans.`,
      });
    } catch (error) {
      const { message, next } = failureText(error);
      setVerdict({ ok: false, text: `${message} ${next ?? ''}` });
    }
  };
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Title order={2}>Credentials</Title>
        <Badge color={provider.hasCredentials ? 'green' : 'gray'} variant="light" tt="none">
          {provider.hasCredentials
            ? vault.backend === 'keychain'
              ? `stored in the OS keychain${vault.library === null ? '' : ` (${vault.library})`}`
              : 'in memory until the console ends'
            : 'not set'}
        </Badge>
      </Group>
      {credentialsAreGone(provider) && (
        <Alert color="yellow" title="The credentials have to be entered again">
          {provider.credentialsElsewhere
            ? 'They were entered for another address, and are not sent to this one.'
            : provider.secretsBackend === 'keychain'
              ? 'They were stored in the OS keychain, and it does not give them back: it was replaced or emptied, or this is another computer or user.'
              : 'There was no keychain when they were entered, so they were kept in memory until the console ended.'}{' '}
          Jobs, devices and history are all here; only the carrier cannot be called.
        </Alert>
      )}
      {provider.failedLogins > 0 && (
        <Alert
          color="yellow"
          title={`${provider.failedLogins.toString()} ${provider.failedLogins === 1 ? 'login was' : 'logins were'} refused in a row`}
        >
          <Text size="sm">
            The carrier locks the account at the fifth, and only its support unlocks it. The console makes no further
            try after the fourth.
          </Text>
          <Button
            mt="xs"
            size="compact-sm"
            variant="default"
            onClick={() => {
              run('save', () => api('providers.clearFailedLogins', { providerId: provider.id }));
            }}
          >
            The password is mended: clear the counter
          </Button>
        </Alert>
      )}
      <SimpleGrid cols={2} spacing="sm">
        {FIELDS.map(({ key, label, description }) => (
          <PasswordInput
            key={key}
            label={label}
            description={description}
            placeholder={provider.hasCredentials ? 'set; enter to replace' : ''}
            autoComplete="off"
            value={values[key]}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setValues((before) => ({ ...before, [key]: value }));
            }}
          />
        ))}
      </SimpleGrid>
      {verdict !== null && (
        <Alert
          color={verdict.ok ? 'green' : 'red'}
          title={verdict.ok ? 'The connection works' : 'The connection does not work'}
        >
          {verdict.text}
        </Alert>
      )}
      <Group>
        <DisabledTooltip reason={mayNot ?? (complete ? null : 'Fill in all four fields.')}>
          <Button
            loading={busy === 'save'}
            disabled={!complete || mayNot !== null}
            onClick={() => {
              run('save', async () => {
                await api('providers.setCredentials', {
                  providerId: provider.id,
                  baseUrl: provider.baseUrl,
                  ...values,
                });
                setValues(EMPTY);
              });
            }}
          >
            Store credentials
          </Button>
        </DisabledTooltip>
        <DisabledTooltip reason={mayNot ?? (provider.hasCredentials ? null : 'Store credentials first.')}>
          <Button
            variant="default"
            loading={busy === 'test'}
            disabled={!provider.hasCredentials || mayNot !== null}
            onClick={() => {
              run('test', test);
            }}
          >
            Test connection
          </Button>
        </DisabledTooltip>
        {provider.hasCredentials && mayNot === null && (
          <Button
            variant="subtle"
            color="red"
            onClick={() => {
              run('save', () => api('providers.removeCredentials', { providerId: provider.id }));
            }}
          >
            Remove
          </Button>
        )}
      </Group>
    </Stack>
  );
}
