-- User names are looked up by the fold of src/domain/accounts/username.ts, which is that of the locale "C": in a Turkish
-- database lower('I') is no i, in many lower('İ') is one. Where such a locale has let two spellings of one name in, both
-- stay: the oldest has the name, the others are found by their exact spelling.
DO $$
DECLARE
  others uuid[];
BEGIN
  LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE;
  SELECT array_agg(id) INTO others FROM (
    SELECT id, row_number() OVER (PARTITION BY lower(username COLLATE "C") ORDER BY created_at, id) AS place FROM users
  ) spelled WHERE place > 1;
  IF others IS NULL THEN
    CREATE UNIQUE INDEX users_folded_name ON users (lower(username COLLATE "C"));
  ELSE
    EXECUTE format('CREATE UNIQUE INDEX users_folded_name ON users (lower(username COLLATE "C")) WHERE id <> ALL (%L::uuid[])',
      others);
    CREATE INDEX users_by_folded_name ON users (lower(username COLLATE "C"));
  END IF;
END $$;
