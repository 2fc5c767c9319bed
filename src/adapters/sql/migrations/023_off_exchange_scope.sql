-- What the engine summed that wrote `covered_until`: 'watched' or '*'. Null where the release before wrote it.
ALTER TABLE off_exchange_coverage ADD COLUMN summed text CHECK (summed IN ('watched', '*'));

-- When every symbol was summed, on days on which that changed. Other days have no row.
CREATE TABLE off_exchange_whole_market (
  source text NOT NULL,
  -- The day in New York.
  day date NOT NULL,
  -- Times of the source.
  since timestamptz NOT NULL,
  -- Null where it went on to the end of the day.
  until timestamptz,
  PRIMARY KEY (source, day)
);
