import {
  Alert,
  Badge,
  Button,
  Group,
  NavLink,
  SegmentedControl,
  Stack,
  Text,
  Title,
  useMantineColorScheme,
} from '@mantine/core';
import { Plus, Users } from 'lucide-react';
import { useState } from 'react';
import type { AppInfo } from '../../../src-preload/contract';
import { devices } from '../../lib/format';
import { PageHead } from '../../components/Page';
import { Allowed } from '../../components/DisabledTooltip';
import { useProviders } from '../../state/providers';
import { useDemo } from '../welcome/WelcomeScreen';
import { CarrierPassword } from './CarrierPassword';
import { CredentialsForm } from './CredentialsForm';
import { LearnedPanel } from './LearnedPanel';
import { OperatorsPanel } from './OperatorsPanel';
import { ProposalPanel } from './ProposalPanel';
import { ProviderForm } from './ProviderForm';

/** Accounts, their credentials, and how the console looks. */
export function SettingsScreen({ info }: { info: AppInfo }) {
  const list = useProviders((state) => state.list) ?? [];
  const currentId = useProviders((state) => state.currentId);
  const [shown, setShown] = useState<number | 'new' | 'operators'>(currentId ?? 'new');
  const provider = list.find((one) => one.id === shown);
  const demo = useDemo();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className="page-fill">
      <PageHead title="Settings" detail={`${info.host} · data folder ${info.home}`}>
        <SegmentedControl
          size="xs"
          aria-label="Colours"
          value={colorScheme}
          onChange={(value) => {
            setColorScheme(value);
          }}
          data={[
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
            { value: 'auto', label: 'System' },
          ]}
        />
      </PageHead>
      <div className="page-body">
        <Group align="flex-start" gap="xl" wrap="nowrap">
          <Stack w={230} gap={2} style={{ flexShrink: 0 }}>
            <Title order={2} mb={4}>
              Service providers
            </Title>
            {list.map((one) => (
              <NavLink
                key={one.id}
                component="button"
                label={one.name}
                description={devices(one.devices)}
                active={shown === one.id}
                rightSection={
                  one.writesEnabled ? null : (
                    <Badge size="xs" color="yellow" tt="none" variant="light">
                      read-only
                    </Badge>
                  )
                }
                onClick={() => {
                  setShown(one.id);
                }}
              />
            ))}
            <NavLink
              component="button"
              label="Add a service provider"
              leftSection={<Plus size={14} aria-hidden />}
              active={shown === 'new'}
              onClick={() => {
                setShown('new');
              }}
            />
            <Group mt="md">
              <Allowed to="settings">
                <Button variant="default" loading={demo.starting} onClick={demo.start}>
                  Open the demo
                </Button>
              </Allowed>
            </Group>
            <Title order={2} mt="lg" mb={4}>
              This console
            </Title>
            <NavLink
              component="button"
              label="Operators and lock"
              leftSection={<Users size={14} aria-hidden />}
              active={shown === 'operators'}
              onClick={() => {
                setShown('operators');
              }}
            />
          </Stack>
          <Stack flex={1} maw={760} gap="xl">
            {info.vault.notice !== null && (
              <Alert color="yellow" title="No keychain on this computer">
                {info.vault.notice}
              </Alert>
            )}
            {provider !== undefined && <ProposalPanel provider={provider} />}
            {shown === 'operators' ? (
              <OperatorsPanel />
            ) : (
              <ProviderForm
                key={`${shown.toString()} ${provider?.proposal?.at ?? ''}`}
                provider={provider}
                onSaved={setShown}
              />
            )}
            {provider !== undefined && !provider.isDemo && (
              <CredentialsForm key={`credentials ${provider.id.toString()}`} provider={provider} vault={info.vault} />
            )}
            {provider !== undefined && !provider.isDemo && (
              <CarrierPassword key={`password ${provider.id.toString()}`} provider={provider} vault={info.vault} />
            )}
            {provider !== undefined && <LearnedPanel provider={provider} />}
            {provider?.isDemo === true && (
              <Text size="sm" className="soft">
                The demo’s carrier is a simulator on this computer. It runs as long as the console does, and goes on
                where it was at the next start.
              </Text>
            )}
          </Stack>
        </Group>
      </div>
    </div>
  );
}
