import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../lib/api';
import { attempt } from '../../lib/failures';
import { Allowed } from '../../components/DisabledTooltip';

/** The data file does not fit what the keychain says was signed: a person explains it, or looks at it more closely. */
export function OlderStore() {
  const [opened, setOpened] = useState(false);
  const [why, setWhy] = useState('');
  const accept = (): void => {
    attempt('Not written down', async () => {
      await api('audit.accept', { why });
      setOpened(false);
    });
  };
  return (
    <>
      <Allowed to="settings">
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            setOpened(true);
          }}
        >
          Explain …
        </Button>
      </Allowed>
      <Modal
        opened={opened}
        onClose={() => {
          setOpened(false);
        }}
        title="Why is this data file different?"
      >
        <Stack gap="sm">
          <Text size="sm">
            After a backup was put back this is expected. If nobody did that, somebody may have changed the file: keep
            the data folder as it is and compare it with a backup or an export. What you write goes to the audit log.
          </Text>
          <Textarea
            label="Why"
            autosize
            minRows={2}
            value={why}
            onChange={(event) => {
              setWhy(event.currentTarget.value);
            }}
          />
          <Group justify="flex-end">
            <Button disabled={why.trim().length < 5} onClick={accept}>
              Record reason and continue
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
