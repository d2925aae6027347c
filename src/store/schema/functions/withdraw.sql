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
