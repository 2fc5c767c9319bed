import type { Bus } from '../bus/bus.ts';
import type { Appended } from '../journal/journal.ts';
import { journalTopic } from '../journal/topics.ts';

/** After the commit: the events of each user, in order. */
export function publishEvents(bus: Bus, appended: readonly Appended[]): void {
  for (const message of appended) bus.publish(journalTopic, message);
}
