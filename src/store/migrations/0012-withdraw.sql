drop function chatterd.withdraw(json);

-- Undoes begin_turn, as if the request had never come; or, with `answered`, answer_calls: those calls are open again.
-- p: {turn, runner, tenant, conversation, conversationId, answered: [{seq, index}]}. False where the turn is not the runner's any
-- more, or others know of it: then nothing is done. A turn that has not begun will not do so after this.
create function chatterd.withdraw(p json) returns boolean language plpgsql as $$
declare
  c chatterd.conversations := chatterd.open_conversation(p);
  own uuid := p->>'turn';
  t chatterd.turns;
begin
  perform from chatterd.turns
  where id = own or id = (select superseded from chatterd.turns where id = own) order by id for update;
  select * into t from chatterd.turns where id = own and conversation_id = c.id;
  if not found then
    insert into chatterd.withdrawn (turn_id) values (own) on conflict do nothing;
    delete from chatterd.tickets where turn_id = own;
    if found then perform chatterd.signal_free(c.id, (p->>'runner')::uuid); end if;
    perform chatterd.remove_empty(c.id);
    return true;
  end if;
  if t.runner <> (p->>'runner')::uuid then return false; end if;
  -- Told again.
  if t.status = 'waiting' and json_array_length(p->'answered') > 0 then return true; end if;
  if t.status <> 'running' or t.watched then return false; end if;

  if json_array_length(p->'answered') > 0 then
    update chatterd.calls set status = 'offered', result = null, ended_at = null, attempt = null
    from json_to_recordset(p->'answered') as a(seq bigint, index integer)
    where conversation_id = c.id and message_seq = a.seq and calls.index = a.index;
    -- A begun turn's key goes with the turn.
    delete from chatterd.keys where turn_id = own and after = t.events_before and t.events_before > 0;
    perform chatterd.untell(own, 'waiting');
    update chatterd.conversations set tools = t.tools_before where id = c.id;
    perform chatterd.signal_free(c.id, t.runner);
    return true;
  end if;

  if t.step > 0 then return false; end if;
  delete from chatterd.messages where conversation_id = c.id and seq >= t.first_seq;
  delete from chatterd.turns where id = t.id;
  -- The same begin_turn may be on its way once more.
  insert into chatterd.withdrawn (turn_id) values (own) on conflict do nothing;
  update chatterd.conversations
  set next_seq = t.first_seq, tools = t.tools_before, system = t.system_before, model = t.model_before where id = c.id;
  perform chatterd.reopen(t.superseded);
  perform chatterd.signal_free(c.id, t.runner);
  perform chatterd.remove_empty(c.id);
  return true;
end $$;

-- Takes back what was told of a turn since events_before. Nobody has read it.
create function chatterd.untell(p_turn uuid, p_status text) returns void language sql as $$
  delete from chatterd.events e using chatterd.turns t where t.id = p_turn and e.turn_id = t.id and e.first > t.events_before;
  update chatterd.turns set status = p_status, events = events_before, ended_at = null, attempt = null where id = p_turn
$$;

-- Lets a turn that was superseded wait again, unless somebody has been told that it ended: by its events, or in answer to a
-- result that came too late.
create function chatterd.reopen(p_turn uuid) returns void language plpgsql as $$
declare
  t chatterd.turns;
begin
  select * into t from chatterd.turns where id = p_turn and status = 'cancelled' and not watched and not pruned;
  if not found or exists (
    select from chatterd.calls
    where turn_id = t.id and message_seq >= t.answer_seq and status = 'superseded' and result is not null)
  then return; end if;
  perform chatterd.untell(t.id, 'waiting');
  update chatterd.calls set status = 'offered', ended_at = null
  -- Calls of a history that the client brought along were never open.
  where turn_id = t.id and status = 'superseded' and message_seq >= t.answer_seq;
end $$;

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

-- Locks the turns of a conversation that is to be removed, and tells those who follow them or wait for it. The caller has
-- locked it.
create function chatterd.leave_conversation(p_conversation uuid) returns void language plpgsql as $$
begin
  perform from chatterd.turns where conversation_id = p_conversation order by id for update;
  perform chatterd.signal_events(array(
    select id from chatterd.turns
    where conversation_id = p_conversation and watched and status in ('running', 'waiting')));
  perform chatterd.signal_free(p_conversation, null);
end $$;

-- Empties a conversation, its turns and device tools too, and starts it anew with these messages. A turn that runs in it
-- finds at its next write that it is gone. p: {tenant, conversation, conversationId, messages, pinned}
create or replace function chatterd.reset_conversation(p json) returns void language plpgsql as $$
declare
  old uuid;
begin
  loop
    select id into old from chatterd.conversations
    where tenant = p->>'tenant' and name = p->>'conversation' for update;
    if found then
      perform chatterd.leave_conversation(old);
      delete from chatterd.conversations where id = old;
    end if;
    insert into chatterd.conversations (id, tenant, name, pinned, cut_seq)
    values ((p->>'conversationId')::uuid, p->>'tenant', p->>'conversation', (p->>'pinned')::bigint,
            (p->>'pinned')::bigint + 1)
    on conflict (tenant, name) do nothing;
    -- Not found where another request made it anew between the two.
    exit when found;
  end loop;
  perform chatterd.append_messages((p->>'conversationId')::uuid, null, 1, p->'messages');
end $$;
