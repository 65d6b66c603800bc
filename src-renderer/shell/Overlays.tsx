import { DeviceDrawer } from '../screens/devices/DeviceDrawer';
import { ImportDialog } from '../screens/imports/ImportDialog';
import { PasteDialog } from '../screens/imports/PasteDialog';
import { useDialogs } from '../state/dialogs';
import { useCurrentProvider } from '../state/providers';
import { CommandPalette } from './CommandPalette';
import { PasswordDialog } from './PasswordDialog';
import { ShortcutsDialog } from './ShortcutsDialog';

/** What lies over the page, wherever one is. */
export function Overlays() {
  const provider = useCurrentProvider();
  const { open, close, file, turn, deviceId, showDevice } = useDialogs();
  return (
    <>
      <CommandPalette />
      <ShortcutsDialog />
      <PasswordDialog />
      {provider !== undefined && (
        <>
          <DeviceDrawer
            providerId={provider.id}
            deviceId={deviceId}
            onClose={() => {
              showDevice(null);
            }}
          />
          <PasteDialog providerId={provider.id} opened={open === 'paste'} onClose={close} />
          <ImportDialog
            providerId={provider.id}
            what="devices"
            opened={open === 'import'}
            file={file}
            turn={turn}
            onClose={close}
          />
        </>
      )}
    </>
  );
}
