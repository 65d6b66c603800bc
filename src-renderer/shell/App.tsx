import { Alert } from '@mantine/core';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { AppInfo } from '../../src-preload/contract';
import { Failed, Loading } from '../components/Page';
import { SafeArea } from '../components/SafeArea';
import { OlderStore } from '../screens/audit/OlderStore';
import { DevicesScreen } from '../screens/devices/DevicesScreen';
import { FileDrop } from '../screens/imports/FileDrop';
import { SignInScreen } from '../screens/sign-in/SignInScreen';
import { WelcomeScreen } from '../screens/welcome/WelcomeScreen';
import { followMainProcess, useLive } from '../state/live';
import { useNavigation } from '../state/navigation';
import { credentialsAreGone, useCurrentProvider, useProviders } from '../state/providers';
import { useSession, useWhyMayNot } from '../state/session';
import { useLoad } from '../state/use-load';
import { api } from '../lib/api';
import { reportActivity } from '../lib/activity';
import { Sidebar } from './Sidebar';
import { useCommandKeys } from './commands';
import { Overlays } from './Overlays';

// Only what the first view needs is read before it; these come a moment later, from the app's own files.
const AuditScreen = lazy(() =>
  import('../screens/audit/AuditScreen').then((screen) => ({ default: screen.AuditScreen })),
);
const ChangeScreen = lazy(() =>
  import('../screens/change/ChangeScreen').then((screen) => ({ default: screen.ChangeScreen })),
);
const JobScreen = lazy(() => import('../screens/jobs/JobScreen').then((screen) => ({ default: screen.JobScreen })));
const JobsScreen = lazy(() => import('../screens/jobs/JobsScreen').then((screen) => ({ default: screen.JobsScreen })));
const PlansScreen = lazy(() =>
  import('../screens/plans/PlansScreen').then((screen) => ({ default: screen.PlansScreen })),
);
const SettingsScreen = lazy(() =>
  import('../screens/settings/SettingsScreen').then((screen) => ({ default: screen.SettingsScreen })),
);

export function App() {
  const session = useSession((state) => state.view);
  const loadSession = useSession((state) => state.load);
  useEffect(followMainProcess, []);
  useEffect(() => {
    void loadSession();
  }, [loadSession]);
  if (session === undefined) return <Loading />;
  if (session.state === 'open' || session.state === 'signed-in') return <Workplace rights={JSON.stringify(session)} />;
  return <SignInScreen key={session.state} session={session} />;
}

/** @param rights what the person may do: when that changes, so does what there is to see */
function Workplace({ rights }: { rights: string }) {
  const engineTick = useLive((state) => state.engineTick);
  const info = useLoad<AppInfo>(`info ${engineTick.toString()}`, () => api('app.info'));
  const load = useProviders((state) => state.load);
  const list = useProviders((state) => state.list);
  const inventoryTick = useLive((state) => state.inventoryTick);
  useEffect(reportActivity, []);
  useEffect(() => {
    void load();
  }, [load, inventoryTick, rights]);
  const openedLink = info.value?.openedLink ?? null;
  useEffect(() => {
    if (openedLink !== null) useNavigation.getState().go({ name: 'job', jobId: openedLink.jobId });
  }, [openedLink]);
  useEffect(() => {
    if (list !== undefined) void api('app.ready');
  }, [list]);
  useCommandKeys();
  if (info.failure !== undefined) return <Failed failure={info.failure} />;
  if (info.value === undefined || list === undefined) return <Loading />;
  return (
    <FileDrop>
      <Sidebar info={info.value} />
      <main className="page">
        <Notices info={info.value} />
        <Suspense fallback={<Loading />}>
          <SafeScreen info={info.value} />
        </Suspense>
      </main>
      <Overlays />
    </FileDrop>
  );
}

/** A screen that fails leaves the others: going to another one is enough. */
function SafeScreen({ info }: { info: AppInfo }) {
  const route = useNavigation((state) => state.route);
  const provider = useCurrentProvider();
  return (
    <SafeArea where={route.name} resetKey={JSON.stringify([route, provider?.id])}>
      <Screen info={info} />
    </SafeArea>
  );
}

function Screen({ info }: { info: AppInfo }) {
  const { route } = useNavigation();
  const provider = useCurrentProvider();
  if (route.name === 'settings') return <SettingsScreen info={info} />;
  if (route.name === 'audit') return <AuditScreen />;
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

/** The oldest change of somebody else that waits for the person, if it is not what they look at already. */
function useToApprove(): number | undefined {
  const mayApprove = useWhyMayNot('approve') === null;
  const tick = useLive((state) => state.jobTick);
  const { route } = useNavigation();
  const { value } = useLoad(mayApprove ? `to approve ${tick.toString()}` : null, () => api('jobs.toApprove'));
  return value?.find((jobId) => !(route.name === 'job' && route.jobId === jobId));
}

/** What a person must know before anything else: work that was cut off, and a window that can only read. */
function Notices({ info }: { info: AppInfo }) {
  const [open, setOpen] = useState(true);
  const go = useNavigation((state) => state.go);
  const progress = useLive((state) => state.progress);
  const provider = useCurrentProvider();
  // One that has gone on since then needs no notice any more.
  const left = info.interrupted.filter((jobId) => progress[jobId] === undefined);
  const first = left[0];
  const toApprove = useToApprove();
  if (info.readOnly !== null) {
    return (
      <Alert color="yellow" radius={0} py={8} title={info.readOnly}>
        Until that is solved, jobs cannot be started or resumed here. {info.olderStore && <OlderStore />}
      </Alert>
    );
  }
  if (provider !== undefined && credentialsAreGone(provider)) {
    return (
      <Alert color="yellow" radius={0} py={8} title={`The credentials of ${provider.name} cannot be read any more`}>
        Everything is still here to be read; nothing can be sent.{' '}
        <a
          href="#settings"
          onClick={(event) => {
            event.preventDefault();
            go({ name: 'settings' });
          }}
        >
          Enter them again
        </a>
      </Alert>
    );
  }
  if (toApprove !== undefined) {
    return (
      <Alert color="blue" radius={0} py={8} title={`Job ${toApprove.toString()} waits for your approval`}>
        Nothing of it is sent before somebody else than its author has looked at it.{' '}
        <a
          href="#jobs"
          onClick={(event) => {
            event.preventDefault();
            go({ name: 'job', jobId: toApprove });
          }}
        >
          Look at it
        </a>
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
