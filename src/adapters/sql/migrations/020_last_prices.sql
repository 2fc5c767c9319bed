-- The last price of each symbol that somebody holds, and the previous close of its day: what a position counts at where
-- the market has no quote of it, as after a restart with a share that was delisted. Prices of trades are finer than the
-- ledger's.
CREATE TABLE last_prices (
  symbol text PRIMARY KEY,
  price numeric NOT NULL CHECK (price > 0),
  previous_close numeric CHECK (previous_close > 0),
  -- Trading day (New York) of both.
  trading_day text NOT NULL,
  priced_at timestamptz NOT NULL
);
