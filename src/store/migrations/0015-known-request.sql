-- What a request of this key has come to, {turn, after}; null where it is not known. Fails with CDKEY where it was another request.
-- p: {tenant, conversation, key, digest, keyLifeMs}
create function chatterd.known_request(p json) returns json language plpgsql as $$
declare
  c uuid;
begin
  -- Locked, so that the turn is not withdrawn meanwhile.
  select id into c from chatterd.conversations
  where tenant = p->>'tenant' and name = p->>'conversation' for update;
  return chatterd.replay_of(c, p)->'replay';
end $$;
