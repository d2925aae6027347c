-- Renews the lease of a process, and does what no other request does: recovers turns that no process runs, expires calls,
-- removes what is kept for a limited time. After its first statement it waits for no lock, so it may lock many conversations: what
-- another transaction holds is left for the next heartbeat.
-- p: {runner, host, pid, leaseMs, running: [turn], abandoned: [turn], alone, room, maxUnjournaled, callTimeoutMs, keyLifeMs,
-- eventRetentionMs, maxStarts, previous?}. `running`: the turns that the process runs. `previous`: `at` of its heartbeat before. `abandoned`: its requests that do not wait in a queue
-- any more. `alone`: no other process can use this database. `room`: how many turns it can adopt; at most 20 are.
-- Returns {at, ended: [turn], adopted: [turn_state], cancelled: [turn], calls: [ended_call_row]}. `at`: when it began, by the database's clock. `ended`: turns that no process runs, now interrupted or
-- cancelled. `adopted`: turns that this process has to go on with. `cancelled`: turns of its own that a client asked to cancel. `calls`:
-- their ends are reported by this process.
create function chatterd.heartbeat(p json) returns json language plpgsql as $$
declare
  me uuid := p->>'runner';
  ended uuid[];
  adopted uuid[];
  freed uuid;
  -- It has missed a heartbeat of its own, of which there is one each two ninths of leaseMs: the database was away. The other
  -- processes may just be about to renew their leases.
  was_away boolean := exists (
    select from chatterd.runners
    where id = me and expires_at < now() + (p->>'leaseMs')::integer * interval '1 ms' * 2 / 9);
begin
  perform chatterd.renew_lease(p);
  -- `skip locked`: another process may be doing the same, and each would wait for the other.
  delete from chatterd.runners where id in (
    select id from chatterd.runners
    where expires_at < now() and not was_away or (p->>'alone')::boolean and id <> me
    for update skip locked);

  for freed in
    delete from chatterd.queue where turn_id in (
      select turn_id from chatterd.queue q
      where not exists (select from chatterd.runners r where r.id = q.runner)
        or q.runner = me and q.turn_id = any (array(select json_array_elements_text(p->'abandoned'))::uuid[])
      for update skip locked)
    returning conversation_id
  loop
    perform chatterd.notify_next_in_queue(freed, me);
    perform chatterd.notify_positions(freed, null);
    perform from chatterd.conversations where id = freed for update skip locked;
    if found then perform chatterd.remove_if_empty(freed); end if;
  end loop;

  select * into ended, adopted from chatterd.recover_turns(p);
  adopted := adopted || chatterd.expire_calls(p, least((p->>'room')::integer, 20) - cardinality(adopted));
  perform chatterd.prune(p);
  -- The embedded database does one thing at a time.
  perform chatterd.index_messages(case when (p->>'alone')::boolean then 20 else 200 end);
  return json_build_object(
    'at', now(), 'ended', ended,
    'adopted', (
      select coalesce(json_agg(chatterd.turn_state(conversation_id, id, 0)), '[]') from chatterd.turns where id = any (adopted)),
    'cancelled', array(
      select id from chatterd.turns where runner = me and status = 'running' and cancel_requested),
    'calls', chatterd.take_ended_calls());
end $$;

-- Recovers turns that no process runs: those of processes that are gone, and those of this process that it does not know of,
-- because its write failed. A turn whose running calls may all be started again is adopted; another one ends. What this process knows of
-- is judged by the time of its previous heartbeat, whose answer it had when it named its turns: this heartbeat may have come late.
-- p: {runner, leaseMs, running, room, maxUnjournaled, maxStarts, previous?}
create function chatterd.recover_turns(p json, out ended uuid[], out adopted uuid[]) language plpgsql as $$
declare
  me uuid := p->>'runner';
  room integer := least((p->>'room')::integer, 20);
  lost record;
  t chatterd.turns;
  is_restartable boolean;
