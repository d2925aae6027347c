-- The ends of calls that the log of a process has to have. A process reports those that it has stored itself, with the outcome of a step or
-- of resident calls. All others are stored by these functions, for whichever process asks next.

-- Takes at most 500 calls that have ended and that nobody has reported: [ended_call_row]. Left for later are those that a request which can
-- still be withdrawn has ended: they would be open again.
create function chatterd.take_ended_calls() returns json language sql as $$
  with taken as (
    update chatterd.calls k set reported = true
    from (
      select k.conversation_id, k.branch, k.message_seq, k.index
      from chatterd.calls k join chatterd.conversations c on c.id = k.conversation_id
      where k.ended_at is not null and not k.reported and not exists (
        select from chatterd.turns t
        where t.conversation_id = c.id and t.status = 'running' and (t.step = 0 or t.branch = k.branch and c.next_seq = k.message_seq + 1))
      order by k.ended_at limit 500 for update of k skip locked) one
    where k.conversation_id = one.conversation_id and k.branch = one.branch and k.message_seq = one.message_seq and k.index = one.index
    returning k.*)
  select coalesce(json_agg(chatterd.ended_call_row(taken::chatterd.calls) order by ended_at, message_seq, index), '[]') from taken
$$;

-- A call that has ended as the program reads it: {conversation, turn, approved, call: call_row}. `approved`: false where nobody has, though
-- somebody had to.
create function chatterd.ended_call_row(k chatterd.calls) returns json language sql stable as $$
  select json_build_object(
    'conversation', (select name from chatterd.conversations where id = k.conversation_id), 'turn', k.turn_id,
    'approved', k.approved, 'call', chatterd.call_row(k))
$$;
