-- Gives a request its place in the line, where it has none. Fails with CDBSY where too many wait. The caller has locked the
-- conversation. p: {turn, runner, key?, digest?, maxWaiting}
create function chatterd.wait_in_line(p_conversation uuid, p json) returns void language plpgsql as $$
declare
  waiting bigint;
begin
  if exists (select from chatterd.tickets where turn_id = (p->>'turn')::uuid) then return; end if;
  select count(*) into waiting from chatterd.tickets where conversation_id = p_conversation and chatterd.lives(runner);
  if waiting >= (p->>'maxWaiting')::bigint then
    raise exception using errcode = 'CDBSY', message = format(
      'The conversation is busy, and %s requests wait for it already (setting CHATTERD_BUSY_QUEUE).', waiting);
  end if;
  insert into chatterd.tickets (turn_id, conversation_id, runner, key, digest)
  values ((p->>'turn')::uuid, p_conversation, (p->>'runner')::uuid, p->>'key', p->>'digest');
end $$;

-- Gives up a place in the line. p: {turn, runner}
create function chatterd.leave_line(p json) returns void language plpgsql as $$
declare
  left_id uuid := (select conversation_id from chatterd.tickets where turn_id = (p->>'turn')::uuid);
begin
  perform from chatterd.conversations where id = left_id for update;
  delete from chatterd.tickets where turn_id = (p->>'turn')::uuid;
  if found and not exists (select from chatterd.turns where conversation_id = left_id and status = 'running') then
    perform chatterd.signal_free(left_id, (p->>'runner')::uuid);
    perform chatterd.remove_empty(left_id);
  end if;
end $$;

-- Tells the process whose request is the first to wait for a conversation that it is free; p_runner knows it by itself.
create function chatterd.signal_free(p_conversation uuid, p_runner uuid) returns void language plpgsql as $$
begin
  perform pg_notify('chatterd', json_build_object('free', turn_id, 'runner', runner)::text)
  from (
    select turn_id, runner from chatterd.tickets
    where conversation_id = p_conversation and chatterd.lives(runner) order by place limit 1) waiting
  where runner is distinct from p_runner;
end $$;
