-- Tells that a process lives. p: {runner, host, pid, leaseMs}
create function chatterd.sign_of_life(p json) returns void language sql as $$
  insert into chatterd.runners (id, host, pid, expires_at)
  values ((p->>'runner')::uuid, p->>'host', (p->>'pid')::integer, now() + (p->>'leaseMs')::integer * interval '1 ms')
  on conflict (id) do update set expires_at = excluded.expires_at
$$;

-- A process that takes a turn lives, even where its signs of life did not come through: the database was away. To be called
-- before a conversation is locked, as heartbeat does it, or the two may wait for each other.
create function chatterd.stay_alive(p json) returns void language plpgsql as $$
begin
  if not exists (select from chatterd.runners where id = (p->>'runner')::uuid and expires_at > now()) then
    perform chatterd.sign_of_life(p);
  end if;
end $$;

-- Begins a turn: its messages, the device's tools and the turn itself, all or nothing.
-- p: {tenant, conversation, conversationId, turn, runner, host, pid, leaseMs, request, messages, tools?: [[name, schema]],
-- maxTools, known?: {conversation, seq}}. `known`: the caller has the messages of that conversation up to that number.
-- Returns {state} as turn_state gives it, or {busy: true} while another turn of the conversation runs.
create function chatterd.begin_turn(p json) returns json language plpgsql as $$
declare
  c chatterd.conversations;
  active chatterd.turns;
  answer_seq bigint;
begin
  perform chatterd.stay_alive(p);
  loop
    insert into chatterd.conversations (id, tenant, name)
    values ((p->>'conversationId')::uuid, p->>'tenant', p->>'conversation')
    on conflict (tenant, name) do nothing;
    select * into c from chatterd.conversations
    where tenant = p->>'tenant' and name = p->>'conversation' for update;
    -- Not found where a reset removed it between the two.
    exit when found;
  end loop;

  select * into active from chatterd.turns
  where conversation_id = c.id and status in ('running', 'waiting');
  if active.status = 'running' then
    -- What this process has lost of its own, its heartbeat ends.
    if active.runner = (p->>'runner')::uuid
      or exists (select from chatterd.runners where id = active.runner and expires_at > now()) then
      return json_build_object('busy', true);
    end if;
    perform chatterd.interrupt_turn(active.id);
  elsif active.status = 'waiting' then
    update chatterd.calls set status = 'superseded', ended_at = now()
    where turn_id = active.id and status = 'offered';
    update chatterd.turns set status = 'cancelled', ended_at = now() where id = active.id;
  end if;

  if p->'tools' is not null then
    update chatterd.conversations
    set tools = chatterd.tools_after(c.tools, p->'tools', (p->>'maxTools')::integer) where id = c.id;
  end if;

  if c.next_seq = 1 then
    update chatterd.conversations
    set pinned = opening.count, cut_seq = opening.count + 1
    from (
      select coalesce(min(place) - 1, json_array_length(p->'messages')) as count
      from json_array_elements(p->'messages') with ordinality as m(item, place)
      where item->>'role' <> 'system') opening
    where id = c.id;
  end if;

  answer_seq := chatterd.append_messages(c.id, (p->>'turn')::uuid, c.next_seq, p->'messages');
  insert into chatterd.turns
    (id, conversation_id, request, status, runner, run_since, first_seq, answer_seq, superseded, tools_before)
  values ((p->>'turn')::uuid, c.id, (p->>'request')::json, 'running', (p->>'runner')::uuid, clock_timestamp(), c.next_seq, answer_seq,
          case active.status when 'waiting' then active.id end, c.tools);
  return json_build_object('state', chatterd.turn_state(c.id, (p->>'turn')::uuid,
    case when (p->'known'->>'conversation')::uuid = c.id then (p->'known'->>'seq')::bigint else 0 end));
end $$;

-- Ends a turn whose process is gone; false where it has ended already. Its answer so far, if any was stored, stays; the caller has locked its conversation.
create function chatterd.interrupt_turn(p_turn uuid) returns boolean language plpgsql as $$
begin
  update chatterd.turns
  set status = 'interrupted', ended_at = now(),
      error = '{"code": "turn-lost", "detail": "The process that ran this turn is gone."}'
  where id = p_turn and status = 'running';
  if not found then return false; end if;
  perform chatterd.close_calls(p_turn);
  return true;
end $$;

-- Undoes begin_turn, as if the request had never come; or, with p.answered, answer_calls: those calls are open again.
-- p: {turn, runner, answered: [{seq, index}]}. Does nothing where the turn is not the runner's any more.
create function chatterd.withdraw(p json) returns void language plpgsql as $$
declare
  c chatterd.conversations;
  t chatterd.turns;
begin
  select * into c from chatterd.conversations
  where id = (select conversation_id from chatterd.turns where id = (p->>'turn')::uuid) for update;
  select * into t from chatterd.turns
  where id = (p->>'turn')::uuid and runner = (p->>'runner')::uuid and status = 'running';
  if not found then return; end if;

  if json_array_length(p->'answered') > 0 then
    update chatterd.calls set status = 'offered', result = null, ended_at = null
    from json_to_recordset(p->'answered') as a(seq bigint, index integer)
    where conversation_id = c.id and message_seq = a.seq and calls.index = a.index;
    update chatterd.turns set status = 'waiting' where id = t.id;
    update chatterd.conversations set tools = t.tools_before where id = c.id;
    return;
  end if;

  delete from chatterd.messages where conversation_id = c.id and seq >= t.first_seq;
  delete from chatterd.turns where id = t.id;
  update chatterd.conversations set next_seq = t.first_seq, tools = t.tools_before where id = c.id;
  if t.superseded is not null then
    update chatterd.turns set status = 'waiting', ended_at = null where id = t.superseded;
    update chatterd.calls set status = 'offered', ended_at = null
    where turn_id = t.superseded and status = 'superseded'
      -- Calls of a history that the client brought along were never open.
      and message_seq >= (select turns.answer_seq from chatterd.turns where id = t.superseded);
  end if;
  delete from chatterd.conversations
  where id = c.id and next_seq = 1 and json_array_length(tools) = 0
    and not exists (select from chatterd.turns where conversation_id = c.id);
end $$;
