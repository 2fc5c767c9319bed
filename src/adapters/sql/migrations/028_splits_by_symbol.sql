-- The newest split of each position is read with it.
CREATE INDEX splits_of_symbol ON splits (symbol, day);
