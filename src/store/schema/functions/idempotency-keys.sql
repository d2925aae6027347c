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

-- What a request of this key has come to, {replay: {turn, after}}; null where there was none. Fails with CDKEY where it was
-- another request. p: {key?, digest, keyLifeMs}
create function chatterd.replay_of(p_conversation uuid, p json) returns json language plpgsql as $$
declare
  k chatterd.keys;
begin
  if p->>'key' is null then return null; end if;
  select * into k from chatterd.keys
  where conversation_id = p_conversation and key = p->>'key'
    and created_at > now() - (p->>'keyLifeMs')::bigint * interval '1 ms';
  if not found then return null; end if;
  perform chatterd.check_digest(k.digest, p);
  -- From now on somebody knows of the turn: the request that has begun it cannot be withdrawn any more.
  update chatterd.turns set watched = true where id = k.turn_id and not watched and status in ('running', 'waiting');
  return json_build_object('replay', json_build_object('turn', k.turn_id, 'after', k.after));
end $$;

create function chatterd.check_digest(p_digest text, p json) returns void language plpgsql as $$
begin
  if p_digest is distinct from p->>'digest' then
    raise exception using errcode = 'CDKEY', message = 'The Idempotency-Key was used with another body.';
  end if;
end $$;

-- Remembers what a request of this key has come to. p: {key?, digest}
create function chatterd.keep_key(p_conversation uuid, p_turn uuid, p_after integer, p json) returns void language plpgsql as $$
begin
  if p->>'key' is null then return; end if;
  insert into chatterd.keys (conversation_id, key, digest, turn_id, after)
  values (p_conversation, p->>'key', p->>'digest', p_turn, p_after)
  on conflict (conversation_id, key) do update
  set digest = excluded.digest, turn_id = excluded.turn_id, after = excluded.after, created_at = excluded.created_at;
end $$;
