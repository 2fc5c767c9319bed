-- In which transaction the tier last changed, so that a replica reads only what changed since it last looked. A trigger,
-- because replicas of the release before and operators write the tier, too.
ALTER TABLE users ADD COLUMN tier_changed_in xid8 NOT NULL DEFAULT '0';
CREATE INDEX users_by_tier_change ON users (tier_changed_in);

CREATE FUNCTION users_tier_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.tier_changed_in := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE TRIGGER users_tier_changed BEFORE UPDATE OF paid_tier ON users
  FOR EACH ROW WHEN (OLD.paid_tier IS DISTINCT FROM NEW.paid_tier) EXECUTE FUNCTION users_tier_changed();
