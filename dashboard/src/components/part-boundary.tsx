import { Component, type ReactNode } from 'react';
import { Message } from './message.tsx';

export interface PartBoundaryProps {
  /** What stops where something below throws: "page", "panel", "header". */
  readonly part: string;
  readonly children: ReactNode;
}

/**
 * Keeps a part that throws from taking the rest of the window with it. React writes the error to the console. A part that
 * stopped tells nothing about its orders, and must not be taken for a refusal.
 */
export class PartBoundary extends Component<PartBoundaryProps, { readonly stopped: boolean }> {
  override state = { stopped: false };

  static getDerivedStateFromError() {
    return { stopped: true };
  }

  override render() {
    if (!this.state.stopped) return this.props.children;
    return (
      <div role="alert">
        <Message
          tone="problem"
          title={`This ${this.props.part} has stopped after an error`}
          action={{ label: 'Reload', run: () => window.location.reload() }}
        >
          Orders that were already sent stand. Reload, and look at your orders before you send one again.
        </Message>
      </div>
    );
  }
}
