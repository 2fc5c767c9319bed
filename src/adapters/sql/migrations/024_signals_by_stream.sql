-- A reader's statement reads the streams that are open to the reader, and nothing of another one: the stream comes first
-- in every index that it walks. They replace indexes that led through the rows of both streams.
CREATE INDEX signals_of_stream_by_time ON signals (stream, accepted_at DESC, seq DESC);
CREATE INDEX signals_of_stream_by_symbol ON signals (stream, symbol, accepted_at DESC, seq DESC);
CREATE INDEX signals_of_stream_by_source ON signals (stream, source, accepted_at DESC, seq DESC);

DROP INDEX signals_by_time;
DROP INDEX signals_by_symbol;
DROP INDEX signals_by_source;
