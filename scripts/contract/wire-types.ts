/** Every message whose shape is a type and no schema. `payload-schemas.ts` reads this file's one type, by property. */
import type { RouteDeclaration } from '../../src/protocol/declare.ts';
import type { AnswerTo, ClientEvent, PayloadOf, ServerEvent } from '../../src/protocol/events.ts';
import type { ApiResponse } from '../../src/protocol/http.ts';
import type { PlainMessage } from '../../src/protocol/plain.ts';
import type { PlainSignalsMessage } from '../../src/protocol/plain-signals.ts';
import type { DataOf, ROUTES, RouteName } from '../../src/protocol/routes.ts';
import type { SentimentMessage } from '../../src/protocol/sentiment.ts';

type Success<Data> = Extract<ApiResponse<Data>, { success: true }>;
type BodyOf<R extends RouteName> = (typeof ROUTES)[R] extends { readonly bare: RouteDeclaration['bare'] }
  ? DataOf<R>
  : Success<DataOf<R>>;

export interface WireTypes {
  /** The body of a success, by route. */
  answers: { [R in RouteName]: DataOf<R> extends void ? null : BodyOf<R> };
  refusal: Exclude<ApiResponse<never>, { success: true }>;
  acks: { [E in ClientEvent]: AnswerTo<E> };
  events: { [E in ServerEvent]: PayloadOf<E> };
  /** What the plain sockets send, by its `type`. */
  plain: { [M in PlainMessage as M['type']]: M };
  plainSentiment: { [M in SentimentMessage as M['type']]: M };
  plainSignals: { [M in PlainSignalsMessage as M['type']]: M };
}
