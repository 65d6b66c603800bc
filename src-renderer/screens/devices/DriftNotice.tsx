import { Alert, Button, Group, Text } from '@mantine/core';
import type { ProviderView } from '../../../src-preload/contract';
import { Allowed } from '../../components/DisabledTooltip';
import { api } from '../../lib/api';
import { attempt } from '../../lib/failures';
import { devices } from '../../lib/format';
import { useLive } from '../../state/live';

/** Plans that somebody changed elsewhere; seen at the last sync. */
export function DriftNotice({
  provider,
  count: size,
  shown,
  onShow,
}: {
  provider: ProviderView;
  count: number;
  shown: boolean;
  onShow: (shown: boolean) => void;
}) {
  const changed = useLive((state) => state.inventoryChanged);
  if (size === 0 && !shown) return null;
  return (
    <Alert color="yellow" mx={20} mt={12} py={6} role="status">
      <Group justify="space-between">
        <Text size="sm">
          {devices(size)} {size === 1 ? 'has' : 'have'} a plan that was changed elsewhere since the console last knew
          it.
        </Text>
        <Group gap={8}>
          <Button
            variant="default"
            size="xs"
            onClick={() => {
              onShow(!shown);
            }}
          >
            {shown ? 'Show all devices' : 'Show them'}
          </Button>
          <Allowed to="inventory">
            <Button
              variant="subtle"
              size="xs"
              onClick={() => {
                attempt('Not marked as seen', async () => {
                  await api('devices.forgetDrift', { providerId: provider.id });
                  onShow(false);
                  changed();
                });
              }}
            >
              Mark as seen
            </Button>
          </Allowed>
        </Group>
      </Group>
    </Alert>
  );
}
