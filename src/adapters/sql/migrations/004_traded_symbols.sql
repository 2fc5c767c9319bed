-- For the symbols that anybody holds. Not partial by quantity: an index on it would make every fill write all indexes anew.
CREATE INDEX positions_symbol ON positions (symbol);
