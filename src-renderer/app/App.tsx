import { Alert } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { AppInfo } from '../../src-preload/contract';
import { Failed, Loading } from '../components/Page';
import { ChangeScreen } from '../screens/change/ChangeScreen';
import { DevicesScreen } from '../screens/devices/DevicesScreen';
import { JobScreen } from '../screens/jobs/JobScreen';
import { JobsScreen } from '../screens/jobs/JobsScreen';
import { PlansScreen } from '../screens/plans/PlansScreen';
import { SettingsScreen } from '../screens/settings/SettingsScreen';
import { WelcomeScreen } from '../screens/welcome/WelcomeScreen';
import { followMainProcess, useLive } from '../state/live';
import { useNavigation } from '../state/navigation';
import { useCurrentProvider, useProviders } from '../state/providers';
import { useLoad } from '../state/use-load';
import { api } from './api';
import { Rail } from './Rail';
import { useMenuCommands } from './menu-commands';

export function App() {
  const info = useLoad<AppInfo>('info', () => api('app.info'));
  const load = useProviders((state) => state.load);
  const list = useProviders((state) => state.list);
  const inventoryTick = useLive((state) => state.inventoryTick);
  useEffect(followMainProcess, []);
  useEffect(() => {
    void load();
  }, [load, inventoryTick]);
  useEffect(() => {
    if (list !== undefined) void api('app.ready');
  }, [list]);
  useMenuCommands();
  if (info.failure !== undefined) return <Failed failure={info.failure} />;
  if (info.value === undefined || list === undefined) return <Loading />;
  return (
    <div className="frame">
      <Rail info={info.value} />
      <main className="page">
        <Notices info={info.value} />
        <Screen info={info.value} />
      </main>
    </div>
  );
}

function Screen({ info }: { info: AppInfo }) {
  const { route } = useNavigation();
  const provider = useCurrentProvider();
  if (route.name === 'settings') return <SettingsScreen info={info} />;
  if (provider === undefined) return <WelcomeScreen />;
  switch (route.name) {
    case 'devices':
      return <DevicesScreen key={provider.id} provider={provider} />;
    case 'change':
      return <ChangeScreen provider={provider} />;
    case 'plans':
      return <PlansScreen key={provider.id} provider={provider} />;
    case 'jobs':
      return <JobsScreen />;
    case 'job':
      return <JobScreen key={route.jobId} jobId={route.jobId} />;
  }
}

/** What a person must know before anything else: work that was cut off, and a window that can only read. */
function Notices({ info }: { info: AppInfo }) {
  const [open, setOpen] = useState(true);
  const go = useNavigation((state) => state.go);
  const progress = useLive((state) => state.progress);
  // One that has gone on since then needs no notice any more.
  const left = info.interrupted.filter((jobId) => progress[jobId] === undefined);
  const first = left[0];
  if (info.readOnly !== null) {
    return (
      <Alert color="yellow" radius={0} py={8} title={info.readOnly}>
        Jobs cannot be started or resumed in this window.
      </Alert>
    );
  }
  if (first === undefined || !open) return null;
  return (
    <Alert
      color="yellow"
      radius={0}
      py={8}
      withCloseButton
      closeButtonLabel="Close notice"
      onClose={() => {
        setOpen(false);
      }}
      title={
        left.length === 1
          ? `Job ${first.toString()} was interrupted when the console ended`
          : `${left.length.toString()} jobs were interrupted when the console ended`
      }
    >
      Nothing is lost. What was under way is read back at the carrier before anything is sent again.{' '}
      <a
        href="#jobs"
        onClick={(event) => {
          event.preventDefault();
          go(left.length === 1 ? { name: 'job', jobId: first } : { name: 'jobs' });
        }}
      >
        Look at it
      </a>
    </Alert>
  );
}
