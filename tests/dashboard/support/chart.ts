import type { Picture } from '../../../dashboard/src/features/chart/picture.ts';
import type { PriceChart } from '../../../dashboard/src/features/chart/price-chart.ts';

/** Draws nothing. */
export const blankChart: PriceChart = {
  show: () => {},
  mark: () => {},
  repaint: () => {},
  onHover: () => {},
  onNearStart: () => {},
  point: () => {},
  zoom: () => {},
  remove: () => {},
};

/** Stands where the canvas would be, and keeps what it was told. */
export function recordingChart() {
  const drawn = {
    picture: null as Picture | null,
    previousClose: undefined as number | undefined,
    pointed: null as number | null,
    alive: 0,
    hover: (_time: number | null) => {},
    nearStart: () => {},
  };
  const create = (): PriceChart => {
    drawn.alive += 1;
    return {
      ...blankChart,
      show: (picture) => {
        drawn.picture = picture;
      },
      mark: (previousClose) => {
        drawn.previousClose = previousClose;
      },
      onHover: (tell) => {
        drawn.hover = tell;
      },
      onNearStart: (tell) => {
        drawn.nearStart = tell;
      },
      point: (time) => {
        drawn.pointed = time;
      },
      remove: () => {
        drawn.alive -= 1;
      },
    };
  };
  return { drawn, load: async () => create };
}
