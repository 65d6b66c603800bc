import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { count } from '../lib/format';
import { DisabledTooltip } from './DisabledTooltip';

interface Props {
  opened: boolean;
  title: string;
  /** How many devices; the person types it, with or without separators. */
  number: number;
  action: string;
  children: React.ReactNode;
  onConfirm: () => void;
  onClose: () => void;
}

/** A large change is started by typing how many devices it concerns: a click alone may be a slip. */
export function ConfirmNumber({ opened, title, number, action, children, onConfirm, onClose }: Props) {
  const [text, setText] = useState('');
  const close = (): void => {
    setText('');
    onClose();
  };
  const right = text.replaceAll(/[\s,.’']/g, '') === number.toString();
  return (
    <Modal opened={opened} onClose={close} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!right) return;
          close();
          onConfirm();
        }}
      >
        <Stack>
          {children}
          <TextInput
            label={`Type the number of devices, ${count(number)}`}
            inputMode="numeric"
            autoComplete="off"
            data-autofocus
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
            }}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Not yet
            </Button>
            <DisabledTooltip reason={right ? null : `Type ${count(number)} first.`}>
              <Button type="submit" disabled={!right}>
                {action}
              </Button>
            </DisabledTooltip>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Whether a change of so many devices asks for their number. */
export function asksForNumber(confirmAbove: number | null, devices: number): boolean {
  return confirmAbove !== null && devices > confirmAbove;
}
