-- Puts a request into the queue of its conversation, unless it is there already: at the position of another one of its key, else at
-- the end. Fails with CDBSY where the queue is full. The caller has locked the conversation. p: {turn, runner, key?, digest?, maxQueued,
-- wantsPosition?}
create function chatterd.enqueue(p_conversation uuid, p json) returns void language plpgsql as $$
declare
  queued bigint;
  shared bigint;
begin
  if exists (select from chatterd.queue where turn_id = (p->>'turn')::uuid) then return; end if;
  select count(distinct number), min(number) filter (where key = p->>'key') into queued, shared
  from chatterd.queue where conversation_id = p_conversation and chatterd.is_alive(runner);
  if shared is not null then
    insert into chatterd.queue (number, turn_id, conversation_id, runner, key, digest, wants_position) overriding system value
    values (shared, (p->>'turn')::uuid, p_conversation, (p->>'runner')::uuid, p->>'key', p->>'digest',
            coalesce((p->>'wantsPosition')::boolean, false));
    return;
  end if;
  if queued >= (p->>'maxQueued')::bigint then
    raise exception using errcode = 'CDBSY', message = format(
      'The conversation is busy, and %s requests wait for it already (setting CHATTERD_BUSY_QUEUE).', queued);
  end if;
  insert into chatterd.queue (turn_id, conversation_id, runner, key, digest, wants_position)
  values ((p->>'turn')::uuid, p_conversation, (p->>'runner')::uuid, p->>'key', p->>'digest',
          coalesce((p->>'wantsPosition')::boolean, false));
end $$;

-- True where other requests are in the queue before this one, or at all where this one is not in it.
create function chatterd.is_behind_others(p_conversation uuid, p_turn uuid) returns boolean language sql stable as $$
  select exists (
    select from chatterd.queue
    where conversation_id = p_conversation and turn_id <> p_turn and chatterd.is_alive(runner)
      and number < coalesce((select number from chatterd.queue where turn_id = p_turn), 9223372036854775807))
$$;

-- Takes a request out of the queue. p: {turn, runner}
create function chatterd.leave_queue(p json) returns void language plpgsql as $$
declare
  conversation uuid;
begin
  loop
    select conversation_id into conversation from chatterd.queue where turn_id = (p->>'turn')::uuid;
    if not found then return; end if;
    perform from chatterd.conversations where id = conversation for update;
    -- Not found where it was emptied meanwhile, and has got another id.
    exit when found;
  end loop;
  delete from chatterd.queue where turn_id = (p->>'turn')::uuid;
  if not found then return; end if;
  perform chatterd.notify_positions(conversation, (p->>'runner')::uuid);
  if not exists (select from chatterd.turns where conversation_id = conversation and status = 'running') then
    perform chatterd.notify_next_in_queue(conversation, (p->>'runner')::uuid);
    perform chatterd.remove_if_empty(conversation);
  end if;
end $$;

-- Notifies the processes whose request is first in the queue that the conversation is free: two or more where they have the same key.
-- p_runner, who frees it, needs no notification; null: everybody does.
create function chatterd.notify_next_in_queue(p_conversation uuid, p_runner uuid) returns void language plpgsql as $$
begin
  perform pg_notify('chatterd', json_build_object('free', turn_id, 'runner', runner)::text)
  from (
    select turn_id, runner from chatterd.queue
    where conversation_id = p_conversation and chatterd.is_alive(runner)
    order by number fetch first 1 row with ties) next
  where runner is distinct from p_runner;
end $$;

-- Has the requests of a key that are in the queue ask what that key has led to.
create function chatterd.notify_key(p_conversation uuid, p_key text) returns void language plpgsql as $$
begin
  perform pg_notify('chatterd', json_build_object('free', turn_id, 'runner', runner)::text)
  from chatterd.queue where conversation_id = p_conversation and key = p_key;
end $$;

-- The position of a request in the queue of its conversation, from 1; those of one key have one together. Null where it is in none.
-- p: {turn}
create function chatterd.queue_position(p json) returns bigint language sql stable as $$
  select (
    select count(distinct number) from chatterd.queue
    where conversation_id = own.conversation_id and number <= own.number and (chatterd.is_alive(runner) or turn_id = own.turn_id))
  from chatterd.queue own where turn_id = (p->>'turn')::uuid
$$;

-- Notifies the processes whose requests want to know their positions that these may have changed; not p_runner, who knows; null: all.
create function chatterd.notify_positions(p_conversation uuid, p_runner uuid) returns void language sql as $$
  select count(pg_notify('chatterd', json_build_object('moved', turn_id, 'runner', runner)::text))
  from chatterd.queue where conversation_id = p_conversation and wants_position and runner is distinct from p_runner
$$;
