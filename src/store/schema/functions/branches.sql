-- Branches of a conversation. A branch begins after a message, and shares all messages up to that one with the branch that it was made
-- from: rows are never copied, and whatever reads the messages of a branch reads along its path.

-- The path of a branch: whose messages it has, and which of them, the last ones first. No rows where there is no such branch.
create function chatterd.branch_path(p_conversation uuid, p_branch integer)
returns table (branch integer, from_seq bigint, to_seq bigint) language plpgsql stable rows 2 as $$
declare
  b chatterd.branches;
begin
  branch := p_branch;
  to_seq := 9223372036854775807;
  -- The first branch has no row.
  while branch <> 1 loop
    select * into b from chatterd.branches where conversation_id = p_conversation and number = branch;
    if not found then return; end if;
    from_seq := b.from_seq;
    return next;
    if b.parent is null then return; end if;
    branch := b.parent;
    to_seq := b.from_seq - 1;
  end loop;
  from_seq := 1;
  return next;
end $$;

-- The number that the next message of a branch gets. Fails with CDINV where there is no such branch.
create function chatterd.branch_end(c chatterd.conversations, p_branch integer) returns bigint language plpgsql stable as $$
declare
  own_from bigint;
begin
  if p_branch = c.branch then return c.next_seq; end if;
  select from_seq into own_from from chatterd.branch_path(c.id, p_branch) limit 1;
  if not found then
    raise exception using errcode = 'CDINV', message = format('branch: the conversation has no branch %s.', p_branch);
  end if;
  return 1 + coalesce(
    (select max(seq) from chatterd.messages where conversation_id = c.id and branch = p_branch), own_from - 1);
end $$;

-- Up to which message a branch is the same as the current one; 0: they share none.
create function chatterd.shared_until(c chatterd.conversations, p_branch integer) returns bigint language sql stable as $$
  select coalesce(max(least(one.to_seq, other.to_seq)), 0)
  from chatterd.branch_path(c.id, p_branch) one join chatterd.branch_path(c.id, c.branch) other using (branch)
$$;

-- Where branches part, among the numbers from p_first up to, not including, p_before: the number of the message from which on they
-- differ, the branch that the others were made from, and all that have such a message.
create function chatterd.branch_forks(p_conversation uuid, p_first bigint, p_before bigint)
returns table (from_seq bigint, origin integer, numbers integer[]) language sql stable rows 2 as $$
  with made as (
    -- What begins with number 1 and is not the first branch has no parent.
    select coalesce(parent, 1) as origin, b.from_seq, number from chatterd.branches b
    where conversation_id = p_conversation and b.from_seq >= p_first and b.from_seq < p_before)
  select one.from_seq, origin, array_agg(number order by number)
  from (select * from made union select made.origin, made.from_seq, made.origin from made) one
  -- `offset 0`: each is looked up by its number, whatever the planner knows of the table.
  where exists (
    select from chatterd.messages where conversation_id = p_conversation and branch = number and seq = one.from_seq offset 0)
  group by one.from_seq, origin
$$;

-- The siblings of a branch that has no messages of its own, itself among them; null for another one.
create function chatterd.empty_siblings(p_conversation uuid, p_branch integer, p_next_seq bigint) returns json language sql stable as $$
  select json_agg(one order by one)
  from chatterd.branches b
  join chatterd.branch_forks(p_conversation, p_next_seq, p_next_seq + 1) f on f.origin = coalesce(b.parent, 1)
  cross join lateral unnest(f.numbers || p_branch) one
  where b.conversation_id = p_conversation and b.number = p_branch and b.from_seq = p_next_seq
$$;

-- Makes message p_after the last one of the conversation that its caller has locked, and returns that. Where others follow it in the
-- current branch, a new branch begins, and is the current one. What is left out of the prompt stays so where it lies in what they share.
-- Fails with CDINV where the branch has no such message.
create function chatterd.branch_off(c chatterd.conversations, p_after bigint) returns chatterd.conversations language plpgsql as $$
declare
  own integer;
  -- Where parts of a turn are left out too, the first message of that turn. `->>` would fail on \u0000.
  shortened bigint := substring(c.truncation::text from '"shortened":(\d+)');
  in_reach boolean := c.prompt_from <= p_after and coalesce(shortened <= p_after, true);
