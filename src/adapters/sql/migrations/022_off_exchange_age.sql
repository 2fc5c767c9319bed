-- No query reads it: the pruner looks at whole days. Without it a second's update of a symbol touches no index.
DROP INDEX off_exchange_symbols_age;
