import { Button, Group, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Allowed } from '../../components/DisabledTooltip';
import { api } from '../../lib/api';
import { attempt } from '../../lib/failures';
import { count } from '../../lib/format';
import { useLive } from '../../state/live';
import { useNavigation } from '../../state/navigation';
import { useProviders } from '../../state/providers';

const DEMO_DEVICES = 10_000;

/** Opens the demo account: a simulated carrier on this machine, with devices, plans and prices. */
export function useDemo(): { starting: boolean; start: () => void } {
  const [starting, setStarting] = useState(false);
  const { load, choose } = useProviders();
  const go = useNavigation((state) => state.go);
  return {
    starting,
    start: () => {
      setStarting(true);
      attempt('The demo could not start', async () => {
        try {
          const provider = await api('demo.start', { devices: DEMO_DEVICES });
          await load();
          choose(provider.id);
          go({ name: 'devices' });
        } finally {
          setStarting(false);
          useLive.setState({ sync: null });
          useLive.getState().inventoryChanged();
        }
      });
    },
  };
}

export function WelcomeScreen() {
  const demo = useDemo();
  const sync = useLive((state) => state.sync);
  const go = useNavigation((state) => state.go);
  return (
    <div className="page-body">
      <Stack maw={760} mx="auto" mt="8vh" gap="xl">
        <div>
          <Title order={1} fz={26}>
            Change the rate plan of many devices, and know what became of each
          </Title>
          <Text mt={6} className="soft" size="md">
            Pick devices, pick a plan, read what will happen, start it. A device counts as processed only when the
            carrier’s own record shows the new plan.
          </Text>
        </div>
        <SimpleGrid cols={2} spacing="md">
          <Stack className="panel" p="lg" gap="sm" justify="space-between">
            <div>
              <Title order={2}>Try it with a simulated carrier</Title>
              <Text size="sm" className="soft" mt={4}>
                {count(DEMO_DEVICES)} simulated SIMs on this computer. No account is needed, nothing real is changed.
              </Text>
            </div>
            {demo.starting && sync !== null && (
              <Progress value={(sync.devices / DEMO_DEVICES) * 100} aria-label="Reading devices" animated />
            )}
            <Group>
              <Allowed to="settings">
                <Button loading={demo.starting} onClick={demo.start}>
                  Open the demo
                </Button>
              </Allowed>
            </Group>
          </Stack>
          <Stack className="panel" p="lg" gap="sm" justify="space-between">
            <div>
              <Title order={2}>Connect a ThingSpace account</Title>
              <Text size="sm" className="soft" mt={4}>
                You need the account name, an API key and secret, and the user and password of the account’s web-service
                user.
              </Text>
            </div>
            <Group>
              <Button
                variant="default"
                onClick={() => {
                  go({ name: 'settings' });
                }}
              >
                Connect
              </Button>
            </Group>
          </Stack>
        </SimpleGrid>
      </Stack>
    </div>
  );
}
