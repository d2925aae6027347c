-- Adds messages at the end of the current branch, p_branch, of a conversation whose row the caller has locked, and returns the next free
-- number.
-- p_messages: [{role, complete?, usage?, finishReason?, calls: [{index, request, side, status, result?, restartable?}]}]; request and
-- result are JSON texts. p_bodies: the body of each. Bodies may have megabytes, and within other JSON they would be parsed many times.
create function chatterd.append_messages(
  p_conversation uuid, p_turn uuid, p_branch integer, p_seq bigint, p_messages json, p_bodies json[])
returns bigint language plpgsql as $$
declare
  c record;
begin
  insert into chatterd.messages (conversation_id, branch, seq, turn_id, role, body, complete, usage, finish_reason)
  select p_conversation, p_branch, p_seq + m.number - 1, p_turn, m.item->>'role', p_bodies[m.number],
         coalesce((m.item->>'complete')::boolean, true), m.item->'usage', m.item->>'finishReason'
  from json_array_elements(p_messages) with ordinality as m(item, number);

  insert into chatterd.calls
    (conversation_id, branch, message_seq, index, turn_id, request, side, status, result, ended_at, reported, approved, restartable)
  select p_conversation, p_branch, p_seq + m.number - 1, (k.item->>'index')::integer, p_turn, (k.item->>'request')::json,
         k.item->>'side', k.item->>'status', (k.item->>'result')::json,
         case when k.item->>'status' in ('running', 'offered', 'asked') then null else now() end,
         -- Those of a step are reported by its process, and those of a history by nobody.
         k.item->>'status' not in ('running', 'offered', 'asked'),
         k.item->>'status' <> 'asked',
         coalesce((k.item->>'restartable')::boolean, false)
  from json_array_elements(p_messages) with ordinality as m(item, number),
       json_array_elements(m.item->'calls') as k(item);

  p_seq := p_seq + json_array_length(p_messages);
  update chatterd.conversations set next_seq = p_seq, updated_at = now() where id = p_conversation
  returning tenant, name, watched_until into c;
  if c.watched_until > now() then perform chatterd.notify_change(c.tenant, c.name); end if;
  return p_seq;
end $$;

-- A message as the program reads it: {seq, turn, role, body, complete, usage, finishReason, refused}
create function chatterd.message_row(m chatterd.messages) returns json language sql stable as $$
  select json_build_object(
    'seq', m.seq, 'turn', m.turn_id, 'role', m.role, 'body', m.body, 'complete', m.complete, 'usage', m.usage,
    'finishReason', m.finish_reason, 'refused', m.refused)
$$;

-- A call as the program reads it: {seq, index, request, side, status, result, images, restartable, ms}. `seq`: its message. `request`: a JSON
-- text, because numbers in JSON would lose digits on the way. `ms`: how long it took, null while it is open.
create function chatterd.call_row(k chatterd.calls) returns json language sql stable as $$
  select json_build_object(
    'seq', k.message_seq, 'index', k.index, 'request', k.request::text, 'side', k.side, 'status', k.status, 'result', k.result, 'images', k.images,
    'restartable', k.restartable, 'ms', round(extract(epoch from k.ended_at - k.created_at) * 1000))
$$;

-- The newest messages below number `before` of a branch, the current one where p names none, with their calls:
-- {messages: [{message: message_row, createdAt, branch, siblings}], calls: [call_row]}; null where there is no such conversation. Fails with
-- CDINV where it has no such branch. `siblings`: as branch_forks has them, or null. p: {tenant, conversation, branch?, before?, limit}
create function chatterd.read_messages(p json) returns json language plpgsql stable as $$
declare
  c chatterd.conversations;
  chosen integer;
  bound bigint;
  oldest bigint;
begin
  select * into c from chatterd.conversations where tenant = p->>'tenant' and name = p->>'conversation';
  if not found then return null; end if;
  chosen := coalesce((p->>'branch')::integer, c.branch);
  bound := chatterd.branch_end(c, chosen);
  bound := least(coalesce((p->>'before')::bigint, bound), bound);
  oldest := bound - (p->>'limit')::bigint;
  return (
    with parts as (
      select branch, greatest(from_seq, oldest) as first, least(to_seq, bound - 1) as last
      from chatterd.branch_path(c.id, chosen))
    select json_build_object(
      'messages', (
        select coalesce(json_agg(json_build_object('message', chatterd.message_row(m), 'createdAt', (m).created_at,
          'branch', (m).branch, 'siblings', f.numbers) order by (m).seq), '[]')
        from parts
        cross join lateral (
          select m from chatterd.messages m
          where conversation_id = c.id and branch = parts.branch and seq >= parts.first and seq <= parts.last offset 0) page
        left join chatterd.branch_forks(c.id, oldest, bound) f
          on f.from_seq = (m).seq and (m).branch = any (f.numbers) and cardinality(f.numbers) > 1),
      'calls', (
        select coalesce(json_agg(chatterd.call_row(k) order by (k).message_seq, (k).index), '[]')
        from parts
        cross join lateral (
          select k from chatterd.calls k
          where conversation_id = c.id and branch = parts.branch and message_seq >= parts.first and message_seq <= parts.last offset 0) page)));
end $$;
