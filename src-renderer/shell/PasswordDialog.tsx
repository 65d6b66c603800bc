import { Button, Group, Modal, PasswordInput, Stack } from '@mantine/core';
import { useState } from 'react';
import { DisabledTooltip } from '../components/DisabledTooltip';
import { NewPasswordFields, type NewPassword } from '../screens/sign-in/NewPasswordFields';
import { useDialogs } from '../state/dialogs';
import { api } from '../lib/api';
import { attempt, showDone } from '../lib/failures';

/** An operator's own password. */
export function PasswordDialog() {
  const { open, close } = useDialogs();
  return (
    <Modal opened={open === 'password'} onClose={close} title="Change my password">
      <PasswordForm onDone={close} />
    </Modal>
  );
}

function PasswordForm({ onDone }: { onDone: () => void }) {
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState<NewPassword>({ text: '', right: false });
  const reason = old === '' ? 'Enter the old password.' : fresh.right ? null : 'Enter the new password twice.';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason !== null) return;
        attempt('The password was not changed', async () => {
          await api('session.changePassword', { old, fresh: fresh.text });
          onDone();
          showDone('Password changed', 'It counts from now on.');
        });
      }}
    >
      <Stack>
        <PasswordInput
          label="Old password"
          required
          data-autofocus
          autoComplete="off"
          value={old}
          onChange={(event) => {
            setOld(event.currentTarget.value);
          }}
        />
        <NewPasswordFields onChange={setFresh} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Leave it
          </Button>
          <DisabledTooltip reason={reason}>
            <Button type="submit" disabled={reason !== null}>
              Change it
            </Button>
          </DisabledTooltip>
        </Group>
      </Stack>
    </form>
  );
}