begin
  if p_after >= c.next_seq then
    raise exception using errcode = 'CDINV', message = format(
      'after: the conversation has no message %s: the last one of its current branch is number %s.', p_after, c.next_seq - 1);
  end if;
  if p_after = c.next_seq - 1 then return c; end if;
  select coalesce(max(number), 1) + 1 into own from chatterd.branches where conversation_id = c.id;
  insert into chatterd.branches (conversation_id, number, parent, from_seq)
  values (
    c.id, own, (select branch from chatterd.branch_path(c.id, c.branch) where p_after >= from_seq and p_after <= to_seq), p_after + 1);
  update chatterd.conversations
  set branch = own, next_seq = p_after + 1, prompt_from = case when in_reach then prompt_from else pinned + 1 end,
      truncation = case when in_reach then truncation end
  where id = c.id returning * into c;
  return c;
end $$;

-- What a turn with an empty input begins with, and after which message: nothing, after the user's message p_after, which it answers
-- anew. But later prompts leave that message out where its turn has failed before the model replied: then it begins with the same
-- messages as that turn, up to this one. `messages` and `bodies` as append_messages takes them. Fails with CDINV where p_after is no message
-- of the user's.
create function chatterd.input_again(
  c chatterd.conversations, p_after bigint, out after bigint, out messages json, out bodies json[])
language plpgsql stable as $$
declare
  m chatterd.messages;
begin
  select one.* into m
  from chatterd.branch_path(c.id, c.branch) part
  join chatterd.messages one on one.conversation_id = c.id and one.branch = part.branch and one.seq = p_after
  where p_after >= part.from_seq and p_after <= part.to_seq;
  if m.role is distinct from 'user' then
    raise exception using errcode = 'CDINV', message = format(
      'input: it is empty, and message %s is none of the user''s, which could be answered anew.', p_after);
  end if;
  after := p_after;
  messages := '[]';
  bodies := '{}';
  if not m.refused then return; end if;
  select min(seq) - 1, json_agg(json_build_object('role', role, 'calls', (
      select coalesce(json_agg(json_build_object('index', k.index, 'request', k.request::text, 'side', k.side, 'status', k.status,
        'result', k.result::text) order by k.index), '[]')
      from chatterd.calls k
      where k.conversation_id = c.id and k.branch = m.branch and k.message_seq = seq)) order by seq),
    array_agg(body order by seq)
  into after, messages, bodies
  from chatterd.messages
  where conversation_id = c.id and branch = m.branch and seq <= p_after and turn_id = m.turn_id
    and seq >= (select first_seq from chatterd.turns where id = m.turn_id);
end $$;

-- What a conversation has of its current branch, for remove_branch: {branch, nextSeq, pinned, promptFrom, truncation}, the last as a JSON
-- text.
create function chatterd.branch_state(c chatterd.conversations) returns json language sql stable as $$
  select json_build_object('branch', c.branch, 'nextSeq', c.next_seq, 'pinned', c.pinned, 'promptFrom', c.prompt_from,
    'truncation', c.truncation::text)
$$;

-- Removes the branch that a turn has begun, which has no messages any more: the branch before is the current one again, as it was.
create function chatterd.remove_branch(t chatterd.turns) returns void language plpgsql as $$
declare
  was json := t.branch_before;
begin
  delete from chatterd.branches where conversation_id = t.conversation_id and number = t.branch;
  update chatterd.conversations
  set branch = (was->>'branch')::integer, next_seq = (was->>'nextSeq')::bigint, pinned = (was->>'pinned')::bigint,
      prompt_from = (was->>'promptFrom')::bigint, truncation = (was->>'truncation')::json
  where id = t.conversation_id;
end $$;

-- Makes a branch the current one of a conversation that the caller has locked. Its next prompt is whole, until the core fits it. Fails
-- with CDBSY while a turn of the conversation runs or waits, and with CDINV where there is no such branch.
create function chatterd.switch_branch(c chatterd.conversations, p_branch integer) returns void language plpgsql as $$
declare
  next bigint := chatterd.branch_end(c, p_branch);
  opening bigint;
begin
  if p_branch = c.branch then return; end if;
  if exists (select from chatterd.turns where conversation_id = c.id and status in ('running', 'waiting')) then
    raise exception using errcode = 'CDBSY', message = 'A turn of the conversation runs or waits: it stays on its branch until that has ended.';
  end if;
  select coalesce(min(one.seq), next) - 1 into opening
  from chatterd.branch_path(c.id, p_branch) part
  cross join lateral (
    select seq from chatterd.messages
    where conversation_id = c.id and branch = part.branch and seq >= part.from_seq and seq <= part.to_seq and role <> 'system'
    order by seq limit 1) one;
  update chatterd.conversations
  set branch = p_branch, next_seq = next, pinned = opening, prompt_from = opening + 1, truncation = null
  where id = c.id;
end $$;
