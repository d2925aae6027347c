-- Conversations and turns by themselves, as they are listed and looked at.

create function chatterd.exact_time(p_time timestamptz) returns text language sql stable as $$
  select to_char(p_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- {id, name, title, system, model, tools, messages, activeTurn, createdAt, updatedAt}; the times to the microsecond.
create function chatterd.conversation_row(c chatterd.conversations) returns json language sql stable as $$
  select json_build_object(
    'id', c.id, 'name', c.name, 'title', c.title, 'system', c.system, 'model', c.model, 'tools', c.tools,
    'messages', c.next_seq - 1, 'createdAt', chatterd.exact_time(c.created_at), 'updatedAt', chatterd.exact_time(c.updated_at),
    'activeTurn', (select id from chatterd.turns where conversation_id = c.id and status in ('running', 'waiting')))
$$;

-- Those of a tenant, the last changed first. p: {tenant, after?: {updatedAt, id}, limit}
create function chatterd.list_conversations(p json) returns json language sql stable as $$
  select coalesce(json_agg(chatterd.conversation_row(c) order by c.updated_at desc, c.id desc), '[]')
  from (
    select * from chatterd.conversations
    where tenant = p->>'tenant'
      and (updated_at, id) < (
        coalesce((p->'after'->>'updatedAt')::timestamptz, 'infinity'),
        coalesce((p->'after'->>'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    order by updated_at desc, id desc limit (p->>'limit')::integer) c
$$;

-- p: {tenant, conversation}
create function chatterd.find_conversation(p json) returns json language sql stable as $$
  select chatterd.conversation_row(c) from chatterd.conversations c
  where tenant = p->>'tenant' and name = p->>'conversation'
$$;

-- p: {tenant, conversation, title?, system?, model?, tools?, maxTools}: what is absent stays, null removes. Texts are JSON texts.
-- Returns the conversation as it is then; null where there is none.
create function chatterd.change_conversation(p json) returns json language plpgsql as $$
declare
  c chatterd.conversations;
begin
  select * into c from chatterd.conversations where tenant = p->>'tenant' and name = p->>'conversation' for update;
  if not found then return null; end if;
  update chatterd.conversations
  set title = case when p->'title' is null then title else (p->>'title')::json end,
      system = case when p->'system' is null then system else (p->>'system')::json end,
      model = case when p->'model' is null then model else (p->>'model')::json end,
      tools = case when p->'tools' is null then tools
        else chatterd.tools_after('[]', p->'tools', (p->>'maxTools')::integer) end,
      updated_at = now()
  where id = c.id returning * into c;
  return chatterd.conversation_row(c);
end $$;

-- Removes a conversation with all that it holds; false where there was none. p: {tenant, conversation}
create function chatterd.remove_conversation(p json) returns boolean language plpgsql as $$
declare
  old uuid;
begin
  select id into old from chatterd.conversations where tenant = p->>'tenant' and name = p->>'conversation' for update;
  if not found then return false; end if;
  perform chatterd.leave_conversation(old);
  delete from chatterd.conversations where id = old;
  return true;
end $$;

-- The newest messages below number `before`, with their calls: {messages, calls} as turn_state gives them; null where there is no
-- such conversation. p: {tenant, conversation, before?, limit}
create function chatterd.read_messages(p json) returns json language sql stable as $$
  select json_build_object(
    'messages', (
      select coalesce(json_agg(json_build_array(seq, turn_id, role, body, complete, usage) order by seq), '[]')
      from chatterd.messages
      where conversation_id = c.id and seq >= before - (p->>'limit')::bigint and seq < before),
    'calls', (
      select coalesce(
        json_agg(json_build_array(message_seq, index, request, side, status, result, restartable) order by message_seq, index), '[]')
      from chatterd.calls
      where conversation_id = c.id and message_seq >= before - (p->>'limit')::bigint and message_seq < before))
  from chatterd.conversations c, least(coalesce((p->>'before')::bigint, c.next_seq), c.next_seq) as before
  where tenant = p->>'tenant' and name = p->>'conversation'
$$;

-- A turn as it stands: {turn, tenant, conversation, request, status, step, error, createdAt, endedAt, usages: [usage], calls: [[seq,
-- index, request, side, status, result, restartable, ms]], messages?}; null where there is none. `messages`, where p asks for them,
-- are its answers as turn_state gives messages. p: {turn, answers}
create function chatterd.find_turn(p json) returns json language sql stable as $$
  select json_build_object(
    'turn', t.id, 'tenant', c.tenant, 'conversation', c.name, 'request', t.request, 'status', t.status, 'step', t.step,
    'error', t.error, 'createdAt', chatterd.exact_time(t.created_at), 'endedAt', chatterd.exact_time(t.ended_at),
    'usages', (
      select coalesce(json_agg(usage), '[]') from chatterd.messages
      where conversation_id = c.id and seq >= t.answer_seq and seq < next_turn and usage is not null),
    'calls', (
      select coalesce(json_agg(
        json_build_array(message_seq, index, request, side, status, result, restartable,
          round(extract(epoch from ended_at - created_at) * 1000)) order by message_seq, index), '[]')
      from chatterd.calls where turn_id = t.id and message_seq >= t.answer_seq),
    'messages', case when (p->>'answers')::boolean then (
      select coalesce(json_agg(json_build_array(seq, turn_id, role, body, complete, usage) order by seq), '[]')
      from chatterd.messages where conversation_id = c.id and seq >= t.answer_seq and seq < next_turn) end)
  from chatterd.turns t
  join chatterd.conversations c on c.id = t.conversation_id
  cross join lateral (
    select coalesce(min(first_seq), c.next_seq) as next_turn from chatterd.turns
    where conversation_id = c.id and first_seq > t.first_seq) following
  where t.id = (p->>'turn')::uuid
$$;
