/** Below either of these a device draws houses in relief too slowly to be moved about in. */
const CORES_MIN = 3;
const MEMORY_GIB_MIN = 3;

/** Is this a device that should not be asked for more than a flat map? A guess from what the browser tells. */
export function weakDevice(): boolean {
  const { deviceMemory } = navigator as Navigator & { deviceMemory?: number };
  return (navigator.hardwareConcurrency ?? CORES_MIN) < CORES_MIN || (deviceMemory ?? MEMORY_GIB_MIN) < MEMORY_GIB_MIN;
}
