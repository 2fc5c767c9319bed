/** How much faster time passes for the engines that die in tests: five seconds of waiting are half a second. */
export const PACE = 10;
