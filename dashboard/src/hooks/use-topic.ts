import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { KeyedTopicName, TopicName, ValueOf } from '../realtime/topics.ts';
import type { Shown } from '../stores/keyed.ts';
import { useDesk } from './websocket-context.tsx';

/** Keeps these subjects of a topic coming while mounted. */
export function useSubjects(topic: KeyedTopicName, subjects: readonly string[]): void {
  const { subscriptions } = useDesk();
  const key = subjects.join(',');
  useEffect(
    () => (key === '' ? undefined : subscriptions.subjects(topic, key.split(','))),
    [subscriptions, topic, key],
  );
}

/** The latest value that is here, if any; subscribes to nothing. */
export function useLatest<N extends TopicName>(topic: N, subject: string | null) {
  const { states } = useDesk();
  return useStore(states[topic], ({ bySubject }): Shown<ValueOf<N>> | undefined =>
    subject === null ? undefined : bySubject[subject],
  );
}
