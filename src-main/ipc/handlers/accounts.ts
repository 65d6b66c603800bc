import type { ProposalView, ProviderView } from '../../../src-preload/contract.ts';
import { fillDemo, startDemo } from '../../demo.ts';
import { digestOf } from '../../access/second-admin.ts';
import { ConsoleError } from '../../domain/errors.ts';
import { loosenedGuards, settingsDifferences } from '../../domain/provider-settings.ts';
import type { Provider } from '../../store/providers.ts';
import type { Desk, Handlers } from '../handler-context.ts';

type Calls =
  | 'providers.list'
  | 'providers.save'
  | 'providers.agree'
  | 'providers.reject'
  | 'providers.setCredentials'
  | 'providers.removeCredentials'
  | 'providers.changePassword'
  | 'providers.finishPasswordChange'
  | 'providers.test'
  | 'providers.forgetLearned'
  | 'providers.clearFailedLogins'
  | 'demo.start'
  | 'sync.start';

export function providerHandlers(desk: Desk): Handlers<Calls> {
  const { console } = desk;
  const proposalFor = (provider: Provider): ProposalView | null => {
    const found = console.store.proposals.find(provider.id);
    if (found === undefined) return null;
    const { by, byId, at, settings } = found;
    return {
      by,
      at,
      loosens: loosenedGuards(provider, settings),
      differences: settingsDifferences(provider, settings),
      digest: digestOf(found),
      isMine: byId === console.acting.id,
    };
  };
  const view = async (provider: Provider): Promise<ProviderView> => ({
    ...provider,
    ...(await console.credentialsOf(provider)),
    passwordChange: await console.unfinishedPasswordChange(provider),
    devices: console.store.devices.count(provider.id),
    lastSync: console.store.syncRuns.latestFinished(provider.id) ?? null,
    proposal: proposalFor(provider),
  });
  return {
    'providers.list': () =>
      Promise.all(
        console.store.providers
          .list()
          .filter(({ id }) => console.access.sees(id))
          .map(view),
      ),
    'providers.save': async ({ providerId, settings }) =>
      view(providerId === null ? console.createProvider(settings) : await console.saveOrPropose(providerId, settings)),
    'providers.agree': async ({ providerId, digest }) => view(await console.agreeToSettings(providerId, digest)),
    'providers.reject': ({ providerId }) => {
      console.secondAdmin.reject(providerId, console.acting);
      return view(console.store.providers.get(providerId));
    },
    'providers.setCredentials': ({ providerId, baseUrl, ...secrets }) => {
      const now = console.store.providers.get(providerId);
      if (now.baseUrl !== baseUrl)
        throw new ConsoleError(
          'refused',
          `The address of "${now.name}" is ${now.baseUrl} now, not ${baseUrl}.`,
          'Look at it in Settings first. Nothing was saved or sent.',
        );
      return console.setCredentials(providerId, secrets);
    },
    'providers.removeCredentials': ({ providerId }) => console.removeCredentials(providerId),
    'providers.changePassword': ({ providerId }) => console.changeCarrierPassword(providerId),
    'providers.finishPasswordChange': async ({ providerId }) =>
      (await console.finishPasswordChange(providerId)) ?? null,
    'providers.test': ({ providerId }) => console.testConnection(providerId),
    'providers.forgetLearned': ({ providerId, what }) => {
      console.forgetLearned(providerId, what);
    },
    'providers.clearFailedLogins': ({ providerId }) => console.clearFailedLogins(providerId),
    'demo.start': async ({ devices }) => {
      await console.startEngineBeside();
      console.askAgain();
      desk.demo ??= await startDemo(console, { devices });
      const { provider } = desk.demo;
      await fillDemo(console, provider, (progress) => {
        desk.onSyncProgress(progress);
      });
      return view(provider);
    },
    'sync.start': async ({ providerId }) => {
      await console.syncPlans(providerId);
      return console.syncDevices(providerId, (progress) => {
        desk.onSyncProgress(progress);
      });
    },
  };
}
