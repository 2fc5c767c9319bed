-- What the engine looks for again and again is found without reading what merely lies there: each index has the rows of
-- one question. The predicate of each names something that its question alone repeats, so that no plan, whenever it was
-- made, takes another index for it.

-- The open orders in a symbol, of all users or of one.
CREATE INDEX orders_open_by_symbol ON orders (symbol, user_id)
  WHERE status IN ('accepted', 'submitting', 'working', 'partially_filled');
DROP INDEX orders_open;

-- The open orders of a user, newest first, and those of everybody in pages. `number >= 0` always holds.
CREATE INDEX orders_open_by_user ON orders (user_id, number)
  WHERE number >= 0 AND status IN ('accepted', 'submitting', 'working', 'partially_filled');

-- Open orders that are to end; a small part of all.
CREATE INDEX orders_ending ON orders (number)
  WHERE end_reason IS NOT NULL AND status IN ('accepted', 'submitting', 'working', 'partially_filled');

-- Day orders, the first to expire first.
CREATE INDEX orders_expiring ON orders (expires_at)
  WHERE expires_at IS NOT NULL AND end_reason IS NULL
    AND status IN ('accepted', 'submitting', 'working', 'partially_filled');
