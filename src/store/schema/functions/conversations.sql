-- Locks the conversation of a name, and makes it where there is none. p: {tenant, conversation, conversationId}
create function chatterd.lock_conversation(p json) returns chatterd.conversations language plpgsql as $$
declare
  c chatterd.conversations;
begin
  loop
    select * into c from chatterd.conversations
    where tenant = p->>'tenant' and name = p->>'conversation' for update;
    if found then return c; end if;
    -- Another request may make it meanwhile, or a reset remove it: then it is looked up again.
    insert into chatterd.conversations (id, tenant, name)
    values ((p->>'conversationId')::uuid, p->>'tenant', p->>'conversation')
    on conflict (tenant, name) do nothing returning * into c;
    if found then return c; end if;
  end loop;
end $$;

-- Removes a conversation that holds nothing, where only requests that came to nothing have made it. The caller has locked it.
create function chatterd.remove_if_empty(p_conversation uuid) returns void language sql as $$
  delete from chatterd.conversations c
  where id = p_conversation and next_seq = 1 and not kept
    and not exists (select from chatterd.turns where conversation_id = c.id)
    and not exists (select from chatterd.queue where conversation_id = c.id)
$$;

-- Empties a conversation, and begins it anew with these messages. Returns what empty_conversation returns.
-- p: {tenant, conversation, conversationId, messages, pinned}; messages and p_bodies as append_messages takes them.
create function chatterd.reset_conversation(p json, p_bodies json[]) returns json language plpgsql as $$
declare
  c chatterd.conversations := chatterd.lock_conversation(p);
  own uuid := p->>'conversationId';
  emptied json := chatterd.empty_conversation(c.id, own);
begin
  update chatterd.conversations
  set pinned = (p->>'pinned')::bigint, prompt_from = (p->>'pinned')::bigint + 1, kept = true where id = own;
  perform chatterd.append_messages(own, null, 1, 1, p->'messages', p_bodies);
  return emptied;
end $$;

-- Removes a conversation with all that it holds, and returns what empty_conversation returns; null where there was none. Where requests
-- wait in its queue, it stays, empty, and they begin in it. p: {tenant, conversation, conversationId}
create function chatterd.remove_conversation(p json) returns json language plpgsql as $$
declare
  own uuid := p->>'conversationId';
  old uuid;
  emptied json;
begin
  select id into old from chatterd.conversations where tenant = p->>'tenant' and name = p->>'conversation' for update;
  if not found then return null; end if;
  emptied := chatterd.empty_conversation(old, own);
  perform chatterd.remove_if_empty(own);
  return emptied;
end $$;

-- Deletes all that a conversation holds but its queue, and gives it the id p_id: to those who know the old one, it is gone. Returns
-- {turns: [turn], calls: [ended_call_row]}: its active turns, and the ends of calls that nobody has reported. Those who run or follow them are notified, and the first in the queue. The caller has locked the
-- conversation.
create function chatterd.empty_conversation(p_conversation uuid, p_id uuid) returns json language plpgsql as $$
declare
  t chatterd.turns;
  calls json;
begin
  perform from chatterd.turns where conversation_id = p_conversation order by id for update;
  select * into t from chatterd.turns where conversation_id = p_conversation and status in ('running', 'waiting');
  if t.followed then perform chatterd.notify_events(array[t.id]); end if;
  if t.status = 'running' then perform chatterd.notify_cancel(t); end if;
  perform chatterd.close_calls(t.id, 'cancelled');
  select coalesce(json_agg(chatterd.ended_call_row(k) order by message_seq, index), '[]') into calls
  from chatterd.calls k where conversation_id = p_conversation and ended_at is not null and not reported;
  delete from chatterd.turns where conversation_id = p_conversation;
  delete from chatterd.messages where conversation_id = p_conversation;
  delete from chatterd.branches where conversation_id = p_conversation;
  delete from chatterd.queue where conversation_id = p_conversation and not chatterd.is_alive(runner);
  update chatterd.conversations
  set id = p_id, title = default, title_made = default, system = default, model = default, tools = default, tools_version = default, approved_tools = default, branch = default, next_seq = default, kept = default,
      pinned = default, prompt_from = default, truncation = default, created_at = default, updated_at = default
  where id = p_conversation;
  perform chatterd.notify_watchers(p_id);
  perform chatterd.notify_next_in_queue(p_id, null);
  return json_build_object('turns', case when t.id is null then '[]' else json_build_array(t.id) end, 'calls', calls);
end $$;
