-- What the request of this key has led to, {turn, after}; null where there was none. Fails with CDKEY where the key came with
-- another body. p: {tenant, conversation, key, digest, keyLifeMs}
create function chatterd.find_replay(p json) returns json language plpgsql as $$
declare
  conversation uuid;
begin
  -- Locked, so that the turn is not withdrawn meanwhile.
  select id into conversation from chatterd.conversations
  where tenant = p->>'tenant' and name = p->>'conversation' for update;
  return chatterd.match_key(conversation, p)->'replay';
end $$;

-- The same as {replay: {turn, after}}, in a conversation that the caller has locked. p: {key?, digest, keyLifeMs}
create function chatterd.match_key(p_conversation uuid, p json) returns json language plpgsql as $$
declare
  k chatterd.idempotency_keys;
begin
  if p->>'key' is null then return null; end if;
  select * into k from chatterd.idempotency_keys
  where conversation_id = p_conversation and key = p->>'key'
    and created_at > now() - (p->>'keyLifeMs')::bigint * interval '1 ms';
  if not found then return null; end if;
  perform chatterd.check_digest(k.digest, p);
  -- A second client knows of the turn from now on, so the request that began it cannot be withdrawn any more.
  update chatterd.turns set followed = true where id = k.turn_id and not followed and status in ('running', 'waiting');
  return json_build_object('replay', json_build_object('turn', k.turn_id, 'after', k.after));
end $$;

-- Fails with CDKEY where a key was used with another body. p: {digest}
create function chatterd.check_digest(p_digest text, p json) returns void language plpgsql as $$
begin
  if p_digest is distinct from p->>'digest' then
    raise exception using errcode = 'CDKEY', message = 'The Idempotency-Key was used with another body.';
  end if;
end $$;

-- Keeps what the request of a key has led to. p: {key?, digest}
create function chatterd.save_key(p_conversation uuid, p_turn uuid, p_after integer, p json) returns void language plpgsql as $$
begin
  if p->>'key' is null then return; end if;
  insert into chatterd.idempotency_keys (conversation_id, key, digest, turn_id, after)
  values (p_conversation, p->>'key', p->>'digest', p_turn, p_after)
  on conflict (conversation_id, key) do update
  set digest = excluded.digest, turn_id = excluded.turn_id, after = excluded.after, created_at = excluded.created_at;
end $$;
