import { Menu, NavLink, Text, UnstyledButton } from '@mantine/core';
import {
  ArrowLeftRight,
  Cpu,
  KeyRound,
  Layers,
  ListChecks,
  Lock,
  LogOut,
  ScrollText,
  Settings,
  UserRound,
} from 'lucide-react';
import type { AppInfo } from '../../src-preload/contract';
import { ROLE_NAMES } from '../../src-main/domain/roles';
import { useCommands } from './commands';
import { devices } from '../lib/format';
import { useNavigation, type Route } from '../state/navigation';
import { Tour } from './Tour';
import { useCurrentProvider, useProviders } from '../state/providers';
import { useDialogs } from '../state/dialogs';
import { useLive } from '../state/live';
import { useSession, useWhyMayNot } from '../state/session';
import { useSelectionSize } from '../state/selection';

const ICON = 16;

/** Where one is, and on which account: production must never be taken for the demo. */
export function Sidebar({ info }: { info: AppInfo }) {
  const { route, go } = useNavigation();
  const provider = useCurrentProvider();
  const selected = useSelectionSize();
  const mayAudit = useWhyMayNot('audit') === null;
  const mayChange = useWhyMayNot('change') === null;
  const running = useLive((state) => state.running.size);
  const link = (
    name: Exclude<Route['name'], 'job' | 'change'>,
    label: string,
    icon: React.ReactNode,
    note?: string,
  ) => (
    <NavLink
      key={name}
      component="button"
      label={label}
      leftSection={icon}
      rightSection={note === undefined ? undefined : <Text size="xs">{note}</Text>}
      active={route.name === name || (name === 'jobs' && route.name === 'job')}
      aria-current={route.name === name ? 'page' : undefined}
      onClick={() => {
        go({ name });
      }}
    />
  );
  return (
    <nav className="rail" aria-label="Main">
      <AccountSwitch />
      {provider !== undefined && (
        <>
          {link('devices', 'Devices', <Cpu size={ICON} aria-hidden />)}
          {mayChange && (
            <NavLink
              component="button"
              label="Change"
              leftSection={<ArrowLeftRight size={ICON} aria-hidden />}
              rightSection={selected > 0 ? <Text size="xs">{selected.toLocaleString('en-US')}</Text> : undefined}
              active={route.name === 'change'}
              onClick={() => {
                go({ name: 'change' });
              }}
            />
          )}
          {link('plans', 'Rate plans', <Layers size={ICON} aria-hidden />)}
          {link(
            'jobs',
            'Jobs',
            <ListChecks size={ICON} aria-hidden />,
            running > 0 ? `${running.toString()} running` : undefined,
          )}
        </>
      )}
      {mayAudit && link('audit', 'Audit log', <ScrollText size={ICON} aria-hidden />)}
      {link('settings', 'Settings', <Settings size={ICON} aria-hidden />)}
      {provider !== undefined && mayChange && <Tour />}
      <div className="rail-foot">
        <WhoIsHere />
        Version {info.version}
      </div>
    </nav>
  );
}

/** Who acts; with operators, also the ways to leave. */
function WhoIsHere() {
  const session = useSession((state) => state.view);
  const show = useDialogs((state) => state.show);
  const run = useCommands();
  if (session === undefined) return null;
  if (session.role === null) return <div>{session.name}</div>;
  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <UnstyledButton className="who" aria-label={`Signed in as ${session.name}, ${ROLE_NAMES[session.role]}`}>
          <UserRound size={14} aria-hidden /> {session.name} · {ROLE_NAMES[session.role]}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<KeyRound size={14} aria-hidden />}
          onClick={() => {
            show('password');
          }}
        >
          Change my password …
        </Menu.Item>
        <Menu.Item
          leftSection={<Lock size={14} aria-hidden />}
          onClick={() => {
            run('lock');
          }}
        >
          Lock
        </Menu.Item>
        <Menu.Item
          leftSection={<LogOut size={14} aria-hidden />}
          onClick={() => {
            run('signOut');
          }}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountSwitch() {
  const provider = useCurrentProvider();
  const { list, choose } = useProviders();
  const go = useNavigation((state) => state.go);
  if (provider === undefined) return null;
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <UnstyledButton
          className="account"
          style={{ '--account-color': accountColor(provider.isDemo) }}
          aria-label={`Account: ${provider.name}`}
        >
          <Text component="span" className="account-name" display="block" truncate>
            {provider.name}
          </Text>
          <span className="account-detail">
            {provider.isDemo ? 'Nothing real is changed' : provider.accountName}
            {provider.writesEnabled ? '' : ' · read-only'}
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {list?.map((one) => (
          <Menu.Item
            key={one.id}
            onClick={() => {
              choose(one.id);
            }}
          >
            {one.name}
            <Text size="xs" className="soft">
              {devices(one.devices)}
            </Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          onClick={() => {
            go({ name: 'settings' });
          }}
        >
          Add or edit accounts …
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function accountColor(isDemo: boolean): string {
  return isDemo ? 'var(--mantine-color-orange-5)' : 'var(--mantine-color-blue-6)';
}
