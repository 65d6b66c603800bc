import { Alert, Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { AppInfo, ProviderView } from '../../../src-preload/contract';
import { oldPasswordDays, PASSWORD_DAYS } from '../../../src-main/domain/secrets';
import { api } from '../../lib/api';
import { failureText, showDone, showNote } from '../../lib/failures';
import { when } from '../../lib/format';
import { DisabledTooltip } from '../../components/DisabledTooltip';
import { useProviders } from '../../state/providers';
import { useWhyMayNot } from '../../state/session';

const UNFINISHED = {
  asked:
    'It was cut off before an answer came, so the console cannot know whether the carrier did it. It tries the old password once. If the carrier refuses it, reset the password in the ThingSpace portal and enter it here.',
  answered:
    'The new password is stored beside the old one, and no login has proved it yet. The console tries the new one, then the old one, once each.',
  unkept:
    'The keychain did not take the new password, and it is in this console’s memory only. Do not close the console: unlock the keychain, then finish the change.',
  lost: 'The carrier refuses every password that the console has, so no further login is tried by itself. Reset the password in the ThingSpace portal and enter it here. If the account was only locked, have it unlocked and try again.',
} as const;

/** The password of the carrier's user: how old it is, a new one, and a change that was cut off. Nobody sees it here. */
export function CarrierPassword({ provider, vault }: { provider: ProviderView; vault: AppInfo['vault'] }) {
  const { passwordChange, passwordSince } = provider;
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState<'change' | 'finish' | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = useProviders((state) => state.load);
  const mayNot = useWhyMayNot('settings');
  const [now] = useState(() => Date.now());
  const days = provider.hasCredentials ? oldPasswordDays(passwordSince, now) : null;
  const run = (what: 'change' | 'finish'): void => {
    setBusy(what);
    setProblem(null);
    const call = what === 'change' ? 'providers.changePassword' : 'providers.finishPasswordChange';
    api(call, { providerId: provider.id })
      .then((done) => {
        if (done?.outcome === 'changed')
          showDone('The password is changed', 'It is in the OS keychain, and a login has proved it.');
        else showNote('The password is as it was', 'The carrier did not change it, and the old one holds.');
      })
      .catch((error: unknown) => {
        const { message, next } = failureText(error);
        setProblem(next === null ? message : `${message} ${next}`);
      })
      .finally(() => {
        setBusy(null);
        setAsking(false);
        void load();
      });
  };
  const whyNot =
    mayNot ??
    (provider.hasCredentials ? null : 'Store credentials first.') ??
    (vault.backend === 'keychain'
      ? null
      : 'There is no OS keychain, so the only copy of the new password would be gone when the console ends.') ??
    (passwordChange === null ? null : 'A password change is not finished.');
  return (
    <Stack gap="sm">
      <Title order={2}>Password at the carrier</Title>
      {passwordChange !== null && (
        <Alert color="yellow" title={`A password change was under way at ${when(passwordChange.at)}`}>
          <Text size="sm">{UNFINISHED[passwordChange.state]}</Text>
          <DisabledTooltip reason={mayNot}>
            <Button
              mt="xs"
              size="compact-sm"
              variant="default"
              loading={busy === 'finish'}
              disabled={mayNot !== null}
              onClick={() => {
                run('finish');
              }}
            >
              {passwordChange.state === 'lost' ? 'Try again' : 'Finish the change'}
            </Button>
          </DisabledTooltip>
        </Alert>
      )}
      {days !== null && passwordChange === null && (
        <Alert color="yellow" title={`The password is ${days.toString()} days old`}>
          The carrier recommends a new one every {PASSWORD_DAYS.toString()} days.
        </Alert>
      )}
      {problem !== null && passwordChange?.state !== 'lost' && (
        <Alert color="red" title="The password change is not done">
          {problem}
        </Alert>
      )}
      <Text size="sm">
        The carrier invents the new password. It goes into the OS keychain, and nobody sees it.
        {provider.hasCredentials &&
          passwordSince !== null &&
          passwordChange === null &&
          ` The one in use is from ${when(passwordSince)}.`}
      </Text>
      <Group>
        <DisabledTooltip reason={whyNot}>
          <Button
            variant="default"
            disabled={whyNot !== null}
            onClick={() => {
              setAsking(true);
            }}
          >
            Change password at the carrier
          </Button>
        </DisabledTooltip>
      </Group>
      <Modal
        opened={asking}
        onClose={() => {
          if (busy === null) setAsking(false);
        }}
        title="Change password at the carrier"
      >
        <Stack>
          <Text size="sm">
            From then on the old password does not work. Other programs and people that use the same ThingSpace user
            cannot log in any more, and this console does not show them the new one: they need a user of their own.
          </Text>
          <Text size="sm">Leave the console open until it is done. That takes up to a minute.</Text>
          <Group justify="flex-end">
            <Button
              variant="default"
              disabled={busy !== null}
              onClick={() => {
                setAsking(false);
              }}
            >
              Leave it
            </Button>
            <Button
              loading={busy === 'change'}
              onClick={() => {
                run('change');
              }}
            >
              Change it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Stack>
  );
}
