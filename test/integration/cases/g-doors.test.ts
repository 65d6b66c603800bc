/** Letter G: 401s that mean the bearer, secrets and addresses as people copy them, and who may import what. */
import { describe, expect, it } from 'vitest';
import { createOperator } from '../../../src-main/access/operators.ts';
import { dispatch } from '../../../src-main/ipc/dispatch.ts';
import { createHandlers } from '../../../src-main/ipc/handlers/index.ts';
import type { CallName } from '../../../src-preload/contract/index.ts';
import { deskOf } from '../../security/desk.ts';
import { CREDENTIALS, devs, json, TOKEN_PATH, type Call, type Hooks } from './hooked-carrier.ts';
import { inWorld } from './world.ts';

const UNAUTHORIZED: [what: string, body: string][] = [
  ['WSO2’s fault', '{"fault":{"code":"900901","message":"Invalid Credentials","description":"x"}}'],
  ['WSO2’s fault with a number for its code', '{"fault":{"code":900902,"message":"Missing Credentials"}}'],
  ['flat JSON', '{"code":"900901","message":"Invalid Credentials","description":"x"}'],
  [
    'XML',
    '<ams:fault xmlns:ams="x"><ams:code>900901</ams:code><ams:message>Invalid Credentials</ams:message></ams:fault>',
  ],
  ['nothing', ''],
  [
    'Apigee’s fault',
    '{"fault":{"faultstring":"Invalid access token","detail":{"errorcode":"oauth.v2.InvalidAccessToken"}}}',
  ],
  ['OAuth’s words', '{"error":"invalid_token","error_description":"expired"}'],
  ['a page', '<html>401</html>'],
];

describe.concurrent('a 401 that is not the login service’s own', () => {
  it.each(UNAUTHORIZED)('means the bearer, which is renewed once, and costs no login: %s', async (_what, body) => {
    const badBearer: Hooks['badBearer'] = (response) => {
      json(response, 401, body);
    };
    await inWorld({ devices: devs(2), hooks: { badBearer } }, async (world) => {
      const { carrier, app, provider } = world;
      const { token, login } = carrier.calls;
      carrier.dropBearer();
      await world.run();
      expect(carrier.times()).toEqual([1, 1]);
      expect(carrier.calls).toMatchObject({ token: token + 1, login });
      expect(app.store.providers.get(provider.id).failedLogins).toBe(0);
    });
  });

  it.each(UNAUTHORIZED)(
    'that the fresh bearer meets too ends the job, counts as no failed login, and is not repeated: %s',
    async (_what, body) => {
      await inWorld({ devices: devs(2) }, async (world) => {
        const { carrier, app, provider } = world;
        let refused = 0;
        carrier.hooks.any = ({ response }: Call): boolean => {
          refused++;
          json(response, 401, body);
          return true;
        };
        const job = await world.run();
        expect(job.state).toBe('stopped');
        expect(job.stopReason).toMatch(/access token/);
        expect(refused).toBeLessThan(12);
        expect(app.store.providers.get(provider.id).failedLogins).toBe(0);
        delete carrier.hooks.any;
        await world.reopen();
        world.app.startEngine();
        await world.resume(job.id);
        expect(carrier.times()).toEqual([1, 1]);
      });
    },
  );

  it('is told apart from a refused login, which is tried once and counted', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const { carrier, app, provider } = world;
      await app.credentials.set(provider.id, { ...CREDENTIALS, password: 'wrong' });
      await expect(app.reads.syncDevices(provider.id)).rejects.toMatchObject({ kind: 'credentials' });
      await expect(app.reads.syncDevices(provider.id)).rejects.toMatchObject({ kind: 'credentials' });
      expect(carrier.calls.login).toBe(1);
      expect(app.store.providers.get(provider.id).failedLogins).toBe(1);
    });
  });
});

describe.concurrent('what people copy', () => {
  it.each([
    ['a line end behind the secret', { secret: `${CREDENTIALS.secret}\n` }],
    ['a carriage return behind the password', { password: `${CREDENTIALS.password}\r` }],
    ['a tab before the key', { key: `\t${CREDENTIALS.key}` }],
    ['a byte order mark before the user', { username: `\uFEFF${CREDENTIALS.username}` }],
  ])('%s is refused before a login is spent', async (_what, differs) => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      await expect(world.app.credentials.set(world.provider.id, { ...CREDENTIALS, ...differs })).rejects.toThrow(
        /cannot be seen.*/,
      );
      expect(world.carrier.calls).toMatchObject({ token: 0, login: 0 });
    });
  });

  it('a secret of the environment with a line end is refused by the command line, by the variable’s name', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const { code, stderr } = await world.command(['sync'], { THINGSPACE_SECRET: `${CREDENTIALS.secret}\r` });
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/THINGSPACE_SECRET/);
      expect(world.carrier.calls).toMatchObject({ token: 0, login: 0 });
    });
  });

  it.each([
    ['the API’s path', '/api/m2m/v1'],
    ['the API’s path and a slash', '/api/m2m/v1/'],
    ['half of the API’s path', '/api/m2m'],
    ['the token endpoint', TOKEN_PATH],
    ['a whole call', '/api/m2m/v1/session/login'],
    ['a slash', '/'],
  ])('an address that ends in %s works', async (_what, end) => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const { app, provider } = world;
      await app.accounts.update(provider.id, {
        ...provider,
        baseUrl: provider.baseUrl + end,
        accountName: `  ${provider.accountName}\n`,
      });
      await world.sync();
      expect(app.store.devices.count(provider.id)).toBe(1);
    });
  });

  it('an address that is somewhere else is never told as a refused key', async () => {
    await inWorld({ devices: devs(1), sync: false }, async (world) => {
      const { app, provider } = world;
      await app.accounts.update(provider.id, { ...provider, baseUrl: `${provider.baseUrl}/wrong` });
      await app.credentials.set(provider.id, CREDENTIALS);
      await expect(app.reads.syncDevices(provider.id)).rejects.toThrow(
        /This says nothing about the key and the secret/,
      );
      expect(app.store.providers.get(provider.id).failedLogins).toBe(0);
    });
  });
});

describe.concurrent('an import', () => {
  it('of prices is refused to an Operator, in each of its steps; of devices it is not', async () => {
    await inWorld({ devices: devs(1) }, async (world) => {
      const { app, provider } = world;
      const handlers = createHandlers(deskOf(app));
      const call = async (name: CallName, input: unknown): Promise<string> => {
        const answer = await dispatch(app, handlers, name, input, () => undefined);
        return answer.ok ? 'ok' : answer.error.code;
      };
      const password = 'a long enough password';
      await createOperator(app, 'Ada', { role: 'admin', providers: null, disabled: false }, password);
      await app.access.signIn('Ada', password);
      await createOperator(app, 'Otto', { role: 'operator', providers: null, disabled: false }, password);
      expect(await call('import.prices', { providerId: provider.id })).toBe('ok');
      await app.access.signIn('Otto', password);
      await app.access.changeOwnPassword(password, 'another long password');
      expect(await call('import.prices', { providerId: provider.id })).toBe('denied');
      // Ada's import is still open.
      expect(await call('import.piece', { importId: 1, bytes: btoa('Code,Price\nM2M1MB,9\n') })).not.toBe('ok');
      expect(await call('import.look', { importId: 1 })).not.toBe('ok');
      expect(await call('import.apply', { importId: 1, leaveOut: true })).not.toBe('ok');
      expect(await call('import.devices', { providerId: provider.id })).toBe('ok');
      expect(app.store.plans.list(provider.id).every(({ price }) => price === null)).toBe(true);
    });
  });
});
