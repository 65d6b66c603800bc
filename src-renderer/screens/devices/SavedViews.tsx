import { ActionIcon, Button, Group, Menu, Modal, Stack, TextInput } from '@mantine/core';
import { Bookmark, BookmarkPlus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { EVERY_DEVICE, type DeviceView, type SavedView } from '../../../src-main/domain/device-view';
import { api } from '../../lib/api';
import { attempt } from '../../lib/failures';
import { MenuEntry } from '../../components/DisabledTooltip';
import { useWhyMayNot } from '../../state/session';
import { remember } from '../../state/undo';
import { useLoad } from '../../state/use-load';

interface Props {
  providerId: number;
  view: DeviceView;
  onChoose: (view: DeviceView) => void;
}

/** Filters and sorting under a name of one's own. */
export function SavedViews({ providerId, view, onChoose }: Props) {
  const mayNot = useWhyMayNot('inventory');
  const [version, setVersion] = useState(0);
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const views = useLoad(`views ${providerId.toString()} ${version.toString()}`, () =>
    api('views.list', { providerId }),
  );
  const reload = (): void => {
    setVersion((before) => before + 1);
  };
  const rememberDeletion = ({ name: deleted, view: content }: SavedView): void => {
    remember({
      what: `delete the view ${deleted}`,
      undo: () => {
        attempt('The view did not come back', async () => {
          await api('views.save', { providerId, name: deleted, view: content });
          reload();
        });
      },
      redo: () => {
        attempt('The view was not deleted', async () => {
          const again = (await api('views.list', { providerId })).find((one) => one.name === deleted);
          if (again !== undefined) await api('views.remove', { viewId: again.id });
          reload();
        });
      },
    });
  };
  const save = (): void => {
    attempt('The view was not saved', async () => {
      await api('views.save', { providerId, name, view });
      setNaming(false);
      setName('');
      reload();
    });
  };
  return (
    <>
      <Menu position="bottom-start" width={260}>
        <Menu.Target>
          <Button variant="default" leftSection={<Bookmark size={14} aria-hidden />}>
            Views
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            onClick={() => {
              onChoose(EVERY_DEVICE);
            }}
          >
            All devices
          </Menu.Item>
          {(views.value ?? []).map((saved) => (
            <Group key={saved.id} gap={2} wrap="nowrap">
              <Menu.Item
                onClick={() => {
                  onChoose(saved.view);
                }}
              >
                {saved.name}
              </Menu.Item>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Delete the view ${saved.name}`}
                onClick={() => {
                  attempt('The view was not deleted', async () => {
                    await api('views.remove', { viewId: saved.id });
                    reload();
                    rememberDeletion(saved);
                  });
                }}
              >
                <Trash2 size={14} aria-hidden />
              </ActionIcon>
            </Group>
          ))}
          <Menu.Divider />
          <MenuEntry
            icon={<BookmarkPlus size={14} aria-hidden />}
            why={mayNot}
            onClick={() => {
              setNaming(true);
            }}
          >
            Save this view …
          </MenuEntry>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={naming}
        onClose={() => {
          setNaming(false);
        }}
        title="Save this view"
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <Stack>
            <TextInput
              label="Name"
              description="Its search, filters and sorting are kept. A view of that name is replaced."
              required
              data-autofocus
              maxLength={60}
              value={name}
              onChange={(event) => {
                setName(event.currentTarget.value);
              }}
            />
            <Group justify="flex-end">
              <Button type="submit">Save</Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
