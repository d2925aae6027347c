-- Ends a turn that no living process runs, or asks the process that runs it to end it. p: {turn, runner}. Returns `ended`, `asked`,
-- or `unknown` where there is none.
create function chatterd.cancel_turn(p json) returns json language plpgsql as $$
declare
  t chatterd.turns;
begin
  perform from chatterd.conversations
  where id = (select conversation_id from chatterd.turns where id = (p->>'turn')::uuid) for update;
  select * into t from chatterd.turns where id = (p->>'turn')::uuid for update;
  if not found then return to_json('unknown'::text); end if;
  if t.status = 'running' and chatterd.is_alive(t.runner) then
    update chatterd.turns set cancel_requested = true where id = t.id;
    perform chatterd.notify_cancel(t);
    return to_json('asked'::text);
  end if;
  if t.status = 'running' then perform chatterd.interrupt_turn(t.id, 'cancelled');
  elsif t.status = 'waiting' then perform chatterd.cancel_waiting_turn(t.id, 'cancelled');
  else return to_json('ended'::text); end if;
  perform chatterd.notify_next_in_queue(t.conversation_id, (p->>'runner')::uuid);
  return to_json('ended'::text);
end $$;

-- Notifies the process that runs a turn that the turn is cancelled.
create function chatterd.notify_cancel(t chatterd.turns) returns void language sql as $$
  select pg_notify('chatterd', json_build_object('cancel', t.id, 'runner', t.runner)::text)
$$;

-- Ends a turn that waits for its device as cancelled, and its open calls as p_calls. The caller has locked its conversation.
create function chatterd.cancel_waiting_turn(p_turn uuid, p_calls text) returns void language plpgsql as $$
begin
  update chatterd.turns set status = 'cancelled', ended_at = now(), event_before = last_event where id = p_turn;
  perform chatterd.append_events(p_turn, chatterd.close_calls(p_turn, p_calls) || chatterd.turn_end_record('cancelled', null));
  perform chatterd.notify_watchers(conversation_id) from chatterd.turns where id = p_turn;
end $$;

-- Asks the process that runs a turn to cancel it when no client follows it for a time. p: {turn, idleMs}
create function chatterd.cancel_idle_turn(p json) returns void language plpgsql as $$
begin
  perform pg_notify('chatterd', json_build_object(
    'cancelIdle', id, 'idleMs', (p->>'idleMs')::integer, 'runner', runner)::text)
  from chatterd.turns where id = (p->>'turn')::uuid and status = 'running';
end $$;