begin
  ended := '{}';
  adopted := '{}';
  for lost in
    select one.id, one.conversation_id, one.runner, one.running_since from chatterd.turns one
    where one.status = 'running'
      and case when one.runner = me
               then one.running_since < (p->>'previous')::timestamptz - (p->>'leaseMs')::integer * interval '1 ms'
                 and one.id <> all (array(select json_array_elements_text(p->'running'))::uuid[])
               else not exists (select from chatterd.runners r where r.id = one.runner) end
    order by one.conversation_id limit 500
  loop
    perform from chatterd.conversations where id = lost.conversation_id for update skip locked;
    continue when not found;
    -- Another process may have taken it since.
    select * into t from chatterd.turns
    where id = lost.id and status = 'running' and runner = lost.runner and running_since = lost.running_since
    for update skip locked;
    continue when not found;
    select coalesce(bool_and(restartable and starts < (p->>'maxStarts')::integer), false) into is_restartable
    from chatterd.calls where turn_id = t.id and status = 'running';
    if not is_restartable or t.cancel_requested then
      perform chatterd.interrupt_turn(t.id, case when t.cancel_requested then 'cancelled' else 'interrupted' end);
      perform chatterd.notify_next_in_queue(t.conversation_id, me);
      ended := ended || t.id;
    elsif cardinality(adopted) < room then
      update chatterd.calls set starts = starts + 1 where turn_id = t.id and status = 'running';
      perform chatterd.adopt_turn(t.id, p);
      adopted := adopted || t.id;
    end if;
  end loop;
end $$;

-- Gives a turn to a process. The caller has locked the turn. p: {runner, maxUnjournaled}
create function chatterd.adopt_turn(p_turn uuid, p json) returns void language sql as $$
  update chatterd.turns
  set status = 'running', runner = (p->>'runner')::uuid, running_since = clock_timestamp(), run = run + 1,
      max_unjournaled = (p->>'maxUnjournaled')::integer
  where id = p_turn
$$;

-- Expires calls whose device, or a person who was asked, has not answered in time, and returns the turns that go on without them: they are adopted, at most p_room.
-- p: {runner, maxUnjournaled, callTimeoutMs}
create function chatterd.expire_calls(p json, p_room integer) returns uuid[] language plpgsql as $$
declare
  oldest timestamptz := now() - (p->>'callTimeoutMs')::bigint * interval '1 ms';
  late record;
  adopted uuid[] := '{}';
begin
  for late in
    select distinct one.id, one.conversation_id
    from chatterd.calls k join chatterd.turns one on one.id = k.turn_id
    where k.status in ('offered', 'asked') and k.created_at < oldest and one.status = 'waiting'
    order by one.conversation_id limit p_room
  loop
    perform from chatterd.conversations where id = late.conversation_id for update skip locked;
    continue when not found;
    perform from chatterd.turns where id = late.id and status = 'waiting' for update skip locked;
    continue when not found;
    update chatterd.calls set status = 'expired', ended_at = now(), published = false
    where turn_id = late.id and status in ('offered', 'asked') and created_at < oldest;
    perform chatterd.append_call_ends(late.id);
    if not chatterd.has_to_wait(late.id) then
      perform chatterd.adopt_turn(late.id, p);
      adopted := adopted || late.id;
    end if;
  end loop;
  return adopted;
end $$;

-- Removes some of what is kept for a limited time. p: {eventRetentionMs, keyLifeMs}
create function chatterd.prune(p json) returns void language sql as $$
  with old as (
    select id from chatterd.turns
    where ended_at < now() - (p->>'eventRetentionMs')::bigint * interval '1 ms' and ended_at is not null and not pruned
    order by ended_at limit 200 for update skip locked),
  marked as (
    update chatterd.turns set pruned = true where id in (select id from old))
  delete from chatterd.events where turn_id in (select id from old);

  delete from chatterd.idempotency_keys where (conversation_id, key) in (
    select conversation_id, key from chatterd.idempotency_keys
    where created_at < now() - (p->>'keyLifeMs')::bigint * interval '1 ms'
    order by created_at limit 1000 for update skip locked);

  delete from chatterd.withdrawn_turns where turn_id in (
    select turn_id from chatterd.withdrawn_turns where withdrawn_at < now() - interval '1 hour' for update skip locked)
$$;
