-- Ends a turn where no living process runs it, or asks the one that does. p: {turn, runner}. Returns `ended`, `asked`, or
-- `unknown` where there is none.
create function chatterd.cancel_turn(p json) returns text language plpgsql as $$
declare
  t chatterd.turns;
begin
  perform from chatterd.conversations
  where id = (select conversation_id from chatterd.turns where id = (p->>'turn')::uuid) for update;
  select * into t from chatterd.turns where id = (p->>'turn')::uuid for update;
  if not found then return 'unknown'; end if;
  if t.status = 'running' and chatterd.lives(t.runner) then
    update chatterd.turns set cancel_requested = true where id = t.id;
    perform pg_notify('chatterd', json_build_object('cancel', t.id, 'runner', t.runner)::text);
    return 'asked';
  end if;
  if t.status = 'running' then perform chatterd.interrupt_turn(t.id, 'cancelled');
  elsif t.status = 'waiting' then perform chatterd.cancel_waiting(t.id, 'cancelled');
  else return 'ended'; end if;
  perform chatterd.signal_free(t.conversation_id, (p->>'runner')::uuid);
  return 'ended';
end $$;

-- Ends a turn that waits for its device, as cancelled; its open calls are from now on p_calls. The caller has locked its
-- conversation.
create function chatterd.cancel_waiting(p_turn uuid, p_calls text) returns void language plpgsql as $$
begin
  update chatterd.turns set status = 'cancelled', ended_at = now(), events_before = events where id = p_turn;
  perform chatterd.tell(p_turn, chatterd.close_calls(p_turn, p_calls) || chatterd.end_line('cancelled', null));
end $$;
