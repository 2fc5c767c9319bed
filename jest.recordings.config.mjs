/** `npm run test:recordings`: the suite over the long recordings, which the repository does not carry. */
import base, { project } from './jest.config.mjs';

export default { ...base, projects: [project('recordings', 'recordings')] };
