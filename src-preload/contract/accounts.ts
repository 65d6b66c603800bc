/** Service providers: the accounts at the carrier, their settings and credentials. */
import { z } from 'zod';
import type { PasswordOutcome, UnfinishedChange } from '../../src-main/accounts/carrier-password.ts';
import { parseWindows } from '../../src-main/domain/maintenance-window.ts';
import { SLOWEST_RATE } from '../../src-main/domain/provider-settings.ts';
import type { Provider } from '../../src-main/store/providers.ts';
import type { SyncRun } from '../../src-main/store/sync-runs.ts';
import { call, id, nothing, secret, text } from './call.ts';

/** A service provider with what is known of its credentials: never the credentials. */
export type ProviderView = Provider & {
  hasCredentials: boolean;
  /** There are some, but they were entered for another address. */
  credentialsElsewhere: boolean;
  /** A change of the carrier's password that was begun and is not finished. */
  passwordChange: UnfinishedChange | null;
  devices: number;
  lastSync: SyncRun | null;
  /** Settings that wait for a second Admin. */
  proposal: ProposalView | null;
};

export interface ProposalView {
  by: string;
  at: string;
  /** What would be loosened, in words. */
  loosens: string[];
  /** Every setting that would be another one. */
  differences: string[];
  /** Of all of it; it has to come back with the agreement. */
  digest: string;
  /** Whoever is signed in has proposed it, and cannot agree to it. */
  isMine: boolean;
}

const settings = z.object({
  name: z.string().trim().min(1, 'Give it a name.').max(80),
  accountName: z.string().trim().min(1, 'Enter the account name, with its leading zeros.').max(80),
  baseUrl: z.url('Enter an address such as https://thingspace.verizon.com.'),
  oauthPath: z.string().startsWith('/').max(200),
  m2mPath: z.string().startsWith('/').max(200),
  writesEnabled: z.boolean(),
  sendAccountWithDevices: z.boolean(),
  batchSize: z.number().int().min(1).max(10_000),
  pageSize: z.number().int().min(1).max(10_000),
  lanes: z.number().int().min(1).max(32),
  maxRequestsPerSecond: z.number().min(SLOWEST_RATE).max(1000).nullable(),
  maxAttempts: z.number().int().min(1).max(50),
  requestTimeoutS: z.number().min(1).max(600),
  settleS: z.number().min(1).max(86_400),
  confirmDeadlineS: z.number().min(1).max(604_800),
  confirmAbove: z.number().int().min(0).max(1_000_000).nullable(),
  caCertificates: z.string().max(100_000),
  fourEyesAbove: z.number().int().min(0).max(1_000_000).nullable(),
  maintenanceWindows: z
    .string()
    .max(500)
    .superRefine((windows, context) => {
      try {
        parseWindows(windows);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    }),
});

export const ACCOUNTS_CALLS = {
  'providers.list': call<ProviderView[]>('read')(nothing),
  'providers.save': call<ProviderView>('settings')(z.object({ providerId: id.nullable(), settings })),
  /** What one Admin proposed and another one decides; see `access/second-admin.ts`. */
  'providers.agree': call<ProviderView>('settings')(z.object({ providerId: id, digest: text })),
  'providers.reject': call<ProviderView>('settings')(z.object({ providerId: id })),
  'providers.setCredentials': call<void>('settings')(
    // With the address that the person saw: the one in the store may be another one by now.
    z.object({ providerId: id, baseUrl: text, key: secret, secret, username: secret, password: secret }),
  ),
  'providers.removeCredentials': call<void>('settings')(z.object({ providerId: id })),
  /** The carrier invents the new password; it goes into the keychain, and never to the window. */
  'providers.changePassword': call<PasswordOutcome>('settings')(z.object({ providerId: id })),
  /** Goes on with a change that was cut off; null when there is none. */
  'providers.finishPasswordChange': call<PasswordOutcome | null>('settings')(z.object({ providerId: id })),
  'providers.test': call<{ plans: number; seconds: number }>('settings')(z.object({ providerId: id })),
  /** What the console found out about the carrier's limits and answers is found out anew. */
  'providers.forgetLearned': call<void>('settings')(
    z.object({ providerId: id, what: z.union([z.literal('rate'), z.object({ refusal: text })]) }),
  ),
  'providers.clearFailedLogins': call<void>('settings')(z.object({ providerId: id })),
  'demo.start': call<ProviderView>('settings')(z.object({ devices: z.number().int().min(1).max(1_000_000) })),
} as const;
