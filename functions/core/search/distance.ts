/** Mean radius of the Earth (IUGG). */
const EARTH_KILOMETRES = 6371.0088;

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** Along the surface (haversine formula), within 0.5 % of the truth; NaN where a place is not known. */
export function distanceKilometres(from: Place, latitude: number, longitude: number): number {
  const radians = Math.PI / 180;
  const north = Math.sin(((latitude - from.latitude) * radians) / 2);
  const east = Math.sin(((longitude - from.longitude) * radians) / 2);
  const squares =
    north * north + Math.cos(latitude * radians) * Math.cos(from.latitude * radians) * east * east;
  return 2 * EARTH_KILOMETRES * Math.asin(Math.min(1, Math.sqrt(squares)));
}
