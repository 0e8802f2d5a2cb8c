/** Numbers of cameras, from 1: rows of images whose camera is not known have 0. */
export interface CameraNames {
  readonly names: readonly string[];
  nameOf(number: number): string | undefined;
  add(name: string): number;
}

export function cameraNames(): CameraNames {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  return {
    names,
    nameOf: (number) => names[number - 1],
    add(name) {
      const number = numbers.get(name) ?? names.push(name);
      numbers.set(name, number);
      return number;
    },
  };
}
