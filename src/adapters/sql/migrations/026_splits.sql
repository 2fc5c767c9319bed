-- Splits that were applied to the books: each once, by its market, symbol and day.
CREATE TABLE splits (
  source text NOT NULL,
  symbol text NOT NULL,
  -- The trading day (New York) at whose beginning it takes effect.
  day text NOT NULL,
  split_from numeric NOT NULL CHECK (split_from > 0),
  split_to numeric NOT NULL CHECK (split_to > 0),
  applied_at timestamptz NOT NULL,
  PRIMARY KEY (source, symbol, day)
);

-- The part of a share that a split left, with its part of the cost, until it is sold.
ALTER TABLE positions
  ADD COLUMN fraction numeric(24, 12) NOT NULL DEFAULT 0 CHECK (fraction >= 0),
  ADD COLUMN fraction_cost numeric(20, 4) NOT NULL DEFAULT 0 CHECK (fraction_cost >= 0),
  ADD CONSTRAINT positions_fraction_cost_of_nothing CHECK (fraction > 0 OR fraction_cost = 0);
CREATE INDEX positions_fractions ON positions (symbol) WHERE fraction > 0;
