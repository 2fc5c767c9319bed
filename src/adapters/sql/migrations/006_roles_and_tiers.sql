-- What "tier" was until now is a role. Replicas of the release before read and write "tier", so it is kept for one more
-- release: this one writes both, and the trigger carries over what the other one writes.
ALTER TABLE users
  ADD COLUMN role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin')),
  ADD COLUMN paid_tier text NOT NULL DEFAULT 'STARTER'
    CHECK (paid_tier IN ('STARTER', 'PROFESSIONAL', 'INSTITUTIONAL'));
UPDATE users SET role = tier;

CREATE FUNCTION users_role_from_tier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.role := NEW.tier;
  RETURN NEW;
END $$;
CREATE TRIGGER users_role_from_tier BEFORE INSERT OR UPDATE OF tier ON users
  FOR EACH ROW EXECUTE FUNCTION users_role_from_tier();
