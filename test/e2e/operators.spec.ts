import type { Page } from 'playwright/test';
import { clean } from './axe.ts';
import { expect, test } from './console-window.ts';
import { picture } from './pictures.ts';
import { startLargeChange } from './steps.ts';

const ADMIN = 'a long enough password';
const GIVEN = 'given by somebody else';
const OWN = 'chosen by myself alone';

async function signIn(page: Page, name: string, password: string): Promise<void> {
  const enter = page.getByRole('button', { name: /^(Sign in|Unlock)$/ });
  // The screen before has fields of that name too.
  await expect(enter).toBeVisible();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await enter.click();
}

async function makeAdmin(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Operators and lock' }).click();
  await page.getByRole('textbox', { name: 'Name of the first Admin' }).fill('Ada');
  await page.getByRole('textbox', { name: 'New password' }).fill(ADMIN);
  await page.getByRole('textbox', { name: 'Once more' }).fill(ADMIN);
  await page.getByRole('button', { name: 'Create the Admin and sign in' }).click();
}

async function addOperator(page: Page, name: string, role: string): Promise<void> {
  await page.getByRole('button', { name: 'Add an operator' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('combobox', { name: 'Role' }).click();
  await page.getByRole('option', { name: role, exact: true }).click();
  await dialog.getByRole('textbox', { name: 'First password' }).fill(GIVEN);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
}

test('operators sign in, see what they may not do and why, and are locked out when they leave', async ({
  console: { page },
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Open the demo' }).click();
  await expect(page.getByRole('grid', { name: 'Devices' })).toHaveAttribute('aria-rowcount', '10001');
  await makeAdmin(page);
  await expect(page.getByRole('button', { name: 'Signed in as Ada, Admin' })).toBeVisible();
  await addOperator(page, 'Vera', 'Viewer');
  await expect(page.getByText('Saved').first()).toBeVisible();
  await picture(page, '39-operators');
  await clean(page, 'operators');
  await page.getByRole('button', { name: 'Edit Vera' }).click();
  await clean(page, 'an operator');
  await page.getByRole('button', { name: 'Leave it' }).click();

  await page.getByRole('button', { name: 'Signed in as Ada, Admin' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByRole('grid')).toHaveCount(0);
  await signIn(page, 'Vera', 'not the password');
  await expect(page.getByText('Name or password is not right.')).toBeVisible();
  await picture(page, '40-sign-in');
  await clean(page, 'sign in');
  await signIn(page, 'Vera', GIVEN);

  await expect(page.getByRole('heading', { name: 'Choose a password, Vera' })).toBeVisible();
  await clean(page, 'first password');
  await page.getByRole('textbox', { name: 'Password that you were given' }).fill(GIVEN);
  await page.getByRole('textbox', { name: 'New password' }).fill(OWN);
  await page.getByRole('textbox', { name: 'Once more' }).fill(OWN);
  await page.getByRole('button', { name: 'Save and go on' }).click();

  await expect(page.getByRole('grid', { name: 'Devices' })).toHaveAttribute('aria-rowcount', '10001');
  await expect(page.getByRole('button', { name: 'Audit log' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Select all 10,000' }).click();
  await expect(page.getByRole('button', { name: 'Change …' })).toBeDisabled();
  await page.getByLabel(/As Viewer you may not prepare, start/).hover();
  await expect(page.getByRole('tooltip')).toContainText('As Viewer you may not prepare, start');
  await picture(page, '41-may-not');

  await page.keyboard.press('Control+Shift+L');
  await expect(page.getByRole('heading', { name: 'Locked' })).toBeVisible();
  await clean(page, 'locked');
  await signIn(page, 'Vera', OWN);
  // The same person finds what they were doing.
  await expect(page.getByText('10,000 devices selected')).toBeVisible();
  await page.keyboard.press('Control+Shift+L');
  await signIn(page, 'Ada', ADMIN);
  // Somebody else does not.
  await expect(page.getByText('No device selected')).toBeVisible();
  await page.getByRole('button', { name: 'Audit log' }).click();
  await page.getByRole('textbox', { name: 'Search the audit log' }).fill('operator.refused');
  await expect(page.getByRole('grid', { name: 'Audit log' })).toContainText('operator Vera');
});

test('a large change waits for a second person, who approves exactly what they see', async ({ console: { page } }) => {
  test.setTimeout(180_000);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Open the demo' }).click();
  await expect(page.getByRole('grid', { name: 'Devices' })).toHaveAttribute('aria-rowcount', '10001');
  await makeAdmin(page);
  await addOperator(page, 'Otto', 'Operator');
  await addOperator(page, 'Petra', 'Approver');
  await page.getByRole('button', { name: /^Demo carrier 10,000/ }).click();
  await page.getByRole('textbox', { name: 'Four eyes above' }).fill('100');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('are saved.')).toBeVisible();

  const change = async (from: string, to: string): Promise<void> => {
    await page.getByRole('button', { name: `Signed in as ${from}` }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await signIn(page, to, GIVEN);
    await page.getByRole('textbox', { name: 'Password that you were given' }).fill(GIVEN);
    await page.getByRole('textbox', { name: 'New password' }).fill(OWN);
    await page.getByRole('textbox', { name: 'Once more' }).fill(OWN);
    await page.getByRole('button', { name: 'Save and go on' }).click();
    await expect(page.getByRole('grid', { name: 'Devices' })).toHaveAttribute('aria-rowcount', '10001');
  };
  await change('Ada', 'Otto');
  await page.getByRole('textbox', { name: 'Search devices' }).fill('Blue Mesa');
  await expect(page.getByText(/match$/)).toBeVisible();
  await page.getByRole('button', { name: /^Select all \d,\d/ }).click();
  await page.getByRole('button', { name: 'Change …' }).click();
  await page.getByRole('radio', { name: /M2M 150 MB/ }).click();
  await page.getByRole('button', { name: 'Review', exact: true }).click();
  await expect(page.getByText('It needs a second person')).toBeVisible();
  await startLargeChange(page, 'Ask for approval of');
  await expect(page.getByText('Waits for somebody else than Otto')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Approve', exact: true })).toBeDisabled();

  await change('Otto', 'Petra');
  await expect(page.getByText('Job 1 waits for your approval')).toBeVisible();
  await page.getByRole('button', { name: 'Jobs', exact: true }).click();
  await expect(page.getByRole('grid', { name: 'Jobs' })).toContainText('waits for approval');
  await page.getByRole('link', { name: 'Look at it' }).click();
  await page.getByRole('textbox', { name: 'Note for the record' }).fill('as agreed with Blue Mesa');
  await picture(page, '42-approval');
  await clean(page, 'approval');
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(page.getByText(/Approved by Petra, .*: as agreed with Blue Mesa/)).toBeVisible();
  await expect(page.getByText('PARTIAL', { exact: true })).toBeVisible({ timeout: 60_000 });
});
