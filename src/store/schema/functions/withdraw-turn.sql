-- Undoes begin_turn, as if the request had never come; or, where p names `results`, store_results: those calls are open again.
-- p: {turn, runner, run?, tenant, conversation, conversationId, results: [{seq, index}]}. Returns false where another process has the turn,
-- or others know of it, or of the end of the turn that it superseded: then nothing is undone. A turn that has not begun yet cannot begin
-- after this.
create function chatterd.withdraw_turn(p json) returns json language plpgsql as $$
declare
  c chatterd.conversations := chatterd.lock_conversation(p);
  own uuid := p->>'turn';
  t chatterd.turns;
  title_stays boolean;
begin
  perform from chatterd.turns
  where id = own or id = (select supersedes from chatterd.turns where id = own) order by id for update;
  select * into t from chatterd.turns where id = own and conversation_id = c.id;
  if not found then
    insert into chatterd.withdrawn_turns (turn_id) values (own) on conflict do nothing;
    delete from chatterd.queue where turn_id = own;
    if found then
      perform chatterd.notify_next_in_queue(c.id, (p->>'runner')::uuid);
      perform chatterd.notify_positions(c.id, (p->>'runner')::uuid);
    end if;
    perform chatterd.remove_if_empty(c.id);
    return to_json(true);
  end if;
  if t.runner <> (p->>'runner')::uuid or t.run <> (p->>'run')::integer then return to_json(false); end if;
  -- A second call: it is withdrawn already.
  if t.status = 'waiting' and json_array_length(p->'results') > 0 then return to_json(true); end if;
  if t.status <> 'running' or t.followed then return to_json(false); end if;

  if json_array_length(p->'results') > 0 then
    update chatterd.calls set status = 'offered', result = null, ended_at = null, results_id = null
    from json_to_recordset(p->'results') as r(seq bigint, index integer)
    where conversation_id = c.id and branch = t.branch and message_seq = r.seq and calls.index = r.index;
    -- The key of the request that began the turn is kept: it has `after` = 0.
    delete from chatterd.idempotency_keys where turn_id = own and after = t.event_before and t.event_before > 0;
    perform chatterd.truncate_events(own);
    if t.tools_before is not null then
      update chatterd.conversations set tools = t.tools_before, tools_version = tools_version + 1 where id = c.id;
    end if;
    perform chatterd.notify_watchers(c.id);
    perform chatterd.notify_next_in_queue(c.id, t.runner);
    return to_json(true);
  end if;

  if t.step > 0 or not chatterd.can_reopen(t.supersedes) then return to_json(false); end if;
  delete from chatterd.messages where conversation_id = c.id and branch = t.branch and seq >= t.first_seq;
  delete from chatterd.turns where id = t.id;
  title_stays := not c.title_made or exists (select from chatterd.turns where conversation_id = c.id);
  -- The same begin_turn may be on its way once more.
  insert into chatterd.withdrawn_turns (turn_id) values (own) on conflict do nothing;
  update chatterd.conversations
  set next_seq = t.first_seq, tools = coalesce(t.tools_before, tools),
      tools_version = tools_version + case when t.tools_before is null then 0 else 1 end, system = t.system_before, model = t.model_before,
      title = case when title_stays then title end, title_made = title_made and title_stays,
      -- Not where a client has changed it since.
      updated_at = case updated_at when t.created_at then t.updated_before else updated_at end
  where id = c.id;
  if t.branch_before is not null then perform chatterd.remove_branch(t); end if;
  perform chatterd.reopen_turn(t.supersedes);
  perform chatterd.notify_watchers(c.id);
  perform chatterd.notify_next_in_queue(c.id, t.runner);
  perform chatterd.remove_if_empty(c.id);
  return to_json(true);
end $$;

-- False where a client may know that a turn which was superseded has ended: by its events, or because a result of it came too late.
create function chatterd.can_reopen(p_turn uuid) returns boolean language sql stable as $$
  select not exists (
    select from chatterd.turns t where id = p_turn and (
      status <> 'cancelled' or followed or pruned or exists (
        select from chatterd.calls
        where turn_id = t.id and message_seq >= t.reply_seq and status = 'superseded' and result is not null)))
$$;

-- Lets a turn that was superseded wait again; null: there is none.
create function chatterd.reopen_turn(p_turn uuid) returns void language plpgsql as $$
begin
  perform chatterd.truncate_events(p_turn);
  update chatterd.calls k set status = case when approved then 'offered' else 'asked' end, ended_at = null
  from chatterd.turns t
  -- Calls in a history that the client sent along were never open.
  where t.id = p_turn and k.turn_id = t.id and k.status = 'superseded' and k.message_seq >= t.reply_seq;
end $$;

-- Removes the events since event_before, which nobody has read, and lets the turn wait again.
create function chatterd.truncate_events(p_turn uuid) returns void language sql as $$
  delete from chatterd.events e using chatterd.turns t where t.id = p_turn and e.turn_id = t.id and e.first > t.event_before;
  update chatterd.turns set status = 'waiting', last_event = event_before, ended_at = null, results_id = null where id = p_turn
$$;
