/** A picture that lies on this phone, shown by an address that lives as long as the component. */
import { useEffect, useState } from "preact/hooks";

/** The address of a blob, or null while there is none. */
export function useBlobAddress(load: () => Promise<Blob | null>, key: string): string | null {
  const [address, setAddress] = useState<string | null>(null);
  // The key says which picture it is; the loader is new at every draw.
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    void load().then((blob) => {
      if (blob === null || gone) return;
      made = URL.createObjectURL(blob);
      setAddress(made);
    });
    return () => {
      gone = true;
      if (made !== null) URL.revokeObjectURL(made);
      setAddress(null);
    };
  }, [key]);
  return address;
}
