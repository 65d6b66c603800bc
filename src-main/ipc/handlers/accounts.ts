import type { ProposalView, ProviderView } from '../../../src-preload/contract/index.ts';
import { fillDemo, startDemo } from '../../demo.ts';
import { digestOf } from '../../access/second-admin.ts';
import { ConsoleError } from '../../domain/errors.ts';
import { loosenedGuards, settingsDifferences } from '../../domain/provider-settings.ts';
import type { Provider } from '../../store/providers.ts';
import type { HandlerContext, Handlers } from '../handler-context.ts';

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

export function providerHandlers(context: HandlerContext): Handlers<Calls> {
  const { app } = context;
  const proposalFor = (provider: Provider): ProposalView | null => {
    const found = app.store.proposals.find(provider.id);
    if (found === undefined) return null;
    const { by, byId, at, settings } = found;
    return {
      by,
      at,
      loosens: loosenedGuards(provider, settings),
      differences: settingsDifferences(provider, settings),
      digest: digestOf(found),
      isMine: byId === app.acting.id,
    };
  };
  const view = async (provider: Provider): Promise<ProviderView> => ({
    ...provider,
    ...(await app.credentials.stateOf(provider)),
    passwordChange: await app.credentials.unfinishedPasswordChange(provider),
    devices: app.store.devices.count(provider.id),
    lastSync: app.store.syncRuns.latestFinished(provider.id) ?? null,
    proposal: proposalFor(provider),
  });
  return {
    'providers.list': () =>
      Promise.all(
        app.store.providers
          .list()
          .filter(({ id }) => app.access.sees(id))
          .map(view),
      ),
    'providers.save': async ({ providerId, settings }) =>
      view(
        providerId === null ? app.accounts.create(settings) : await app.accounts.saveOrPropose(providerId, settings),
      ),
    'providers.agree': async ({ providerId, digest }) => view(await app.accounts.agree(providerId, digest)),
    'providers.reject': ({ providerId }) => {
      app.secondAdmin.reject(providerId, app.acting);
      return view(app.store.providers.get(providerId));
    },
    'providers.setCredentials': ({ providerId, baseUrl, ...secrets }) => {
      const now = app.store.providers.get(providerId);
      if (now.baseUrl !== baseUrl)
        throw new ConsoleError(
          'refused',
          `The address of "${now.name}" is ${now.baseUrl} now, not ${baseUrl}.`,
          'Look at it in Settings first. Nothing was saved or sent.',
        );
      return app.credentials.set(providerId, secrets);
    },
    'providers.removeCredentials': ({ providerId }) => app.credentials.remove(providerId),
    'providers.changePassword': ({ providerId }) => app.credentials.changePassword(providerId),
    'providers.finishPasswordChange': async ({ providerId }) =>
      (await app.credentials.finishPasswordChange(providerId)) ?? null,
    'providers.test': ({ providerId }) => app.credentials.test(providerId),
    'providers.forgetLearned': ({ providerId, what }) => {
      app.accounts.forgetLearned(providerId, what);
    },
    'providers.clearFailedLogins': ({ providerId }) => app.credentials.clearFailedLogins(providerId),
    'demo.start': async ({ devices }) => {
      await app.startEngineInBackground();
      app.askAgain();
      context.demo ??= await startDemo(app, { devices });
      const { provider } = context.demo;
      await fillDemo(app, provider, (progress) => {
        context.onSyncProgress(progress);
      });
      return view(provider);
    },
    'sync.start': async ({ providerId }) => {
      await app.reads.syncPlans(providerId);
      return app.reads.syncDevices(providerId, (progress) => {
        context.onSyncProgress(progress);
      });
    },
  };
}
